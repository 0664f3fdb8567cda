"""What all tests share."""

from __future__ import annotations

from omnisync.connect.loader import discover

# Joins the shipped plugins into the package `omnisync_plugins`, so that test files can import from it.
discover()

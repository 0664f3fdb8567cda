"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from omnisync.connect.loader import discover

# Joins the shipped plugins into the package `omnisync_plugins`, so that test files can import from it.
discover()

# How long an example takes says something of the machine, nothing of the program; everything else stays as Hypothesis has it.
settings.register_profile("patient", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def _log_as_it_is_by_itself() -> Iterator[None]:
    """What one test says of the log holds for that test only: the simulation keeps it silent, and another reads it."""
    yield
    structlog.reset_defaults()

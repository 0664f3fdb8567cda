"""The command line: one module per command, imported only when that command is used."""

from __future__ import annotations

from omnisync.cli.group import omnisync

__all__ = ["main", "omnisync"]


def main() -> None:
    """Run the command that the arguments name; the process ends with its exit code."""
    omnisync()

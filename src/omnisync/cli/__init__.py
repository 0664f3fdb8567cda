"""The command line: one module per command, imported only when that command is used."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command that the arguments name; the process ends with its exit code.

    No argument at all opens the screens, and those without the library that reads arguments.
    """
    if not sys.argv[1:] and sys.stdin.isatty() and sys.stdout.isatty():
        from omnisync.screen import open_screen

        sys.argv.append(open_screen())
    from omnisync.cli.group import omnisync

    omnisync()

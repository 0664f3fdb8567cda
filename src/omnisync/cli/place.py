"""Where a command works: the configuration, the data folder, the daemon behind its socket."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from omnisync.folders import DATABASE, SOCKET, config_path, glance
from omnisync.text import speak

if TYPE_CHECKING:
    from omnisync.log.reader import Reader
    from omnisync.model.commands import AnyCommand, Reply
    from omnisync.settings import Settings

_DATA_VARIABLE = "OMNISYNC_SHOP__DATA_FOLDER"


class Place:
    """One shop as the command line finds it. ``data`` takes the place of the configured data folder."""

    def __init__(self, config: Path | None, data: Path | None, environment: Mapping[str, str] = os.environ) -> None:
        self.environment = dict(environment)
        if data is not None:
            self.environment[_DATA_VARIABLE] = str(data.expanduser().absolute())
        self.config = config_path(config, self.environment)
        found = glance(self.config, self.environment)
        self.folder = found.data_folder
        self._language, self._timezone = found.language, found.timezone

    def speak(self) -> None:
        """Use the shop's language and time zone from here on."""
        speak(self._language, self._timezone)

    def now(self) -> int:
        """The time in milliseconds UTC."""
        from omnisync.ports import SystemClock

        return SystemClock().now()

    def settings(self) -> Settings:
        """The checked configuration. Raises ConfigurationError."""
        from omnisync.settings import load_settings

        return load_settings(self.config, environment=self.environment)

    def reader(self) -> Reader:
        """The database, read-only. Raises DatabaseError when there is none."""
        from omnisync.log.reader import Reader

        return Reader(self.folder / DATABASE)

    def run(self, command: AnyCommand) -> Reply:
        """Have the daemon carry out a command. Raises DaemonNotRunning, CommandRefused."""
        import asyncio

        return asyncio.run(self.ask(command))

    async def ask(self, command: AnyCommand) -> Reply:
        """Have the daemon carry out a command. Raises DaemonNotRunning, CommandRefused."""
        from omnisync.daemon.remote import RemoteCommands
        from omnisync.ports import Ids

        return await RemoteCommands(self.folder / SOCKET).run(command, actor=actor(), id=Ids().new())


def actor() -> str:
    """Who is at the keyboard, for the log."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        # A container may run under a number that has no name.
        return f"cli:{os.getuid()}"

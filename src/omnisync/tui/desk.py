"""What the screens are given from above: where the data is, and a link to the daemon.

The daemon may run elsewhere on this machine or in this very process; ``connect`` decides, and no screen
can tell. This package imports neither the daemon nor the engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from omnisync.folders import DATABASE
from omnisync.ports import Clock

if TYPE_CHECKING:
    from omnisync.model.commands import AnyCommand, Reply
    from omnisync.tui.guide import Guide


class Runs(Protocol):
    """Carries out commands: the daemon in this process, or the one behind the socket."""

    async def run(self, command: AnyCommand, *, actor: str, id: str) -> Reply:  # noqa: A002
        """Carry out the command. Raises CommandRefused, DaemonNotRunning."""


@dataclass(frozen=True, slots=True)
class Link:
    """A daemon that answers; ``hosted``: it lives and ends with this process, and ``life`` ends when it does."""

    runs: Runs
    hosted: bool
    life: asyncio.Future[None] | None = None


Connect = Callable[[], AbstractAsyncContextManager[Link]]


@dataclass(frozen=True, slots=True)
class Desk:
    """One shop as the screens find it. ``configured``: there is a configuration that a daemon could run."""

    folder: Path
    config: Path
    configured: bool
    connect: Connect
    clock: Clock
    actor: str
    new_id: Callable[[], str]
    shop: str = ""
    theme: str = "auto"
    keys: Mapping[str, str] = field(default_factory=dict)
    guide: Guide | None = None
    """Sets a shop up where there is no configuration yet."""
    lasting: bool = True
    """Whether the shop goes on after this: that of the demo does not."""

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.folder / DATABASE

"""The daemon as a screen knows it: commands in, an answer or the reason out, and whether it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from omnisync.errors import DaemonNotRunning, OmniSyncError
from omnisync.text import _
from omnisync.tui.desk import Desk, Link

if TYPE_CHECKING:
    from omnisync.model.commands import AnyCommand, Reply


_ASK_EVERY = 5.0
"""Seconds between two questions to the daemon how its connections are."""


class Presence(StrEnum):
    """Whether a daemon is there."""

    NONE = "none"
    STARTING = "starting"
    HOSTED = "hosted"
    ATTACHED = "attached"
    LOST = "lost"
    FAILED = "failed"


class Backend:
    """``changed`` is called whenever the presence does, and with each answer of the daemon. One task enters the link and leaves it again."""

    def __init__(self, desk: Desk, changed: Callable[[], None]) -> None:
        self.presence = Presence.NONE
        self.problem = ""
        """Why the daemon could not be started, for a person."""
        self.told: Reply = {}
        """How its connections are, as the daemon said last; empty while there is none."""
        self._desk = desk
        self._changed = changed
        self._link: Link | None = None
        self._ready = asyncio.Event()
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Attach to the daemon or start one in this process; returns at once."""
        if self._task is None or self._task.done():
            self._ready.clear()
            self._stop.clear()
            self._task = asyncio.create_task(self._live(), name="backend")
            self._task.add_done_callback(self._ended)

    async def _live(self) -> None:
        self._say(Presence.STARTING)
        try:
            async with AsyncExitStack() as stack:
                self._link = await stack.enter_async_context(self._desk.connect())
                self._say(Presence.HOSTED if self._link.hosted else Presence.ATTACHED)
                self._ready.set()
                await self._watch_over(self._link)
                self._link = None
        except OmniSyncError as error:
            self._link, self.problem = None, str(error)
            self._say(Presence.FAILED)
        finally:
            self._ready.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """What nobody has foreseen is told as it is, and raised again when the screens are left."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._link = None
            self.problem = _("The daemon stopped: {error}. `omnisync log` may say more.").format(error=repr(error))
            self._say(Presence.FAILED)

    async def _watch_over(self, link: Link) -> None:
        """Ask the daemon now and then how its connections are, until the screens are left or the one here has died.

        One elsewhere that comes back is simply there again; why the one here has died, leaving the link tells.
        """
        from omnisync.model.commands import Status

        present = self.presence
        stop: asyncio.Future[Any] = asyncio.ensure_future(self._stop.wait())
        ends = [stop] if link.life is None else [stop, link.life]
        try:
            while not any(end.done() for end in ends):
                try:
                    self.told = await link.runs.run(Status(), actor=self._desk.actor, id=self._desk.new_id())
                    self._say(present)
                except DaemonNotRunning:
                    self.told = {}
                    if self.presence is not Presence.LOST:
                        self._say(Presence.LOST)
                await asyncio.wait(ends, timeout=_ASK_EVERY, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()

    def _say(self, presence: Presence) -> None:
        self.presence = presence
        self._changed()

    async def run(self, command: AnyCommand) -> Reply:
        """Have a command carried out, once the daemon is there. Raises CommandRefused, DaemonNotRunning."""
        if self._task is None:
            raise DaemonNotRunning(_("There is no daemon to do that."))
        await self._ready.wait()
        if self._link is None:
            raise DaemonNotRunning(self.problem or _("The daemon has been stopped."))
        return await self._link.runs.run(command, actor=self._desk.actor, id=self._desk.new_id())

    async def stop(self) -> None:
        """Leave the daemon, or end the one in this process and wait until it has."""
        self._stop.set()
        if self._task is not None:
            if not self._ready.is_set():
                self._task.cancel()
            await asyncio.wait({self._task})
            if not self._task.cancelled():
                self._task.result()

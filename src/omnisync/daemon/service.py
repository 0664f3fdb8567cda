"""The daemon's life: lock, database, engine, socket; and a clean end on any signal."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from omnisync.connect.http import load_transport
from omnisync.daemon.housekeeping import Housekeeper, Keeping
from omnisync.daemon.lock import only_one
from omnisync.daemon.memory import calm_collector, give_back_when_quiet, share_one_heap
from omnisync.daemon.notify import Notifier
from omnisync.daemon.remote import CommandServer
from omnisync.daemon.ticker import SchedulerTicker
from omnisync.folders import DATABASE, SOCKET
from omnisync.log.people import load_seal
from omnisync.log.writer import Log
from omnisync.ports import Clock
from omnisync.sync import forgetting
from omnisync.sync.commands import Commands
from omnisync.sync.engine import Engine, Ticker
from omnisync.told import structlog


@dataclass(frozen=True, slots=True)
class Running:
    """A daemon at work: what it was made of, for who runs it in the same process."""

    engine: Engine
    commands: Commands
    log: Log
    task: asyncio.Task[None]


@asynccontextmanager
async def running(
    folder: Path, clock: Clock, make_engine: Callable[[Log, Ticker, AsyncExitStack], Awaitable[Engine]],
    keeping: Keeping | None = None,
) -> AsyncIterator[Running]:  # fmt: skip
    """Run the shop of that data folder as long as the context is open; without ``keeping``, its data are left alone.

    Raises AlreadyRunning, and DatabaseError when the database can't be used.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(only_one(folder))
        log = await Log.open(folder / DATABASE, clock)
        stack.push_async_callback(log.close)
        if log.is_new:
            # Every customer and open order is about to come at once.
            await log.query(lambda _: load_seal())
        await forgetting.go_on(log)
        ticker = stack.enter_context(SchedulerTicker())
        engine = await make_engine(log, ticker, stack)
        commands = Commands(engine)
        await stack.enter_async_context(CommandServer(folder / SOCKET, commands))
        task = asyncio.create_task(engine.run(), name="engine")
        besides = [asyncio.create_task(give_back_when_quiet(log, clock), name="memory")]
        if keeping is not None:
            besides.append(asyncio.create_task(Housekeeper(log, clock, keeping).run(), name="housekeeping"))
        try:
            yield Running(engine, commands, log, task)
        finally:
            for each in (*besides, task):
                each.cancel()
            await asyncio.gather(*besides, task, return_exceptions=True)
            # A worker that died of something unforeseen must not end in silence.
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error


async def serve(
    folder: Path, clock: Clock, make_engine: Callable[[Log, Ticker, AsyncExitStack], Awaitable[Engine]],
    keeping: Keeping | None = None,
) -> None:  # fmt: skip
    """Run headless until SIGTERM or SIGINT, telling systemd how it goes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    told = structlog.get_logger()
    notifier = Notifier()
    share_one_heap()
    load_transport()
    calm_collector()
    async with running(folder, clock, make_engine, keeping) as daemon:
        told.info("daemon.started", folder=str(folder), stores=sorted(daemon.engine.stores))
        notifier.ready()
        await _until(stop, daemon, notifier, clock)
        notifier.stopping()
        told.info("daemon.stopping")


async def _until(stop: asyncio.Event, daemon: Running, notifier: Notifier, clock: Clock) -> None:
    """Wait for the stop, sending signs of life for as long as the loop turns and the writer answers.

    An engine that ended by itself ends the wait too: the daemon must not seem alive without it.
    """
    waiter = asyncio.ensure_future(stop.wait())
    every = notifier.watchdog_every
    while not waiter.done() and not daemon.task.done():
        await asyncio.wait({waiter, daemon.task}, timeout=every or 3600, return_when=asyncio.FIRST_COMPLETED)
        if every:
            await daemon.log.query(lambda _: None)
            notifier.alive()

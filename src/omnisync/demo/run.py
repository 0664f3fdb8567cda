"""The demo from beginning to end: a shop of its own, three stores over real HTTP, buyers, a clerk, a summary."""

from __future__ import annotations

import asyncio
import errno
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TextIO

import msgspec

from omnisync.connect.sandbox import Profile
from omnisync.daemon.logs import start_logging
from omnisync.daemon.service import Running, running
from omnisync.demo.buyers import Buyers
from omnisync.demo.clerk import Clerk
from omnisync.demo.on_screen import LineCut, prepare, show
from omnisync.demo.place import STORES, Place
from omnisync.demo.report import Latencies, Moment, Screen, StoreSummary, Summary, mismatch_line, text_of
from omnisync.demo.serve import Wish as SandboxWish
from omnisync.demo.stores import StoreLine, open_store
from omnisync.errors import ConnectorError, OmniSyncError
from omnisync.folders import DATABASE
from omnisync.log import compare, overview
from omnisync.log.latency import Latency
from omnisync.log.reader import Reader
from omnisync.log.rebuild import verify
from omnisync.model.commands import Go
from omnisync.ports import Clock, SystemClock, in_thread
from omnisync.settings import load_settings
from omnisync.shop import Shop
from omnisync.text import _

_BLOCK_EVERY, _LINE_EVERY = 0.5, 2.0
_LOOK_EVERY = 0.1
_CATALOGUE_LIMIT, _FIRST_PUSH_LIMIT, _SETTLE_LIMIT = 60.0, 3.0, 90.0
_INTERRUPTED = 130
"""The exit code of a program that Ctrl-C has ended."""

_PATIENCE = 10
"""So many times longer everything may take in hostile stores, which tell of orders minutes late."""

_TOLD = 5
"""So many figures of a store that differ are named one by one."""

_QUIET = 1.5
"""Seconds without anything under way that make sure of the end: longer than a round of the clerk's."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked of the demo; ``seconds`` None: until Ctrl-C."""

    seconds: float | None = None
    seed: int = 1
    products: int = 1240
    profile: Profile = Profile.REALISTIC
    headless: bool = False
    json: bool = False
    keep: bool = False
    screens: bool = False
    """Show the screens while it runs, instead of a few lines."""


def demo(wish: Wish, out: TextIO = sys.stdout, err: TextIO = sys.stderr) -> int:
    """Run the demo and answer the exit code: 0, or 1 when a figure differs or the log doesn't rebuild.

    Raises OmniSyncError when the demo can't be run.
    """
    try:
        return _demo(wish, out, err)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        # The terminal is gone, and with it whoever would have read this.
        return _INTERRUPTED


def _demo(wish: Wish, out: TextIO, err: TextIO) -> int:
    told = err if wish.json else out
    with _folder(keep=wish.keep) as folder:
        screen = Screen(told, block=told.isatty() and not wish.headless)
        try:
            summary = asyncio.run(_Demo(wish, Place(folder), screen).run())
        except asyncio.CancelledError:
            screen.say(_("Stopped before everything was confirmed; nothing was counted."))
            return _INTERRUPTED
        except LineCut:
            # Nothing can be said to anybody: the terminal may be gone.
            return _INTERRUPTED
        if wish.keep:
            screen.say(_("Everything is kept in {folder}.").format(folder=folder))
    out.write((msgspec.json.encode(summary).decode() if wish.json else "\n".join(text_of(summary))) + "\n")
    out.flush()
    return 0 if summary.good else 1


@contextmanager
def _folder(*, keep: bool) -> Iterator[Path]:
    """A folder that only this user can look into; removed at the end unless it is to be kept."""
    folder = Path(tempfile.mkdtemp(prefix="omnisync-demo-"))
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder)


class _Demo:
    """One run."""

    def __init__(self, wish: Wish, place: Place, screen: Screen) -> None:
        self._wish = wish
        self._place = place
        self._screen = screen
        self._clock: Clock = SystemClock()
        self._stop = asyncio.Event()
        self._began = self._clock.now()
        self._patience = _PATIENCE if wish.profile is Profile.HOSTILE else 1

    async def run(self) -> Summary:
        """Open the shop, let the day pass, count."""
        self._heed_signals()
        self._screen.say(_("Setting up a shop and three pretended stores ..."))
        if self._wish.screens:
            await in_thread(prepare)
        self._place.furnish(self._wish.products, self._wish.seed)
        async with AsyncExitStack() as stack:
            lines = await self._open_stores(stack)
            self._place.configure([(line.store, line.opened) for line in lines])
            shop = Shop(load_settings(self._place.config, environment={}))
            shop.folder.mkdir(mode=0o700)
            start_logging(shop.folder, shop.hidden, echo=False)
            daemon = await stack.enter_async_context(running(shop.folder, self._clock, shop.engine))
            reader = stack.enter_context(Reader(shop.folder / DATABASE))
            if not self._wish.screens:
                return await self._day(lines, daemon, reader)
            return await self._watched_day(shop, lines, daemon, reader)

    async def _watched_day(self, shop: Shop, lines: Sequence[StoreLine], daemon: Running, reader: Reader) -> Summary:
        """The same with the screens in front; what would be printed meanwhile is not."""
        self._screen.mute = True
        day = asyncio.create_task(self._day(lines, daemon, reader))
        try:
            await show(shop.settings, daemon, self._clock, self._stop)
            self._heed_signals()  # The screens have had them.
            self._screen.mute = False
            self._screen.say(_("The screens are closed. Waiting until everything is confirmed ..."))
            return await day
        finally:
            day.cancel()
            await asyncio.gather(day, return_exceptions=True)

    def _heed_signals(self) -> None:
        """The first Ctrl-C ends the day, a second one everything at once."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None

        def end() -> None:
            if self._stop.is_set():
                task.cancel()
            self._stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, end)
        loop.add_signal_handler(signal.SIGHUP, task.cancel)

    async def _open_stores(self, stack: AsyncExitStack) -> list[StoreLine]:
        wish = self._wish
        return await _all_entered(
            stack,
            [
                open_store(
                    store,
                    SandboxWish(
                        store.platform, profile=wish.profile, seed=wish.seed + number, currency=store.currency,
                        products=str(self._place.listing_file(store)),
                    ),
                )
                for number, store in enumerate(STORES)
            ],
        )  # fmt: skip

    async def _day(self, lines: Sequence[StoreLine], daemon: Running, reader: Reader) -> Summary:
        buyers = Buyers(lines, self._clock, self._wish.seed)
        latency = Latency(buyers.ledger.placed_at)
        watch = asyncio.create_task(self._watch(reader, buyers, latency))
        try:
            await self._first_contact(daemon, reader)
            latency.after = compare.last_seq(reader)
            short = compare.short_products(reader)
            clerk = Clerk(self._place.erp, self._clock, Random(self._wish.seed), lambda: buyers.ledger.cancelled)
            await buyers.look_around()
            await self._business_hours(buyers, clerk)
            await self._settle(buyers, clerk, reader)
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
        latency.read_on(reader)
        return await self._count(lines, daemon, reader, latency, short)

    async def _first_contact(self, daemon: Running, reader: Reader) -> None:
        """Wait until every catalogue is matched and what the stores show is brought into line."""
        stores = daemon.engine.stores.values()

        def matched() -> bool:
            return all(plan.sync.health.last_catalogue for plan in stores)

        if not await self._until(matched, _CATALOGUE_LIMIT):
            raise OmniSyncError(_("The pretended stores did not answer in time."))
        for name in daemon.engine.stores:
            # A real store waits in plan-only for its owner's word; in a demo nobody is there to look at a plan.
            await daemon.commands.run(Go(name), actor="demo", id=f"go-{name}")
        await self._until(lambda: not compare.undone(reader).figures, _FIRST_PUSH_LIMIT)
        self._screen.say(_("The stores are connected; the buyers come."))

    async def _business_hours(self, buyers: Buyers, clerk: Clerk) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(buyers.shop(self._stop))
            group.create_task(clerk.work(self._stop))
            group.create_task(self._closing_time())

    async def _closing_time(self) -> None:
        try:
            async with asyncio.timeout(self._wish.seconds):
                await self._stop.wait()
        except TimeoutError:
            self._stop.set()

    async def _settle(self, buyers: Buyers, clerk: Clerk, reader: Reader) -> None:
        """The buyers have gone: wait until all that they did has arrived everywhere."""
        if not self._screen.block:
            self._screen.say(_("The buyers have gone. Waiting until everything is confirmed ..."))
        since = 0

        def done() -> bool:
            nonlocal since
            states = compare.order_states(reader)
            ledger = buyers.ledger
            known = ledger.orders.keys() <= states.keys()
            known = known and all(states[key] == "cancelled" for key in ledger.cancelled)
            if not known or compare.undone(reader):
                since = self._clock.now()
            return self._clock.now() - since >= _QUIET * 1000

        since = self._clock.now()
        tidying = asyncio.create_task(clerk.tidy_up())
        try:
            await self._until(done, _SETTLE_LIMIT)
        finally:
            tidying.cancel()
            await asyncio.gather(tidying, return_exceptions=True)

    async def _until(self, done: Callable[[], bool], limit: float) -> bool:
        until = self._clock.now() + int(limit * self._patience * 1000)
        while not done():
            if self._clock.now() > until:
                return False
            await self._clock.sleep(_LOOK_EVERY)
        return True

    async def _watch(self, reader: Reader, buyers: Buyers, latency: Latency) -> None:
        while True:
            latency.read_on(reader)
            now = self._clock.now()
            orders = Counter(store for store, _number in compare.order_states(reader))
            ledger = buyers.ledger
            self._screen.show(
                Moment(
                    now, (now - self._began) // 1000, overview.stores(reader), orders, len(ledger.cancelled),
                    ledger.sold_out, Latencies.of(latency),
                )
            )  # fmt: skip
            await self._clock.sleep(_BLOCK_EVERY if self._screen.block else _LINE_EVERY)

    async def _count(
        self, lines: Sequence[StoreLine], daemon: Running, reader: Reader, latency: Latency, short: set[str]
    ) -> Summary:
        differing = 0
        for line in lines:
            try:
                shows = await line.shown()
            except ConnectorError as error:
                differing += 1
                self._screen.say(_("{store} can't be compared: {reason}").format(store=line.store.name, reason=error))
                continue
            found = compare.mismatches(reader, line.store.name, shows)
            differing += len(found)
            for each in found[:_TOLD]:
                self._screen.say(mismatch_line(line.store.name, each))
        products, warehouses = compare.sizes(reader)
        differences = await in_thread(lambda: verify(reader.db))
        return Summary(
            products=products,
            warehouses=warehouses,
            orders=len(compare.order_states(reader)),
            oversold=len(compare.short_products(reader) - short),
            stores=[_store_summary(view, daemon) for view in overview.stores(reader)],
            latency_ms=Latencies.of(latency),
            verify=", ".join(each.table for each in differences) or "equal",
            differing=differing,
        )


async def _all_entered(
    stack: AsyncExitStack, contexts: Sequence[AbstractAsyncContextManager[StoreLine]]
) -> list[StoreLine]:
    """Enter all contexts at once, so that the processes start side by side; the stack leaves them."""
    results = await asyncio.gather(
        *(stack.enter_async_context(context) for context in contexts), return_exceptions=True
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if isinstance(result, StoreLine)]


def _store_summary(view: overview.StoreView, daemon: Running) -> StoreSummary:
    health = daemon.engine.stores[view.name].sync.health
    return StoreSummary(
        view.name, view.platform, view.listings, view.confirmed, view.waiting, view.held, view.quarantined,
        health.calls, health.errors,
    )  # fmt: skip

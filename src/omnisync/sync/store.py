"""One store's side of the engine: orders in, catalogue in. What goes out is in push.py."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from omnisync.connect.budget import Allowance
from omnisync.connect.store import RemoteListing, StoreConnector
from omnisync.errors import ConnectorError, RateLimited, Rejected
from omnisync.log import outbox, pulls
from omnisync.log.apply.figures import NOT_THERE
from omnisync.log.writer import Change, Log
from omnisync.model.events import (
    FiguresSeen,
    Kind,
    ListingsGone,
    ListingsSeen,
    SeenFigure,
    SeenListing,
)  # fmt: skip
from omnisync.model.order import OrderPart
from omnisync.ports import Clock, Millis
from omnisync.sync import audit, guard, matching, matters
from omnisync.sync.audit import History, Suspect
from omnisync.sync.health import Health, Line
from omnisync.sync.intake import CONNECTED, Taken, take_in
from omnisync.sync.quarantine import set_aside, take_out
from omnisync.sync.signal import Signal
from omnisync.text import _
from omnisync.told import structlog

_FIRST_ORDERS = 7 * 86_400_000
"""At the first connection, open orders this old (milliseconds) are still taken in."""

_SLOW_CLOCK = 600_000
"""Milliseconds by which the store's clock may be ahead of ours without an order being missed."""

_LONGEST_WINDOW = 6 * 3_600_000
"""In a quiet time the order window grows no longer than this (milliseconds)."""

_LOOK_BACK_EVERY, _LOOK_BACK = 3_600_000, 24 * 3_600_000
"""Once an hour (milliseconds) a whole day's orders are read again: a store may have left some out for hours while it told of
others, and by those the window went on (facts/marketplaces.md 1.9)."""

_A_WHILE = 0.5
"""Seconds between two looks whether an audit may go on."""

_strings = msgspec.json.Decoder(dict[str, str])

Row = TypeVar("Row")


@dataclass(slots=True)
class Walk:
    """An audit under way: when it began, which listings it has seen, what was new and what had drifted.

    ``unreadable`` are the listings that could not be read, as the connector names them.
    """

    began_at: Millis
    history: History
    seen: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    fresh: int = 0
    drifted: int = 0


class StoreSync:
    """Reads one store's orders and catalogue into the log, and knows how the connection is doing."""

    def __init__(
        self, name: str, connector: StoreConnector, log: Log, clock: Clock, rng: random.Random,
        *, shipped_releases: bool,
    ) -> None:  # fmt: skip
        self.name = name
        self.connector = connector
        self.log = log
        self.clock = clock
        self.rng = rng
        self.health = Health()
        self.wake_push = Signal(clock)
        self.wake_orders = Signal(clock)
        self.wake_audit = Signal(clock)
        self.wake_check = Signal(clock)
        self._pulling = asyncio.Lock()
        self._pulled_at = 0
        """When the last pull that went well began; 0 before the first one of this daemon."""
        self._looked_back_at = clock.now()
        self.walk: Walk | None = None
        """The audit that is under way, if one is."""
        self.told = structlog.get_logger().bind(store=name)
        self.shipped_releases = shipped_releases

    def pause(self, *, on: bool) -> None:
        """Send nothing until resumed; orders are taken in all the while."""
        self.health.paused = on
        self.wake_push.set()

    # Trouble and its end, told once.

    async def failed(self, line: Line, error: ConnectorError) -> None:
        """A call failed: remember when to try again, and tell people when that is news: once for both lines."""
        if not isinstance(error, RateLimited):
            self.health.errors += 1
        news = line.failed(error, self.clock.now(), self.rng) and self.health.beside(line).reason != line.reason
        if news:
            self.told.error("store.broke", reason=str(error))
        if news or matters.waits(error):
            await self.log.transact(lambda change: matters.broke(change, self.name, error, news=news))

    async def worked(self, line: Line) -> None:
        """A call went well: when that ends a trouble, the other line is tried at once, and the last one's end is told."""
        if line.worked():
            self.health.hurry()
            self.wake_push.set()
            if not self.health.worst.broken:
                self.told.info("store.recovered")
                await self.log.transact(lambda change: matters.recovered(change, self.name, whole=True))
                self.wake_check.set()

    # Orders.

    async def pull_orders(self, since: Millis | None = None) -> bool:
        """Take in every order that changed since the last pull; answers whether that went well.

        A pull that somebody else began after ``since`` (default: now; 0: since the daemon's start) will do: some
        stores allow one in two seconds, and several who ask at the same time would wait for one another.
        """
        asked = self.clock.now() if since is None else since
        if self._pulled_at > asked:
            return True
        async with self._pulling:
            return self._pulled_at > asked or await self._pull_orders()

    async def _pull_orders(self) -> bool:
        now = self.clock.now()
        mark = await self.log.transact(lambda change: change.cursor(self.name, "orders"))
        capabilities = self.connector.capabilities
        history = int(capabilities.orders_history * 1000)
        since = int(mark) - self._overlap(now) if mark else now - min(_FIRST_ORDERS, history)
        since = max(since, now - history)
        newest = 0
        try:
            async for page in self._order_pages(since, now + _SLOW_CLOCK):
                taken = await self._take_in(page, first=not mark)
                newest = max(newest, taken.newest)
                self.health.calls += 1
        except ConnectorError as error:
            await self.failed(self.health.read, error)
            return False
        self.health.last_orders = self._pulled_at = now
        await self._move_cursor(mark, newest, now)
        await self.worked(self.health.read)
        return True

    def _overlap(self, now: Millis) -> int:
        """Milliseconds of what was read before that this pull reads again.

        The long look counts when it is begun: one that breaks off must not stand in the way of the short ones.
        """
        overlap = int(self.connector.capabilities.orders_overlap * 1000)
        if now - self._looked_back_at < _LOOK_BACK_EVERY:
            return overlap
        self._looked_back_at = now
        return max(overlap, _LOOK_BACK)

    def _order_pages(self, since: int, until: int) -> AsyncIterator[Sequence[OrderPart]]:
        return self._readable(self.connector.orders(since, until), "order", set())

    async def _readable(
        self, pages: AsyncIterator[Sequence[Row]], kind: str, aside: set[str]
    ) -> AsyncIterator[Sequence[Row]]:
        """The pages; a single row that can't be read is set aside and named in ``aside``, the rest goes on."""
        while True:
            try:
                yield await anext(pages)
            except StopAsyncIteration:
                return
            except Rejected as error:
                # A generator can't go on after an error: its end would pass for the end of the list.
                if not error.item or isinstance(pages, AsyncGenerator):
                    raise
                aside.add(error.item)
                await self.log.transact(lambda change, error=error: self.set_aside(change, kind, error))  # type: ignore[misc]

    def set_aside(self, change: Change, kind: str, error: Rejected) -> None:
        """An order or a listing that can't be read; said once for each and its reason, however often it is told."""
        if set_aside(change, self.name, f"{kind}:{error.item}", error.words, error.payload):
            self.told.error(f"{kind}.unreadable", reason=error.words, **{kind: error.item})

    async def _take_in(self, page: Sequence[OrderPart], *, first: bool) -> Taken:
        if not page:
            return Taken()

        def decide(change: Change) -> Taken:
            return take_in(change, self.name, page, first=first, shipped_releases=self.shipped_releases)

        taken = await self.log.transact(decide)
        if taken.fresh:
            self.told.info("orders.taken", parts=taken.fresh)
        for order, reason in taken.unknown:
            advice = _("Say which product it is, or give the product in the ERP this code.")
            self.told.error("line.unknown", order=order, reason=reason, advice=advice)
        return taken

    async def _move_cursor(self, mark: str, newest: int, now: int) -> None:
        """By the store's own clock, so that a clock that is off loses nothing; moved only when it matters.

        Never past our own: one order that is dated ahead would hide every other one until then.
        """
        reached = max(min(newest, now), now - _LONGEST_WINDOW, int(mark or 0))
        if not mark or reached - int(mark) > _LONGEST_WINDOW // 6 or newest > int(mark):
            await self.log.transact(lambda change: self._reached(change, reached, now))

    def _reached(self, change: Change, reached: int, now: int) -> None:
        if not change.cursor(self.name, "orders"):
            change.set_cursor(self.name, CONNECTED, str(now))
        change.set_cursor(self.name, "orders", str(reached))

    # Catalogue.

    async def pull_catalogue(self) -> bool:
        """Audit: read every listing, match new ones, take gone ones out, and compare every figure with ours.

        Answers whether the whole list was read and judged.
        """
        self.walk = walk = Walk(self.clock.now(), History(self.health.last_catalogue))
        try:
            async for page in self._readable(self.connector.listings(), "listing", walk.unreadable):
                self.health.calls += 1
                walk.seen.update(listing.ref.remote_id for listing in page)
                suspects = await self.log.transact(lambda change, page=page: self._take_page(change, page, walk))  # type: ignore[misc]
                if suspects and not await self._judge(suspects, walk):
                    return False
                await self._leave_room()
        except ConnectorError as error:
            await self.failed(self.health.read, error)
            return False
        finally:
            self.walk = None
        gone = await self.log.transact(lambda change: self._end_walk(change, walk))
        self.health.last_catalogue = walk.began_at
        self.told.info("audit", listings=len(walk.seen), changed=walk.fresh, gone=gone, drifted=walk.drifted)
        await self.worked(self.health.read)
        return True

    async def _judge(self, suspects: Sequence[Suspect], walk: Walk) -> bool:
        """Settle what shows something unexpected, once the orders that may explain it are taken in."""
        if not await self.pull_orders():
            return False
        walk.drifted += await self.log.transact(lambda change: audit.settle(change, self.name, suspects, walk.history))
        return True

    async def _leave_room(self) -> None:
        """Wait while less than half of a rate limit is left: pushes and orders go before an audit."""
        while any(2 * each.left < each.calls for each in allowances(self.connector)):
            await self.clock.sleep(_A_WHILE)

    def _end_walk(self, change: Change, walk: Walk) -> int:
        gone = self._take_gone(change, walk)
        for subject in pulls.open_quarantine(change.state, self.name, "listing:"):
            if subject.removeprefix("listing:") not in walk.unreadable:
                take_out(change, self.name, subject)
        return gone

    def _take_page(self, change: Change, page: Sequence[RemoteListing], walk: Walk) -> list[Suspect]:
        state = change.state
        matcher = matching.Matcher(state, self.name)
        new: list[SeenListing] = []
        figures: list[SeenFigure] = []
        suspects: list[Suspect] = []
        outbox.expect(state, self.name, [listing.ref.remote_id for listing in page])
        for listing in page:
            known = state.listings.get((self.name, listing.ref.remote_id))
            product, reason = None, ""
            if known is None or known.product is None:
                product, reason = matcher.find(listing.ref.remote_id, (listing.code, *listing.barcodes))
            row = _seen_listing(listing, product.code if product else "", reason)
            figure = SeenFigure(row.remote_id, row.stock, row.price)
            suspect = None
            if known is not None and known.product is not None:
                suspect = audit.suspect(change, self.name, known.product, figure, audit.times(listing))
            if suspect is not None:
                # What it shows is taken in once it is judged.
                suspects.append(suspect)
                row = msgspec.structs.replace(row, stock=None, price=None)
            if self._is_new(change, row):
                if known is not None and known.product is not None:
                    product = state.products.get(known.product)
                    row = msgspec.structs.replace(row, product=product.code if product else "")
                new.append(row)
            elif known is not None and known.product is not None and suspect is None:
                figures += [figure] if is_news(change, self.name, known.product, figure) else []
        if new:
            change.append(ListingsSeen(self.name, tuple(new)))
            matching.resolve_lines(change)
        if figures:
            change.append(FiguresSeen(self.name, tuple(figures)))
        walk.fresh += len(new) + len(figures)
        return suspects

    def _is_new(self, change: Change, seen: SeenListing) -> bool:
        row = change.state.listings.get((self.name, seen.remote_id))
        if row is None:
            return True
        if row.product is None and seen.product and row.linked_by != "person":
            return True
        before = (
            row.key, row.grp, _strings.decode(row.extra), row.code, row.barcodes, row.name, bool(row.takes_stock),
            bool(row.takes_price), bool(row.active),
        )  # fmt: skip
        return before != (
            seen.key, seen.group, seen.extra, seen.code, msgspec.json.encode(seen.barcodes).decode(), seen.name,
            seen.takes_stock, seen.takes_price, seen.active,
        )  # fmt: skip

    def _take_gone(self, change: Change, walk: Walk) -> int:
        """Take out what the store no longer has; what can't be read just now, or a part of that, is still there."""
        known = pulls.remote_ids(change.state, self.name)
        missing = known.keys() - walk.seen - walk.unreadable
        gone = sorted(remote_id for remote_id in missing if known[remote_id] not in walk.unreadable)
        suspicion = guard.of_read(change.state.rules()[self.name].guard, gone, len(known))
        words = ""
        if suspicion is not None:
            words = f"{suspicion.count} of {suspicion.total} listings were missing in its answer"
        elif gone and walk.unreadable - known.keys() - set(known.values()):
            # What is unreadable may be one of them under a name that is spoilt too.
            words = f"{len(gone)} listings were missing in its answer, and it held some that can't be read"
        if words:
            if set_aside(change, self.name, "catalogue", words):
                self.told.error("catalogue.unsure", reason=words)
            return 0
        take_out(change, self.name, "catalogue")
        if gone:
            change.append(ListingsGone(self.name, tuple(gone)))
            # A listing that was made anew under another id could not have its product before.
            matching.match_again(change)
        return len(gone)


def _seen_listing(listing: RemoteListing, product: str, reason: str) -> SeenListing:
    ref = listing.ref
    return SeenListing(
        ref.remote_id, product, listing.name, listing.code, listing.barcodes, ref.key, ref.group, dict(ref.extra),
        listing.takes_stock, listing.takes_price, listing.active, listing.stock,
        listing.price.minor if listing.price else None, reason,
    )  # fmt: skip


def allowances(connector: StoreConnector) -> Sequence[Allowance]:
    """What is left of a store's rate limits; somebody's own connector need not tell."""
    tell: Callable[[], Sequence[Allowance]] | None = getattr(connector, "allowances", None)
    return tell() if tell else ()


def is_news(change: Change, store: str, product: int, found: SeenFigure) -> bool:
    """Whether what a read found is news: differs from what was seen last, or from what we hold confirmed.

    That a listing is there which a read-back did not find is news too.
    """
    for kind, value in ((Kind.STOCK, found.stock), (Kind.PRICE, found.price)):
        row = change.state.figures.get((product, kind), store)
        if row is not None and value is not None:
            gone = row.mode == "refused" and row.reason == NOT_THERE
            if gone or value != row.seen or value != row.confirmed:
                return True
    return False

"""Seeing at a store what it shows: of figures that it accepted, and of any listings that are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from omnisync.connect.store import RemoteListing
from omnisync.errors import ConnectorError, Rejected
from omnisync.log import outbox
from omnisync.log.rows import ListingRow
from omnisync.log.writer import Change
from omnisync.model.events import FiguresSeen, Kind, SeenFigure
from omnisync.sync import audit
from omnisync.sync.planning import ref
from omnisync.sync.store import StoreSync

_TOGETHER = 4
"""Calls whose answers are written down together: each writing waits for the disk."""


async def see_accepted(store: StoreSync, now: int, planned: int) -> bool:
    """Look whether accepted figures can be seen at the store; answers whether there was any to look at.

    A quantity that must fall since the last batch was ``planned`` waits for one call at most.
    """
    most = store.connector.capabilities.read_batch
    listings = await store.log.transact(
        lambda change: outbox.to_be_seen(change.state, store.name, now, most * _TOGETHER)
    )
    sights: list[Callable[[Change], bool]] = []
    try:
        for start in range(0, len(listings), most):
            if sights and await must_fall(store, planned):
                break
            sight = await _look(store, listings[start : start + most])
            sights.append(sight)
    except ConnectorError:
        # What was seen before it is true all the same: at a store that fails now and then, looking gets ahead.
        await _write_down(store, sights)
        raise
    await _write_down(store, sights)
    return bool(listings)


async def must_fall(store: StoreSync, planned: int) -> bool:
    """Whether the store is to be sent a lower quantity since the last batch was planned.

    What did not fit into that batch is no reason: a great push looks at each batch before the next one, while its
    rows are in memory.
    """
    return await store.log.transact(lambda change: outbox.must_fall(change.state, store.name, change.at, planned))


async def _look(store: StoreSync, listings: Sequence[ListingRow]) -> Callable[[Change], bool]:
    """What the store shows of these, as what is to be done about it; that answers whether it shows a surprise."""
    rows, problems = await read(store, listings)
    found = {listing.ref.remote_id: listing for listing in rows}
    known = {listing.remote_id: listing for listing in listings}
    changed = {remote_id: audit.times(listing) for remote_id, listing in found.items()}
    figures = tuple(_seen(listing, known.get(listing.ref.remote_id)) for listing in found.values())
    missing = [listing for listing in listings if listing.remote_id not in found]
    unreadable = _unreadable(missing, problems)
    gone = tuple(listing.remote_id for listing in missing if listing.remote_id not in unreadable)

    def decide(change: Change) -> bool:
        surprise = any(_differs(change, store.name, known[seen.remote_id].product, seen) for seen in figures)
        products = {remote_id: listing.product for remote_id, listing in known.items()}
        audit.found_in_vain(change, store.name, figures, products, changed, audit.History(store.health.last_catalogue))
        for problem in problems:
            store.set_aside(change, "listing", problem)
        change.append(FiguresSeen(store.name, figures, gone, unreadable))
        return surprise

    return decide


async def _write_down(store: StoreSync, sights: Sequence[Callable[[Change], bool]]) -> None:
    if sights and any(await store.log.transact(lambda change: [decide(change) for decide in sights])):
        # The likeliest cause is a sale that we have not been told of yet.
        store.wake_orders.set()


async def read(store: StoreSync, listings: Sequence[ListingRow]) -> tuple[list[RemoteListing], list[Rejected]]:
    """These listings as the store shows them, and an error for each that can't be read."""
    most = store.connector.capabilities.read_batch
    refs = [ref(listing) for listing in listings]
    found: list[RemoteListing] = []
    problems: list[Rejected] = []
    for start in range(0, len(refs), most):
        store.health.calls += 1
        for each in await store.connector.read(refs[start : start + most]):
            if isinstance(each, Rejected):
                problems.append(each)
            else:
                found.append(each)
    await store.worked(store.health.read)
    return found, problems


def _unreadable(unseen: Sequence[ListingRow], problems: Sequence[Rejected]) -> tuple[str, ...]:
    """Which of the listings that were not found are there and can't be read."""
    names = {problem.item for problem in problems}
    mine = tuple(listing.remote_id for listing in unseen if not names.isdisjoint((listing.remote_id, listing.grp)))
    known = {name for listing in unseen for name in (listing.remote_id, listing.grp)}
    # One that can't even be named may be any of them.
    return mine if names <= known else tuple(listing.remote_id for listing in unseen)


def _differs(change: Change, store: str, product: int | None, seen: SeenFigure) -> bool:
    for kind, value in ((Kind.STOCK, seen.stock), (Kind.PRICE, seen.price)):
        row = change.state.figures.get((product, kind), store) if product is not None else None
        if row is not None and value is not None and value != row.confirmed:
            return True
    return False


def _seen(listing: RemoteListing, known: ListingRow | None) -> SeenFigure:
    extra = dict(listing.ref.extra)
    same = known is None or ref(known).extra == extra
    price = listing.price.minor if listing.price else None
    return SeenFigure(listing.ref.remote_id, listing.stock, price, None if same else extra)

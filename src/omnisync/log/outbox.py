"""What the push worker asks of the tables: the open batch, dirty figures, figures still to be seen."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from omnisync.log.rows import BatchRow, FigureRow, ListingRow
from omnisync.log.state import State
from omnisync.model.events import BatchItem, Kind
from omnisync.model.quantity import PIECE

# Without statistics SQLite would rather walk through all figures of the store: hence INDEXED BY below.
_DIRTY = "store = ? AND wanted_rev > confirmed_rev AND mode = 'push'"

_FALLS = "(kind = 'stock' AND (confirmed IS NULL OR coalesce(wanted, 0) < confirmed))"
"""A quantity that must fall, or may have to: it goes before everything else. As the index has it, or it is sorted each time."""


@dataclass(frozen=True, slots=True)
class Due:
    """A product in a store with the figures of it that are to be sent, and its listing."""

    code: str
    listing: ListingRow
    stock: FigureRow | None
    price: FigureRow | None


def open_batch(state: State, store: str) -> tuple[BatchRow, tuple[BatchItem, ...]] | None:
    """The store's batch that is not settled yet, with its items."""
    sql = "SELECT key FROM batch WHERE store = ? AND state IN ('made', 'sent', 'lost') ORDER BY made_at LIMIT 1"
    found = state.select(sql, store)
    batch = state.batches.get(found[0][0]) if found else None
    return (batch, state.items_of(batch)) if batch is not None else None


def due(state: State, store: str, now: int, most: int, *, grouped: bool, falling_only: bool = False) -> list[Due]:
    """The next listings to be sent, at most so many: falling quantities first, then the oldest wishes.

    With ``grouped``, all share the first one's group; with ``falling_only``, all lower a quantity.
    """
    sql = f"""SELECT product, grp, remote_id FROM figure INDEXED BY figure_dirty
        WHERE {_DIRTY} AND batch = '' AND next_try <= ? AND {_FALLS} >= {int(falling_only)}
        ORDER BY {_FALLS} DESC, wanted_rev, product LIMIT ?"""
    found = state.select(sql, store, now, most * (4 if grouped else 2))
    group = found[0][1] if found else ""
    chosen: dict[int, None] = {}
    for product, its_group, _ in found:
        if (its_group == group or not grouped) and len(chosen) < most:
            chosen[product] = None
    state.prefetch(chosen, state.products, figures=Kind, store=store)
    state.listings.prefetch({remote_id for product, _, remote_id in found if product in chosen}, store)
    return [each for product in chosen if (each := _due(state, store, product, now)) is not None]


def must_fall(state: State, store: str, now: int, since: int) -> bool:
    """Whether the store is to be sent a lower quantity that was not wanted yet at that position in the log."""
    sql = f"""SELECT EXISTS (SELECT 1 FROM figure INDEXED BY figure_dirty
        WHERE {_DIRTY} AND {_FALLS} = 1 AND wanted_rev > ? AND batch = '' AND next_try <= ?)"""
    return bool(state.select(sql, store, since, now)[0][0])


def _due(state: State, store: str, product_id: int, now: int) -> Due | None:
    product = state.products.get(product_id)
    ready: dict[str, FigureRow] = {}
    remote_id = ""
    for row in state.each_figure(product_id, store):
        remote_id = row.remote_id
        if row.mode == "push" and row.wanted_rev > row.confirmed_rev and not row.batch and row.next_try <= now:
            ready[row.kind] = row
    listing = state.listings.get((store, remote_id))
    if product is None or listing is None or not ready:
        return None
    return Due(product.code, listing, ready.get(Kind.STOCK), ready.get(Kind.PRICE))


def falling_to_zero(state: State, store: str) -> dict[str, int]:
    """Codes whose figure is about to fall from something to nothing, unless a person allowed that.

    With what the goods shown so far are worth at the price shown, in minor units.
    """
    sql = f"""SELECT p.code, f.confirmed * coalesce((SELECT x.confirmed FROM figure x WHERE x.product = f.product
        AND x.store = f.store AND x.kind = 'price'), 0) / {PIECE} FROM figure f INDEXED BY figure_dirty JOIN product p ON p.id = f.product
        WHERE f.{_DIRTY} AND f.kind = 'stock' AND f.batch = '' AND f.wanted = 0 AND f.confirmed > 0
        AND f.allowed IS NOT 0 ORDER BY p.code"""
    return dict(state.select(sql, store))


def changing(state: State, store: str, kind: str) -> list[str]:
    """Codes whose figure is about to become another one than the store has shown since we last agreed.

    Without quantities that only fall, which must not wait, without what a person allowed, and without the first push.
    """
    sql = f"""SELECT p.code FROM figure f INDEXED BY figure_dirty JOIN product p ON p.id = f.product
        WHERE f.{_DIRTY} AND f.kind = ? AND f.batch = '' AND f.confirmed_rev > 0 AND f.confirmed IS NOT NULL
        AND f.wanted IS NOT f.confirmed AND NOT (f.kind = 'stock' AND f.wanted < f.confirmed)
        AND f.allowed IS NOT f.wanted ORDER BY p.code"""
    return [code for (code,) in state.select(sql, store, kind)]


def held_for(state: State, store: str, kind: str, key: str) -> int:
    """How many figures are held already for a reason of that key."""
    sql = """SELECT count(*) FROM figure INDEXED BY figure_mode WHERE store = ?
        AND mode IN ('held', 'refused', 'excluded') AND mode = 'held' AND kind = ?
        AND reason GLOB ?"""
    return int(state.select(sql, store, kind, f"{key}:*")[0][0])


def sent_since(state: State, store: str, since: int) -> int:
    """How many figures were sent to the store since then."""
    sql = "SELECT count(*) FROM figure WHERE store = ? AND sent_at > ?"
    return int(state.select(sql, store, since)[0][0])


def listed(state: State, store: str) -> int:
    """How many listings of the store have a product."""
    return int(state.select("SELECT count(*) FROM listing WHERE store = ? AND product IS NOT NULL", store)[0][0])


def is_counted(state: State, warehouses: Sequence[str]) -> bool:
    """Whether the ERP has ever counted anything in any of these warehouses."""
    marks = ", ".join("?" * len(warehouses))
    sql = f"SELECT EXISTS (SELECT 1 FROM balance WHERE warehouse IN ({marks}) AND counted_seq > 0)"
    return bool(state.select(sql, *warehouses)[0][0])


def showing_stock(state: State, store: str) -> int:
    """How many listings of the store are known to show more than nothing."""
    sql = "SELECT count(*) FROM figure WHERE store = ? AND kind = 'stock' AND confirmed > 0"
    return int(state.select(sql, store)[0][0])


def to_be_seen(state: State, store: str, now: int, most: int) -> list[ListingRow]:
    """Listings with a figure that was accepted and is due to be seen at the store."""
    sql = "SELECT DISTINCT remote_id FROM figure INDEXED BY figure_check WHERE store = ? AND check_at > 0 AND check_at <= ? LIMIT ?"
    return listings_by_remote(state, store, [remote_id for (remote_id,) in state.select(sql, store, now, most)])


def next_time(state: State, store: str, now: int) -> int | None:
    """When the store has something to do next: a refused figure's next try, a figure to be seen."""
    tries = f"SELECT min(next_try) FROM figure INDEXED BY figure_dirty WHERE {_DIRTY} AND batch = '' AND next_try > ?"
    # Said twice, because the index of what is to be seen serves only a query that repeats its condition.
    checks = (
        "SELECT min(check_at) FROM figure INDEXED BY figure_check WHERE store = ? AND check_at > 0 AND check_at > ?"
    )
    times = [state.select(sql, store, now)[0][0] for sql in (tries, checks)]
    return min((time for time in times if time is not None), default=None)


def body_sent_at(state: State, store: str, fingerprint: str, since: int) -> int | None:
    """When a batch of just this content was last sent, if that was after ``since``."""
    sql = (
        """SELECT max(sent_at) FROM batch WHERE store = ? AND fingerprint = ? AND sent_at > ? AND state <> 'dropped'"""
    )
    found = state.select(sql, store, fingerprint, since)[0][0]
    return None if found is None else int(found)


def known_prices(state: State, store: str, group: str, most: int) -> list[tuple[str, str, int]]:
    """Listings (code, remote id, price) whose confirmed price may ride along as padding."""
    sql = """SELECT p.code, f.remote_id, f.confirmed FROM figure f JOIN product p ON p.id = f.product
        WHERE f.store = ? AND f.kind = 'price' AND f.mode = 'push' AND f.confirmed = f.wanted AND f.batch = ''
        AND f.grp = ? LIMIT ?"""
    return [(code, remote, int(price)) for code, remote, price in state.select(sql, store, group, most)]


def listings_by_remote(state: State, store: str, remote_ids: Sequence[str]) -> list[ListingRow]:
    """These listings, in that order; unknown ones are left out."""
    state.listings.prefetch(remote_ids, store)
    found = [state.listings.get((store, remote_id)) for remote_id in remote_ids]
    return [listing for listing in found if listing is not None]


def expect(state: State, store: str, remote_ids: Sequence[str]) -> None:
    """These listings are about to be looked at, with their figures in this store: load them together."""
    products = [row.product for row in listings_by_remote(state, store, remote_ids) if row.product is not None]
    state.prefetch(products, figures=Kind, store=store)


def waiting(db: sqlite3.Connection, store: str) -> int:
    """How many figures of the store are not yet proven."""
    sql = f"SELECT (SELECT count(*) FROM figure WHERE {_DIRTY}) + (SELECT count(*) FROM figure WHERE store = ? AND check_at > 0)"
    return int(db.execute(sql, (store, store)).fetchone()[0])

"""One product as it was at a past moment: its own events applied once more, by the same ``apply`` as live.

Only the product's events, the stores' rules and the orders that concern it are read, from the last checkpoint
before the moment (checkpoint.py), into tables of their own in memory. Whoever asks the live tables of a
product can so ask those of any moment.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from omnisync.log import checkpoint, product_list, stored
from omnisync.log.apply import apply
from omnisync.log.apply.orders import release
from omnisync.log.archive import Stored
from omnisync.log.checkpoint import Checkpoint
from omnisync.log.product_list import ProductView
from omnisync.log.reader import Reader
from omnisync.log.rebuild import statements
from omnisync.log.rows import EVERY, RULES, BatchRow, ProductRow
from omnisync.log.state import State
from omnisync.log.story import product_existed
from omnisync.log.table import Table
from omnisync.model.events import (
    BalancesCounted,
    BatchItem,
    BatchMade,
    Event,
    ExclusionSet,
    FiguresHeld,
    FiguresReleased,
    FiguresSeen,
    LineResolved,
    ListingLinked,
    ListingsGone,
    ListingsSeen,
    OrderSeen,
    PricesRead,
    ProductsGone,
    ProductsRead,
    Retried,
    SalesSlowed,
    UpdateOrdered,
    decode,
)  # fmt: skip
from omnisync.model.rules import StoreRules

_items = msgspec.json.Decoder(tuple[BatchItem, ...])

_MOST_OF_ORDER = 10_000
"""More events than any order has."""

Order = tuple[str, str]
"""Store and number."""


class TablesAt(Reader):
    """The tables of one product at one moment, to be read like the live ones; close it after use."""

    def __init__(self, db: sqlite3.Connection, path: Path, until: int, events: Mapping[int, Event]) -> None:
        self.db = db
        self.path = path
        self.until = until
        """The newest event that had happened at that moment."""
        self.events = events
        """Events that were read on the way, by number."""


class Past:
    """The moment right after event ``until``; what is read for one product is kept for the next one."""

    def __init__(self, reader: Reader, until: int) -> None:
        self._reader = reader
        self.until = until
        self._events: dict[int, Event] = {}
        self._times: dict[int, int] = {}
        self._orders_read: dict[Order, list[int]] = {}

    def tables(self, product: int) -> TablesAt:
        """The tables with everything about this product, and nothing about any other."""
        db = _tables_in_memory()
        state = _OneProduct(db, self._reader, product)
        self._fill(state)
        state.flush()
        db.execute("COMMIT")
        return TablesAt(db, self._reader.path, self.until, self._events)

    def rules(self) -> dict[str, StoreRules]:
        """The rules of every store that was open."""
        db = _tables_in_memory()
        try:
            state = State(db, empty=True, indexes=False)
            for seq, event in self._touching(RULES, 0).items():
                apply(state, seq, self._at(seq), event)
            return state.rules()
        finally:
            db.close()

    def _fill(self, state: _OneProduct) -> None:
        known = self._reader.rows(
            "SELECT seq, rows FROM product_at WHERE product = ? AND seq <= ? ORDER BY seq DESC LIMIT 1",
            state.id, self.until,
        )  # fmt: skip
        start, begin = (known[0][0], checkpoint.read(known[0][1])) if known else (0, None)
        told = self._touching(state.id, start)
        orders = self._orders(begin.orders if begin else (), told.values())
        rules = self._touching(RULES, 0)
        every = self._touching(EVERY, start or min(told, default=self.until))
        of_orders = {seq: event for order in orders for seq, event in self._stream(order).items()}
        releases = {seq: order for order, seq in orders.items() if 0 < seq <= self.until}
        if begin is not None:
            _before(state, start, {**rules, **of_orders}, releases, self._at)
            _load(state, begin)
            _load_open_batches(state, self._reader)
        for seq in sorted(each for each in {**told, **rules, **every, **of_orders, **releases} if each > start):
            event = told.get(seq) or rules.get(seq) or every.get(seq) or of_orders.get(seq)
            if event is None:
                _release(state, seq, releases[seq])
            else:
                apply(state, seq, self._at(seq), _mine(event, state))
                if isinstance(event, ListingsSeen | ListingLinked):
                    _leave_to_others(state)
        _drop_others(state)

    def _at(self, seq: int) -> int:
        return self._times[seq]

    def _touching(self, product: int, after: int) -> dict[int, Event]:
        """What touched the product after that event, by number."""
        sql = "SELECT seq FROM event_product WHERE product = ? AND seq > ? AND seq <= ? ORDER BY seq"
        seqs = [seq for (seq,) in self._reader.rows(sql, product, after, self.until)]
        missing = [seq for seq in seqs if seq not in self._events]
        if missing:
            self._keep(self._reader.ask(lambda db: stored.at(db, missing)))
        return {seq: self._events[seq] for seq in seqs}

    def _stream(self, order: Order) -> dict[int, Event]:
        """The story of an order, by number."""
        if order not in self._orders_read:
            stream, before = f"order:{order[0]}:{order[1]}", self.until + 1
            found = self._reader.ask(lambda db: stored.of_stream(db, stream, _MOST_OF_ORDER, before))
            self._keep(found)
            self._orders_read[order] = [each.seq for each in found]
        return {seq: self._events[seq] for seq in self._orders_read[order]}

    def _keep(self, found: Iterable[Stored]) -> None:
        for each in found:
            if each.seq not in self._events:
                self._events[each.seq], self._times[each.seq] = decode(each.payload), each.at

    def _orders(self, ids: Iterable[int], told: Iterable[Event]) -> dict[Order, int]:
        """The orders that hold some of the product or are told of, each with the event that released it, or 0."""
        numbers = {(event.store, event.number) for event in told if isinstance(event, OrderSeen | LineResolved)}
        rows = self._reader.rows(
            f"SELECT store, number, released FROM shop_order WHERE id IN ({', '.join(map(str, ids))})"
        )
        for key in numbers:
            rows += self._reader.rows(
                "SELECT store, number, released FROM shop_order WHERE store = ? AND number = ?", *key
            )
        return {(store, number): released for store, number, released in rows}


def _tables_in_memory() -> sqlite3.Connection:
    """Empty tables, within a transaction; without indexes, because they will hold a handful of rows."""
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    db.execute("BEGIN")
    for statement in _bare_tables():
        db.execute(statement)
    return db


@lru_cache
def _bare_tables() -> tuple[str, ...]:
    return tuple(each for each in statements() if "CREATE TABLE" in each)


class _OneProduct(State):
    """The state of one product. Others are no more than their ids: an order's line, a listing that went over to one."""

    def __init__(self, db: sqlite3.Connection, reader: Reader, product: int) -> None:
        super().__init__(db, empty=True, indexes=False)
        self.id = product
        self.code = str(reader.one("SELECT code FROM product WHERE id = ?", product))
        self._reader = reader
        self._born: dict[str, tuple[int, int] | None] = {}
        # The next product that is made is this one.
        self._next_ids["product"] = product - 1

    def _find_product(self, code: str) -> ProductRow | None:
        born = self._born.get(code, ())
        if born == ():
            sql = "SELECT id, (SELECT min(seq) FROM event_product WHERE product = id) FROM product WHERE code = ?"
            found = self._reader.rows(sql, code)
            born = self._born[code] = found[0] if found else None
        if not born or born[1] > self.seq or (born[0] == self.id and born[1] == self.seq):
            return None
        other = ProductRow(born[0], code, "", "", "", "", None, "", 1)
        self.add_product(other)
        return other

    def expect(self, codes: Iterable[str], *_tables: Table[Any]) -> Mapping[str, ProductRow | None]:
        """Looked up one by one: there are few."""
        return {code: self.product(code) for code in codes}

    def products_listed_on(self, store: str) -> list[int]:
        """This product, if it has a listing there."""
        return [self.id] if any(row.store == store and row.product == self.id for row in self.listings.all()) else []

    def trace(self, product: int) -> None:
        """Nobody looks for events in these tables."""

    def touch(self, product: int) -> None:
        """Nobody looks for checkpoints in these tables."""

    def index(self, product: int, text: str) -> None:
        """Nobody searches in these tables."""


def _before(
    state: _OneProduct, start: int, told: Mapping[int, Event], releases: Mapping[int, Order], at: Callable[[int], int]
) -> None:
    """What the checkpoint leaves to the events before it: the stores' rules, and how the orders stood."""
    for seq in sorted(each for each in {**told, **releases} if each <= start):
        if seq in told:
            apply(state, seq, at(seq), told[seq])
        if seq in releases:
            _release(state, seq, releases[seq])


def _release(state: _OneProduct, seq: int, order: Order) -> None:
    state.seq = seq
    row = state.order(*order)
    if row is not None:
        release(state, row, {})


def _load(state: _OneProduct, begin: Checkpoint) -> None:
    for table in state.of_products:
        for row in [*table.of(state.id).values()]:
            # Made by the orders, which were applied without what else was known then.
            table.delete(row)
        table.load(begin.rows.get(table.name, ()))
    state.add_product(begin.product)
    for listing in begin.listings:
        state.listings.put(listing)


def _load_open_batches(state: _OneProduct, reader: Reader) -> None:
    """What the batches under way have of the product: their answers are still to come."""
    for key in {figure.batch for figure in state.figures.of(state.id).values() if figure.batch}:
        for values in reader.rows("SELECT * FROM batch WHERE key = ?", key):
            batch = BatchRow(*values)
            items = tuple(item for item in _items.decode(batch.items) if item.product == state.code)
            state.open_items[key] = items
            state.batches.put(batch)


def _mine(event: Event, state: _OneProduct) -> Event:
    """The part of the event that is about this product: the rest of a large one would take most of the time."""
    code, replace = state.code, msgspec.structs.replace
    match event:
        case ProductsRead(cards=cards):
            return replace(event, cards=tuple(card for card in cards if card.code == code))
        case BalancesCounted(counts=counts):
            return replace(event, counts=tuple(count for count in counts if count.code == code))
        case PricesRead(prices=prices):
            return replace(event, prices=tuple(price for price in prices if price.code == code))
        case ProductsGone(codes=codes):
            return replace(event, codes=tuple(each for each in codes if each == code))
        case BatchMade(items=items):
            return replace(event, items=tuple(item for item in items if item.product == code))
        case ListingsSeen(store, listings):
            known = _remote_ids(state, store)
            return replace(
                event, listings=tuple(seen for seen in listings if seen.product == code or seen.remote_id in known)
            )
        case ListingsGone(store, remote_ids):
            known = _remote_ids(state, store)
            return replace(event, remote_ids=tuple(each for each in remote_ids if each in known))
        case FiguresSeen(store, figures, missing, unreadable):
            known = _remote_ids(state, store)
            return replace(
                event,
                figures=tuple(found for found in figures if found.remote_id in known),
                missing=tuple(each for each in missing if each in known),
                unreadable=tuple(each for each in unreadable if each in known),
            )
        case UpdateOrdered(products=()) | FiguresReleased(products=()):
            return event
        case ExclusionSet() | UpdateOrdered() | Retried() | FiguresHeld() | FiguresReleased() | SalesSlowed():
            return replace(event, products=tuple(each for each in event.products if each == code))
    return event


def _remote_ids(state: _OneProduct, store: str) -> set[str]:
    return {row.remote_id for row in state.listings.all() if row.store == store}


def _leave_to_others(state: _OneProduct) -> None:
    """A listing that is another product's from now on, or nobody's, goes its own way."""
    for row in [*state.listings.all()]:
        if row.product != state.id:
            state.listings.delete(row)


def _drop_others(state: _OneProduct) -> None:
    for table in (*state.of_products, state.reservations):
        for row in [*table.all()]:
            if row.product != state.id:
                table.delete(row)
    for other in [*state.products.all()]:
        if other.id != state.id:
            state.products.delete(other)


def at(reader: Reader, product: int, moment: int) -> TablesAt:
    """The tables of one product at that time (milliseconds UTC)."""
    return Past(reader, seq_at(reader, moment)).tables(product)


def seq_at(reader: Reader, moment: int) -> int:
    """The newest event that had happened at that time (milliseconds UTC), 0 when there was none."""
    return reader.ask(lambda db: stored.seq_at(db, moment))


def views(reader: Reader, products: Sequence[int], until: int) -> list[ProductView]:
    """These products, in this order, as a list showed them right after that event; without those not yet known."""
    past = Past(reader, until)
    found = []
    for product in products:
        if product_existed(reader, product, until):
            with past.tables(product) as then:
                found += product_list.views(then, [(product, None)])
    return found

"""Products as they were at a past moment: their own events applied once more, by the same ``apply`` as live.

Only a product's events, the stores' rules and the orders that concern it are read, from the last checkpoint
before the moment (checkpoint.py), into tables of their own in memory (one_product.py). Whoever asks the live
tables of a product can so ask those of any moment.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from omnisync.log import checkpoint, product_list, stored
from omnisync.log.archive import Stored
from omnisync.log.checkpoint import Checkpoint
from omnisync.log.one_product import OneProduct, Order, tables_in_memory
from omnisync.log.product_list import ProductView
from omnisync.log.reader import Reader
from omnisync.log.rows import EVERY, RULES
from omnisync.model.events import (
    BatchLost,
    BatchSent,
    ErpOrderMoved,
    Event,
    LineResolved,
    OrderExported,
    OrderExporting,
    OrderSeen,
    decode,
)  # fmt: skip
from omnisync.model.rules import StoreRules

_ONLY_TOLD = frozenset(
    str(each.__struct_config__.tag) for each in (BatchSent, BatchLost, OrderExporting, OrderExported, ErpOrderMoved)
)
"""Types of events that change nothing of what a list shows."""


class TablesAt(Reader):
    """The tables of one product at one moment, to be read like the live ones; close it after use."""

    def __init__(self, db: sqlite3.Connection, path: Path, until: int, events: Mapping[int, Event]) -> None:
        self.db = db
        self.path = path
        self.until = until
        """The newest event that had happened at that moment."""
        self.events = events
        """Events that were read on the way, by number."""


class _Story(NamedTuple):
    """What is told of a product: from which event on, what was so right after that, what touched it since, of which orders."""

    product: int
    code: str
    start: int
    begin: Checkpoint | None
    told: dict[int, Event]
    orders: set[Order]


class _OrderStory(NamedTuple):
    """The events of an order, and the one that released its reservation, or 0."""

    seqs: list[int]
    released: int


class Past:
    """The moment right after event ``until``; what is read for one product is kept for the next one."""

    def __init__(self, reader: Reader, until: int) -> None:
        self._reader = reader
        self.until = until
        self._events: dict[int, Event] = {}
        self._times: dict[int, int] = {}
        self._orders: dict[Order, _OrderStory] = {}
        self._order_of: dict[int, Order] = {}
        self._touched: dict[int, list[int]] = {}

    def tables(self, product: int) -> TablesAt:
        """The tables with everything about this product, and nothing about any other."""
        db = tables_in_memory()
        state = OneProduct(db, self._reader)
        for story in self._stories([product]):
            self._tell(state, story)
        state.flush()
        db.execute("COMMIT")
        return TablesAt(db, self._reader.path, self.until, self._events)

    def views(self, products: Sequence[int]) -> list[ProductView]:
        """These products, in this order, as a list showed them; without those not yet known."""
        # All at one moment: what was not touched since may be just now.
        return self._reader.ask(lambda _db: self._views(products))

    def _views(self, products: Sequence[int]) -> list[ProductView]:
        untouched = [(product, None) for product in self._untouched(products)]
        found = {view.id: view for view in product_list.views(self._reader, untouched)}
        db = tables_in_memory()
        try:
            state = OneProduct(db, self._reader)
            for story in self._stories([each for each in products if each not in found], without=_ONLY_TOLD):
                self._tell(state, story)
                if (view := state.view()) is not None:
                    found[view.id] = view
        finally:
            db.close()
        return [found[product] for product in products if product in found]

    def _untouched(self, products: Sequence[int]) -> list[int]:
        """Those that are still as they were; a shop that asks about yesterday has mostly such."""
        since = "SELECT 1 FROM event_product WHERE product = {} AND seq > ?"
        if self._reader.one(
            f"SELECT EXISTS ({since.format(RULES)}) OR EXISTS ({since.format(EVERY)})", *2 * [self.until]
        ):
            return []
        sql = f"SELECT value FROM json_each(?) WHERE NOT EXISTS ({since.format('value')})"
        return [product for (product,) in self._reader.rows(sql, json.dumps(products), self.until)]

    def rules(self) -> dict[str, StoreRules]:
        """The rules of every store that was open."""
        db = tables_in_memory()
        try:
            state = OneProduct(db, self._reader)
            for seq, event in self._touching(RULES).items():
                state.happened(seq, self._times[seq], event)
            return state.rules()
        finally:
            db.close()

    def _stories(self, products: Sequence[int], without: Collection[str] = ()) -> list[_Story]:
        """What is told of each of these, with all of its events at hand but for those types."""
        sql = """SELECT p.id, p.code, coalesce(a.seq, 0), a.rows FROM json_each(?) j JOIN product p ON p.id = j.value
            LEFT JOIN product_at a ON a.product = p.id
            AND a.seq = (SELECT max(seq) FROM product_at WHERE product = p.id AND seq <= ?) ORDER BY j.id"""
        found = self._reader.rows(sql, json.dumps(products), self.until)
        touched = self._seqs({product: start for product, _code, start, _rows in found})
        self._read({seq for seqs in touched.values() for seq in seqs}, without)
        stories = []
        for product, code, start, rows in found:
            told = {seq: self._events[seq] for seq in touched[product] if seq in self._events}
            orders = {(each.store, each.number) for each in told.values() if isinstance(each, OrderSeen | LineResolved)}
            stories.append(_Story(product, code, start, checkpoint.read(rows) if rows else None, told, orders))
        self._read_orders(stories, without)
        return stories

    def _tell(self, state: OneProduct, story: _Story) -> None:
        start, begin, told = story.start, story.begin, story.told
        orders = self._orders_of(story)
        rules = self._touching(RULES)
        every = self._touching(EVERY, start or min(told, default=self.until))
        of_orders = {seq: self._events[seq] for order in orders.values() for seq in order.seqs}
        releases = {each.released: order for order, each in orders.items() if 0 < each.released <= self.until}
        happened = {**of_orders, **every, **rules, **told}
        known = state.start(story.product, story.code, max((seq for seq in rules if seq <= start), default=0))
        if begin is not None:
            # What the checkpoint leaves to the events before it: the stores' rules, and how the orders stood.
            before = of_orders if known else {**rules, **of_orders}
            for seq in sorted(each for each in {*before, *releases} if each <= start):
                if seq in before:
                    state.happened(seq, self._times[seq], before[seq])
                if seq in releases:
                    state.release(seq, releases[seq])
            state.load(begin)
        for seq in sorted(each for each in {*happened, *releases} if each > start):
            if seq in happened:
                state.happened(seq, self._times[seq], happened[seq])
            else:
                state.release(seq, releases[seq])
        state.drop_others()

    def _seqs(self, starts: Mapping[int, int]) -> dict[int, list[int]]:
        """The events that touched each product after its start, in their order."""
        sql = """SELECT t.product, t.seq FROM json_each(?) j JOIN event_product t ON t.product = json_extract(j.value, '$[0]')
            AND t.seq > json_extract(j.value, '$[1]') AND t.seq <= ? ORDER BY t.product, t.seq"""
        found: dict[int, list[int]] = {product: [] for product in starts}
        for product, seq in self._reader.rows(sql, json.dumps([*starts.items()]), self.until):
            found[product].append(seq)
        return found

    def _touching(self, what: int, after: int = 0) -> dict[int, Event]:
        """What touched the rules, or every product, after that event, by number."""
        if what not in self._touched:
            self._touched[what] = self._seqs({what: 0})[what]
            self._read(self._touched[what])
        return {seq: self._events[seq] for seq in self._touched[what] if seq > after}

    def _read_orders(self, stories: Iterable[_Story], without: Collection[str]) -> None:
        """Have the orders at hand that held some of these products, or are told of."""
        held = json.dumps([order for story in stories if story.begin for order in story.begin.orders])
        told = json.dumps([*{order for story in stories for order in story.orders}])
        rows = self._reader.rows(
            """SELECT o.id, o.store, o.number, o.released FROM json_each(?) j JOIN shop_order o ON o.id = j.value
            UNION SELECT o.id, o.store, o.number, o.released FROM json_each(?) j JOIN shop_order o
            ON o.store = json_extract(j.value, '$[0]') AND o.number = json_extract(j.value, '$[1]')""",
            held, told,
        )  # fmt: skip
        streams: dict[str, list[int]] = {f"order:{store}:{number}": [] for _id, store, number, _released in rows}
        found = self._reader.ask(lambda db: stored.of_streams(db, streams, self.until + 1, without)) if streams else []
        self._keep(found)
        for each in found:
            streams[each.stream].append(each.seq)
        for id_, store, number, released in rows:
            self._order_of[id_] = store, number
            self._orders[store, number] = _OrderStory(streams[f"order:{store}:{number}"], released)

    def _orders_of(self, story: _Story) -> dict[Order, _OrderStory]:
        held = {self._order_of[id_] for id_ in story.begin.orders if id_ in self._order_of} if story.begin else set()
        return {order: self._orders[order] for order in held | story.orders if order in self._orders}

    def _read(self, seqs: Iterable[int], without: Collection[str] = ()) -> None:
        """Have these events at hand, but for those types."""
        missing = [seq for seq in seqs if seq not in self._events]
        if missing:
            self._keep(self._reader.ask(lambda db: stored.at(db, missing, without)))

    def _keep(self, found: Iterable[Stored]) -> None:
        for each in found:
            if each.seq not in self._events:
                self._events[each.seq], self._times[each.seq] = decode(each.payload), each.at


def at(reader: Reader, product: int, moment: int) -> TablesAt:
    """The tables of one product at that time (milliseconds UTC)."""
    return Past(reader, seq_at(reader, moment)).tables(product)


def seq_at(reader: Reader, moment: int) -> int:
    """The newest event that had happened at that time (milliseconds UTC), 0 when there was none."""
    return reader.ask(lambda db: stored.seq_at(db, moment))

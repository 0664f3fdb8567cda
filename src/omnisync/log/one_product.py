"""The state of one product alone, in memory: what its past is told in (past.py)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from functools import lru_cache, partial
from typing import Any

import msgspec
from msgspec.structs import replace

from omnisync.log import stored
from omnisync.log.apply import apply
from omnisync.log.apply.orders import release
from omnisync.log.checkpoint import Checkpoint
from omnisync.log.product_list import FigureView, ProductView, figure_view
from omnisync.log.reader import Reader
from omnisync.log.rebuild import statements
from omnisync.log.rows import BatchRow, FigureRow, ProductRow
from omnisync.log.state import State
from omnisync.log.table import Table
from omnisync.model.events import (
    BalancesCounted,
    BatchMade,
    Event,
    ExclusionSet,
    FiguresHeld,
    FiguresReleased,
    FiguresSeen,
    Kind,
    ListingLinked,
    ListingsGone,
    ListingsSeen,
    PricesRead,
    ProductsGone,
    ProductsRead,
    Retried,
    SalesSlowed,
    UpdateOrdered,
    decode,
)  # fmt: skip
from omnisync.model.rules import StoreRules

Order = tuple[str, str]
"""Store and number."""


def tables_in_memory() -> sqlite3.Connection:
    """Empty tables, within a transaction; without indexes, because they will hold a handful of rows."""
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    db.deserialize(_bare_tables())
    db.execute("BEGIN")
    db.execute("SAVEPOINT empty")
    return db


@lru_cache
def _bare_tables() -> bytes:
    """A database of nothing but the tables: it is opened in a tenth of the time that it takes to make them."""
    with closing(sqlite3.connect(":memory:")) as db:
        for statement in statements():
            if "CREATE TABLE" in statement:
                db.execute(statement)
        return db.serialize()


@lru_cache
def _rules(text: str) -> StoreRules:
    return msgspec.json.decode(text, type=StoreRules)


class OneProduct(State):
    """The state of one product. Others are no more than their ids: an order's line, a listing that went over to one.

    One after another may be told in it: ``start`` makes room for the next.
    """

    def __init__(self, db: sqlite3.Connection, reader: Reader) -> None:
        super().__init__(db, empty=True, indexes=False)
        self.id = 0
        self.code = ""
        self._rules_seq = 0
        self._reader = reader
        self._born: dict[str, tuple[int, int] | None] = {}

    def start(self, product: int, code: str, rules_seq: int) -> bool:
        """Nothing is known yet, and the next product that is made is this one.

        Answers whether the stores' rules are there already, as they were after event ``rules_seq``: they need not be
        told for each product anew.
        """
        same = 0 < rules_seq == self._rules_seq
        stores, rules = [*self.stores.all()], (self._rules, self._stock_rules, self._last_pieces)
        self.forget()
        # A few rows may have been written, for a query over several tables.
        self.db.execute("ROLLBACK TO empty")
        for table in self._tables:
            table.complete = True
        self._empty = True
        self.id, self.code = product, code
        self._next_ids["product"] = product - 1
        if same:
            for store in stores:
                self.stores.put(store)
            self._rules, self._stock_rules, self._last_pieces = rules
        return same

    def rules(self) -> dict[str, StoreRules]:
        """The rules of every open store, by name."""
        if self._rules is None:
            rows = sorted((row.name, row.rules) for row in self.stores.all() if row.open)
            self._rules = {name: _rules(text) for name, text in rows}
        return self._rules

    def rules_changed(self) -> None:
        """A store's rules were put."""
        super().rules_changed()
        self._rules_seq = self.seq

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

    def expect(
        self, codes: Iterable[str], *_tables: Table[Any], figures: Iterable[str] = (), store: str = ""
    ) -> Mapping[str, ProductRow | None]:
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

    # Telling.

    def happened(self, seq: int, at: int, event: Event) -> None:
        """Apply the part of the event that is about this product: the rest of a large one would take most of the time."""
        cut = _CUT.get(type(event))
        apply(self, seq, at, event if cut is None else cut(event, self))
        if isinstance(event, ListingsSeen | ListingLinked):
            self._leave_to_others()

    def release(self, seq: int, order: Order) -> None:
        """The order's reservation ended with that event, which was about another product of it."""
        self.seq = seq
        row = self.order(*order)
        if row is not None:
            release(self, row, {})

    def load(self, begin: Checkpoint) -> None:
        """Everything as it was at the checkpoint; how the stores and the orders stood then has been told already."""
        for table, group in self.groups_of(self.id):
            for row in [*table.of(group).values()]:
                # Made by the orders, which were applied without what else was known then.
                table.delete(row)
        for table in (*self.of_products, self.figures):
            table.load(begin.rows.get(table.name, ()))
        self.add_product(begin.product)
        for listing in begin.listings:
            self.listings.put(listing)
        self._load_open_batches()

    def _load_open_batches(self) -> None:
        """What the batches under way have of the product: their answers are still to come."""
        for key in {figure.batch for figure in self.figures.all() if figure.product == self.id and figure.batch}:
            for values in self._reader.rows("SELECT * FROM batch WHERE key = ?", key):
                batch = BatchRow(*values)
                made = self._reader.ask(partial(stored.at, seqs=[batch.made_seq]))[0]
                event = decode(made.payload)
                assert isinstance(event, BatchMade)
                self.open_items[key] = tuple(item for item in event.items if item.product == self.code)
                self.batches.put(batch)

    def remote_ids(self, store: str) -> set[str]:
        """The product's listings in the store."""
        return {row.remote_id for row in self.listings.all() if row.store == store}

    def _leave_to_others(self) -> None:
        """A listing that is another product's from now on, or nobody's, goes its own way."""
        for row in [*self.listings.all()]:
            if row.product != self.id:
                self.listings.delete(row)

    def drop_others(self) -> None:
        """What the orders told of other products goes."""
        for table in (*self.of_products, self.figures, self.reservations):
            for row in [*table.all()]:
                if row.product != self.id:
                    table.delete(row)
        for other in [*self.products.all()]:
            if other.id != self.id:
                self.products.delete(other)

    def view(self) -> ProductView | None:
        """The product as a list shows it; None when it was not known yet."""
        row = self.products.get(self.id)
        if row is None:
            return None
        balances = self.balances.of(self.id)
        figures = {(store, kind): row for kind in Kind for store, row in self.figures.of((self.id, kind)).items()}
        return ProductView(
            row.id, row.code, row.name, row.category, row.unit, row.active, row.on_hand, row.reserved, row.available,
            None, {name: balances[name].on_hand for name in sorted(balances)},
            {key: _figure_view(figures[key]) for key in sorted(figures)},
        )  # fmt: skip


def _figure_view(row: FigureRow) -> FigureView:
    return figure_view(
        row.store, row.kind, row.mode, row.wanted, row.wanted_rev, row.confirmed, row.confirmed_rev, row.check_at,
        row.reason,
    )  # fmt: skip


# The product's part of each kind of event that may be about many. One that names a single thing names this product's:
# it would not be told here otherwise.


def _cards(event: ProductsRead, state: OneProduct) -> Event:
    return replace(event, cards=tuple(card for card in event.cards if card.code == state.code))


def _counts(event: BalancesCounted, state: OneProduct) -> Event:
    if len(event.counts) == 1:
        return event
    return replace(event, counts=tuple(count for count in event.counts if count.code == state.code))


def _prices(event: PricesRead, state: OneProduct) -> Event:
    return replace(event, prices=tuple(price for price in event.prices if price.code == state.code))


def _codes(event: ProductsGone, state: OneProduct) -> Event:
    return replace(event, codes=tuple(each for each in event.codes if each == state.code))


def _items(event: BatchMade, state: OneProduct) -> Event:
    if len(event.items) == 1:
        return event
    return replace(event, items=tuple(item for item in event.items if item.product == state.code))


def _listings(event: ListingsSeen, state: OneProduct) -> Event:
    known, code = state.remote_ids(event.store), state.code
    return replace(
        event, listings=tuple(seen for seen in event.listings if seen.product == code or seen.remote_id in known)
    )


def _gone(event: ListingsGone, state: OneProduct) -> Event:
    known = state.remote_ids(event.store)
    return replace(event, remote_ids=tuple(each for each in event.remote_ids if each in known))


def _figures(event: FiguresSeen, state: OneProduct) -> Event:
    if len(event.figures) + len(event.missing) + len(event.unreadable) == 1:
        return event
    known = state.remote_ids(event.store)
    return replace(
        event,
        figures=tuple(found for found in event.figures if found.remote_id in known),
        missing=tuple(each for each in event.missing if each in known),
        unreadable=tuple(each for each in event.unreadable if each in known),
    )


def _products(
    event: ExclusionSet | UpdateOrdered | Retried | FiguresHeld | FiguresReleased | SalesSlowed, state: OneProduct
) -> Event:
    if len(event.products) <= 1:
        # None: every product.
        return event
    return replace(event, products=tuple(each for each in event.products if each == state.code))


_CUT: Mapping[type[Any], Callable[[Any, OneProduct], Event]] = {
    ProductsRead: _cards,
    BalancesCounted: _counts,
    PricesRead: _prices,
    ProductsGone: _codes,
    BatchMade: _items,
    ListingsSeen: _listings,
    ListingsGone: _gone,
    FiguresSeen: _figures,
    **dict.fromkeys((ExclusionSet, UpdateOrdered, Retried, FiguresHeld, FiguresReleased, SalesSlowed), _products),
}

"""The tables as apply() sees them: rows by key, kept in memory and written back in bulk.

One State belongs to one connection. Reads go through it, so that what an earlier event of the same
transaction changed is seen by the next one; ``flush`` writes the changed rows with executemany. The
same class serves the live log and a rebuild.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import msgspec

from omnisync.log import rows
from omnisync.log.news import News
from omnisync.log.table import Table
from omnisync.model.events import BatchItem, Kind
from omnisync.model.rules import GuardRules, Owner, StoreRules

R = TypeVar("R")

MOST_CACHED = 4_000
"""Rows of one table kept in memory between transactions; past it the newer half of them stays (memory on a small PC)."""

CHECKPOINT_EVERY = 32
"""Of so many events that touch a product, one leaves a checkpoint of it: so long is the way to any past moment."""

_MOST_OF = {"product": 12_000, "figure": 6_000, "listing": 2_000}
"""The same where other figures are better: every event needs its product; listings are large and seldom needed twice."""


_DOCUMENTS = frozenset({"customer", "batch", "shop_order", "order_part", "order_line", "reservation"})
"""Tables of which a row is hardly changed again after some days, while a product's rows change again and again."""


def _quantities(rules: StoreRules) -> bytes:
    """The rules without what no quantity depends on: equal where two stores show the same figure."""
    return msgspec.json.encode(
        msgspec.structs.replace(
            rules, platform="", currency="", orders_from="", price_list="", markup=0, rounding="", order_series="",
            push_stock=True, push_price=True, checks_by_reading=False, guard=GuardRules(), floor_list="", floors=(),
        )
    )  # fmt: skip


_items = msgspec.json.Decoder(tuple[BatchItem, ...])


@lru_cache
def _tables_read(sql: str) -> frozenset[str]:
    return frozenset(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", sql))


def _most(table: Table[Any]) -> int:
    return _MOST_OF.get(table.name, MOST_CACHED)


class _ByCode(dict[str, rows.ProductRow | None]):
    """Products by code; one that is not in memory is looked up when it is asked for, by who remembers it here."""

    def __init__(self, find: Callable[[str], rows.ProductRow | None]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, code: str) -> rows.ProductRow | None:
        return self._find(code)


class StockRule(NamedTuple):
    """One store's rules for quantities.

    ``again``: they give the same figure as those of the store before. ``pushed``: quantities are pushed, and ours count.
    """

    store: str
    rules: StoreRules
    again: bool
    pushed: bool


class State:
    """All tables. ``seq`` and ``at`` are those of the event that is being applied.

    ``empty`` says that the database has no rows yet, which spares every look-up for what is not in memory;
    ``indexes`` that the tables have their secondary indexes, which have a price at every change.
    ``product(code)`` gives the product of that code, or None.
    """

    product: Callable[[str], rows.ProductRow | None]

    def __init__(self, db: sqlite3.Connection, *, empty: bool = False, indexes: bool = True) -> None:
        self.db = db

        def table(
            row: Callable[..., R], name: str, group: str, rest: str = "", indexed: Sequence[str] = (), many: str = ""
        ) -> Table[R]:
            return Table(db, row, name, group, rest, complete=empty, indexed=indexed if indexes else (), many=many)

        self.products = table(
            rows.ProductRow, "product", "id", indexed=("name_key", "on_hand", "reserved", "available")
        )
        self.keys = table(rows.ProductKeyRow, "product_key", "key", "product")
        self.balances = table(rows.BalanceRow, "balance", "product", "warehouse", ("on_hand",))
        self.prices = table(rows.PriceRow, "price", "product", "price_list")
        self.customers = table(rows.CustomerRow, "customer", "id")
        self.erasures = table(rows.ErasureRow, "erasure", "key")
        self.stores = table(rows.StoreRow, "store", "name")
        self.acts = table(rows.ActRow, "act", "seq")
        self.choices = table(rows.ChoiceRow, "choice", "product", "store")
        self.listings = table(rows.ListingRow, "listing", "store,remote_id")
        self.figures = table(
            rows.FigureRow, "figure", "product,kind", "store",
            ("mode", "wanted", "wanted_rev", "confirmed", "confirmed_rev", "check_at"), many="product",
        )  # fmt: skip
        self.drifts = table(rows.DriftRow, "drift", "product", "store,kind", ("state",))
        self.batches = table(rows.BatchRow, "batch", "key")
        self.orders = table(rows.OrderRow, "shop_order", "id")
        self.parts = table(rows.PartRow, "order_part", "shop_order", "part")
        self.lines = table(rows.LineRow, "order_line", "shop_order", "line_id,part")
        self.reservations = table(rows.ReservationRow, "reservation", "shop_order", "line_id")
        self.speeds = table(rows.SpeedRow, "sale_speed", "product", "store")
        self.kept = table(rows.KeptRow, "kept_back", "product")
        self.holds = table(rows.HoldRow, "hold", "id")
        self.quarantine = table(rows.QuarantineRow, "quarantine", "connector,subject")
        self._tables: tuple[Table[Any], ...] = tuple(each for each in vars(self).values() if isinstance(each, Table))
        self.of_products = tuple(each for each in self._tables if each.grouped_by == "product")
        """The tables in which every row is of one product; beside them the figures, which stand in a group for each kind."""
        self._rules: dict[str, StoreRules] | None = None
        self._last_pieces: bool | None = None
        self._stock_rules: list[StockRule] | None = None
        # None: there is no such product, or order.
        self._products_by_code = _ByCode(self._find_product)
        self.product = self._products_by_code.__getitem__
        self._orders_by_number: dict[tuple[str, str], int | None] = {}
        self._empty = empty
        self._next_ids: dict[str, int] = {}
        self._search: dict[int, str] = {}
        # The events by product, in their order; one may stand there twice.
        self._traces: defaultdict[int, list[int]] = defaultdict(list)
        self._listed: dict[int, dict[str, rows.ListingRow]] = {}
        """Every product's listings by store, as long as all listings are in memory."""
        self.reconsider: set[int] = set()
        """Products of which a store has stopped or begun to offer pieces: what the others show of the last ones may change."""
        self._checkpoints: list[tuple[int, int, bytes]] = []
        self.due: dict[int, None] = {}
        """The products of which the event being applied leaves a checkpoint."""
        self.open_items: dict[str, tuple[BatchItem, ...]] = {}
        """The items of batches under way, by key; those of before this process was started are not here until asked for."""
        self.begin(0, 0)
        self.woken: set[str] = set()
        self.news = News()

    def begin(self, seq: int, at: int) -> None:
        """The event of that number and time is being applied from here on."""
        self.seq = seq
        self.at = at
        # Drawn from the number alone, so that there is nothing to count, and a rebuild draws the same.
        self._turn = (seq * 0x9E3779B1 >> 16) % CHECKPOINT_EVERY

    # Look-ups by something else than the key.

    def _find_product(self, code: str) -> rows.ProductRow | None:
        found = None
        if not self._empty:
            found = self.db.execute("SELECT id FROM product WHERE code = ?", (code,)).fetchone()
        product = None if found is None else self.products.get(found[0])
        self._products_by_code[code] = product
        return product

    def add_product(self, row: rows.ProductRow) -> None:
        """A new product."""
        self._products_by_code[row.code] = row
        if not self._empty:
            for table in (self.balances, self.prices, self.choices):
                table.first_time(row.id)
            for kind in Kind:
                self.figures.first_time((row.id, kind))
        self.products.put(row)

    def expect(
        self, codes: Iterable[str], *tables: Table[Any], figures: Iterable[str] = (), store: str = ""
    ) -> Mapping[str, rows.ProductRow | None]:
        """An event names these products: look them up together, with what ``prefetch`` would look up.

        The answer holds each of the codes, with None where there is no such product.
        """
        known = self._products_by_code
        codes = set(codes)
        missing = [code for code in codes if code not in known]
        if missing and self._empty:
            known.update(dict.fromkeys(missing))
        elif missing:
            sql = "SELECT code, id FROM product WHERE code IN (SELECT value FROM json_each(?))"
            found = dict(self.db.execute(sql, (msgspec.json.encode(missing).decode(),)).fetchall())
            self.products.prefetch(list(found.values()))
            for code in missing:
                known[code] = self.products.get(found[code]) if code in found else None
        if tables or figures:
            ids = [product.id for code in codes if (product := known.get(code)) is not None]
            self.prefetch(ids, *tables, figures=figures, store=store)
        return known

    def prefetch(
        self, products: Collection[int], *tables: Table[Any], figures: Iterable[str] = (), store: str = ""
    ) -> None:
        """Look up the rows of these products in these tables together, and their figures of these kinds.

        With a store, only its figures, for who asks for them by ``get``.
        """
        for table in tables:
            table.prefetch(products)
        for kind in figures:
            if store:
                self.figures.prefetch_single(products, kind, rest=store)
            else:
                self.figures.prefetch(products, kind)

    def groups_of(self, product: int) -> Iterator[tuple[Table[Any], Any]]:
        """Every group of rows that is of this product, with its table."""
        yield from ((table, product) for table in self.of_products)
        yield from ((self.figures, (product, kind)) for kind in Kind)

    def rules(self) -> dict[str, StoreRules]:
        """The rules of every open store, by name."""
        if self._rules is None:
            self.stores.flush()
            found = self.db.execute("SELECT name, rules FROM store WHERE open ORDER BY name").fetchall()
            self._rules = {name: msgspec.json.decode(text, type=StoreRules) for name, text in found}
        return self._rules

    def last_pieces(self) -> bool:
        """Whether any store has rules for the last pieces."""
        if self._last_pieces is None:
            self._last_pieces = any(rules.last_piece.on for rules in self.rules().values())
        return self._last_pieces

    def stock_rules(self) -> list[StockRule]:
        """What decides a quantity in each open store; stores that show the same stand one after the other."""
        if self._stock_rules is None:
            alike = sorted((_quantities(rules), store, rules) for store, rules in self.rules().items())
            before = [None, *(key for key, _, _ in alike)]
            self._stock_rules = [
                StockRule(
                    store,
                    rules,
                    key == last,
                    rules.push_stock and rules.stock_owner is not Owner.STORE,
                )
                for (key, store, rules), last in zip(alike, before, strict=False)
            ]
        return self._stock_rules

    def rules_changed(self) -> None:
        """A store's rules were put: the decoded ones are out of date."""
        self._rules = self._stock_rules = self._last_pieces = None

    def order(self, store: str, number: str) -> rows.OrderRow | None:
        """The order with that number, or None."""
        key = (store, number)
        if key not in self._orders_by_number:
            found = None
            if not self._empty:
                found = self.db.execute("SELECT id FROM shop_order WHERE store = ? AND number = ?", key).fetchone()
            self._orders_by_number[key] = found[0] if found else None
        order = self._orders_by_number[key]
        return None if order is None else self.orders.get(order)

    def items_of(self, batch: rows.BatchRow) -> tuple[BatchItem, ...]:
        """The items of a batch under way; one that is over has none."""
        found = self.open_items.get(batch.key)
        if found is None and batch.items:
            self.open_items[batch.key] = found = _items.decode(batch.items)
        return found or ()

    def add_order(self, row: rows.OrderRow) -> None:
        """A new order."""
        self._orders_by_number[row.store, row.number] = row.id
        for table in (self.parts, self.lines, self.reservations):
            table.first_time(row.id)
        self.orders.begin(row.id, row)

    def next_id(self, table: str) -> int:
        """The next free id of a table whose rows are numbered; the same in a rebuild."""
        last = self._next_ids.get(table)
        if last is None:
            last = self.db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
        self._next_ids[table] = last + 1
        return int(last) + 1

    def select(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """A query over the tables as they stand now; what is pending in those that it reads is written first.

        Each table is named after a FROM or JOIN of its own: a column of the same name is no reason to write anything.
        """
        read = _tables_read(sql)
        for table in self._tables:
            if table.pending and table.name in read:
                table.flush()
        return self.db.execute(sql, values).fetchall()

    def products_listed_on(self, store: str) -> list[int]:
        """The products that have a listing in the store, in id order."""
        sql = "SELECT product FROM listing WHERE store = ? AND product IS NOT NULL ORDER BY product"
        return [product for (product,) in self.select(sql, store)]

    # Things that are only written.

    def index(self, product: int, text: str) -> None:
        """The folded text by which the product is found."""
        self._search[product] = text

    def trace(self, product: int) -> None:
        """The event being applied touches the product: whatever changes one of its rows must say so here."""
        self._traces[product].append(self.seq)
        if product % CHECKPOINT_EVERY == self._turn:
            self.due[product] = None

    def trace_rules(self) -> None:
        """The event being applied changes a store's rules; ``touch`` each product that this changes."""
        self._traces[rows.RULES].append(self.seq)

    def trace_all(self) -> None:
        """The event being applied concerns every product; ``touch`` each that it changes."""
        self._traces[rows.EVERY].append(self.seq)

    def touch(self, product: int) -> None:
        """The product changes with the event: perhaps it is this one's turn to leave a checkpoint."""
        if product % CHECKPOINT_EVERY == self._turn:
            self.due[product] = None

    def remember(self, product: int, everything: bytes) -> None:
        """The checkpoint of a product after the event being applied."""
        self._checkpoints.append((product, self.seq, everything))

    def list_under(self, listing: rows.ListingRow, product: int | None) -> None:
        """The listing is of that product from now on, or of none."""
        if self.listings.complete:
            before = self._listed.get(listing.product or 0, {})
            if before.get(listing.store) is listing:
                del before[listing.store]
            if product is not None:
                self._listed.setdefault(product, {})[listing.store] = listing
        listing.product = product

    def listings_of(self, products: Sequence[int]) -> dict[int, list[tuple[Any, ...]]]:
        """The values of these products' listings, by store."""
        if self.listings.complete:
            values, listed = self.listings.values, self._listed
            return {
                product: [values(some[store]) for store in sorted(some)] if (some := listed.get(product)) else []
                for product in products
            }
        self.listings.flush()
        found: dict[int, list[tuple[Any, ...]]] = {product: [] for product in products}
        sql = """SELECT product, * FROM listing WHERE product IN (SELECT value FROM json_each(?))
            ORDER BY product, store"""
        for product, *values in self.db.execute(sql, (msgspec.json.encode(products).decode(),)).fetchall():
            found[product].append(tuple(values))
        return found

    def orders_holding(self, product: int) -> list[int]:
        """The orders which have reserved some of the product."""
        self.reservations.flush()
        sql = "SELECT DISTINCT shop_order FROM reservation WHERE product = ? ORDER BY shop_order"
        return [order for (order,) in self.db.execute(sql, (product,)).fetchall()]

    def wake(self, who: str) -> None:
        """There is something to do for that store ("" is the ERP) as soon as this is committed."""
        self.woken.add(who)

    def flush(self) -> None:
        """Write everything that changed."""
        for table in self._tables:
            if table.pending:
                table.flush()
        if self._search:
            self.db.executemany("INSERT OR REPLACE INTO search (rowid, text) VALUES (?, ?)", self._search.items())
            self._search.clear()
        self.flush_traces()

    def flush_traces(self) -> None:
        """Write only which events touched which products, and the checkpoints."""
        if self._traces:
            # In order of the key, by one statement: a third of the time of as many small ones.
            by_product = msgspec.json.encode(dict(sorted(self._traces.items()))).decode()
            sql = """INSERT OR IGNORE INTO event_product
                SELECT one.key, each.value FROM json_each(?) AS one, json_each(one.value) AS each"""
            self.db.execute(sql, (by_product,))
            self._traces.clear()
        if self._checkpoints:
            self.db.executemany("INSERT INTO product_at VALUES (?, ?, ?)", self._checkpoints)
            self._checkpoints.clear()

    def spill(self, most_documents: int, most_others: int, most_notes: int) -> None:
        """In a rebuild: write what has grown large and drop it from memory, and write down what was only noted."""
        if sum(map(len, self._traces.values())) > most_notes:
            self.flush_traces()
        for table in self._tables:
            large = table.count > (most_documents if table.name in _DOCUMENTS else most_others)
            if large or table.changes > 4 * most_notes:
                table.flush()
            if large:
                self._drop(table)

    def trim(self, most: int | None = None) -> None:
        """After a commit: bring the tables that have grown large down to half, by default on a small PC's scale."""
        for table in self._tables:
            limit = _most(table) if most is None else most
            if table.count > limit:
                # Not to nothing: the rows of a batch are needed again when it is sent, answered and seen.
                self._drop(table, keep=limit // 2)
        if len(self._orders_by_number) > (MOST_CACHED if most is None else most):
            self._orders_by_number.clear()

    def make_room(self) -> None:
        """Amid a large transaction: write what has grown large and drop all of it from memory.

        Rows that were handed out before stand for nothing any more. A complete table stays: it spares every look-up.
        """
        for table in self._tables:
            if table.count > _most(table) and not table.complete:
                table.flush()
                self._drop(table)

    def _drop(self, table: Table[Any], *, keep: int = 0) -> None:
        if keep:
            table.forget_older(keep)
        else:
            table.forget()
        self._empty = False
        if table is self.products:
            self._products_by_code.clear()
        elif table is self.orders:
            self._orders_by_number.clear()
        elif table is self.listings:
            self._listed.clear()

    def forget(self) -> None:
        """Drop everything from memory, e.g. after a roll-back."""
        for table in self._tables:
            table.forget()
        self._empty = False
        self._rules = self._stock_rules = self._last_pieces = None
        self.reconsider.clear()
        self._products_by_code.clear()
        self._orders_by_number.clear()
        self.open_items.clear()
        self._next_ids.clear()
        self._search.clear()
        self._traces.clear()
        self._checkpoints.clear()
        self._listed.clear()
        self.due.clear()
        self.woken.clear()
        self.news.forget()

    def each_figure(self, product: int, store: str) -> Iterator[rows.FigureRow]:
        """The figures of a product in a store."""
        for kind in Kind:
            row = self.figures.get((product, kind), store)
            if row is not None:
                yield row

    def known_as(self, keys: Iterable[str]) -> list[int]:
        """The products known by the first of these keys that any product has."""
        for key in keys:
            if key and (found := self.keys.of(key)):
                return sorted(found)
        return []

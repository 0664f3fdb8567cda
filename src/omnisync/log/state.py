"""The tables as apply() sees them: rows by key, kept in memory and written back in bulk.

One State belongs to one connection. Reads go through it, so that what an earlier event of the same
transaction changed is seen by the next one; ``flush`` writes the changed rows with executemany. The
same class serves the live log and a rebuild.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from functools import partial
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec

from omnisync.log import rows
from omnisync.model.rules import StoreRules

R = TypeVar("R")

_MOST_CACHED = 60_000
"""Rows kept in memory between transactions; past it the cache starts anew (memory on a small PC)."""


class Table(Generic[R]):
    """One table's rows in groups: all rows that share the leading key columns are loaded together.

    ``group`` and ``rest`` name the two halves of the key (columns, comma between them); a half of
    several columns is a tuple. A changed or new row must be ``put``.
    """

    def __init__(self, db: sqlite3.Connection, row: Callable[..., R], name: str, group: str, rest: str = "") -> None:
        names = [field.name for field in fields(row)]  # type: ignore[arg-type]
        grouped, others_of_key = group.split(","), rest.split(",") if rest else []
        keys = [*grouped, *others_of_key]
        self._db, self._row = db, row
        self._groups: dict[Any, dict[Any, R]] = {}
        self._new: dict[Any, R] = {}
        self._changed: dict[Any, R] = {}
        self._deleted: dict[Any, None] = {}
        self.count = 0
        self._values = attrgetter(*names)
        self._group_of: Callable[[R], Any] = attrgetter(*grouped)
        self._rest_of: Callable[[R], Any] = attrgetter(*others_of_key) if rest else lambda _: None
        self._key_of: Callable[[R], Any] = attrgetter(*keys)
        self._single_group, self._single_key = len(grouped) == 1, len(keys) == 1
        others = [each for each in names if each not in keys]
        where = " AND ".join(f"{key} = ?" for key in keys)
        where_group = " AND ".join(f"{key} = ?" for key in grouped)
        self._select = f"SELECT {', '.join(names)} FROM {name} WHERE {where_group}"
        self._insert = f"INSERT INTO {name} VALUES ({', '.join('?' * len(names))})"
        self._update = f"UPDATE {name} SET {', '.join(f'{each} = ?' for each in others)} WHERE {where}"
        self._update_values = attrgetter(*others, *keys) if others else self._values
        self._delete = f"DELETE FROM {name} WHERE {where}"

    def of(self, group: Any) -> dict[Any, R]:
        """All rows of the group by the rest of their key; not to be changed but through put and delete."""
        found = self._groups.get(group)
        if found is None:
            found = {}
            for values in self._db.execute(self._select, (group,) if self._single_group else group).fetchall():
                row = self._row(*values)
                found[self._rest_of(row)] = row
            self._groups[group] = found
            self.count += 1 + len(found)
        return found

    def get(self, group: Any, rest: Any = None) -> R | None:
        """One row, or None."""
        return self.of(group).get(rest)

    def put(self, row: R) -> None:
        """The row is new or was changed."""
        key = self._key_of(row)
        if key in self._changed or key in self._new:
            return
        group = self.of(self._group_of(row))
        rest = self._rest_of(row)
        if rest in group:
            self._changed[key] = row
        else:
            group[rest] = row
            self.count += 1
            if self._deleted.pop(key, 0) is None:
                self._changed[key] = row
            else:
                self._new[key] = row

    def delete(self, row: R) -> None:
        """The row is gone."""
        key = self._key_of(row)
        self.of(self._group_of(row)).pop(self._rest_of(row), None)
        self._changed.pop(key, None)
        if self._new.pop(key, None) is None:
            self._deleted[key] = None

    def first_time(self, group: Any) -> None:
        """The group is known to have no rows yet: spares the look-up."""
        self._groups.setdefault(group, {})

    def flush(self) -> None:
        """Write everything that changed."""
        if self._deleted:
            keys = [(key,) if self._single_key else key for key in self._deleted]
            self._db.executemany(self._delete, keys)
            self._deleted.clear()
        if self._changed:
            self._db.executemany(self._update, list(map(self._update_values, self._changed.values())))
            self._changed.clear()
        if self._new:
            self._db.executemany(self._insert, list(map(self._values, self._new.values())))
            self._new.clear()

    def forget(self) -> None:
        """Drop every row from memory, written or not."""
        self._groups.clear()
        self._new.clear()
        self._changed.clear()
        self._deleted.clear()
        self.count = 0


class State:
    """All tables. ``seq`` and ``at`` are those of the event that is being applied."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        table = partial(Table, db)
        self.products: Table[rows.ProductRow] = table(rows.ProductRow, "product", "id")
        self.keys: Table[rows.ProductKeyRow] = table(rows.ProductKeyRow, "product_key", "key", "product")
        self.balances: Table[rows.BalanceRow] = table(rows.BalanceRow, "balance", "product", "warehouse")
        self.prices: Table[rows.PriceRow] = table(rows.PriceRow, "price", "product", "price_list")
        self.stores: Table[rows.StoreRow] = table(rows.StoreRow, "store", "name")
        self.choices: Table[rows.ChoiceRow] = table(rows.ChoiceRow, "choice", "product", "store")
        self.listings: Table[rows.ListingRow] = table(rows.ListingRow, "listing", "store,remote_id")
        self.figures: Table[rows.FigureRow] = table(rows.FigureRow, "figure", "product", "store,kind")
        self.batches: Table[rows.BatchRow] = table(rows.BatchRow, "batch", "key")
        self.orders: Table[rows.OrderRow] = table(rows.OrderRow, "shop_order", "id")
        self.parts: Table[rows.PartRow] = table(rows.PartRow, "order_part", "shop_order", "part")
        self.lines: Table[rows.LineRow] = table(rows.LineRow, "order_line", "shop_order", "line_id,part")
        self.reservations: Table[rows.ReservationRow] = table(
            rows.ReservationRow, "reservation", "shop_order", "line_id"
        )
        self.holds: Table[rows.HoldRow] = table(rows.HoldRow, "hold", "id")
        self.quarantine: Table[rows.QuarantineRow] = table(rows.QuarantineRow, "quarantine", "connector,subject")
        self._tables: tuple[Table[Any], ...] = tuple(each for each in vars(self).values() if isinstance(each, Table))
        self._rules: dict[str, StoreRules] | None = None
        self._orders_by_number: dict[tuple[str, str], int | None] = {}
        self._next_ids: dict[str, int] = {}
        self._search: dict[int, str] = {}
        self._traces: dict[tuple[int, int], None] = {}
        self.seq = 0
        self.at = 0
        self.woken: set[str] = set()

    # Look-ups by something else than the key.

    def product(self, code: str) -> rows.ProductRow | None:
        """The product of that code."""
        for key in self.keys.of(code).values():
            if key.kind == "code":
                return self.products.get(key.product)
        return None

    def rules(self) -> dict[str, StoreRules]:
        """The rules of every open store, by name."""
        if self._rules is None:
            self.stores.flush()
            found = self.db.execute("SELECT name, rules FROM store WHERE open ORDER BY name").fetchall()
            self._rules = {name: msgspec.json.decode(text, type=StoreRules) for name, text in found}
        return self._rules

    def rules_changed(self) -> None:
        """A store's rules were put: the decoded ones are out of date."""
        self._rules = None

    def order(self, store: str, number: str) -> rows.OrderRow | None:
        """The order with that number, or None."""
        key = (store, number)
        if key not in self._orders_by_number:
            found = self.db.execute("SELECT id FROM shop_order WHERE store = ? AND number = ?", key).fetchone()
            self._orders_by_number[key] = found[0] if found else None
        order = self._orders_by_number[key]
        return None if order is None else self.orders.get(order)

    def add_order(self, row: rows.OrderRow) -> None:
        """A new order."""
        self._orders_by_number[row.store, row.number] = row.id
        for table in (self.orders, self.parts, self.lines, self.reservations):
            table.first_time(row.id)
        self.orders.put(row)

    def next_id(self, table: str) -> int:
        """The next free id of a table whose rows are numbered; the same in a rebuild."""
        last = self._next_ids.get(table)
        if last is None:
            last = self.db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
        self._next_ids[table] = last + 1
        return int(last) + 1

    def select(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """A query over all tables as they stand now; everything pending is written first."""
        self.flush()
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
        """The event being applied touches the product."""
        self._traces[product, self.seq] = None

    def wake(self, who: str) -> None:
        """There is something to do for that store ("" is the ERP) as soon as this is committed."""
        self.woken.add(who)

    def flush(self) -> None:
        """Write everything that changed."""
        for table in self._tables:
            table.flush()
        if self._search:
            self.db.executemany("INSERT OR REPLACE INTO search (rowid, text) VALUES (?, ?)", list(self._search.items()))
            self._search.clear()
        if self._traces:
            self.db.executemany("INSERT OR IGNORE INTO event_product VALUES (?, ?)", list(self._traces))
            self._traces.clear()

    def trim(self) -> None:
        """After a commit: start the cache anew when it has grown large."""
        if sum(table.count for table in self._tables) > _MOST_CACHED:
            self.forget()

    def forget(self) -> None:
        """Drop everything from memory, e.g. after a roll-back."""
        for table in self._tables:
            table.forget()
        self._rules = None
        self._orders_by_number.clear()
        self._next_ids.clear()
        self._search.clear()
        self._traces.clear()
        self.woken.clear()

    def each_figure(self, product: int, store: str) -> Iterator[rows.FigureRow]:
        """The figures of a product in a store."""
        for (owner, _), row in list(self.figures.of(product).items()):
            if owner == store:
                yield row

    def known_as(self, keys: Iterable[str]) -> list[int]:
        """The products known by the first of these keys that any product has."""
        for key in keys:
            if key and (found := self.keys.of(key)):
                return sorted(found)
        return []

"""The product list as a screen holds it: one frozen order of ids, from which any page is read at once.

The order is kept in a temporary table of a connection of its own, so that a page is a range of
positions: rows never slide while the daemon writes, a jump costs the same anywhere, and "all that
were found" is never a million ids in Python. What stands *in* a row is read anew with its page.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from omnisync.errors import DatabaseError
from omnisync.log import search, stored
from omnisync.log.product_list import ProductView, Sort
from omnisync.log.product_list import views as rows_of
from omnisync.log.reader import Reader
from omnisync.text import _

STATES = ("waiting", "held", "refused", "excluded", "differs")
"""The states of a figure that the list can be filtered by."""

# Without statistics SQLite takes a large index for these; the small partial ones are named.
_DIRTY = "SELECT product FROM figure INDEXED BY figure_dirty WHERE wanted_rev > confirmed_rev AND mode = 'push'"
_UNSEEN = "SELECT product FROM figure INDEXED BY figure_check WHERE check_at > 0 AND mode = 'push'"
_IN_MODE = "SELECT product FROM figure INDEXED BY figure_mode WHERE mode IN ('held', 'refused', 'excluded') AND mode = "

_HAVING = {
    "waiting": f"{_DIRTY} UNION {_UNSEEN}",
    "held": f"{_IN_MODE}'held'",
    "refused": f"{_IN_MODE}'refused'",
    "excluded": f"{_IN_MODE}'excluded'",
    "differs": "SELECT product FROM figure INDEXED BY figure_differs WHERE mode = 'push' "
    "AND wanted_rev <= confirmed_rev AND check_at = 0 AND wanted <> confirmed "
    "UNION SELECT product FROM drift INDEXED BY drift_open WHERE state = 'open'",
}

_KEYS = {"code": "code", "name": "name_key", "on_hand": "on_hand", "reserved": "reserved", "available": "available"}


BY_NAME = Sort("name")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which products, in which order: all words of ``text``, a category, a state of any store's figure."""

    text: str = ""
    category: str = ""
    state: str = ""
    sort: Sort = BY_NAME

    @property
    def filtered(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.text.strip() or self.category or self.state)


@dataclass(frozen=True, slots=True)
class ListRow:
    """A product and whether anything touched it since the order was frozen."""

    product: ProductView
    changed: bool


class FrozenList:
    """The frozen order of one wish. Any thread may use it, one after another; ``interrupt`` is never kept waiting."""

    def __init__(self, path: Path) -> None:
        self.count = 0
        self._path = path
        self._closed = False
        # A connection that is closed while another thread reads from it takes the whole process with it.
        self._turn = threading.Lock()
        self._since = 0
        self._opened: Reader | None = None

    @property
    def _reader(self) -> Reader:
        """Opened when it is first read from: the first rows of all wait for one connection, not for three."""
        if self._opened is None:
            if self._closed:
                raise DatabaseError(_("The list has been closed."))
            reader = Reader(self._path)
            # The file itself is opened read-only; this allows the temporary table.
            reader.db.execute("PRAGMA query_only = OFF")
            reader.db.execute("PRAGMA temp_store = MEMORY")
            reader.db.execute("CREATE TEMP TABLE place (pos INTEGER PRIMARY KEY, product INTEGER NOT NULL)")
            self._opened = reader
        return self._opened

    def close(self) -> None:
        """End what is being read and close the connection; what is asked for later raises DatabaseError."""
        self.interrupt()
        with self._turn:
            self._closed = True
            if self._opened is not None:
                self._opened.close()

    def interrupt(self) -> None:
        """End what is being read for a wish that nobody has any more; it raises DatabaseError there."""
        if not self._closed and self._opened is not None:
            self._opened.db.interrupt()

    def head(self, wish: Wish, size: int) -> list[ListRow]:
        """The first rows without the order being built."""
        with self._turn:
            return first_rows(self._reader, wish, size)

    def build(self, wish: Wish) -> int:
        """Freeze the order; answers how many rows it has."""
        with self._turn:
            self._since = self._reader.ask(stored.head)
            db = self._reader.db
            try:
                db.execute("DELETE FROM temp.place")
                for sql, values in _sources(wish):
                    db.execute(f"INSERT INTO temp.place (product) {sql}", values)
            except sqlite3.OperationalError as error:
                raise Interrupted from error
            self.count = self._reader.one("SELECT coalesce(max(pos), 0) FROM temp.place")
            return self.count

    def page(self, start: int, stop: int) -> list[ListRow]:
        """The rows at these positions, as they are now."""
        with self._turn:
            found = self._ids(start, stop)
            marks = ", ".join("?" * len(found))
            touched = self._reader.rows(
                f"SELECT DISTINCT product FROM event_product WHERE product IN ({marks}) AND seq > ?",
                *found,
                self._since,
            )
            changed = {product for (product,) in touched}
            return [
                ListRow(product, product.id in changed)
                for product in rows_of(self._reader, [(each, None) for each in found])
            ]

    def ids(self, start: int, stop: int) -> list[int]:
        """The products at these positions."""
        with self._turn:
            return self._ids(start, stop)

    def _ids(self, start: int, stop: int) -> list[int]:
        sql = "SELECT product FROM temp.place WHERE pos > ? AND pos <= ?"
        return [product for (product,) in self._reader.rows(sql, start, stop)]

    def position(self, product: int) -> int | None:
        """Where a product stands, None if it isn't among the found ones."""
        with self._turn:
            found = self._reader.one("SELECT pos FROM temp.place WHERE product = ?", product)
            return None if found is None else int(found) - 1

    def codes(self, products: Sequence[int] | None = None) -> tuple[str, ...]:
        """The codes of these products, or of everything found, in the frozen order."""
        with self._turn:
            if products is None:
                sql = "SELECT p.code FROM temp.place v JOIN product p ON p.id = v.product ORDER BY v.pos"
                return tuple(code for (code,) in self._reader.rows(sql))
            marks = ", ".join("?" * len(products))
            sql = f"SELECT code FROM product WHERE id IN ({marks}) ORDER BY code"
            return tuple(code for (code,) in self._reader.rows(sql, *products))


def first_rows(reader: Reader, wish: Wish, size: int) -> list[ListRow]:
    """The first rows without any order being built: what the first paint shows.

    Hits of words come as the index has them: sorting many of them is what takes long.
    """
    ids: dict[int, None] = {}
    for sql, values in _first_hits(wish) if wish.text.strip() else _sources(wish):
        if len(ids) < size:
            ids |= {product: None for (product,) in reader.rows(f"{sql} LIMIT {size}", *values)}
    return [ListRow(product, changed=False) for product in rows_of(reader, [(each, None) for each in [*ids][:size]])]


class Interrupted(Exception):
    """The build was ended because a newer wish took its place."""


def categories(reader: Reader) -> list[str]:
    """Every category that products have, in name order."""
    # A jump from one to the next through the index: DISTINCT would read every product.
    sql = """WITH RECURSIVE c(name) AS (SELECT min(category) FROM product WHERE category > '' UNION ALL
        SELECT (SELECT min(category) FROM product WHERE category > c.name) FROM c WHERE c.name IS NOT NULL)
        SELECT name FROM c WHERE name IS NOT NULL"""
    return [name for (name,) in reader.rows(sql)]


def _sources(wish: Wish) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The queries that give the ids one after another: those with a value to sort by, then those without."""
    way = "DESC" if wish.sort.descending else "ASC"
    where, values = _filters(wish)
    kind, _colon, name = wish.sort.by.partition(":")
    if kind in _KEYS:
        # With few found, sorting them is quicker than walking the whole index in its order.
        plus = "+" if wish.text.strip() else ""
        yield f"SELECT p.id FROM product p WHERE {where} ORDER BY {plus}p.{_KEYS[kind]} {way}, p.id {way}", values
        return
    table, key, having, own = _valued(kind, name)
    chosen = f" AND v.product IN (SELECT p.id FROM product p WHERE {where})" if values or where != "TRUE" else ""
    yield (
        f"SELECT v.product FROM {table} v WHERE {having}{chosen} ORDER BY v.{key} {way}, v.product {way}",
        (*own, *values),
    )
    without = f"NOT EXISTS (SELECT 1 FROM {table} v WHERE {having} AND v.product = p.id)"
    yield f"SELECT p.id FROM product p WHERE {where} AND {without} ORDER BY p.id", (*values, *own)


def _first_hits(wish: Wish) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Hits of the text as the indexes have them, as far as the rest of the wish allows."""
    where, values = _filters(replace(wish, text=""))
    for query in search.first(wish.text):
        if where == "TRUE":
            yield query
        else:
            # The rest is looked up for each hit: as a list of its own it may be long.
            yield (
                f"SELECT p.id FROM ({query.sql}) CROSS JOIN product p ON p.id = product WHERE {where}",
                (*query.values, *values),
            )


def _valued(kind: str, name: str) -> tuple[str, str, str, tuple[str, ...]]:
    if kind == "warehouse":
        return "balance", "on_hand", "v.warehouse = ?", (name,)
    if kind in ("stock", "price"):
        return "figure", "wanted", "v.store = ? AND v.kind = ? AND v.wanted IS NOT NULL", (name, kind)
    raise ValueError(f"the list can't be sorted by {kind}")


def _filters(wish: Wish) -> tuple[str, tuple[str, ...]]:
    conditions: list[str] = []
    values: list[str] = []
    if wish.text.strip():
        query = search.everything(wish.text)
        conditions.append(f"p.id IN ({query.sql})")
        values += query.values
    if wish.category:
        conditions.append("p.category = ?")
        values.append(wish.category)
    if wish.state:
        conditions.append(f"p.id IN ({_HAVING[wish.state]})")
    return " AND ".join(conditions) or "TRUE", tuple(values)

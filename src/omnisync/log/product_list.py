"""The product list: pages by any sort, hits of a search, each row with its balances and every store's state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from omnisync.log import search
from omnisync.log.reader import Reader

_COLUMNS = {"name": "name_key", "on_hand": "on_hand", "reserved": "reserved", "available": "available"}


class FigureView(NamedTuple):
    """What one store shows of one product: one figure and its state.

    ``state``: confirmed, waiting, held, refused, excluded, off, differs. ``value`` is what is wanted,
    ``shown`` what the store is known to show; ``reason`` says why it is held, refused or off.
    """

    store: str
    kind: str
    state: str
    value: int | None
    shown: int | None
    reason: str


@dataclass(slots=True)
class ProductView:
    """One row of the list; quantities in thousandths, ``balances`` by warehouse, figures by (store, kind)."""

    id: int
    code: str
    name: str
    category: str
    unit: str
    active: int
    on_hand: int
    reserved: int
    available: int
    sort_key: str | int | None = None
    balances: dict[str, int] = field(default_factory=dict)
    figures: dict[tuple[str, str], FigureView] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sort:
    """How the list is sorted.

    ``by``: code, name, on_hand, reserved, available, or "warehouse:DEPO", "stock:STORE", "price:STORE".
    """

    by: str = "code"
    descending: bool = False


def page(reader: Reader, sort: Sort, size: int, after: ProductView | None = None) -> list[ProductView]:
    """The next rows after the one given; products without a value for the sort come last."""
    keyed, tail = _keys(reader, sort, size, after)
    if len(keyed) < size and sort.by not in ("code", *_COLUMNS):
        keyed += [(product, None) for product in _tail(reader, sort, size - len(keyed), after if tail else None)]
    return views(reader, keyed)


def _keys(
    reader: Reader, sort: Sort, size: int, after: ProductView | None
) -> tuple[list[tuple[int, str | int | None]], bool]:
    table, column, ident, where, values = _source(sort)
    if after is not None and after.sort_key is None and sort.by not in ("code", *_COLUMNS):
        return [], True
    way, sign = ("DESC", "<") if sort.descending else ("ASC", ">")
    order = f"ORDER BY {column} {way}, {ident} {way} LIMIT ?"
    found: list[tuple[int, str | int | None]] = []
    # Two ranges, because SQLite finds its place in an index by one of them at once; in (value, id) > (?, ?)
    # it walks over everything that shares the value, and thousands of products may share a 0.
    for beyond, bound in _beyond(column, ident, sign, after):
        clause = " AND ".join((*where, *beyond))
        sql = f"SELECT {ident}, {column} FROM {table} {'WHERE' if clause else ''} {clause} {order}"
        found += reader.rows(sql, *values, *bound, size - len(found))
        if len(found) == size:
            break
    return found, False


def _beyond(
    column: str, ident: str, sign: str, after: ProductView | None
) -> list[tuple[tuple[str, ...], tuple[str | int | None, ...]]]:
    """The ranges after a row, nearest first: conditions and their values."""
    if after is None:
        return [((), ())]
    same = (f"{column} = ?", f"{ident} {sign} ?"), (after.sort_key, after.id)
    return [same, ((f"{column} {sign} ?",), (after.sort_key,))]


def _source(sort: Sort) -> tuple[str, str, str, tuple[str, ...], tuple[str, ...]]:
    kind, _, name = sort.by.partition(":")
    if sort.by == "code":
        return "product", "code", "id", (), ()
    if sort.by in _COLUMNS:
        return "product", _COLUMNS[sort.by], "id", (), ()
    if kind == "warehouse":
        return "balance", "on_hand", "product", ("warehouse = ?",), (name,)
    if kind in ("stock", "price"):
        return "figure", "wanted", "product", ("store = ?", "kind = ?", "wanted IS NOT NULL"), (name, kind)
    raise ValueError(f"the list can't be sorted by {sort.by}")


def _tail(reader: Reader, sort: Sort, size: int, after: ProductView | None) -> list[int]:
    """Products without a row to sort by, in id order; none where every product has one (counted first)."""
    table, _, _, where, values = _source(sort)
    having = reader.one(f"SELECT count(*) FROM {table} WHERE {' AND '.join(where)}", *values)
    if having == reader.one("SELECT count(*) FROM product"):
        return []
    sql = f"""SELECT id FROM product WHERE id > ? AND NOT EXISTS
        (SELECT 1 FROM {table} WHERE {" AND ".join(where)} AND {table}.product = product.id) ORDER BY id LIMIT ?"""
    return [product for (product,) in reader.rows(sql, after.id if after else 0, *values, size)]


def find(reader: Reader, text: str, size: int) -> list[ProductView]:
    """The first hits: products whose code, barcode or alias is exactly that, then those with all words."""
    chosen: dict[int, None] = {}
    for query in search.first(text):
        if len(chosen) < size:
            chosen.update({product: None for (product,) in reader.rows(f"{query.sql} LIMIT ?", *query.values, size)})
    return views(reader, [(product, None) for product in [*chosen][:size]])


def count(reader: Reader, text: str = "") -> int:
    """How many products there are, or how many are found by these words."""
    if text.strip():
        query = search.everything(text)
        return int(reader.one(f"SELECT count(*) FROM ({query.sql})", *query.values))
    return int(reader.one("SELECT count(*) FROM product"))


def warehouses(reader: Reader) -> list[str]:
    """Every warehouse that has balances, in name order."""
    # A jump from one to the next through the index: DISTINCT would read every balance.
    sql = """WITH RECURSIVE w(name) AS (SELECT min(warehouse) FROM balance UNION ALL
        SELECT (SELECT min(warehouse) FROM balance WHERE warehouse > name) FROM w WHERE name IS NOT NULL)
        SELECT name FROM w WHERE name IS NOT NULL"""
    return [name for (name,) in reader.rows(sql)]


def views(reader: Reader, keyed: Sequence[tuple[int, str | int | None]]) -> list[ProductView]:
    """These products as they are now, in this order; the second of each pair is the value it is sorted by."""
    marks = ", ".join("?" * len(keyed))
    ids = [product for product, _ in keyed]
    sql = f"""SELECT id, code, name, category, unit, active, on_hand, reserved, available
        FROM product WHERE id IN ({marks})"""
    found = {row[0]: ProductView(*row) for row in reader.rows(sql, *ids)}
    sql = f"SELECT product, warehouse, on_hand FROM balance WHERE product IN ({marks})"
    for product, warehouse, on_hand in reader.rows(sql, *ids):
        found[product].balances[warehouse] = on_hand
    sql = f"""SELECT product, store, kind, mode, wanted, wanted_rev, confirmed, confirmed_rev, check_at, reason
        FROM figure WHERE product IN ({marks})"""
    for row in reader.rows(sql, *ids):
        found[row[0]].figures[row[1:3]] = figure_view(*row[1:])
    for product, key in keyed:
        found[product].sort_key = key
    return [found[product] for product in ids]


def figure_view(
    store: str, kind: str, mode: str, wanted: int | None, wanted_rev: int, confirmed: int | None,
    confirmed_rev: int, check_at: int, reason: str,
) -> FigureView:  # fmt: skip
    """A figure's state in one word: the mode where a person or a rule decided, else how far it has come."""
    state = mode
    if mode == "push":
        waits = wanted_rev > confirmed_rev or check_at > 0
        state = "waiting" if waits else "confirmed" if wanted == confirmed else "differs"
    return FigureView(store, kind, state, wanted, confirmed, reason)

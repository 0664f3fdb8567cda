"""The order list as a screen holds it: a frozen order of ids, pages of rows, counts, and one order's sheet.

Buyers' names are sealed. They are opened for the rows on the screen; a search by name opens them page by
page on its thread and keeps none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from omnisync.log import stored
from omnisync.log.overview import OrderView, oversold
from omnisync.log.people import unseal
from omnisync.log.reader import Reader
from omnisync.log.shortage import OVERSOLD, SHORT
from omnisync.model.fold import fold

_OPEN = "state IN ('waiting', 'new', 'preparing')"
_LACKS = "(unknown > 0 OR id IN (SELECT shop_order FROM short))"
_NAMES_AT_ONCE = 200

SORTS = {
    "placed": "placed_at", "number": "number", "store": "store", "total": "total", "lines": "lines", "state": "state",
}  # fmt: skip
"""What the list can be sorted by."""


@dataclass(frozen=True, slots=True)
class OrderWish:
    """Which orders, in which order.

    ``text``: words of the number, the goods or the buyer's name. ``state``: one of OrderState, or "open" for
    what is still to be sent. ``stock``: "yes" for open orders whose goods are there, "no" for those that lack
    something, "oversold" for those that lack what no warehouse has. ``customer``: one buyer's id.
    """

    text: str = ""
    store: str = ""
    state: str = ""
    stock: str = ""
    customer: str = ""
    sort: str = "placed"
    descending: bool = True

    @property
    def filtered(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.text.strip() or self.store or self.state or self.stock or self.customer)


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """How the orders stand: ``short`` are open ones that lack goods, ``oversold`` and ``aside`` as for the shop."""

    all: int
    open: int
    short: int
    oversold: int
    aside: int

    @property
    def fulfillable(self) -> int:
        """Open orders whose goods are there."""
        return self.open - self.short


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One row: the order, what it lacks (code, thousandths), its buyer's id, and whether it changed since frozen."""

    order: OrderView
    lacking: tuple[tuple[str, int], ...]
    customer: str
    changed: bool


def counts(reader: Reader) -> OrderCounts:
    """The look of this moment."""
    sql = f"""WITH {SHORT} SELECT count(*), count(*) FILTER (WHERE {_OPEN}),
        count(*) FILTER (WHERE {_OPEN} AND {_LACKS}) FROM shop_order"""
    every, still, short = reader.rows(sql)[0]
    aside = reader.one(
        "SELECT count(*) FROM quarantine WHERE closed_at = 0 AND (subject LIKE 'order:%' OR subject LIKE 'line:%')"
    )
    return OrderCounts(every, still, short, oversold(reader), aside)


class FrozenOrders:
    """The orders of one wish, in a frozen order; ``page`` may be called on any thread."""

    def __init__(self, path: Path, ids: Sequence[int] = (), since: int = 0, newest: int = 0) -> None:
        self.count = len(ids)
        self.newest = newest
        """The newest order when it was frozen: what came after it is not in here."""
        self._path, self._ids, self._since = path, ids, since

    def page(self, start: int, stop: int) -> list[OrderRow]:
        """The rows at these positions, as they are now."""
        with Reader(self._path) as reader:
            return order_rows(reader, self._ids[start:stop], self._since)

    def position(self, order: int) -> int | None:
        """Where an order stands, None if it isn't among the found ones."""
        return self._ids.index(order) if order in self._ids else None


def freeze(path: Path, wish: OrderWish, buyers: Sequence[int] = ()) -> FrozenOrders:
    """Find the orders of the wish, and those of ``buyers`` (see ``orders_of_buyers``)."""
    with Reader(path) as reader:
        reader.db.create_function("has_words", 2, _has_words, deterministic=True)
        since = reader.ask(stored.head)
        newest = reader.one("SELECT coalesce(max(id), 0) FROM shop_order")
        where, values = _where(wish)
        if wish.text.strip():
            marks = ", ".join(map(str, buyers))
            where += f" AND (has_words(?, number) OR id IN ({marks}) OR id IN ({_LINES_WITH}))"
            values += [fold(wish.text), fold(wish.text)]
        way = "DESC" if wish.descending else "ASC"
        sql = f"WITH {SHORT}, {OVERSOLD} SELECT id FROM shop_order WHERE {where} ORDER BY {SORTS[wish.sort]} {way}, id {way}"
        return FrozenOrders(path, [id_ for (id_,) in reader.rows(sql, *values)], since, newest)


_LINES_WITH = """SELECT l.shop_order FROM order_line l LEFT JOIN product p ON p.id = l.product
    WHERE has_words(?, l.name || ' ' || l.codes || ' ' || coalesce(p.code || ' ' || p.name, ''))"""


def _where(wish: OrderWish) -> tuple[str, list[str]]:
    conditions = ["TRUE"]
    values: list[str] = []
    for column, value in (("store", wish.store), ("customer", wish.customer)):
        if value:
            conditions.append(f"{column} = ?")
            values.append(value)
    if wish.state == "open":
        conditions.append(_OPEN)
    elif wish.state:
        conditions.append("state = ?")
        values.append(wish.state)
    if wish.stock == "oversold":
        conditions.append("id IN (SELECT shop_order FROM oversold)")
    elif wish.stock:
        conditions.append(f"{_OPEN} AND {'NOT ' if wish.stock == 'yes' else ''}{_LACKS}")
    return " AND ".join(conditions), values


def _has_words(folded: str, text: str) -> bool:
    """Whether all of the words, folded already, occur in the text."""
    held = fold(text)
    return all(word in held for word in folded.split())


def orders_of_buyers(path: Path, wish: OrderWish, given_up: Callable[[], bool]) -> list[int]:
    """Orders whose buyer's name or company has the words; ends early when ``given_up`` says so."""
    words = fold(wish.text)
    found: list[int] = []
    with Reader(path) as reader:
        for rows in _sealed(reader, wish):
            if given_up():
                break
            for id_, customer, sealed in rows:
                buyer = unseal(reader.db, customer, sealed)
                if buyer is not None and _has_words(words, f"{buyer.name} {buyer.company} {buyer.shipping.name}"):
                    found.append(id_)
    return found


def _sealed(reader: Reader, wish: OrderWish) -> Iterator[list[tuple[int, str, str]]]:
    where, values = _where(wish)
    sql = f"""WITH {SHORT}, {OVERSOLD} SELECT id, customer, sealed FROM shop_order WHERE {where} AND sealed <> '' AND id < ?
        ORDER BY id DESC LIMIT {_NAMES_AT_ONCE}"""
    before = 2**62
    while rows := reader.rows(sql, *values, before):
        yield rows
        before = rows[-1][0]


def order_rows(reader: Reader, ids: Sequence[int], since: int = 2**62) -> list[OrderRow]:
    """These orders as they are now, in this order; changed are those told of after ``since``."""
    marks = ", ".join("?" * len(ids))
    lacking: dict[int, list[tuple[str, int]]] = {}
    sql = f"""WITH {SHORT} SELECT s.shop_order, p.code, sum(s.lacking) FROM short s JOIN product p ON p.id = s.product
        WHERE s.shop_order IN ({marks}) GROUP BY s.shop_order, p.code ORDER BY p.code"""
    for order, code, quantity in reader.rows(sql, *ids):
        lacking.setdefault(order, []).append((code, quantity))
    sql = f"""WITH {OVERSOLD} SELECT id, store, number, state, placed_at, total, currency, customer, sealed, lines, unknown,
        (SELECT count(*) FROM oversold s WHERE s.shop_order = o.id), export, export_ref, erp_state, warehouse
        FROM shop_order o WHERE id IN ({marks})"""
    found = {}
    for row in reader.rows(sql, *ids):
        id_, store, number, state, placed_at, total, currency, customer, sealed, lines, unknown, *rest = row
        short = tuple(lacking.get(id_, ()))
        order = OrderView(
            id_, store, number, state, placed_at, total, currency, unseal(reader.db, customer, sealed),
            bool(customer) and not sealed, lines, unknown, len(short), *rest,
        )  # fmt: skip
        found[id_] = OrderRow(order, short, customer, _changed(reader, store, number, since))
    return [found[id_] for id_ in ids if id_ in found]


def _changed(reader: Reader, store: str, number: str, since: int) -> bool:
    # Asked for every row on the screen; what has come since it was opened is never archived yet.
    sql = "SELECT EXISTS (SELECT 1 FROM event WHERE stream = ? AND seq > ?)"
    return bool(reader.one(sql, f"order:{store}:{number}", since))


def newer(reader: Reader, order: int) -> int:
    """How many orders have come since that one."""
    return int(reader.one("SELECT count(*) FROM shop_order WHERE id > ?", order))

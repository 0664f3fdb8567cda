"""What we hold as confirmed against what a store shows, and what of the day's work is not done yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from omnisync.log import stored
from omnisync.log.reader import Reader
from omnisync.model.events import Kind


@dataclass(frozen=True, slots=True)
class Shown:
    """What a store says of one listing when it is asked directly: thousandths and minor units."""

    stock: int | None
    price: int | None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A figure of which we and the store say different things; ``theirs`` None: it shows none."""

    remote_id: str
    kind: Kind
    ours: int
    theirs: int | None


@dataclass(frozen=True, slots=True)
class Undone:
    """What is still under way: figures not confirmed, orders not at the ERP, goods reserved for open orders.

    Orders with a product that nobody knows are left out: they wait for a person.
    """

    figures: int
    exports: int
    reservations: int

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.figures or self.exports or self.reservations)


def mismatches(reader: Reader, store: str, shown: Mapping[str, Shown]) -> list[Mismatch]:
    """Every figure known of the store against what it shows, by its own listing ids."""
    found: list[Mismatch] = []
    sql = """SELECT remote_id, kind, confirmed FROM figure WHERE store = ? AND confirmed IS NOT NULL
        ORDER BY remote_id, kind"""
    for remote_id, kind, ours in reader.rows(sql, store):
        listing = shown.get(remote_id)
        theirs = None if listing is None else listing.stock if kind == Kind.STOCK else listing.price
        if theirs != ours:
            found.append(Mismatch(remote_id, Kind(kind), ours, theirs))
    return found


def undone(reader: Reader) -> Undone:
    """What is still under way in all stores."""
    figures = reader.one(
        "SELECT count(*) FROM figure WHERE (wanted_rev > confirmed_rev AND mode = 'push') OR check_at > 0"
    )
    exports = reader.one("SELECT count(*) FROM shop_order WHERE export IN ('due', 'sending') AND unknown = 0")
    reservations = reader.one(
        "SELECT count(*) FROM reservation r JOIN shop_order o ON o.id = r.shop_order WHERE o.unknown = 0"
    )
    return Undone(figures, exports, reservations)


def order_states(reader: Reader) -> dict[tuple[str, str], str]:
    """The state of every order by store and number."""
    return {
        (store, number): state for store, number, state in reader.rows("SELECT store, number, state FROM shop_order")
    }


def short_products(reader: Reader) -> set[str]:
    """The codes of products of which more is promised than all warehouses hold."""
    return {code for (code,) in reader.rows("SELECT code FROM product WHERE available < 0")}


def sizes(reader: Reader) -> tuple[int, int]:
    """How many products and how many warehouses there are."""
    return (
        int(reader.one("SELECT count(*) FROM product")),
        int(reader.one("SELECT count(DISTINCT warehouse) FROM balance")),
    )


def last_seq(reader: Reader) -> int:
    """The newest event's place in the log, 0 in an empty one."""
    return reader.ask(stored.head)

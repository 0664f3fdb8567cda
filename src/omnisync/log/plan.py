"""What would be sent and what it would do: counts, effect in money, the strangest changes first. Reads, and orders nothing.

One plan for everything that a person is asked about: a new store's first day, a general update, a yes
to what is held, another try, exclusions that end.
"""

from __future__ import annotations

import heapq
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from omnisync.log.overview import rules_of
from omnisync.log.reader import Reader
from omnisync.model.events import Kind
from omnisync.model.money import Money
from omnisync.model.quantity import PIECE
from omnisync.model.rules import floor_of


class What(StrEnum):
    """Which figures a plan is about."""

    DUE = "due"
    """What is to be sent by itself, as soon as it may."""
    UPDATE = "update"
    """A general update or one of some products: everything that may be sent, changed or not."""
    HELD = "held"
    """A person's yes to what the guard holds."""
    REFUSED = "refused"
    """Another try of what stores refused."""
    EXCLUDED = "excluded"
    """What is excluded is sent again."""


_CHOSEN = {
    What.DUE: "f.mode = 'push' AND f.wanted_rev > f.confirmed_rev",
    What.UPDATE: "f.mode IN ('push', 'refused')",
    What.HELD: "f.mode = 'held'",
    What.REFUSED: "f.mode = 'refused'",
    What.EXCLUDED: "f.mode = 'excluded'",
}

_STRANGEST = 10


@dataclass(frozen=True, slots=True)
class Move:
    """One figure that would be sent.

    ``shown`` is what the store shows now (None: not known), ``effect`` what the change is worth in the store's
    minor units: price times quantity offered, after less before. ``sort`` says what kind of change it is
    ("to-zero", "below-cost", "under-floor", "price-down" ...); the larger ``suspicion``, the stranger.
    """

    store: str
    currency: str
    code: str
    name: str
    kind: str
    shown: int | None
    wanted: int | None
    effect: int
    sort: str
    suspicion: float


@dataclass(slots=True)
class StoreEffect:
    """What a plan does to one store; counts are of figures. ``same`` are sent although nothing changes.

    ``new`` have a figure that isn't known to be shown. ``held`` and ``excluded`` are left out and stay as they are.
    ``effect`` as in Move; ``live`` False: nothing is sent there before a person says go.
    """

    store: str
    currency: str
    live: bool
    stock_up: int = 0
    stock_down: int = 0
    stock_zero: int = 0
    price_up: int = 0
    price_down: int = 0
    new: int = 0
    same: int = 0
    effect: int = 0
    held: int = 0
    excluded: int = 0

    @property
    def changes(self) -> int:
        """How many figures would be other ones."""
        return self.stock_up + self.stock_down + self.stock_zero + self.price_up + self.price_down + self.new

    @property
    def sends(self) -> int:
        """How many figures would be sent."""
        return self.changes + self.same


@dataclass(frozen=True, slots=True)
class Plan:
    """All stores, and every figure that would be another one."""

    stores: Sequence[StoreEffect]
    moves: Sequence[Move] = field(repr=False)

    @property
    def sends(self) -> int:
        """How many figures would be sent, to stores that are sent to."""
        return sum(each.sends for each in self.stores if each.live)

    @property
    def changes(self) -> int:
        """How many of all figures would be other ones."""
        return sum(each.changes for each in self.stores)

    def strangest(self, most: int = _STRANGEST) -> list[Move]:
        """The first ones that a person should look at."""
        return heapq.nlargest(most, self.moves, key=lambda move: (move.suspicion, abs(move.effect)))


@dataclass(frozen=True, slots=True)
class _Figure:
    """A row of the query."""

    product: int
    store: str
    kind: str
    code: str
    name: str
    category: str
    cost: int | None
    cost_currency: str
    mode: str
    chosen: int
    wanted: int | None
    shown: int | None


def plan(
    reader: Reader, what: What = What.DUE, *, stores: Sequence[str] = (), codes: Sequence[str] = (), kind: str = ""
) -> Plan:
    """Reckon it over these stores and products by code (none means all), of one kind of figure or both.

    Reads every figure concerned, about a tenth of a second for 10,000 listings: a screen asks on a thread.
    """
    live = dict(reader.rows("SELECT name, live FROM store WHERE open ORDER BY name"))
    effects = {
        name: StoreEffect(name, rules.currency, bool(live[name]))
        for name in live
        if (not stores or name in stores) and (rules := rules_of(reader, name)) is not None
    }
    floors = _Floors(reader, effects)
    moves: list[Move] = []
    for (_product, store), rows in groupby(
        _read(reader, what, [*effects], codes, kind), lambda f: (f.product, f.store)
    ):
        moves += _listing(effects[store], list(rows), floors)
    return Plan([*effects.values()], moves)


class _Floors:
    """The lowest prices that need no yes."""

    def __init__(self, reader: Reader, stores: Iterable[str]) -> None:
        self._rules = {name: rules for name in stores if (rules := rules_of(reader, name)) is not None}
        lists = sorted({rules.floor_list for rules in self._rules.values()} - {""})
        sql = """SELECT product, price_list, minor, currency FROM price
            WHERE price_list IN (SELECT value FROM json_each(?))"""
        found = reader.rows(sql, json.dumps(lists)) if lists else []
        self._listed = {(product, name): Money(minor, currency) for product, name, minor, currency in found}

    def of(self, figure: _Figure) -> int | None:
        """That of the figure's product in its store."""
        rules = self._rules[figure.store]
        return floor_of(rules, figure.category, self._listed.get((figure.product, rules.floor_list)))


def _read(reader: Reader, what: What, stores: Sequence[str], codes: Sequence[str], kind: str) -> Iterator[_Figure]:
    # Both figures of a listing are read, because what a quantity is worth depends on the price.
    sql = f"""SELECT f.product, f.store, f.kind, p.code, p.name, p.category, p.cost, p.cost_currency, f.mode,
        {_CHOSEN[what]} AND (? = '' OR f.kind = ?), f.wanted, f.confirmed
        FROM figure f JOIN product p ON p.id = f.product
        WHERE f.store IN (SELECT value FROM json_each(?))
        {"AND p.code IN (SELECT value FROM json_each(?))" if codes else ""}
        ORDER BY f.product, f.store"""
    values = (kind, kind, json.dumps(list(stores)), *([json.dumps(list(codes))] if codes else []))
    return (_Figure(*row) for row in reader.rows(sql, *values))


def _listing(effect: StoreEffect, figures: Sequence[_Figure], floors: _Floors) -> Iterable[Move]:
    effect.held += sum(each.mode == "held" and not each.chosen for each in figures)
    effect.excluded += sum(each.mode == "excluded" and not each.chosen for each in figures)
    chosen = [each for each in figures if each.chosen]
    if not chosen:
        return
    shown = {each.kind: each.shown or 0 for each in figures}
    after = shown | {each.kind: each.wanted or 0 for each in chosen}
    # A quantity change is worth its pieces at the old price, a price change the new pieces' difference: the sum is the whole.
    pieces, price = Kind.STOCK, Kind.PRICE
    worth = {
        pieces: (after.get(pieces, 0) - shown.get(pieces, 0)) * shown.get(price, 0) // PIECE,
        price: (after.get(price, 0) - shown.get(price, 0)) * after.get(pieces, 0) // PIECE,
    }
    for each in chosen:
        if each.shown is None:
            effect.new += 1
        elif each.wanted == each.shown:
            effect.same += 1
            continue
        else:
            _count(effect, each.kind, each.shown, each.wanted or 0)
        its_worth = worth[Kind(each.kind)]
        effect.effect += its_worth
        sort, suspicion = _judged(each, effect.currency, floors.of(each) if each.kind == price else None)
        yield Move(
            each.store, effect.currency, each.code, each.name, each.kind, each.shown, each.wanted, its_worth, sort,
            suspicion,
        )  # fmt: skip


def _count(effect: StoreEffect, kind: str, shown: int, wanted: int) -> None:
    up = wanted > shown
    if kind == Kind.PRICE:
        effect.price_up += up
        effect.price_down += not up
    else:
        effect.stock_up += up
        effect.stock_zero += not up and wanted <= 0
        effect.stock_down += not up and wanted > 0


def _judged(figure: _Figure, currency: str, floor: int | None) -> tuple[str, float]:
    """What kind of change it is, and how strange: a price tenfold off before a sell-out before ordinary news."""
    shown, wanted = figure.shown, figure.wanted or 0
    if figure.kind == Kind.STOCK:
        if shown is None:
            return "new", 0.1
        if wanted <= 0:
            return "to-zero", 2 + math.log10(1 + shown / PIECE) / 10
        return ("stock-up" if wanted > shown else "stock-down"), _apart(shown, wanted) / 4
    below = figure.cost is not None and figure.cost_currency == currency and wanted < figure.cost
    apart = 0.1 if shown is None else 2 * _apart(shown, wanted)
    if below:
        return "below-cost", 3 + apart
    if floor is not None and wanted < floor:
        return "under-floor", 3 + apart
    if shown is None:
        return "new", apart
    return ("price-up" if wanted > shown else "price-down"), apart


def _apart(before: int, after: int) -> float:
    """How far two figures are from each other: 1 for double or half, 2 for four times ...; at most 10."""
    if before <= 0 or after <= 0:
        return 10.0 if before != after else 0.0
    return min(10.0, abs(math.log2(after / before)))

"""The story of a figure and of a thing: events of a product or an order, and the chain behind what a store shows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from omnisync.log import stored
from omnisync.log.archive import Stored
from omnisync.log.overview import rules_of
from omnisync.log.reader import Reader
from omnisync.log.rows import EVERY, RULES, BatchRow, FigureRow
from omnisync.log.search import everything
from omnisync.model.events import Event, decode
from omnisync.model.fold import fold
from omnisync.model.money import Money
from omnisync.model.rules import StoreRules, floor_of

if TYPE_CHECKING:
    from omnisync.log.past import TablesAt


LATEST = 2**62 - 1
"""Later than any event."""

_NONE: Mapping[int, Event] = {}


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it stands in the log; ``at`` in milliseconds UTC."""

    seq: int
    at: int
    type: str
    stream: str
    actor: str
    event: Event


@dataclass(frozen=True, slots=True)
class BalanceStory:
    """One warehouse's balance, when and by which event it was counted."""

    warehouse: str
    on_hand: int
    reserved: int
    counted_at: int
    source: str
    line: int
    corrected: bool = False
    """A person said it, because the row can't be read."""


@dataclass(frozen=True, slots=True)
class ReservationStory:
    """One order's hold on the product."""

    store: str
    number: str
    warehouse: str
    quantity: int
    at: int
    state: str
    export: str
    erp_state: str


@dataclass(frozen=True, slots=True)
class PriceStory:
    """Where the wanted price comes from: the list's price, the person's own price (minor units); ``floor`` is the lowest that needs no yes."""

    price_list: str
    listed: int | None
    listed_currency: str
    own: int | None
    floor: int | None


@dataclass(frozen=True, slots=True)
class Why:
    """Everything behind what one store shows of one product."""

    product: int
    code: str
    name: str
    category: str
    unit: str
    active: bool
    store: str
    rules: StoreRules
    remote_id: str
    balances: tuple[BalanceStory, ...]
    reservations: tuple[ReservationStory, ...]
    price: PriceStory
    no_stock: bool
    no_price: bool
    figures: dict[str, FigureRow]
    batches: dict[str, BatchRow]
    told: tuple[Told, ...]

    @property
    def exempt(self) -> bool:
        """Whether the store always shows it in stock."""
        return self.category in self.rules.exempt_categories


def events_of_product(
    reader: Reader, product: int, limit: int = 100, until: int = LATEST, known: Mapping[int, Event] = _NONE
) -> list[Told]:
    """The newest events, up to one, that touched a product or the stores' rules, newest first.

    ``known`` are events that were decoded before.
    """

    def ask(db: sqlite3.Connection) -> list[Stored]:
        found = (stored.of_product(db, each, limit, until + 1) for each in (product, RULES, EVERY))
        return sorted((each for some in found for each in some), key=lambda each: -each.seq)

    # The rules of the time before it was known are not its story.
    first = reader.one("SELECT min(seq) FROM event_product WHERE product = ?", product) or 0
    found = [each for each in reader.ask(ask) if each.seq >= first][:limit]
    return [_told(each, known.get(each.seq)) for each in found]


def listings_of(reader: Reader, product: int) -> dict[str, str]:
    """The product's ids at the stores that list it, by store."""
    return dict(reader.rows("SELECT store, remote_id FROM listing WHERE product = ?", product))


def change_beside(reader: Reader, product: int, seq: int, *, later: bool) -> tuple[int, int] | None:
    """The next event after that one which touched the product, or the last one before: its seq and time."""
    sql = (
        "SELECT min(seq) FROM event_product WHERE product = ? AND seq > ?"
        if later
        else "SELECT max(seq) FROM event_product WHERE product = ? AND seq < ?"
    )
    found = reader.one(sql, product, seq)
    return (
        None if found is None else next((each.seq, each.at) for each in reader.ask(lambda db: stored.at(db, [found])))
    )


def events_of_order(reader: Reader, number: str, limit: int = 100) -> list[Told]:
    """The events of every order of that number, newest first."""
    streams = [f"order:{store}:{number}" for (store,) in reader.rows("SELECT name FROM store ORDER BY name")]
    found = reader.ask(lambda db: [each for stream in streams for each in stored.of_stream(db, stream, limit)])
    return [_told(each) for each in sorted(found, key=lambda each: -each.seq)[:limit]]


def events(reader: Reader, limit: int = 100, before: int = 2**62) -> list[Told]:
    """The newest events of all, newest first."""
    return list(map(_told, reader.ask(lambda db: stored.newest(db, limit, before))))


def _told(each: Stored, event: Event | None = None) -> Told:
    return Told(each.seq, each.at, each.type, each.stream, each.actor, event or decode(each.payload))


def products_called(reader: Reader, name: str) -> list[int]:
    """Every product that a person may mean by this: the one with exactly that code, else all with that barcode or alias.

    Where there is none, letters are compared as the search does: small or capital, with or without their marks.
    """
    name = name.strip()
    found = reader.rows("SELECT product, kind FROM product_key WHERE key = ?", name)
    if not found:
        query, folded = everything(name), fold(name)
        sql = f"SELECT product, kind, key FROM product_key WHERE product IN (SELECT product FROM ({query.sql}))"
        found = [(product, kind) for product, kind, key in reader.rows(sql, *query.values) if fold(key) == folded]
    by_code = {product for product, kind in found if kind == "code"}
    return sorted(by_code or {product for product, _kind in found})


def product_of(reader: Reader, name: str) -> int | None:
    """The product that a person means by this, None where there is none or more than one."""
    found = products_called(reader, name)
    return found[0] if len(found) == 1 else None


def code_of(reader: Reader, product: int) -> str:
    """The code of a product by its id."""
    return str(reader.one("SELECT code FROM product WHERE id = ?", product))


def further_keys(reader: Reader, product: int) -> list[tuple[str, str]]:
    """What else the product is known by: "barcode" or "alias", and the text."""
    sql = "SELECT kind, key FROM product_key WHERE product = ? AND kind <> 'code' ORDER BY kind DESC, key"
    return [(str(kind), str(key)) for kind, key in reader.rows(sql, product)]


def why(reader: Reader, product: int, store: str, then: TablesAt | None = None) -> Why | None:
    """The chain behind what the store shows of the product, or showed ``then``; None when there is no such store.

    None also when ``then`` is before the product was known.
    """
    return next(iter(whys(reader, product, (store,), then)), None)


def whys(reader: Reader, product: int, stores: Iterable[str], then: TablesAt | None = None) -> list[Why]:
    """The chain of each of these stores; without those that there are not."""
    tables: Reader = then or reader
    known = then.events if then else {}
    found = tables.rows("SELECT code, name, category, unit, active FROM product WHERE id = ?", product)
    rules = {store: rules for store in stores if (rules := rules_of(tables, store)) is not None}
    if not found or not rules:
        return []
    code, name, category, unit, active = found[0]
    told = tuple(events_of_product(reader, product, 40, then.until if then else LATEST, known))
    balances = tuple(_balances(reader, tables, product, code, {**known, **{each.seq: each.event for each in told}}))
    reservations = tuple(_reservations(tables, product))
    chosen = "SELECT price, no_stock, no_price FROM choice WHERE product = ? AND store = ?"
    listed = "SELECT minor, currency FROM price WHERE product = ? AND price_list = ?"
    listing = "SELECT remote_id FROM listing WHERE product = ? AND store = ?"
    chains = []
    for store, of_store in rules.items():
        own, no_stock, no_price = next(iter(tables.rows(chosen, product, store)), (None, 0, 0))
        minor, currency = next(iter(tables.rows(listed, product, of_store.price_list)), (None, ""))
        floors = tables.rows(listed, product, of_store.floor_list)
        floor = floor_of(of_store, category, next((Money(*each) for each in floors), None))
        chains.append(
            Why(
                product, code, name, category, unit, bool(active), store, of_store,
                tables.one(listing, product, store) or "", balances, reservations,
                PriceStory(of_store.price_list, minor, currency, own, floor), bool(no_stock), bool(no_price),
                {row.kind: row for row in _figures(tables, product, store)}, dict(_batches(reader, told, store)), told,
            )
        )  # fmt: skip
    return chains


def _figures(reader: Reader, product: int, store: str) -> Iterator[FigureRow]:
    for row in reader.rows("SELECT * FROM figure WHERE product = ? AND store = ?", product, store):
        yield FigureRow(*row)


def _balances(
    reader: Reader, tables: Reader, product: int, code: str, known: Mapping[int, Event]
) -> Iterator[BalanceStory]:
    sql = """SELECT warehouse, on_hand, reserved, counted_at, counted_seq FROM balance
        WHERE product = ? ORDER BY warehouse"""
    balances = tables.rows(sql, product)
    causes = {seq: known[seq] for *_rest, seq in balances if seq in known}
    missing = {seq for *_rest, seq in balances} - causes.keys()
    causes |= {each.seq: decode(each.payload) for each in reader.ask(lambda db: stored.at(db, missing))}
    for warehouse, on_hand, reserved, counted_at, counted_seq in balances:
        event = causes.get(counted_seq)
        source, counts = getattr(event, "source", ""), getattr(event, "counts", ())
        line = next((each.line for each in counts if (each.code, each.warehouse) == (code, warehouse)), 0)
        corrected = bool(getattr(event, "corrected", False))
        yield BalanceStory(warehouse, on_hand, reserved, counted_at, source, line, corrected)


def _reservations(reader: Reader, product: int) -> Iterator[ReservationStory]:
    sql = """SELECT o.store, o.number, r.warehouse, sum(r.quantity), min(r.at), o.state, o.export, o.erp_state
        FROM reservation r JOIN shop_order o ON o.id = r.shop_order WHERE r.product = ?
        GROUP BY o.id, r.warehouse ORDER BY min(r.at) DESC"""
    for row in reader.rows(sql, product):
        yield ReservationStory(*row)


def _batches(reader: Reader, told: tuple[Told, ...], store: str) -> Iterator[tuple[str, BatchRow]]:
    for each in told:
        key = getattr(each.event, "key", "")
        if each.type == "batch.made" and getattr(each.event, "store", "") == store:
            for row in reader.rows("SELECT * FROM batch WHERE key = ?", key):
                yield key, BatchRow(*row)


def json_of(event: Event) -> object:
    """The event as plain data, every field by its name; the log itself leaves the names of inner fields out."""
    return {"type": type(event).__struct_config__.tag, **_named(event)}


def _named(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return {name: _named(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, list | tuple):
        return [_named(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _named(each) for key, each in value.items()}
    return msgspec.to_builtins(value)

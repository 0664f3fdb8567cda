"""The story of a figure and of a thing: events of a product or an order, and the chain behind what a store shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from omnisync.log import stored
from omnisync.log.archive import Stored
from omnisync.log.overview import rules_of
from omnisync.log.reader import Reader
from omnisync.log.rows import BatchRow, FigureRow
from omnisync.model.events import Event, decode
from omnisync.model.rules import StoreRules


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
    """Where the wanted price comes from: the list's price, the person's own price (minor units)."""

    price_list: str
    listed: int | None
    listed_currency: str
    own: int | None


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


def events_of_product(reader: Reader, product: int, limit: int = 100) -> list[Told]:
    """The newest events that touched a product, newest first."""
    return list(map(_told, reader.ask(lambda db: stored.of_product(db, product, limit))))


def events_of_order(reader: Reader, number: str, limit: int = 100) -> list[Told]:
    """The events of every order of that number, newest first."""
    streams = [f"order:{store}:{number}" for (store,) in reader.rows("SELECT name FROM store ORDER BY name")]
    found = reader.ask(lambda db: [each for stream in streams for each in stored.of_stream(db, stream, limit)])
    return [_told(each) for each in sorted(found, key=lambda each: -each.seq)[:limit]]


def events(reader: Reader, limit: int = 100, before: int = 2**62) -> list[Told]:
    """The newest events of all, newest first."""
    return list(map(_told, reader.ask(lambda db: stored.newest(db, limit, before))))


def _told(each: Stored) -> Told:
    return Told(each.seq, each.at, each.type, each.stream, each.actor, decode(each.payload))


def product_of(reader: Reader, key: str) -> int | None:
    """The product with that code, else the only one with that barcode or alias."""
    sql = "SELECT product, kind FROM product_key WHERE key = ? ORDER BY kind = 'code' DESC, product"
    found = reader.rows(sql, key.strip())
    return int(found[0][0]) if found and (found[0][1] == "code" or len(found) == 1) else None


def code_of(reader: Reader, product: int) -> str:
    """The code of a product by its id."""
    return str(reader.one("SELECT code FROM product WHERE id = ?", product))


def why(reader: Reader, product: int, store: str) -> Why | None:
    """The chain behind what the store shows of the product; None when there is no such store."""
    rules = rules_of(reader, store)
    if rules is None:
        return None
    code, name, category, unit, active = reader.rows(
        "SELECT code, name, category, unit, active FROM product WHERE id = ?", product
    )[0]
    figures = {row.kind: row for row in _figures(reader, product, store)}
    choice = reader.rows("SELECT price, no_stock, no_price FROM choice WHERE product = ? AND store = ?", product, store)
    own, no_stock, no_price = choice[0] if choice else (None, 0, 0)
    listed = reader.rows(
        "SELECT minor, currency FROM price WHERE product = ? AND price_list = ?", product, rules.price_list
    )
    minor, currency = listed[0] if listed else (None, "")
    told = tuple(events_of_product(reader, product, 40))
    return Why(
        product, code, name, category, unit, bool(active), store, rules,
        reader.one("SELECT remote_id FROM listing WHERE product = ? AND store = ?", product, store) or "",
        tuple(_balances(reader, product, code)), tuple(_reservations(reader, product)),
        PriceStory(rules.price_list, minor, currency, own), bool(no_stock), bool(no_price),
        figures, dict(_batches(reader, told, store)), told,
    )  # fmt: skip


def _figures(reader: Reader, product: int, store: str) -> Iterator[FigureRow]:
    for row in reader.rows("SELECT * FROM figure WHERE product = ? AND store = ?", product, store):
        yield FigureRow(*row)


def _balances(reader: Reader, product: int, code: str) -> Iterator[BalanceStory]:
    sql = """SELECT warehouse, on_hand, reserved, counted_at, counted_seq FROM balance
        WHERE product = ? ORDER BY warehouse"""
    balances = reader.rows(sql, product)
    causes = reader.ask(lambda db: stored.at(db, {row[-1] for row in balances}))
    payloads = {each.seq: each.payload for each in causes}
    for warehouse, on_hand, reserved, counted_at, counted_seq in balances:
        source, line = "", 0
        if counted_seq in payloads:
            event = decode(payloads[counted_seq])
            source = getattr(event, "source", "")
            counts = getattr(event, "counts", ())
            line = next((each.line for each in counts if (each.code, each.warehouse) == (code, warehouse)), 0)
        yield BalanceStory(warehouse, on_hand, reserved, counted_at, source, line)


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
    """The event as plain data, for ``--json``."""
    return msgspec.to_builtins(event)

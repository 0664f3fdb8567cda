"""How the shop is doing: each store's counts and ages, orders, what is held, what is set aside."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from omnisync.log.health import HealthRow, load_health
from omnisync.log.people import unseal
from omnisync.log.reader import Reader
from omnisync.log.shortage import OVERSOLD, SHORT
from omnisync.model.order import Customer
from omnisync.model.rules import StoreRules

REASON_KEY = "substr(f.reason, 1, instr(f.reason || ':', ':') - 1)"
"""Why a figure is held, without the numbers behind it: what is held for one reason is one thing to decide."""

_DIRTY = "wanted_rev > confirmed_rev AND mode = 'push'"


@dataclass(frozen=True, slots=True)
class StoreView:
    """One store: how many listings, how many of its figures are in which state, and how old the oldest wait is.

    ``confirmed``, ``waiting``, ``held``, ``refused`` and ``excluded`` count figures (stock and price each are one);
    ``oldest`` is since when (milliseconds UTC) the oldest unconfirmed one waits, or None. ``live``: a person has
    said go; until then nothing is sent.
    """

    name: str
    platform: str
    currency: str
    listings: int
    unmatched: int
    confirmed: int
    waiting: int
    held: int
    refused: int
    excluded: int
    oldest: int | None
    quarantined: int
    live: bool
    health: HealthRow | None


@dataclass(frozen=True, slots=True)
class HoldView:
    """A change that waits for a person: a read of the ERP (``hold``) or figures of a store."""

    hold: str
    store: str
    kind: str
    reason: str
    count: int
    total: int
    at: int
    sample: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetAside:
    """One thing in quarantine, in the words of who refused it."""

    connector: str
    subject: str
    reason: str
    first_at: int
    last_at: int
    times: int


@dataclass(frozen=True, slots=True)
class UnmatchedView:
    """A listing without a product, and why: unknown, ambiguous, duplicate, unlinked."""

    store: str
    remote_id: str
    code: str
    barcodes: tuple[str, ...]
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order; amounts in minor units.

    ``short`` counts products of which its warehouse has too little for it, ``oversold`` those of which all warehouses
    together have.
    """

    id: int
    store: str
    number: str
    state: str
    placed_at: int
    total: int
    currency: str
    customer: Customer | None
    erased: bool
    lines: int
    unknown: int
    short: int
    oversold: int
    export: str
    export_ref: str
    erp_state: str
    warehouse: str


def store_names(reader: Reader) -> list[str]:
    """The open stores in name order."""
    return [name for (name,) in reader.rows("SELECT name FROM store WHERE open ORDER BY name")]


def rules_of(reader: Reader, store: str) -> StoreRules | None:
    """A store's rules, None when there is no such store."""
    text = reader.one("SELECT rules FROM store WHERE name = ? AND open", store)
    return msgspec.json.decode(text, type=StoreRules) if text else None


def stores(reader: Reader) -> list[StoreView]:
    """Every open store."""
    health = {row.connector: row for row in load_health(reader.db)}
    return [_store(reader, name, health.get(name)) for name in store_names(reader)]


def _store(reader: Reader, name: str, health: HealthRow | None) -> StoreView:
    rules = rules_of(reader, name)
    assert rules is not None
    modes = dict(
        reader.rows(
            "SELECT mode, count(*) FROM figure INDEXED BY figure_mode WHERE store = ? AND mode IN ('held', 'refused', 'excluded') GROUP BY mode",
            name,
        )
    )
    figures = reader.one("SELECT count(*) FROM figure WHERE store = ? AND mode = 'push'", name)
    dirty, oldest_dirty = reader.rows(
        f"SELECT count(*), min(wanted_at) FROM figure INDEXED BY figure_dirty WHERE store = ? AND {_DIRTY}", name
    )[0]
    unseen, oldest_unseen = reader.rows(
        "SELECT count(*), min(wanted_at) FROM figure INDEXED BY figure_check"
        f" WHERE store = ? AND check_at > 0 AND NOT ({_DIRTY})",
        name,
    )[0]
    waits = [time for time in (oldest_dirty, oldest_unseen) if time is not None]
    return StoreView(
        name=name,
        platform=rules.platform,
        currency=rules.currency,
        listings=reader.one("SELECT count(*) FROM listing WHERE store = ? AND product IS NOT NULL", name),
        unmatched=reader.one("SELECT count(*) FROM listing WHERE store = ? AND product IS NULL", name),
        confirmed=figures - dirty - unseen,
        waiting=dirty + unseen,
        held=modes.get("held", 0),
        refused=modes.get("refused", 0),
        excluded=modes.get("excluded", 0),
        oldest=min(waits, default=None),
        quarantined=reader.one("SELECT count(*) FROM quarantine WHERE connector = ? AND closed_at = 0", name),
        live=bool(reader.one("SELECT live FROM store WHERE name = ?", name)),
        health=health,
    )


def held(reader: Reader) -> list[HoldView]:
    """Everything that waits for a person's yes."""
    reads = reader.rows(
        "SELECT id, '', feed, reason, count, total, at, sample FROM hold WHERE state = 'held' ORDER BY at"
    )
    figures = reader.rows(
        f"""SELECT '', f.store, f.kind, iif(min(f.reason) = max(f.reason), max(f.reason), {REASON_KEY}), count(*), 0,
        min(f.wanted_at), json_group_array(p.code)
        FROM figure f JOIN product p ON p.id = f.product WHERE f.mode = 'held'
        GROUP BY f.store, f.kind, {REASON_KEY} ORDER BY f.store, f.kind, {REASON_KEY}"""
    )
    strings = msgspec.json.Decoder(tuple[str, ...])
    return [
        HoldView(hold, store, kind, reason, count, total, at, strings.decode(sample)[:10])
        for hold, store, kind, reason, count, total, at, sample in (*reads, *figures)
    ]


def quarantine(reader: Reader, connector: str = "") -> list[SetAside]:
    """What is set aside, newest first; of one connector or of all."""
    sql = """SELECT connector, subject, reason, first_at, last_at, times FROM quarantine
        WHERE closed_at = 0 AND (? = '' OR connector = ?) ORDER BY last_at DESC"""
    return [SetAside(*row) for row in reader.rows(sql, connector, connector)]


@dataclass(frozen=True, slots=True)
class RefusedView:
    """A figure that a store refused, in its words."""

    store: str
    code: str
    name: str
    kind: str
    wanted: int | None
    reason: str


def refused(reader: Reader, store: str = "") -> list[RefusedView]:
    """Figures that a store refused; of one store or of all."""
    sql = """SELECT f.store, p.code, p.name, f.kind, f.wanted, f.reason FROM figure f JOIN product p ON p.id = f.product
        WHERE f.mode = 'refused' AND (? = '' OR f.store = ?) ORDER BY f.store, p.code"""
    return [RefusedView(*row) for row in reader.rows(sql, store, store)]


def unmatched(reader: Reader, store: str = "") -> list[UnmatchedView]:
    """Listings without a product; of one store or of all."""
    sql = """SELECT store, remote_id, code, barcodes, name, reason FROM listing
        WHERE product IS NULL AND (? = '' OR store = ?) ORDER BY store, name"""
    strings = msgspec.json.Decoder(tuple[str, ...])
    return [
        UnmatchedView(name, remote, code, strings.decode(barcodes), title, reason)
        for name, remote, code, barcodes, title, reason in reader.rows(sql, store, store)
    ]


def orders(
    reader: Reader, *, store: str = "", state: str = "", oversold_only: bool = False, limit: int = 200
) -> list[OrderView]:
    """The newest orders first; ``oversold_only``: those that want what no warehouse has."""
    sql = f"""WITH {SHORT}, {OVERSOLD} SELECT id, store, number, state, placed_at, total, currency, customer, sealed, lines, unknown,
        (SELECT count(DISTINCT s.product) FROM short s WHERE s.shop_order = o.id),
        (SELECT count(*) FROM oversold s WHERE s.shop_order = o.id), export, export_ref, erp_state, warehouse FROM shop_order o
        WHERE (? = '' OR store = ?) AND (? = '' OR state = ?)
        AND (NOT ? OR id IN (SELECT shop_order FROM oversold)) ORDER BY placed_at DESC, id DESC LIMIT ?"""
    return [
        OrderView(
            id_, name, number, its_state, placed_at, total, currency, unseal(reader.db, customer, sealed),
            bool(customer) and not sealed, *rest,
        )
        for id_, name, number, its_state, placed_at, total, currency, customer, sealed, *rest in reader.rows(
            sql, store, store, state, state, oversold_only, limit
        )
    ]  # fmt: skip


def oversold(reader: Reader) -> int:
    """How many orders lack something that no warehouse has."""
    return int(reader.one(f"WITH {OVERSOLD} SELECT count(DISTINCT shop_order) FROM oversold"))


def held_codes(reader: Reader, store: str, kind: str, *, rejected: bool = False) -> list[str]:
    """Codes of the products of which that figure of the store is held, or was rejected by a person."""
    also = "OR f.rejected IS NOT NULL" if rejected else ""
    sql = f"""SELECT p.code FROM figure f JOIN product p ON p.id = f.product
        WHERE f.store = ? AND f.kind = ? AND (f.mode = 'held' {also}) ORDER BY p.code"""
    return [code for (code,) in reader.rows(sql, store, kind)]

"""What audits found, for people: figures that stores show differently, and how old what is known of each store is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from omnisync.log.overview import rules_of
from omnisync.log.reader import Reader
from omnisync.model.events import Kind
from omnisync.model.rules import Owner, StoreRules


@dataclass(frozen=True, slots=True)
class DriftView:
    """A figure that an audit found to be another one (thousandths or minor units), and what became of it.

    ``state``: open, repaired, explained, accepted; ``waits`` for a person: "asks" for a word,
    "refused" by the store, "paused" or not "live" yet is the store, or "". ``wanted`` is what the store should show now; ``changed_at`` when the store says
    that it changed the figure, 0 where it doesn't.
    """

    product: int
    store: str
    code: str
    name: str
    kind: str
    believed: int
    shown: int
    wanted: int | None
    cause: str
    found_at: int
    state: str
    ended_at: int
    changed_at: int
    waits: str


_SQL = """SELECT d.product, d.store, p.code, p.name, d.kind, d.believed, d.shown, f.wanted, d.cause, d.found_at, d.state, d.ended_at, d.changed_at,
    CASE WHEN f.mode = 'held' AND f.reason = 'drift' THEN 'asks' WHEN f.mode = 'refused' THEN 'refused'
        WHEN NOT s.live THEN 'live' WHEN s.paused THEN 'paused' ELSE '' END
    FROM drift d JOIN product p ON p.id = d.product JOIN store s ON s.name = d.store
    LEFT JOIN figure f ON (f.product, f.store, f.kind) = (d.product, d.store, d.kind) WHERE """


def _views(reader: Reader, where: str, *values: str | int) -> list[DriftView]:
    sql = f"{_SQL} {where} ORDER BY d.store, p.code, d.kind DESC"
    return [DriftView(*row) for row in reader.rows(sql, *values)]


def open_drifts(reader: Reader, store: str = "") -> list[DriftView]:
    """What is not settled; of one store or of all."""
    return _views(reader, "d.state = 'open' AND (? = '' OR d.store = ?)", store, store)


def drifts_since(reader: Reader, stores: Collection[str], since: int) -> list[DriftView]:
    """What is not settled in these stores, and what was found or settled since then (milliseconds UTC)."""
    marks = ", ".join("?" * len(stores))
    where = f"d.store IN ({marks}) AND (d.state = 'open' OR d.found_at >= ? OR d.ended_at >= ?)"
    return _views(reader, where, *stores, since, since)


def drift_counts(reader: Reader) -> dict[str, int]:
    """How many figures of each store are not settled."""
    return dict(reader.rows("SELECT store, count(*) FROM drift WHERE state = 'open' GROUP BY store"))


@dataclass(frozen=True, slots=True)
class FiguresAge:
    """Since when (milliseconds UTC) what we know of a store's figures is known, 0: never; and whether that is old.

    A store that was never read has no figures that could be old.
    """

    store: str
    at: int
    old: bool


def figures_age(reader: Reader, store: str, now: int) -> FiguresAge:
    """The beginning of the store's last whole audit: no figure of it was seen longer ago."""
    at = int(reader.one("SELECT last_catalogue FROM health WHERE connector = ?", store) or 0)
    rules = rules_of(reader, store)
    return FiguresAge(store, at, bool(at) and rules is not None and now - at > old_after(rules))


def old_after(rules: StoreRules) -> int:
    """Milliseconds after which a store's figures count as old: two audits should have been by then."""
    return 2 * rules.audit_every * 1000


def owner_of(rules: StoreRules, kind: str) -> Owner:
    """Whose word counts for that figure."""
    return rules.stock_owner if kind == Kind.STOCK else rules.price_owner


@dataclass(frozen=True, slots=True)
class LastAudit:
    """What the last audit of a store said of one product: how old it is, and the last drift of each figure."""

    age: FiguresAge
    drifts: tuple[DriftView, ...]


def last_audit(reader: Reader, product: int, store: str, now: int) -> LastAudit:
    """The store's last audit as it concerns the product."""
    return LastAudit(
        figures_age(reader, store, now), tuple(_views(reader, "d.product = ? AND d.store = ?", product, store))
    )

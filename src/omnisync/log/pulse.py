"""How the shop is doing in one look: counts that come from small partial indexes, whatever the catalogue's size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from omnisync.log.drift_list import FiguresAge, drift_counts, figures_age
from omnisync.log.health import HealthRow, load_health
from omnisync.log.overview import store_names
from omnisync.log.reader import Reader


@dataclass(frozen=True, slots=True)
class StorePulse:
    """One store. ``health`` as in HealthRow, "" while nothing is known; ``reason`` says why it isn't ok.

    ``drifts`` is how many figures an audit found to be different and nobody has settled; ``age`` of its figures.
    """

    name: str
    health: str
    reason: str
    heard: int
    """When it answered last, in milliseconds UTC; 0 for never."""
    waiting: int
    held: int
    refused: int
    live: bool
    """False in plan-only: nothing is sent yet."""
    drifts: int
    age: FiguresAge


@dataclass(frozen=True, slots=True)
class Pulse:
    """All stores, what waits for a person's yes, what is set aside, and how the ERP's connection is.

    ``trouble`` is what the daemon itself is troubled by: a disk that is full.
    """

    stores: tuple[StorePulse, ...]
    held: int
    refused: int
    quarantined: int
    erp: str
    erp_reason: str
    trouble: str = ""

    def told(self, rows: Mapping[str, HealthRow], trouble: str = "", erp: str = "erp") -> Pulse:
        """The same with the health of the connectors as the daemon has just told it, newer than what it has saved."""
        stores = tuple(
            replace(store, health=row.state, reason=row.reason, heard=heard(row))
            if (row := rows.get(store.name))
            else store
            for store in self.stores
        )
        row = rows.get(erp)
        state, reason = (row.state, row.reason) if row else (self.erp, self.erp_reason)
        return replace(self, stores=stores, erp=state, erp_reason=reason, trouble=trouble)


def heard(row: HealthRow) -> int:
    """When a connector answered last."""
    return max(row.last_orders, row.last_push, row.last_catalogue)


def pulse(reader: Reader, now: int, erp: str = "erp") -> Pulse:
    """The look of this moment."""
    health = {row.connector: row for row in load_health(reader.db)}
    drifts = drift_counts(reader)
    stores = tuple(_store(reader, name, health.get(name), drifts.get(name, 0), now) for name in store_names(reader))
    reads = reader.one("SELECT count(*) FROM hold WHERE state = 'held'")
    row = health.get(erp)
    return Pulse(
        stores,
        reads + sum(store.held for store in stores),
        sum(store.refused for store in stores),
        reader.one("SELECT count(*) FROM quarantine WHERE closed_at = 0"),
        row.state if row else "",
        row.reason if row else "",
    )


# Without statistics SQLite takes a large index for these; the small partial ones are named.
_DIRTY = """SELECT count(*) FROM figure INDEXED BY figure_dirty
    WHERE store = ? AND wanted_rev > confirmed_rev AND mode = 'push'"""
_UNSEEN = """SELECT count(*) FROM figure INDEXED BY figure_check
    WHERE store = ? AND check_at > 0 AND mode = 'push' AND wanted_rev <= confirmed_rev"""
_MODES = """SELECT mode, count(*) FROM figure INDEXED BY figure_mode
    WHERE store = ? AND mode IN ('held', 'refused', 'excluded') GROUP BY mode"""


def _store(reader: Reader, name: str, health: HealthRow | None, drifts: int, now: int) -> StorePulse:
    modes = dict(reader.rows(_MODES, name))
    return StorePulse(
        name,
        health.state if health else "",
        health.reason if health else "",
        heard(health) if health else 0,
        reader.one(_DIRTY, name) + reader.one(_UNSEEN, name),
        modes.get("held", 0),
        modes.get("refused", 0),
        bool(reader.one("SELECT live FROM store WHERE name = ?", name)),
        drifts,
        figures_age(reader, name, now),
    )

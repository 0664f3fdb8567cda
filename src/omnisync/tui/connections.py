"""How each connection is: asked of the daemon where there is one, else as it was last saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from omnisync.connect.budget import Allowance
from omnisync.explain.words import health_words
from omnisync.log.drift_list import FiguresAge, drift_counts, figures_age
from omnisync.log.health import HealthRow, load_health
from omnisync.log.kept_backups import OLD, STREAM, last_written, trouble
from omnisync.log.overview import StoreView, held, quarantine, stores
from omnisync.log.reader import Reader
from omnisync.text import _, age, number

if TYPE_CHECKING:
    from omnisync.model.commands import Reply

_SIGNS = {
    "ok": ("●", "confirmed"), "limited": ("…", "waiting"), "paused": ("‖", "waiting"), "plan": ("○", "waiting"), "down": ("✗", "waiting"),
    "refused": ("✗", "refused"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Live:
    """What the daemon told."""

    health: dict[str, HealthRow]
    allowances: dict[str, list[Allowance]]
    trouble: str
    """What the daemon itself is troubled by."""


def told(reply: Reply) -> Live:
    """The answer to Status, as data."""
    rows = msgspec.convert(reply.get("connectors", ()), list[HealthRow])
    allowances = msgspec.convert(reply.get("allowances", {}), dict[str, list[Allowance]])
    return Live({row.connector: row for row in rows}, allowances, str(reply.get("trouble", "")))


@dataclass(frozen=True, slots=True)
class Connection:
    """One store, or with ``store`` None the ERP. Ages are words already, so that equal ones aren't painted again."""

    name: str
    store: StoreView | None
    health: HealthRow | None
    budget: tuple[Allowance, ...]
    pulled: str
    pushed: str
    oldest: str
    compared: str
    """How old what is known of the store's figures is, and whether that is too old."""
    old: bool
    drifts: int
    """How many figures an audit found to differ."""
    waits: int
    """How many things wait for a person."""

    @property
    def sign(self) -> tuple[str, str]:
        """A letter and its look."""
        return _SIGNS.get(self.health.state, ("·", "")) if self.health else ("·", "")

    @property
    def paused(self) -> bool:
        """Whether a person has paused it."""
        return self.health is not None and self.health.state == "paused"

    @property
    def connected(self) -> bool:
        """Whether it answers, and is not paused."""
        return self.health is not None and self.health.state in ("ok", "limited", "plan")

    @property
    def words(self) -> str:
        """How it is."""
        if self.health is None:
            return _("never connected")
        reason = self.health.reason if self.health.state not in ("ok", "paused", "plan") else ""
        return self.state + (f": {reason}" if reason else "")

    @property
    def state(self) -> str:
        """How it is, without the reason."""
        return health_words(self.health.state) if self.health else _("never connected")


def connections(path: Path, live: Live | None, now: int) -> list[Connection]:
    """Every open store, and the ERP last. Reads much: to be called on a thread."""
    with Reader(path) as reader:
        health = live.health if live else {row.connector: row for row in load_health(reader.db)}
        allowances = live.allowances if live else {}
        views = stores(reader)
        compared = {view.name: figures_age(reader, view.name, now) for view in views}
        drifts = drift_counts(reader)
        asides = quarantine(reader)
        reads = sum(1 for hold in held(reader) if hold.hold)
    names = {view.name for view in views}
    erps = sorted((health.keys() | {row.connector for row in asides}) - names - {STREAM}) or (["erp"] if reads else [])
    found = []
    for view in views:
        waits = view.held + view.refused + view.quarantined + view.unmatched
        budget = allowances.get(view.name, ())
        seen = compared[view.name]
        found.append(
            _connection(view.name, view, health.get(view.name), budget, now, waits, seen, drifts.get(view.name, 0))
        )
    for name in erps:
        waits = reads + sum(row.connector == name for row in asides)
        found.append(_connection(name, None, health.get(name), (), now, waits))
    return found


def backup_words(path: Path, now: int) -> tuple[str, str]:
    """How old the last good backup is, with its look; red when the last one failed or the good one is too old."""
    with Reader(path) as reader:
        last, reason = last_written(reader), trouble(reader)
    if last is None:
        text = _("there is no backup yet; the daemon makes one a day")
        return (f"{text} ({reason})", "refused") if reason else (text, "waiting")
    at, written = last
    text = _("last good backup {age}: {path}").format(age=age(at, now), path=written.path)
    if reason:
        return f"{text} – {_('the newest one failed: {reason}').format(reason=reason)}", "refused"
    return text, "refused" if now - at > OLD else "dim"


def _connection(
    name: str, view: StoreView | None, row: HealthRow | None, budget: Sequence[Allowance], now: int, waits: int,
    seen: FiguresAge | None = None, drifts: int = 0,
) -> Connection:  # fmt: skip
    return Connection(
        name, view, row, tuple(budget), age(row.last_orders if row else None, now),
        age(row.last_push if row else None, now), age(view.oldest if view else None, now),
        age(seen.at if seen else None, now), seen is not None and seen.old, drifts, waits,
    )  # fmt: skip


def tightest(budget: Sequence[Allowance]) -> Allowance | None:
    """The limit of which the smallest part is left; short windows are spent all the time and say nothing."""
    longest = {each.group: each for each in sorted(budget, key=lambda each: each.seconds)}
    return min(longest.values(), key=lambda each: each.left / each.calls, default=None)


def budget_words(allowance: Allowance) -> str:
    """What is left: 318/350 min."""
    seconds = allowance.seconds
    if seconds == 60:
        span = _("min")
    elif seconds % 3600 == 0:
        span = _("{n} h").format(n=int(seconds // 3600)) if seconds > 3600 else _("h")
    else:
        span = _("{n} s").format(n=f"{seconds:g}")
    return f"{number(max(0, allowance.left))}/{number(allowance.calls)} {span}"

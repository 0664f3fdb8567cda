"""The columns of the stores' table for the width there is, and the lines on the marked one below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from rich.cells import cell_len

from omnisync.connect.budget import Allowance
from omnisync.explain.words import connector_words
from omnisync.model.clean import clean
from omnisync.text import _, number, plural, when
from omnisync.tui.connections import Connection, budget_words, tightest
from omnisync.tui.widgets.lines import Line
from omnisync.tui.widgets.table import MARGIN, Cell, Column, fitted

_Plan = tuple[tuple[str, int], ...]
"""Columns and their widths; 0: what is left."""

_NARROW: _Plan = (("name", 0), ("waiting", 7), ("waits", 7))
_ORDINARY: _Plan = (
    ("name", 12), ("words", 0), ("pulled", 6), ("pushed", 6), ("waiting", 8), ("budget", 11), ("waits", 8),
)  # fmt: skip
_ROOMIER: _Plan = (
    ("name", 14), ("words", 0), ("pulled", 7), ("pushed", 7), ("waiting", 8), ("oldest", 7), ("budget", 13), ("waits", 8),
)  # fmt: skip
_WIDE: _Plan = (
    ("name", 16), ("words", 0), ("pulled", 12), ("pushed", 10), ("waiting", 8), ("oldest", 12), ("budget", 14),
    ("held", 6), ("refused", 8), ("aside", 10), ("unmatched", 10),
)  # fmt: skip

_PLANS = ((60, _NARROW), (96, _ORDINARY), (150, _ROOMIER))
"""Each for screens below a width."""

_MOMENT = 5
"""Seconds: a limit on fewer is not shown beside one on more."""

_TWO_COLUMNS, _FIGURES = 78, 34
"""From so many cells on the limits stand beside the figures, and the cells that the figures take."""

_LOUD = {"held": "held", "refused": "refused", "aside": "refused", "waits": "held"}
"""What is coloured where it isn't 0."""


def lay_out(width: int) -> list[Column]:
    """The columns that fit into so many cells; the words on the connection take what is left, on a phone the name."""
    plan = next((plan for below, plan in _PLANS if width < below), _WIDE)
    left = width - MARGIN - sum(size + 1 for _name, size in plan)
    return [_column(name, size or max(6, left), roomy=plan is _WIDE) for name, size in plan]


def _column(name: str, width: int, *, roomy: bool) -> Column:
    right = name not in ("name", "words")

    def cells(row: Connection) -> Sequence[Cell]:
        if name == "name":
            sign, look = row.sign
            called = clean(connector_words(row.name))
            return Cell(sign, look if look != "confirmed" else ""), Cell(" " + fitted(called, width - 2))
        text = clean(_text(name, row))
        if name == "words" and cell_len(text) > width:
            text = row.state
        look = _LOUD.get(name, "") if text not in ("0", "–") else ""
        if name == "words":
            look = "refused" if row.health and row.health.state == "refused" else ""
        return (Cell(fitted(text, width, right=right), look),)

    return Column(name, fitted(_titles(roomy=roomy)[name], width, right=right).strip(), width, cells, right)


def _titles(*, roomy: bool) -> dict[str, str]:
    return {
        "name": _("Store"), "words": _("Connection"), "pulled": _("orders asked") if roomy else _("asked"),
        "pushed": _("last sent") if roomy else _("sent"), "waiting": _("to send"),
        "oldest": _("oldest wait") if roomy else _("oldest"), "budget": _("calls left"), "held": _("held"),
        "refused": _("refused"), "aside": _("set aside"), "unmatched": _("unmatched"), "waits": _("for you"),
    }  # fmt: skip


def _text(name: str, row: Connection) -> str:
    store = row.store
    match name:
        case "words":
            return row.words
        case "pulled":
            return row.pulled
        case "pushed":
            return row.pushed
        case "oldest":
            return row.oldest
        case "budget":
            limit = tightest(row.budget)
            return budget_words(limit) if limit else "–"
        case "waits":
            return number(row.waits)
        case "aside":
            return number(store.quarantined if store else row.waits)
    return number(int(getattr(store, name))) if store else "–"


def detail(row: Connection, now: int, backup: tuple[str, str], width: int, *, live: bool) -> Iterator[Line]:
    """Everything about one connection, and how the backups are doing; what waits for a person before the figures."""
    platform = f" ({row.store.platform})" if row.store and row.store.platform != row.name else ""
    sign, look = row.sign
    yield [(connector_words(row.name), "bold"), (platform, "dim"), ("   ", ""), (f"{sign} {row.words}", look)]
    if not live:
        yield [(_("No daemon answers: this is as it was last saved."), "waiting")]
    health = row.health
    if health is not None:
        if health.state not in ("ok", "paused", "plan") and health.next_try > now:
            since = _("since {when}").format(when=when(health.since, now)) + ", "
            yield [
                (since if health.since else "", ""),
                (_("tried again at {when}").format(when=when(health.next_try, now)), ""),
            ]
        yield [(_last(row), "")]
        calls = plural(
            "{n} call, {errors} failed since the daemon started", "{n} calls, {errors} failed since the daemon started",
            health.calls, errors=number(health.errors),
        )  # fmt: skip
        yield [(calls, "dim")]
        if row.store is not None and health.state == "refused":
            yield [(_("Nothing is sent until the store takes a key: F12 enters a new one."), "refused")]
    if row.waits:
        yield [(_("Enter shows what waits for you here."), "bold")]
    else:
        yield [(_("Nothing waits for you here."), "dim")]
    if row.store is not None:
        yield []
        figures, budget = _figures(row), _budget(row, live=live)
        if width < _TWO_COLUMNS:
            yield from (*figures, [], *budget)
        else:
            yield from _beside(figures, budget)
    yield []
    yield [backup]


def _last(row: Connection) -> str:
    if row.store is None:
        return _("last read {pulled}").format(pulled=row.pulled)
    return _("last order pull {pulled}   last push {pushed}").format(pulled=row.pulled, pushed=row.pushed)


def _beside(left: Iterable[Line], right: Iterable[Line]) -> Iterator[Line]:
    """Two columns: what stands beside needs no scrolling on a low screen."""
    for line, other in zip_longest(left, right, fillvalue=()):
        room = _FIGURES - sum(cell_len(text) for text, _look in line)
        yield [*line, (" " * room, ""), *other] if other else line


def _figures(row: Connection) -> Iterator[Line]:
    store = row.store
    assert store is not None
    counts = (
        (_("listings"), store.listings, ""), (_("figures confirmed"), store.confirmed, ""),
        (_("on their way"), store.waiting, "waiting"), (_("held"), store.held, "held"),
        (_("refused"), store.refused, "refused"), (_("excluded"), store.excluded, ""),
        (_("differ (d)"), row.drifts, "differs"),
        (_("set aside"), store.quarantined, "refused"), (_("unmatched listings"), store.unmatched, "waiting"),
    )  # fmt: skip
    for word, count, look in counts:
        yield [(f"  {fitted(word, 20)}", "dim"), (fitted(number(count), 8, right=True), look if count else "")]
    yield [
        (f"  {fitted(_('figures compared'), 20)}", "dim"),
        (fitted(row.compared, 8, right=True), "refused" if row.old else ""),
    ]
    yield [(f"  {fitted(_('oldest unconfirmed'), 20)}", "dim"), (fitted(row.oldest, 8, right=True), "")]


def _budget(row: Connection, *, live: bool) -> Iterator[Line]:
    yield [(_("Calls left of the store's limits"), "title")]
    groups: dict[str, list[Allowance]] = {}
    for limit in row.budget:
        groups.setdefault(limit.group, []).append(limit)
    for group, limits in groups.items():
        parts = [(f"  {fitted(group, 9)}", "dim")]
        limits.sort(key=lambda each: -each.seconds)
        # What lasts a moment only is spent all the time and says nothing, unless it is all there is.
        for limit in [limits[0], *(each for each in limits[1:] if each.seconds >= _MOMENT)]:
            look = "waiting" if limit.left <= limit.calls // 10 else ""
            parts.append((" " + fitted(budget_words(limit), 16 if limit.seconds >= 60 else 10), look))
        yield parts
    if not row.budget:
        yield [("  " + (_("this store names no limit") if live else _("only a running daemon knows")), "dim")]

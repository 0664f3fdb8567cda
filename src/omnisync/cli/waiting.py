"""Waiting until stores have proven what was sent, and telling what became of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from omnisync.cli import table
from omnisync.cli.output import Piece, say_pieces, tell, width
from omnisync.cli.place import Place
from omnisync.errors import DaemonNotRunning
from omnisync.explain.words import SIGNS, figure_words, health_words, kind_words, reason_words, state_words
from omnisync.log import progress
from omnisync.log.overview import rules_of
from omnisync.log.progress import Item, Key
from omnisync.log.reader import Reader
from omnisync.model.commands import Status
from omnisync.ports import Clock, SystemClock
from omnisync.text import _, plural

_LOOK_EVERY = 0.1
"""Seconds between two looks whether the database has changed: three microseconds each."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the figures; ``in_time`` is False when some were still on their way at the end."""

    items: Sequence[Item]
    in_time: bool

    @property
    def well(self) -> bool:
        """Whether nothing was refused and nothing is still on its way."""
        return self.in_time and not any(item.state == "refused" for item in self.items)

    def counts(self) -> dict[str, int]:
        """How many figures are in which state."""
        counts: dict[str, int] = {}
        for item in self.items:
            counts[item.state] = counts.get(item.state, 0) + 1
        return counts


async def wait_for(
    reader: Reader, concerned: set[Key], seconds: float, *,
    clock: Clock | None = None, told: Callable[[int], None] = lambda _done: None,
) -> bool:  # fmt: skip
    """Wait until each of the figures was proven, refused or held once; answers whether that came in time.

    A figure that changes again after that starts no new wait, or a busy shop would never be done.
    """
    clock = clock or SystemClock()
    until = clock.now() + round(seconds * 1000)
    version, pending = -1, set(concerned)
    while True:
        now_at = reader.version()
        if now_at != version:
            version = now_at
            pending &= progress.on_their_way(reader)
            told(len(concerned) - len(pending))
        if not pending:
            return True
        if clock.now() >= until:
            return False
        await clock.sleep(_LOOK_EVERY)


async def wait_with_bar(reader: Reader, concerned: set[Key], seconds: float) -> bool:
    """The same with a progress bar, where somebody sees it."""
    with click.progressbar(length=len(concerned), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def told(done: int) -> None:
            bar.update(done - bar.pos)

        return await wait_for(reader, concerned, seconds, told=told)


async def tell_troubles(place: Place, stores: set[str]) -> None:
    """Say which of these stores is in trouble just now, because then waiting takes longer."""
    try:
        reply = await place.ask(Status())
    except DaemonNotRunning as error:
        tell(str(error), colour="red")
        return
    if reply["trouble"]:
        tell(str(reply["trouble"]), colour="red")
    for row in reply["connectors"]:
        if row["connector"] in stores and row["state"] != "ok":
            text = _("{store}: {state}").format(store=row["connector"], state=health_words(row["state"]))
            tell(f"{text} ({row['reason']})" if row["reason"] else text, colour="yellow")


def print_items(reader: Reader, items: Sequence[Item]) -> None:
    """Per figure what is wanted, was sent last and is confirmed."""
    columns = [
        table.Column(_("Code"), least=8), table.Column(_("Store"), least=6), table.Column(_("Figure")),
        table.Column(_("Wanted"), right=True), table.Column(_("Sent"), right=True),
        table.Column(_("Confirmed"), right=True), table.Column(_("State"), least=12),
    ]  # fmt: skip
    currencies = {item.store: "" for item in items}
    for store in currencies:
        rules = rules_of(reader, store)
        currencies[store] = rules.currency if rules else ""
    rows = [_row(item, currencies[item.store]) for item in items]
    for line in table.lines(columns, rows, width()):
        say_pieces(line)


def _row(item: Item, currency: str) -> list[str | Piece]:
    sign = SIGNS[item.state]
    state = f"{sign.letter} {state_words(item.state)}"
    if item.reason:
        state += f": {reason_words(item.reason)}"
    figures = [figure_words(item.kind, value, currency) for value in (item.wanted, item.sent, item.confirmed)]
    return [item.code, item.store, kind_words(item.kind), *figures, Piece(state, sign.colour)]


def counted(outcome: Outcome) -> str:
    """How many were confirmed, refused and so on, in one line."""
    counts = outcome.counts()
    total = plural("{n} figure", "{n} figures", len(outcome.items))
    parts = [f"{count} {state_words(state)}" for state, count in counts.items()]
    return f"{total}: {', '.join(parts)}" if parts else total


def as_json(item: Item) -> dict[str, Any]:
    """One figure for ``--json``."""
    return {
        "code": item.code, "store": item.store, "kind": item.kind, "state": item.state, "wanted": item.wanted,
        "sent": item.sent, "confirmed": item.confirmed, "reason": item.reason,
    }  # fmt: skip

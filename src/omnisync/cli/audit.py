"""`omnisync audit`: read what the stores really show, compare every figure, list what differs and why."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click
import msgspec

from omnisync.cli import names, table
from omnisync.cli.options import UNITS, json_option, store_option, wait_option
from omnisync.cli.output import Piece, say, say_json, say_pieces, tell, width
from omnisync.cli.place import Place
from omnisync.cli.preview import agreed, bulk_options
from omnisync.cli.waiting import tell_troubles, wait_with_bar
from omnisync.errors import CommandRefused
from omnisync.explain.drift import cause_title, cause_words, what_happens
from omnisync.explain.words import SIGNS, figure_words, kind_words
from omnisync.log import overview
from omnisync.log.drift_list import DriftView, drifts_since, open_drifts
from omnisync.log.reader import Reader
from omnisync.model.commands import Accept, Audit, Repair, Reply, Status
from omnisync.model.rules import StoreRules
from omnisync.text import _, plural, when

_LOOK_EVERY = 0.3
"""Seconds between two looks at how far the daemon has come."""


@click.command(
    short_help=_("Compare what the stores really show with what they should."),
    help=_(
        "Read what the stores really show now, compare every figure, and list what differs: what was confirmed, what "
        "the store shows, why (sold there, silently refused, late batch, edited by hand), and what happens with it by "
        "whose word counts (`stock_owner` and `price_owner` in the configuration). The daemon does this by itself "
        "every `audit_every` seconds.\n\n"
        "Exit code 1 when something differs and is not settled.\n\n"
        "Example: omnisync audit --store trendyol --repair-all"
    ),
)
@store_option(_("This store only; without it every store."))
@click.option(
    "--repair", metavar="CODE", multiple=True,
    help=_("Send this product's figures again where a store shows something else; may repeat."),
)  # fmt: skip
@click.option("--repair-all", is_flag=True, help=_("Send every figure again where a store shows something else."))
@click.option(
    "--accept", metavar="CODE", multiple=True,
    help=_("Accept what stores show of this product: a price becomes the store's own; may repeat."),
)  # fmt: skip
@bulk_options
@wait_option(600)
@json_option(UNITS)
@click.pass_obj
def audit(
    place: Place, store: str, repair: tuple[str, ...], repair_all: bool, accept: tuple[str, ...], dry_run: bool,
    yes: bool, wait: int, as_json: bool,
) -> None:  # fmt: skip
    """Audit."""
    with place.reader() as reader:
        if store:
            names.rules(reader, store)
        repaired, accepted = names.codes(reader, repair), names.codes(reader, accept)
        asked = asyncio.run(_audit(place, reader, store, wait))
        if accepted:
            place.run(Accept(store, accepted))
        mends = Repair(store, repaired)
        if (repaired or repair_all) and agreed(place, [mends], _("Send it again?"), dry_run=dry_run, yes=yes):
            asyncio.run(_repair(place, reader, mends, wait))
        found = drifts_since(reader, asked.stores, asked.at)
        _tell(place, reader, asked.stores, found, as_json=as_json)
    if any(each.state == "open" for each in found):
        raise click.exceptions.Exit(1)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which stores were to be audited, and when that was asked for (milliseconds UTC)."""

    stores: tuple[str, ...]
    at: int


async def _audit(place: Place, reader: Reader, store: str, wait: int) -> _Asked:
    """Have the daemon audit and wait for it. Raises CommandRefused when a store can't be read."""
    failures = _failures(await place.ask(Status()))
    reply = await place.ask(Audit(store))
    asked = _Asked(tuple(reply["stores"]), reply["now"])
    listings = _listings(reader, asked.stores)
    done, unread = 0, [*asked.stores]
    with click.progressbar(length=max(1, listings), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for _look in range(max(1, round(wait / _LOOK_EVERY))):
            status = await place.ask(Status())
            read = {row["connector"] for row in status["connectors"] if row["last_catalogue"] >= asked.at}
            unread = [name for name in asked.stores if name not in read]
            if not unread:
                bar.update(max(0, listings - bar.pos))
                return asked
            _refuse_trouble(status, unread, failures)
            done = max(done, sum(status["audits"].values()))
            bar.update(done - bar.pos)
            await asyncio.sleep(_LOOK_EVERY)
    raise CommandRefused(
        _("{stores} could not be read within {n} s; the daemon goes on.").format(stores=", ".join(unread), n=wait)
    )


def _listings(reader: Reader, stores: Sequence[str]) -> int:
    return sum(view.listings + view.unmatched for view in overview.stores(reader) if view.name in stores)


def _failures(status: Reply) -> dict[str, int]:
    return {row["connector"]: row["failures"] for row in status["connectors"]}


def _refuse_trouble(status: Reply, stores: Sequence[str], before: Mapping[str, int]) -> None:
    """A store that has failed since it was asked is not waited for."""
    for row in status["connectors"]:
        if row["connector"] in stores and row["failures"] > before.get(row["connector"], 0):
            text = _("{store} can't be read now: {reason}")
            raise CommandRefused(text.format(store=row["connector"], reason=row["reason"]))


async def _repair(place: Place, reader: Reader, command: Repair, wait: int) -> None:
    """Send again what has drifted, and wait until the stores have shown it."""
    concerned = {
        (each.product, each.store, each.kind)
        for each in open_drifts(reader, command.store)
        if not command.codes or each.code in command.codes
    }
    reply = await place.ask(command)
    tell(plural("{n} figure is sent again.", "{n} figures are sent again.", reply["figures"]))
    if concerned and wait:
        await tell_troubles(place, {store for _product, store, _kind in concerned})
        await wait_with_bar(reader, concerned, wait)


def _tell(place: Place, reader: Reader, stores: Sequence[str], found: list[DriftView], *, as_json: bool) -> None:
    rules = {name: names.rules(reader, name) for name in stores}
    if as_json:
        say_json([{**msgspec.to_builtins(each), "happens": what_happens(each, rules[each.store])} for each in found])
        return
    columns = [
        table.Column(_("Code"), least=8), table.Column(_("Store"), least=6), table.Column(_("Figure")),
        table.Column(_("Confirmed"), right=True), table.Column(_("Shows"), right=True), table.Column(_("Seen")),
        table.Column(_("Cause"), least=12), table.Column(_("What happens"), least=12),
    ]  # fmt: skip
    now = place.now()
    for line in table.lines(columns, [_row(each, rules[each.store], now) for each in found], width()) if found else ():
        say_pieces(line)
    for cause in dict.fromkeys(each.cause for each in found):
        tell(cause_words(cause))
    left = sum(each.state == "open" for each in found)
    said = plural("{n} listing compared", "{n} listings compared", _listings(reader, stores))
    say(f"{said}: " + plural("{n} figure differs", "{n} figures differ", left))


def _row(drift: DriftView, rules: StoreRules, now: int) -> list[str | Piece]:
    figures = [figure_words(drift.kind, value, rules.currency) for value in (drift.believed, drift.shown)]
    sign = SIGNS["differs" if drift.state == "open" else "confirmed"]
    return [
        drift.code, drift.store, kind_words(drift.kind), *figures, when(drift.found_at, now),
        cause_title(drift.cause, drift.changed_at, now),
        Piece(f"{sign.letter} {what_happens(drift, rules)}", sign.colour),
    ]  # fmt: skip

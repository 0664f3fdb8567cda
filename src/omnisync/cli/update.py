"""`omnisync update`: send everything, or some products, now; and wait until the stores have confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from omnisync.cli import names, waiting
from omnisync.cli.options import UNITS, json_option, store_option, wait_option
from omnisync.cli.output import say, say_json, somebody_watches, tell
from omnisync.cli.place import Place
from omnisync.cli.preview import bulk_options, show
from omnisync.errors import CommandRefused
from omnisync.explain.plan import plan_lines
from omnisync.log import progress
from omnisync.log.plan import Plan, What, plan
from omnisync.log.progress import Item
from omnisync.log.reader import Reader
from omnisync.model.commands import Update
from omnisync.text import _, plural

_MOST = 50
_WAIT = 600


@click.command(
    short_help=_("Send stock and prices to the stores now."),
    help=_(
        "Send stock and prices to the stores now, changed or not, and wait until they have confirmed. "
        "Without --product it is a general update of everything; it shows first what that sends. What is held, excluded or switched off stays so.\n\n"
        "Ends with 1 when a store refused something or did not confirm in time; the daemon goes on trying.\n\n"
        "Example: omnisync update --store trendyol --product BRU-0150 --product BRU-0200"
    ),
)
@store_option(_("Update this store only."))
@click.option("--product", "products", metavar="CODE", multiple=True, help=_("Update this product only; may repeat."))
@bulk_options
@wait_option(_WAIT)
@json_option(UNITS)
@click.pass_obj
def update(
    place: Place, store: str, products: tuple[str, ...], dry_run: bool, yes: bool, wait: int, as_json: bool
) -> None:
    """Order an update."""
    with place.reader() as reader:
        if store:
            names.rules(reader, store)
        codes = names.codes(reader, products)
        ids = [names.product(reader, code) for code in codes]
        items = progress.items(reader, store, ids)
        if not items:
            raise CommandRefused(_("Nothing of that is listed on a store."))
        if dry_run:
            show(_plan(reader, store, codes), as_json=as_json)
            return
        if not codes and not yes and somebody_watches():
            for line in plan_lines(_plan(reader, store, codes)):
                tell(line)
            click.confirm(_question(items), abort=True, err=True)
        outcome = asyncio.run(_update(place, reader, Update(store, codes), items, wait))
        items = progress.items(reader, store, ids)
        known = {item.key for item in outcome.items}
        _tell_outcome(
            reader, outcome, [item for item in items if item.key in known or codes], as_json=as_json, all_=bool(codes)
        )
    if not outcome.well:
        raise click.exceptions.Exit(1)


def _plan(reader: Reader, store: str, codes: Sequence[str]) -> Plan:
    return plan(reader, What.UPDATE, stores=[store] if store else [], codes=codes)


def _sent(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if item.state in progress.SENT_STATES]


def _question(items: Sequence[Item]) -> str:
    sent = _sent(items)
    stores = ", ".join(sorted({item.store for item in sent}))
    return plural("Send {n} figure to {stores}?", "Send {n} figures to {stores}?", len(sent), stores=stores)


async def _update(place: Place, reader: Reader, command: Update, items: Sequence[Item], wait: int) -> waiting.Outcome:
    sent = _sent(items)
    await place.ask(command)
    if not wait:
        tell(_("The daemon sends it; `omnisync stores` shows how far it is."))
        return waiting.Outcome([], in_time=True)
    await waiting.tell_troubles(place, {item.store for item in sent})
    keys = {item.key for item in sent}
    in_time = await waiting.wait_with_bar(reader, keys, wait)
    after = [item for item in progress.items(reader, command.store) if item.key in keys]
    return waiting.Outcome(after, in_time)


def _tell_outcome(
    reader: Reader, outcome: waiting.Outcome, items: Sequence[Item], *, as_json: bool, all_: bool
) -> None:
    if as_json:
        counts = outcome.counts()
        say_json({"in_time": outcome.in_time, "counts": counts, "items": [waiting.as_json(item) for item in items]})
        return
    shown = items if all_ else [item for item in items if item.state != "confirmed"]
    if shown:
        waiting.print_items(reader, shown[:_MOST])
    if len(shown) > _MOST:
        say(plural("and {n} more (--json lists all)", "and {n} more (--json lists all)", len(shown) - _MOST))
    if outcome.items:
        say(waiting.counted(outcome))
    if not outcome.in_time:
        tell(
            _("Not everything was confirmed in time. The daemon goes on; `omnisync stores` shows how far it is."),
            colour="red",
        )

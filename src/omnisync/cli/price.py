"""`omnisync price`: a store's own price for a product, or the price list's again."""

from __future__ import annotations

import asyncio

import click

from omnisync.amount import parse_amount
from omnisync.cli import names, waiting
from omnisync.cli.options import UNITS, json_option, store_option, wait_option
from omnisync.cli.output import say, say_json, tell
from omnisync.cli.place import Place
from omnisync.log import progress
from omnisync.log.reader import Reader
from omnisync.log.story import code_of
from omnisync.model.commands import SetPrice
from omnisync.model.events import Kind
from omnisync.text import _

_WAIT = 300


@click.command(
    short_help=_("Give a product a price of its own in one store."),
    help=_(
        "Give a product a price of its own in one store, in that store's currency, and wait until the store has "
        "confirmed it. --list gives the price list its say again.\n\n"
        "AMOUNT is written as you are used to: 104,90 or 1.290 or 1290.00\n\n"
        "Example: omnisync price BRU-0150 104,90 --store trendyol"
    ),
)
@click.argument("code")
@click.argument("amount", required=False)
@click.option("--list", "from_list", is_flag=True, help=_("Use the price list's price again."))
@store_option(_("The store whose price it is."), required=True)
@click.option("--no-wait", is_flag=True, help=_("Don't wait until the store has confirmed."))
@wait_option(_WAIT)
@json_option(UNITS)
@click.pass_obj
def price(
    place: Place, code: str, amount: str | None, from_list: bool, store: str, no_wait: bool, wait: int, as_json: bool
) -> None:
    """Set the price."""
    if (amount is None) is not from_list:
        raise click.UsageError(_("Name an AMOUNT, or --list for the price list's price."))
    with place.reader() as reader:
        minor = None if amount is None else _minor(amount, names.rules(reader, store).currency)
        names.rules(reader, store)
        product = names.product(reader, code)
        place.run(SetPrice(store, code_of(reader, product), minor))
        in_time = asyncio.run(_wait(place, reader, product, store, 0 if no_wait else wait))
        outcome = waiting.Outcome(progress.items(reader, store, [product], Kind.PRICE), in_time)
        _tell(reader, outcome, store, as_json=as_json)
    if not outcome.well:
        raise click.exceptions.Exit(1)


def _minor(amount: str, currency: str) -> int:
    try:
        return parse_amount(amount, currency).minor
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="AMOUNT") from None


async def _wait(place: Place, reader: Reader, product: int, store: str, seconds: int) -> bool:
    if not seconds:
        return True
    await waiting.tell_troubles(place, {store})
    return await waiting.wait_with_bar(reader, {(product, store, Kind.PRICE)}, seconds)


def _tell(reader: Reader, outcome: waiting.Outcome, store: str, *, as_json: bool) -> None:
    if as_json:
        say_json({"in_time": outcome.in_time, "items": [waiting.as_json(item) for item in outcome.items]})
        return
    if not outcome.items:
        say(_("The product is not listed on {store}; the price is kept for when it is.").format(store=store))
        return
    waiting.print_items(reader, outcome.items)
    if not outcome.in_time:
        tell(_("The store has not confirmed it in time. The daemon goes on trying."), colour="red")

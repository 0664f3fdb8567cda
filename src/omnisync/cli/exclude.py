"""`omnisync exclude`: stop sending stock or price of some products to a store."""

from __future__ import annotations

import click

from omnisync.cli import names
from omnisync.cli.options import store_option
from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.cli.preview import agreed, bulk_options
from omnisync.model.commands import Exclude
from omnisync.text import _, plural


@click.command(
    short_help=_("Stop sending a product's stock or price to a store."),
    help=_(
        "Stop sending stock, price or (with neither named) both of these products to a store. "
        "The store goes on showing what it shows now; `omnisync include` ends it. Of several products it first says what "
        "that calls off.\n\n"
        "Example: omnisync exclude BRU-0150 BRU-0200 --store woo-hu --price"
    ),
)
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
@store_option(_("The store that is not sent to."), required=True)
@click.option("--stock", is_flag=True, help=_("Exclude the stock."))
@click.option("--price", is_flag=True, help=_("Exclude the price."))
@bulk_options
@click.pass_obj
def exclude(
    place: Place, codes: tuple[str, ...], store: str, stock: bool, price: bool, dry_run: bool, yes: bool
) -> None:
    """Exclude."""
    products = decide(place, codes, store, stock=stock, price=price, on=True, dry_run=dry_run, yes=yes)
    if products is None:
        return
    say(plural(
        "{n} product is excluded on {store}: {what}.", "{n} products are excluded on {store}: {what}.",
        products, store=store, what=what(stock=stock, price=price),
    ))  # fmt: skip


def decide(
    place: Place, codes: tuple[str, ...], store: str, *, stock: bool, price: bool, on: bool, dry_run: bool, yes: bool
) -> int | None:
    """Exclude or include; neither named means both. Answers how many products that concerns, None if it was only looked at."""
    with place.reader() as reader:
        names.rules(reader, store)
        codes = names.codes(reader, codes)
    neither = not stock and not price
    command = Exclude(store, codes, stock=stock or neither, price=price or neither, on=on)
    question = _("Exclude them?") if on else _("Send them again?")
    if not agreed(place, [command], question, dry_run=dry_run, yes=yes, many=len(codes) > 1):
        return None
    return int(place.run(command)["products"])


def what(*, stock: bool, price: bool) -> str:
    """Which figures are meant."""
    if stock == price:
        return _("stock and price")
    return _("stock") if stock else _("price")

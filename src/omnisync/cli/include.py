"""`omnisync include`: the end of `omnisync exclude`."""

from __future__ import annotations

import click

from omnisync.cli.exclude import decide, what
from omnisync.cli.options import store_option
from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.cli.preview import bulk_options
from omnisync.text import _, plural


@click.command(
    short_help=_("Send a product's stock or price to a store again."),
    help=_(
        "Send stock, price or (with neither named) both of these products to a store again. "
        "What changed meanwhile is sent now; of several products it first says what that is.\n\n"
        "Example: omnisync include BRU-0150 --store woo-hu"
    ),
)
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
@store_option(_("The store that is sent to again."), required=True)
@click.option("--stock", is_flag=True, help=_("Include the stock."))
@click.option("--price", is_flag=True, help=_("Include the price."))
@bulk_options
@click.pass_obj
def include(
    place: Place, codes: tuple[str, ...], store: str, stock: bool, price: bool, dry_run: bool, yes: bool
) -> None:
    """Include."""
    products = decide(place, codes, store, stock=stock, price=price, on=False, dry_run=dry_run, yes=yes)
    if products is None:
        return
    say(plural(
        "{n} product is sent to {store} again: {what}.", "{n} products are sent to {store} again: {what}.",
        products, store=store, what=what(stock=stock, price=price),
    ))  # fmt: skip

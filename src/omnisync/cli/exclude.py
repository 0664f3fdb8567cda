"""`omnisync exclude`: stop sending stock or price of some products to a store."""

from __future__ import annotations

import click

from omnisync.cli import names
from omnisync.cli.options import store_option
from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.model.commands import Exclude
from omnisync.text import _, plural


@click.command(
    short_help=_("Stop sending a product's stock or price to a store."),
    help=_(
        "Stop sending stock, price or (with neither named) both of these products to a store. "
        "The store goes on showing what it shows now; `omnisync include` ends it.\n\n"
        "Example: omnisync exclude BRU-0150 BRU-0200 --store woo-hu --price"
    ),
)
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
@store_option(_("The store that is not sent to."), required=True)
@click.option("--stock", is_flag=True, help=_("Exclude the stock."))
@click.option("--price", is_flag=True, help=_("Exclude the price."))
@click.pass_obj
def exclude(place: Place, codes: tuple[str, ...], store: str, stock: bool, price: bool) -> None:
    """Exclude."""
    products = decide(place, codes, store, stock=stock, price=price, on=True)
    say(plural(
        "{n} product is excluded on {store}: {what}.", "{n} products are excluded on {store}: {what}.",
        products, store=store, what=what(stock=stock, price=price),
    ))  # fmt: skip


def decide(place: Place, codes: tuple[str, ...], store: str, *, stock: bool, price: bool, on: bool) -> int:
    """Exclude or include; neither named means both. Answers how many products that concerns."""
    with place.reader() as reader:
        names.rules(reader, store)
        codes = names.codes(reader, codes)
    neither = not stock and not price
    reply = place.run(Exclude(store, codes, stock=stock or neither, price=price or neither, on=on))
    return int(reply["products"])


def what(*, stock: bool, price: bool) -> str:
    """Which figures are meant."""
    if stock == price:
        return _("stock and price")
    return _("stock") if stock else _("price")

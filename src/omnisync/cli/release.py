"""`omnisync release`: a person's yes to what the guard held back."""

from __future__ import annotations

import click

from omnisync.cli import names
from omnisync.cli.options import store_option
from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.errors import CommandRefused
from omnisync.log import overview
from omnisync.model.commands import Release
from omnisync.model.events import Kind
from omnisync.text import _, plural


@click.command(
    short_help=_("Say yes to a change that was held back as suspicious."),
    help=_(
        "Say yes to a change that was held back as suspicious. `omnisync stores` lists what is held "
        "and shows the exact command for each.\n\n"
        "A held read of the ERP is named by its HOLD; held figures of a store by --store with --stock or --price, "
        "and product CODEs if it is not to be all of them.\n\n"
        "Example: omnisync release --store trendyol --price BRU-0150"
    ),
)
@click.argument("what", metavar="[HOLD | CODE...]", nargs=-1)
@store_option(_("Release figures of this store."))
@click.option("--stock", is_flag=True, help=_("Its held quantities."))
@click.option("--price", is_flag=True, help=_("Its held prices."))
@click.pass_obj
def release(place: Place, what: tuple[str, ...], store: str, stock: bool, price: bool) -> None:
    """Release what is held."""
    if not store:
        if len(what) != 1 or stock or price:
            raise click.UsageError(
                _("Name one HOLD, or --store with --stock or --price. `omnisync stores` lists them.")
            )
        place.run(Release(hold=what[0]))
        say(_("Released: the next read of the ERP is taken in if it still says the same."))
        return
    if stock == price:
        raise click.UsageError(_("Name --stock or --price: one of them is released at a time."))
    kind = Kind.STOCK if stock else Kind.PRICE
    with place.reader() as reader:
        names.rules(reader, store)
        codes = names.codes(reader, what)
        held = overview.held_codes(reader, store, kind)
    concerned = [code for code in held if not codes or code in codes]
    if not concerned:
        raise CommandRefused(_("Nothing of that is held in {store}.").format(store=store))
    place.run(Release(store=store, kind=kind, codes=codes))
    say(plural("Released: {n} figure of {store}.", "Released: {n} figures of {store}.", len(concerned), store=store))

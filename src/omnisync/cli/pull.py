"""`omnisync pull`: ask for news now instead of at the next tick."""

from __future__ import annotations

import click

from omnisync.cli.options import store_option
from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.model.commands import Pull
from omnisync.text import _


@click.command(
    short_help=_("Ask the ERP or a store for news now."),
    help=_(
        "Ask for news now instead of waiting for the next time: the ERP for products, balances and prices, "
        "or with --store a store for its orders and its list of products.\n\n"
        "Example: omnisync pull --store trendyol"
    ),
)
@store_option(_("Ask this store instead of the ERP."))
@click.pass_obj
def pull(place: Place, store: str) -> None:
    """Pull."""
    place.run(Pull(store))
    say(_("{who} is being asked now. `omnisync events` shows what it tells.").format(who=store or _("The ERP")))

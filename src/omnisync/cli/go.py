"""`omnisync go`: a person's word that a new store may be sent to."""

from __future__ import annotations

import click

from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.model.commands import Go
from omnisync.text import _


@click.command(
    short_help=_("Begin to send to a new store, after a look at its plan."),
    help=_(
        "Begin to send to a new store. Until then it is in plan-only: its orders are taken in and reserve stock, its "
        "listings are matched, and nothing is written to it. Look first at what would be sent: "
        "`omnisync plan --store STORE`.\n\n"
        "Example: omnisync go trendyol"
    ),
)
@click.argument("store")
@click.pass_obj
def go(place: Place, store: str) -> None:
    """Go live."""
    place.run(Go(store))
    say(_("{store} is sent to from now on; what the guard holds waits for your yes.").format(store=store))

"""`omnisync pause`: send nothing to a store for a while."""

from __future__ import annotations

import click

from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.model.commands import Pause
from omnisync.text import _


@click.command(
    short_help=_("Stop sending anything to a store for a while."),
    help=_(
        "Stop sending anything to a store until `omnisync resume STORE`. Its orders are still taken in and lower "
        "the stock of the other stores; what it misses is sent when it is resumed.\n\n"
        "Example: omnisync pause trendyol"
    ),
)
@click.argument("store")
@click.pass_obj
def pause(place: Place, store: str) -> None:
    """Pause."""
    place.run(Pause(store, on=True))
    say(_("{store} is paused. `omnisync resume {store}` ends that.").format(store=store))

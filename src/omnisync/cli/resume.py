"""`omnisync resume`: the end of `omnisync pause`."""

from __future__ import annotations

import click

from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.model.commands import Pause
from omnisync.text import _


@click.command(
    short_help=_("Send to a paused store again."),
    help=_(
        "Send to a paused store again. What changed meanwhile is sent now, each figure once.\n\n"
        "Example: omnisync resume trendyol"
    ),
)
@click.argument("store")
@click.pass_obj
def resume(place: Place, store: str) -> None:
    """Resume."""
    place.run(Pause(store, on=False))
    say(_("{store} is sent to again.").format(store=store))

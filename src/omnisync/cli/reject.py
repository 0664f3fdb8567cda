"""`omnisync reject`: a person's no to what the guard held back."""

from __future__ import annotations

import click

from omnisync.cli.held import answers, give, held_options
from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.text import _, plural


@click.command(
    short_help=_("Say no to a change that was held back as suspicious."),
    help=_(
        "Say no to a change that was held back as suspicious: it is not sent, and not asked about again until the ERP "
        "says something else. `omnisync stores` lists what is held.\n\n"
        "A held read of the ERP is named by its HOLD; held figures of a store by --store with --stock or --price, "
        "and product CODEs if it is not to be all of them.\n\n"
        "Example: omnisync reject --store trendyol --price BRU-0150 --reason 'typing mistake'"
    ),
)
@held_options
def reject(
    place: Place, what: tuple[str, ...], store: str, stock: bool, price: bool, everything: bool, reason: str
) -> None:
    """Reject what is held."""
    commands = answers(place, what, store, stock=stock, price=price, everything=everything, reason=reason, no=True)
    give(place, commands)
    count = sum(each.figures for each in commands)
    say(plural("Rejected: {n} change stays as it is.", "Rejected: {n} changes stay as they are.", count))

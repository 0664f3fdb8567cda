"""`omnisync release`: a person's yes to what the guard held back."""

from __future__ import annotations

import click

from omnisync.cli.held import answers, give, held_options
from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.cli.preview import agreed, bulk_options
from omnisync.text import _, plural


@click.command(
    short_help=_("Say yes to a change that was held back as suspicious."),
    help=_(
        "Say yes to a change that was held back as suspicious: it goes once. `omnisync stores` lists what is held "
        "and shows the exact command for each; --dry-run says what a yes would do, and of several it is said before you are asked.\n\n"
        "A held read of the ERP is named by its HOLD; held figures of a store by --store with --stock or --price, "
        "and product CODEs if it is not to be all of them; what was rejected before can be released by its CODEs.\n\n"
        "Example: omnisync release --store trendyol --price BRU-0150 --reason 'autumn sale'"
    ),
)
@bulk_options
@held_options
def release(
    place: Place, what: tuple[str, ...], store: str, stock: bool, price: bool, everything: bool, reason: str,
    dry_run: bool, yes: bool,
) -> None:  # fmt: skip
    """Release what is held."""
    commands = answers(place, what, store, stock=stock, price=price, everything=everything, reason=reason, no=False)
    count = sum(each.figures for each in commands)
    releases = [each.command for each in commands]
    if not agreed(
        place, releases, _("Let it go?"), dry_run=dry_run, yes=yes, many=count > 1 or everything or not store
    ):
        return
    give(place, commands)
    if what and not store:
        say(_("Released: the next read is taken in if it still says the same."))
    else:
        say(plural("Released: {n} change.", "Released: {n} changes.", count))

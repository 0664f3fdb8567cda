"""`omnisync retry`: send again what a store refused."""

from __future__ import annotations

import click

from omnisync.cli import names
from omnisync.cli.options import store_option
from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.cli.preview import agreed, bulk_options
from omnisync.model.commands import Retry
from omnisync.text import _, plural


@click.command(
    short_help=_("Send again what a store refused."),
    help=_(
        "Send again what a store refused, after its reason was mended. Without CODEs: everything that the store "
        "refused. `omnisync stores` shows what that is, in the store's own words.\n\n"
        "Example: omnisync retry --store trendyol BRU-0300"
    ),
)
@click.argument("codes", metavar="[CODE...]", nargs=-1)
@store_option(_("The store that refused."), required=True)
@bulk_options
@click.pass_obj
def retry(place: Place, codes: tuple[str, ...], store: str, dry_run: bool, yes: bool) -> None:
    """Try again."""
    if codes:
        with place.reader() as reader:
            codes = names.codes(reader, codes)
    command = Retry(store, codes)
    if not agreed(place, [command], _("Send it again?"), dry_run=dry_run, yes=yes, many=len(codes) != 1):
        return
    reply = place.run(command)
    if reply["products"]:
        say(
            plural(
                "{n} product is tried again in {store}.",
                "{n} products are tried again in {store}.",
                reply["products"],
                store=store,
            )
        )
    else:
        say(_("{store} has refused nothing.").format(store=store))

"""`omnisync plan`: what would be sent, what it would do, and the strangest of it first. Sends nothing."""

from __future__ import annotations

import click

from omnisync.cli import names
from omnisync.cli.options import UNITS, json_option, store_option
from omnisync.cli.output import tell
from omnisync.cli.place import Place
from omnisync.cli.preview import show
from omnisync.log.plan import What
from omnisync.log.plan import plan as reckon
from omnisync.text import _


@click.command(
    short_help=_("What would be sent, the strangest first; sends nothing."),
    help=_(
        "What would be sent to the stores, what that does to the goods offered there, and the ten strangest changes. "
        "Sends nothing. Without --of: what is on its way, which for a new store is all that its first push would "
        "change; `omnisync go STORE` then begins.\n\n"
        "Example: omnisync plan --store trendyol"
    ),
)
@store_option(_("This store only."))
@click.option("--product", "products", metavar="CODE", multiple=True, help=_("This product only; may repeat."))
@click.option(
    "--of", "what", type=click.Choice([each.value for each in What]), default=What.DUE.value, show_default=True,
    help=_(
        "What if: an update of everything, a yes to what is held, the repair of what differs, another try of what was "
        "refused, the end of exclusions. Other bulk acts have --dry-run."
    ),
)  # fmt: skip
@json_option(UNITS)
@click.pass_obj
def plan(place: Place, store: str, products: tuple[str, ...], what: str, as_json: bool) -> None:
    """Show a plan."""
    with place.reader() as reader:
        if store:
            names.rules(reader, store)
        codes = names.codes(reader, products)
        found = reckon(reader, What(what), stores=[store] if store else [], codes=codes)
    show(found, as_json=as_json)
    if as_json:
        return
    for each in found.stores:
        if not each.live:
            tell(_("If that is right: omnisync go {store}").format(store=each.store), colour="yellow")

"""`omnisync link`: which product a listing is, said by a person."""

from __future__ import annotations

import click

from omnisync.cli import names
from omnisync.cli.options import store_option
from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.model.commands import Link
from omnisync.text import _


@click.command(
    short_help=_("Say which product a store's listing is."),
    help=_(
        "Say which product a store's listing is, where OmniSync could not tell by code or barcode. "
        "`omnisync stores --unmatched` lists those listings. A person's word is never overruled by a match.\n\n"
        "Example: omnisync link 8812 BRU-0150 --store woo-tr"
    ),
)
@click.argument("listing")
@click.argument("code", required=False)
@store_option(_("The store whose listing it is."), required=True)
@click.option("--none", "unlink", is_flag=True, help=_("Take the product away from the listing."))
@click.pass_obj
def link(place: Place, listing: str, code: str | None, store: str, unlink: bool) -> None:
    """Link or unlink."""
    if (code is None) is not unlink:
        raise click.UsageError(_("Name a product's CODE, or --none to take the product away."))
    if code is not None:
        with place.reader() as reader:
            (code,) = names.codes(reader, [code])
    place.run(Link(store, listing, code or ""))
    if code is None:
        say(_("Listing {listing} of {store} has no product now.").format(listing=listing, store=store))
    else:
        say(_("Listing {listing} of {store} is {code}.").format(listing=listing, store=store, code=code))

"""`omnisync events`: what stands in the log, a sentence for each event."""

from __future__ import annotations

from typing import Any

import click

from omnisync.cli import names, table
from omnisync.cli.options import UNITS, json_option, limit_option
from omnisync.cli.output import Piece, say_json, say_pieces, width
from omnisync.cli.place import Place
from omnisync.errors import CommandRefused
from omnisync.explain.happened import sentence
from omnisync.log import story
from omnisync.log.reader import Reader
from omnisync.log.story import Told
from omnisync.text import _, local, number


@click.command(
    short_help=_("What happened: everything, or one product or order."),
    help=_(
        "What happened, the newest first: everything, or what concerns one product or one order. "
        "Nothing is ever taken out of this list; all figures are made from it.\n\n"
        "Example: omnisync events --product BRU-0200"
    ),
)
@click.option("--product", metavar="CODE", default="", help=_("What touched this product."))
@click.option("--order", metavar="NO", default="", help=_("What happened to the order of this number."))
@limit_option(50, _("How many events."))
@json_option(UNITS)
@click.pass_obj
def events(place: Place, product: str, order: str, limit: int, as_json: bool) -> None:
    """List events."""
    if product and order:
        raise click.UsageError(_("Name a product or an order, not both."))
    with place.reader() as reader:
        found = _found(reader, product, order, limit)
    if as_json:
        say_json([_as_json(told) for told in found])
        return
    columns = [
        table.Column("#", right=True), table.Column(_("When")), table.Column(_("Who"), least=6),
        table.Column(_("What"), least=30),
    ]  # fmt: skip
    rows: list[table.Row] = [
        [number(told.seq), local(told.at).strftime("%Y-%m-%d %H:%M:%S"), told.actor, Piece(sentence(told.event))]
        for told in found
    ]
    for line in table.lines(columns, rows, width()):
        say_pieces(line)


def _found(reader: Reader, product: str, order: str, limit: int) -> list[Told]:
    if product:
        return story.events_of_product(reader, names.product(reader, product), limit)
    if order:
        found = story.events_of_order(reader, order, limit)
        if not found:
            raise CommandRefused(_("There is no order {number}.").format(number=order))
        return found
    return story.events(reader, limit)


def _as_json(told: Told) -> dict[str, Any]:
    return {
        "seq": told.seq, "at": told.at, "type": told.type, "stream": told.stream, "actor": told.actor,
        "text": sentence(told.event), "event": story.json_of(told.event),
    }  # fmt: skip

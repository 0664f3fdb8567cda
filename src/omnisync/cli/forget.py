"""`omnisync forget`: erase a customer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click
import msgspec

from omnisync.cli import table
from omnisync.cli.options import json_option
from omnisync.cli.output import say, say_json, say_pieces, somebody_watches, tell, width
from omnisync.cli.place import Place
from omnisync.errors import CommandRefused
from omnisync.explain.people import effect, left_words
from omnisync.log import forget as people
from omnisync.log.forget import Person
from omnisync.model.commands import Forget
from omnisync.text import _, number


@click.command(
    short_help=_("Erase everything personal of one customer, for good."),
    help=_(
        "Erase everything personal of one customer, for good: name, addresses, e-mail, phone, tax numbers and notes, "
        "in the database, in the log and in every backup in the data folder. The orders stay with their "
        "goods and amounts, so no figure changes. What the stores and the ERP keep is theirs: erase it there too.\n\n"
        "CUSTOMER is an e-mail address, a name, or the id that --json shows. First it is only shown who would be "
        "erased; --yes does it without asking.\n\n"
        "Example: omnisync forget ayse@example.com"
    ),
)
@click.argument("customer", default="")
@click.option("--order", metavar="NO", default="", help=_("Whoever placed the order of this number."))
@click.option("--yes", is_flag=True, help=_("Don't ask before."))
@json_option()
@click.pass_obj
def forget(place: Place, customer: str, order: str, yes: bool, as_json: bool) -> None:
    """Forget."""
    if bool(customer) == bool(order):
        raise click.UsageError(_("Name the customer, or an order with --order."))
    with place.reader() as reader:
        found = people.find(reader, customer, order=order)
    if not found:
        raise CommandRefused(_("Nobody is known by {what}.").format(what=customer or order))
    if not as_json:
        _show(found)
    if not people.one_person(found):
        text = _("This may be more than one person. Name the e-mail address, or the id of one of them.")
        raise CommandRefused(text)
    if not yes and not _confirmed(found, as_json=as_json):
        return
    reply = asyncio.run(place.ask(Forget(tuple(person.id for person in found))))
    if as_json:
        say_json({**reply, "customers": [person.id for person in found]})
        return
    for line in left_words(reply):
        say(line)


def _confirmed(found: Sequence[Person], *, as_json: bool) -> bool:
    if as_json:
        say_json({"forgotten": 0, "found": [msgspec.to_builtins(person) for person in found]})
        return False
    for line in effect(found):
        tell(line)
    if somebody_watches():
        click.confirm(_("Erase this person?"), abort=True, err=True)
        return True
    tell(_("Nothing has been erased. Say --yes to do it."))
    return False


def _show(found: Sequence[Person]) -> None:
    columns = [
        table.Column(_("Id"), least=8), table.Column(_("Name"), least=6), table.Column(_("E-mail"), least=6),
        table.Column(_("Orders"), right=True), table.Column(_("Open"), right=True),
    ]  # fmt: skip
    rows = [[person.id, person.name, person.email, number(person.orders), number(person.open)] for person in found]
    for line in table.lines(columns, rows, width()):
        say_pieces(line)

"""A person's yes or no to what the guard held: what `omnisync release` and `omnisync reject` have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import click

from omnisync.cli import names
from omnisync.cli.options import store_option
from omnisync.cli.place import Place
from omnisync.errors import CommandRefused
from omnisync.log import overview
from omnisync.log.reader import Reader
from omnisync.model.commands import Release
from omnisync.model.events import Kind
from omnisync.text import _

F = TypeVar("F", bound=Callable[..., Any])


def held_options(function: F) -> F:
    """What is meant, and why."""
    decorators = (
        click.argument("what", metavar="[HOLD | CODE...]", nargs=-1),
        store_option(_("Figures of this store.")),
        click.option("--stock", is_flag=True, help=_("Its held quantities.")),
        click.option("--price", is_flag=True, help=_("Its held prices.")),
        click.option("--all", "everything", is_flag=True, help=_("Everything that is held, of --store or anywhere.")),
        click.option("--reason", metavar="TEXT", default="", help=_("Why; it is kept with your answer.")),
        click.pass_obj,
    )
    for decorate in reversed(decorators):
        function = decorate(function)
    return function


class Answer(NamedTuple):
    """One order to the daemon, and how many changes it concerns."""

    command: Release
    figures: int


def answers(
    place: Place, what: Sequence[str], store: str, *, stock: bool, price: bool, everything: bool, reason: str, no: bool
) -> list[Answer]:
    """What is to be ordered. Raises CommandRefused where nothing of that is held."""
    with place.reader() as reader:
        if store:
            names.rules(reader, store)
        if everything:
            if what or stock or price:
                raise click.UsageError(_("--all stands alone, or with --store."))
            return _all(reader, store, reason, no=no)
        if store:
            return [_figures(reader, what, store, reason, stock=stock, price=price, no=no)]
        if len(what) != 1 or stock or price:
            raise click.UsageError(
                _("Name one HOLD, or --store with --stock or --price, or --all. `omnisync stores` lists what is held.")
            )
        return [Answer(Release(hold=what[0], no=no, why=reason), 1)]


def give(place: Place, given: Sequence[Answer]) -> None:
    """Have the daemon carry them out."""
    for each in given:
        place.run(each.command)


def _figures(
    reader: Reader, what: Sequence[str], store: str, reason: str, *, stock: bool, price: bool, no: bool
) -> Answer:
    if stock == price:
        raise click.UsageError(_("Name --stock or --price: one of them is answered at a time."))
    kind = Kind.STOCK if stock else Kind.PRICE
    codes = names.codes(reader, what)
    held = overview.held_codes(reader, store, kind, rejected=not no and bool(codes))
    concerned = [code for code in held if not codes or code in codes]
    if not concerned:
        raise CommandRefused(_("Nothing of that is held in {store}.").format(store=store))
    return Answer(Release(store=store, kind=kind, codes=codes, no=no, why=reason), len(concerned))


def _all(reader: Reader, store: str, reason: str, *, no: bool) -> list[Answer]:
    found: dict[tuple[str, str, str], int] = {}
    for hold in overview.held(reader):
        if store in ("", hold.store):
            key = (hold.hold, hold.store if not hold.hold else "", hold.kind if not hold.hold else "")
            found[key] = found.get(key, 0) + (1 if hold.hold else hold.count)
    if not found:
        raise CommandRefused(_("Nothing is held."))
    return [
        Answer(Release(hold, "" if hold else its_store, Kind(kind) if kind else Kind.STOCK, no=no, why=reason), count)
        for (hold, its_store, kind), count in found.items()
    ]

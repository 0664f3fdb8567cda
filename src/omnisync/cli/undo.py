"""`omnisync undo`: take back what was done, after a look at what that changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from omnisync.cli.options import UNITS, json_option
from omnisync.cli.output import say, say_json, somebody_watches, tell
from omnisync.cli.place import Place
from omnisync.cli.preview import bulk_options, look
from omnisync.explain.plan import plan_lines
from omnisync.explain.undoing import effect, heading, item_words, left_out
from omnisync.model.commands import Undo
from omnisync.text import _, plural

_MOST = 20


@click.command(
    short_help=_("Take back what was done last, or earlier."),
    help=_(
        "Take back what was done: prices set by hand, exclusions, links, a store's new rules, prices read from the ERP. "
        "It first shows what would change, and what that sends. Everything goes back to what it was, and the stores are sent it.\n\n"
        "WHAT is `last` (the last thing that a person did and that is in force) or the number of an event, as "
        "`omnisync events` lists them: the act that it belongs to is taken back. An undo is an act too: undo its number "
        "to have it all again. What was changed again since stays as it is, unless you say --force.\n\n"
        "Prices of the ERP that were taken back stay so until the ERP says other ones than it does now, and a store's rules until the "
        "configuration says others.\n\n"
        "Example: omnisync undo last"
    ),
)
@click.argument("what", metavar="[last|NUMBER]", default="last")
@bulk_options
@click.option("--force", is_flag=True, help=_("Take back also what was changed again since."))
@json_option(UNITS)
@click.pass_obj
def undo(place: Place, what: str, yes: bool, dry_run: bool, force: bool, as_json: bool) -> None:
    """Take back."""
    event = _event(what)
    told = place.run(Undo(event, force=force))
    if not as_json:
        _show(told)
        for line in plan_lines(look(place, [Undo(told["act"], go=True, force=force)])) if told["changes"] else ():
            say(line)
    asks = not yes and not as_json and somebody_watches()
    if told["changes"] and not dry_run:
        if asks:
            click.confirm(_("Take it back?"), abort=True, err=True)
        told = place.run(Undo(told["act"], go=True, force=force))
    if as_json:
        say_json(told)
    elif told["seq"]:
        say(_("Taken back. `omnisync undo {number}` does it again.").format(number=told["seq"]))
    if not told["changes"]:
        raise click.exceptions.Exit(1)


def _event(what: str) -> int:
    if what == "last":
        return 0
    try:
        return int(what.replace(",", "").replace(".", ""))
    except ValueError:
        raise click.BadParameter(_("`last` or the number of an event is expected."), param_hint="WHAT") from None


def _show(told: Mapping[str, Any]) -> None:
    say(heading(told))
    for item in told["items"][:_MOST]:
        say(f"  {item['store'] or 'ERP'}  {item_words(item)}")
    more = told["changes"] - min(len(told["items"]), _MOST)
    if more > 0:
        say("  " + plural("and {n} more", "and {n} more", more))
    tell(effect(told))
    for item in told["conflicting"][:_MOST]:
        tell("  " + _("stays: {store}  {item}").format(store=item["store"] or "ERP", item=item_words(item)))
    if text := left_out(told):
        tell(text)

"""`omnisync quarantine`: what was set aside, seen, mended, mapped, tried again, or dismissed."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from omnisync.cli import names
from omnisync.cli.options import json_option
from omnisync.cli.output import say, say_json, tell
from omnisync.cli.place import Place
from omnisync.errors import CommandRefused
from omnisync.explain.matters import advice_words, is_of_settings, mended_words, subject_words
from omnisync.log import overview, set_aside
from omnisync.log.overview import SetAside
from omnisync.log.reader import Reader
from omnisync.model.commands import Dismiss, MapCode, Replay
from omnisync.model.payload import fields, mended
from omnisync.text import _, age

_of = click.option("--of", "connector", metavar="NAME", default="", help=_("Of this store, or `erp`."))


@click.group(
    invoke_without_command=True,
    short_help=_("What was set aside: see it, mend it, try it again, or dismiss it."),
    help=_(
        "What a store or the ERP told and nobody could understand, or what the ERP refused, is set aside with the "
        "reason; everything else goes on. A row of a file that is mended here counts until the file says it right. SUBJECT is its name as `omnisync quarantine list` shows it.\n\n"
        "Example: omnisync quarantine replay order:8812 --set lines.0.quantity=2"
    ),
)
@click.pass_context
def quarantine(context: click.Context) -> None:
    """Quarantine; by itself the list."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


def _one(reader: Reader, subject: str, connector: str) -> SetAside:
    known = set_aside.found(reader, subject, connector)
    if len(known) > 1:
        raise CommandRefused(_("Several have set {name} aside: name one with --of.").format(name=subject))
    if not known:
        raise CommandRefused(_("Nothing is set aside under the name {name}.").format(name=subject))
    return known[0]


@quarantine.command("list", short_help=_("Everything that is set aside."))
@_of
@json_option()
@click.pass_obj
def list_(place: Place, connector: str, as_json: bool) -> None:
    """Everything that is set aside, the newest first, with the reason."""
    with place.reader() as reader:
        rows = overview.quarantine(reader, connector)
    if as_json:
        say_json([msgspec.to_builtins(row) for row in rows])
        return
    for row in rows:
        say(f"{row.connector}  {row.subject}  ({age(row.last_at, place.now())})")
        say(f"    {subject_words(row.subject)}: {row.reason}")
    if not rows:
        say(_("Nothing is set aside."))


@quarantine.command(short_help=_("What was told of one of them."))
@click.argument("subject")
@_of
@json_option()
@click.pass_obj
def show(place: Place, subject: str, connector: str, as_json: bool) -> None:
    """One of them with every field of what was told."""
    with place.reader() as reader:
        found = set_aside.content(reader, _one(reader, subject, connector))
    told = fields(found.payload) if found.payload else []
    if as_json:
        payload: Any = msgspec.json.decode(found.payload) if found.payload else None
        say_json({**msgspec.to_builtins(found.aside), "payload": payload, "editable": found.editable})
        return
    say(f"{found.aside.connector}  {subject_words(subject)}: {found.aside.reason}")
    for field in told:
        say(f"    {field.path} = {field.text}")
    if not told and not is_of_settings(subject):
        tell(_("Nothing of what was told was kept; it is read again where it came from."))
    tell(advice_words(found.aside))


@quarantine.command(short_help=_("Mend fields if need be, and try it again."))
@click.argument("subject")
@_of
@click.option(
    "--set", "changes", metavar="FIELD=VALUE", multiple=True, help=_("Another value for a field; may repeat.")
)
@click.pass_obj
def replay(place: Place, subject: str, connector: str, changes: tuple[str, ...]) -> None:
    """Try it again, as it was told or with some fields mended."""
    with place.reader() as reader:
        found = set_aside.content(reader, _one(reader, subject, connector))
    if changes and not found.editable:
        raise CommandRefused(_("This can only be mended where it came from; it is read again by itself."))
    payload = found.payload if found.editable else ""
    for change in changes:
        path, _equals, text = change.partition("=")
        try:
            payload = mended(payload, path, text)
        except ValueError:
            raise CommandRefused(_("It has no field {name}.").format(name=path)) from None
    reply = place.run(Replay(found.aside.connector, subject, payload))
    if reply.get("mended"):
        say(mended_words(subject))
    elif "reason" in reply:
        say(_("Still set aside: {reason}").format(reason=reply["reason"]), colour="red")
        raise click.exceptions.Exit(1)
    else:
        say(_("It is tried again; it leaves the list once it is understood."))


@quarantine.command("map", short_help=_("Say which product an unknown line is."))
@click.argument("subject")
@click.argument("code")
@_of
@click.pass_obj
def map_(place: Place, subject: str, code: str, connector: str) -> None:
    """Say which product the unknown line of an order is; its code means that product from now on."""
    with place.reader() as reader:
        aside = _one(reader, subject, connector)
        (code,) = names.codes(reader, [code])
    place.run(MapCode(aside.connector, subject, code))
    say(_("{what} is {code} from now on.").format(what=subject_words(subject), code=code))


@quarantine.command(short_help=_("It need not be mended."))
@click.argument("subject")
@_of
@click.option("--reason", metavar="TEXT", required=True, help=_("Why; it is kept."))
@click.pass_obj
def dismiss(place: Place, subject: str, connector: str, reason: str) -> None:
    """Take it off the list; told the same again it stays off."""
    with place.reader() as reader:
        aside = _one(reader, subject, connector)
    place.run(Dismiss(aside.connector, subject, reason))
    say(_("Dismissed: {what}.").format(what=subject_words(subject)))

"""`omnisync rebuild`: the tables anew from the log."""

from __future__ import annotations

import asyncio

import click

from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.cli.replaying import bar
from omnisync.daemon.lock import only_one
from omnisync.folders import DATABASE
from omnisync.log.rebuild import Progress
from omnisync.log.rebuild import rebuild as make_anew
from omnisync.log.writer import Log
from omnisync.ports import SystemClock
from omnisync.text import _, plural


@click.command(
    short_help=_("Make the tables anew from the log."),
    help=_(
        "Make the tables anew from the log, in one transaction: it works as a whole or changes nothing. "
        "The daemon must not run meanwhile.\n\n"
        "Example: omnisync rebuild"
    ),
)
@click.pass_obj
def rebuild(place: Place) -> None:
    """Rebuild."""
    # Says clearly when there is nothing to rebuild; opening the log would make an empty database.
    place.reader().close()
    with only_one(place.folder), bar(_("Rebuilding")) as progress:
        done = asyncio.run(_rebuild(place, progress))
    say(plural("Rebuilt from {n} event.", "Rebuilt from {n} events.", done))


async def _rebuild(place: Place, progress: Progress) -> int:
    log = await Log.open(place.folder / DATABASE, SystemClock())
    try:
        return await log.query(lambda db: make_anew(db, progress))
    finally:
        await log.close()

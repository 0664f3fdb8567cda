"""`omnisync restore`: a backup in the place of the database."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from omnisync.cli.output import say, somebody_watches
from omnisync.cli.place import Place, actor
from omnisync.cli.replaying import bar
from omnisync.daemon.lock import only_one
from omnisync.folders import DATABASE
from omnisync.log import backup
from omnisync.log.copying import discard
from omnisync.ports import SystemClock
from omnisync.text import _, local, number


@click.command(
    short_help=_("Put a backup in the place of the database."),
    help=_(
        "Put a backup in the place of the database. The backup is examined first; the database as it is now is kept "
        "beside it under a dated name. The daemon must not run meanwhile. When it starts again, it looks at what "
        "every store really shows before it sends anything, and asks for orders from before the backup, so that "
        "none is lost.\n\n"
        "Example: omnisync restore /media/usb/omnisync-monday.db"
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help=_("Don't ask before."))
@click.pass_obj
def restore(place: Place, file: Path, yes: bool) -> None:
    """Restore."""
    database = place.folder / DATABASE
    with only_one(place.folder):
        with bar(_("Examining")) as progress:
            prepared = backup.prepare(file, database, progress)
        try:
            if not yes and somebody_watches():
                click.confirm(_question(prepared), abort=True, err=True)
            kept = asyncio.run(backup.restore(prepared, database, SystemClock(), actor()))
        finally:
            discard(prepared.path)
    say(_("Restored {path}: {events} events.").format(path=file, events=number(prepared.condition.events)))
    if kept is not None:
        say(_("The database that was there is kept as {path}.").format(path=kept))


def _question(prepared: backup.Prepared) -> str:
    newest = local(prepared.condition.newest).strftime("%Y-%m-%d %H:%M")
    return _("The newest event of this backup is of {newest}. Put it in the place of the database?").format(
        newest=newest
    )

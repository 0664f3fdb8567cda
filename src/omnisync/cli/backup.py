"""`omnisync backup`: a copy of the database while everything goes on."""

from __future__ import annotations

from pathlib import Path

import click

from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.cli.replaying import bar
from omnisync.folders import DATABASE
from omnisync.log.backup import backup as copy
from omnisync.text import _, quantity


@click.command(
    short_help=_("Write a copy of the database to a file."),
    help=_(
        "Write a copy of the database to a new file, while the daemon goes on. The copy is proven by replaying its "
        "log; it can be read by you only, because customers stand in it. The configuration is not in it: keep a copy of that too.\n\n"
        "Example: omnisync backup /media/usb/omnisync-monday.db"
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def backup(place: Place, file: Path) -> None:
    """Back up."""
    with bar(_("Proving")) as progress:
        copy(place.folder / DATABASE, file, progress)
    megabytes = quantity(round(file.stat().st_size / 1000))
    say(_("{path} is written and proven ({megabytes} MB).").format(path=file, megabytes=megabytes))

"""`omnisync backups`: which backups there are."""

from __future__ import annotations

import click

from omnisync.cli import table
from omnisync.cli.options import json_option
from omnisync.cli.output import Piece, say, say_json, say_pieces, tell, width
from omnisync.cli.place import Place
from omnisync.log.kept_backups import FOLDER, folder_of, kept, trouble
from omnisync.text import _, local, quantity


@click.command(
    short_help=_("Which backups there are, and how the last one went."),
    help=_(
        "Which backups there are, the newest first. The daemon makes one a day, proves it by replaying its log, and "
        "keeps those of the last days and months; another is made before an update of OmniSync changes the database. "
        "Where they go and how many are kept stands in the configuration under [keeping]. Ends with 1 when the last "
        "one failed. `omnisync restore FILE` puts one in the place of the database.\n\n"
        "Example: omnisync backups"
    ),
)
@json_option()
@click.pass_obj
def backups(place: Place, as_json: bool) -> None:
    """List backups."""
    with place.reader() as reader:
        folder, problem = folder_of(reader, place.folder / FOLDER), trouble(reader)
    # The copies from before an update stand beside the database, wherever the others go.
    found = {each.path: each for where in (folder, place.folder / FOLDER) for each in kept(where)}
    ordered = sorted(found.values(), key=lambda each: -each.at)
    if as_json:
        rows = [
            {"path": str(each.path), "at": each.at, "size": each.size, "before_update": each.before_update}
            for each in ordered
        ]
        say_json({"folder": str(folder), "problem": problem, "backups": rows})
    else:
        columns = [table.Column(_("When")), table.Column(_("MB"), right=True), table.Column(_("File"), least=20)]
        cells: list[table.Row] = [
            [local(each.at).strftime("%Y-%m-%d %H:%M"), quantity(round(each.size / 1000)), Piece(str(each.path))]
            for each in ordered
        ]
        if not cells:
            say(_("There is no backup in {folder} yet; the daemon makes one a day.").format(folder=folder))
        for line in table.lines(columns, cells, width()) if cells else ():
            say_pieces(line)
    if problem:
        tell(_("The last backup failed: {reason}").format(reason=problem), colour="red")
        raise click.exceptions.Exit(1)

"""`omnisync verify`: the tables against the log, without changing anything."""

from __future__ import annotations

import click

from omnisync.cli.options import json_option
from omnisync.cli.output import say, say_json
from omnisync.cli.place import Place
from omnisync.cli.replaying import bar
from omnisync.log.rebuild import verify as compare
from omnisync.text import _, number


@click.command(
    short_help=_("Prove that the tables are what the log says."),
    help=_(
        "Prove that the tables are what the log says: makes them anew in memory and compares. Changes nothing, "
        "and the daemon may run meanwhile. Ends with 1 when a table differs; `omnisync rebuild` mends it.\n\n"
        "Example: omnisync verify"
    ),
)
@json_option()
@click.pass_obj
def verify(place: Place, as_json: bool) -> None:
    """Compare."""
    with place.reader() as reader, bar(_("Comparing")) as progress:
        differences = compare(reader.db, progress)
    if as_json:
        tables = [
            {"table": each.table, "live_only": each.live_only, "rebuilt_only": each.rebuilt_only}
            for each in differences
        ]
        say_json({"equal": not differences, "tables": tables})
    elif not differences:
        say(_("Equal: every table is what the log says."), colour="green")
    for each in () if as_json else differences:
        text = _("{table}: {live} rows are only in the table, {rebuilt} only in the log's").format(
            table=each.table, live=number(each.live_only), rebuilt=number(each.rebuilt_only)
        )
        say(text, colour="red")
    if differences:
        raise click.exceptions.Exit(1)

"""`omnisync log`: the daemon's log, one clean line each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import click

from omnisync.cli.output import Piece, json_text, say_pieces, tell
from omnisync.cli.place import Place
from omnisync.errors import CommandRefused
from omnisync.folders import LOG
from omnisync.logfile import LEVELS, Filter, Line, follow, last
from omnisync.ports import SystemClock
from omnisync.text import _, when

_COLOURS = {"warning": "yellow", "error": "red", "critical": "red"}


@click.command(
    short_help=_("What the daemon wrote into its log."),
    help=_(
        "What the daemon wrote into its log, the newest last: what it read, sent, and what went wrong.\n\n"
        "Example: omnisync log -f --level warning --store trendyol"
    ),
)
@click.option("-f", "--follow", "following", is_flag=True, help=_("Go on showing what is written, until Ctrl-C."))
@click.option("--level", type=click.Choice(LEVELS), default="debug", help=_("Only lines at least so serious."))
@click.option("--store", metavar="NAME", default="", help=_("Only lines about this store (or erp)."))
@click.option("--grep", metavar="TEXT", default="", help=_("Only lines with this text in them, in any case."))
@click.option(
    "-n", "--lines", "count", metavar="N", type=click.IntRange(min=0), default=50, show_default=True,
    help=_("How many lines."),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=_("Print each line as it is: one JSON object per line."))
@click.pass_obj
def log(place: Place, following: bool, level: str, store: str, grep: str, count: int, as_json: bool) -> None:
    """Show the log."""
    path = place.folder / LOG
    if not path.exists():
        raise CommandRefused(_("There is no log in {folder} yet; the daemon writes it.").format(folder=place.folder))
    wanted = Filter(level, store, grep)
    found, end = last(path, wanted, count)
    for line in found:
        _print(line, place, as_json=as_json)
    if not found and not following:
        tell(_("No such line is in the log."))
    if following:
        asyncio.run(_follow(place, wanted, end, as_json=as_json))


async def _follow(place: Place, wanted: Filter, end: tuple[int, int], *, as_json: bool) -> None:
    async for line in follow(place.folder / LOG, wanted, end, SystemClock()):
        _print(line, place, as_json=as_json)


def _print(line: Line, place: Place, *, as_json: bool) -> None:
    if as_json:
        click.echo(json_text(line.record))
        return
    say_pieces(_pieces(line, place.now()))


def _pieces(line: Line, now: int) -> Iterator[Piece]:
    colour = _COLOURS.get(line.level, "")
    yield Piece(f"{when(line.at, now)} ")
    yield Piece(f"{line.level:<8} ", colour)
    yield Piece(f"{line.store:<12} {line.text}")

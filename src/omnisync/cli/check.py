"""`omnisync check`: everything tested, in plain words, with what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

import click

from omnisync.cli.checkup import Checked, backups, daemon_state, database, rights
from omnisync.cli.checkup_connections import connections
from omnisync.cli.options import json_option
from omnisync.cli.output import Piece, say_json, say_pieces, tell
from omnisync.cli.place import Place
from omnisync.connect.check import Finding, Grade
from omnisync.errors import ConfigurationError
from omnisync.settings import Settings
from omnisync.text import _, plural

_SIGNS = {Grade.OK: Piece("✓", "green"), Grade.WARNING: Piece("!", "yellow"), Grade.PROBLEM: Piece("✗", "red")}


@click.command(
    short_help=_("Test everything and say what is wrong and what to do."),
    help=_(
        "Test everything and say what is wrong and what to do: the configuration, the database, the rights of the "
        "files, the daemon, the ERP and every store with its keys and its clock. Changes nothing. "
        "Ends with 1 when there is a problem.\n\n"
        "Example: omnisync check"
    ),
)
@click.option(
    "--timeout", metavar="SECONDS", type=click.IntRange(min=1), default=30, show_default=True,
    help=_("How long to wait for each connection."),
)  # fmt: skip
@json_option()
@click.pass_obj
def check(place: Place, timeout: int, as_json: bool) -> None:
    """Check."""
    settings, found = _configuration(place)
    checked = [*found, *rights(place), *database(place), *backups(place), *daemon_state(place)]
    if settings is not None:
        if not as_json:
            tell(_("Asking the ERP and the stores ..."))
        checked += asyncio.run(connections(settings, timeout))
    if as_json:
        say_json(_as_json(checked))
    else:
        _print(checked)
    if any(each.finding.grade is Grade.PROBLEM for each in checked):
        raise click.exceptions.Exit(1)


def _configuration(place: Place) -> tuple[Settings | None, list[Checked]]:
    about = _("configuration")
    try:
        settings = place.settings()
    except ConfigurationError as error:
        lines = [line.strip() for line in str(error).splitlines()]
        advice = _("Mend it in {path}, then check again.").format(path=place.config)
        return None, [Checked(about, Finding(Grade.PROBLEM, line, advice)) for line in (lines[1:] or lines)]
    stores = plural("{n} store", "{n} stores", len(settings.stores))
    text = _("{path} is in order: {stores}").format(path=settings.config, stores=stores)
    return settings, [Checked(about, Finding(Grade.OK, text))]


def _print(checked: Iterable[Checked]) -> None:
    about = ""
    for each in checked:
        if each.about != about:
            about = each.about
            say_pieces([Piece(about, "cyan")])
        sign = _SIGNS[each.finding.grade]
        say_pieces([Piece("  "), sign, Piece(f" {each.finding.text}")])
        if each.finding.advice:
            say_pieces([Piece(f"      → {each.finding.advice}", sign.colour)])
    problems, warnings = (
        sum(each.finding.grade is grade for each in checked) for grade in (Grade.PROBLEM, Grade.WARNING)
    )
    tell(plural("{n} problem", "{n} problems", problems) + ", " + plural("{n} warning", "{n} warnings", warnings))


def _as_json(checked: Iterable[Checked]) -> dict[str, Any]:
    def rows() -> Iterator[dict[str, str]]:
        for each in checked:
            finding = each.finding
            yield {"about": each.about, "grade": finding.grade, "text": finding.text, "advice": finding.advice}

    found = list(rows())
    return {"problems": sum(row["grade"] == Grade.PROBLEM for row in found), "findings": found}

"""`omnisync connector`: which connectors there are, and whether one keeps its promises."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from omnisync.cli.options import json_option
from omnisync.cli.output import Piece, say_json, say_pieces, tell, width
from omnisync.cli.place import Place
from omnisync.cli.table import Column, lines
from omnisync.connect.loader import Manifest, discover, load, plugin_in
from omnisync.errors import CommandRefused, PluginBroken
from omnisync.folders import plugins_folder
from omnisync.text import _, plural

if TYPE_CHECKING:
    from omnisync.testing.conformance import CheckResult

_SIGNS = {"passed": Piece("✓", "green"), "failed": Piece("✗", "red"), "skipped": Piece("–")}


@click.group(
    short_help=_("Show the connectors, and test whether one keeps its promises."),
    help=_(
        "Show the connectors that there are, and test whether one keeps its promises, be it one of OmniSync's or your "
        "own. docs/connectors.md says how to write one.\n\n"
        "Example: omnisync connector check ./my-platform"
    ),
)
def connector() -> None:
    """Group of the commands below."""


@connector.command(
    "list",
    short_help=_("List every connector, and what is wrong with those that can't be used."),
    help=_(
        "List every connector: OmniSync's own, those in your plugins folder, and those that were installed. "
        "One that can't be used is listed with the reason and stops nothing."
    ),
)
@json_option()
@click.pass_obj
def list_(place: Place, as_json: bool) -> None:
    """List."""
    found = [_tried(manifest) for manifest in _known(place).values()]
    if as_json:
        say_json([_as_json(manifest) for manifest in found])
        return
    columns = [Column(_("Connector")), Column(_("Role")), Column(_("Title"), least=8), Column(_("Folder"), least=12)]
    rows = [
        [Piece(each.name, "red" if each.broken else ""), each.role.value, each.title, str(each.folder)]
        for each in found
    ]
    for line in lines(columns, rows, width()):
        say_pieces(line)
    for each in found:
        if each.broken:
            tell(_("{name} can't be used: {reason}").format(name=each.name, reason=each.broken), colour="red")


@connector.command(
    short_help=_("Test whether a connector keeps every promise of the protocol."),
    help=_(
        "Test whether a connector keeps every promise of the protocol. A store's connector is tried on its own sandbox, "
        "an ERP's on a source that it prepares itself, so nothing real is touched and nothing is waited for. "
        "CONNECTOR is a name of `omnisync connector list` or the folder of a plugin, wherever it is. "
        "Ends with 1 when a promise is not kept."
    ),
)
@click.argument("wanted", metavar="CONNECTOR")
@json_option()
@click.pass_obj
def check(place: Place, wanted: str, as_json: bool) -> None:
    """Check."""
    from omnisync.testing.conformance import Outcome, run_checks

    manifest = _wanted(place, wanted)
    results = asyncio.run(run_checks(manifest))
    failed = [each for each in results if each.outcome is Outcome.FAILED]
    if as_json:
        checks = [_row(each) for each in results]
        say_json({"connector": manifest.name, "folder": str(manifest.folder), "failed": len(failed), "checks": checks})
    else:
        _print(results)
    if failed:
        raise click.exceptions.Exit(1)


def _known(place: Place) -> dict[str, Manifest]:
    own = plugins_folder(place.config, place.environment)
    return discover([own] if own else [])


def _wanted(place: Place, wanted: str) -> Manifest:
    """The plugin of that name or in that folder. Raises CommandRefused."""
    known = _known(place)
    folder = Path(wanted).expanduser()
    if wanted in known and os.sep not in wanted:
        return known[wanted]
    if folder.is_dir():
        return plugin_in(folder)
    raise CommandRefused(
        _("There is no connector {wanted} and no folder of that name; there are: {known}.").format(
            wanted=wanted, known=", ".join(known)
        )
    )


def _tried(manifest: Manifest) -> Manifest:
    """The manifest, broken too when the connector can't be imported."""
    if manifest.broken:
        return manifest
    try:
        load(manifest)
    except PluginBroken as error:
        return replace(manifest, broken=str(error))
    return manifest


def _as_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "name": manifest.name, "title": manifest.title, "role": manifest.role.value, "summary": manifest.summary,
        "folder": str(manifest.folder), "broken": manifest.broken,
        "options": [
            {"name": each.name, "type": each.type.value, "required": each.required, "help": each.help}
            for each in manifest.options
        ],
    }  # fmt: skip


def _row(result: CheckResult) -> dict[str, str]:
    return {
        "name": result.name, "outcome": result.outcome.value, "text": result.text, "detail": result.detail,
    }  # fmt: skip


def _print(results: Sequence[CheckResult]) -> None:
    for group, members in groupby(results, key=lambda each: each.name.partition(".")[0]):
        say_pieces([Piece(group, "cyan")])
        _print_group(members)
    counts = {outcome: sum(each.outcome == outcome for each in results) for outcome in _SIGNS}
    tell(
        plural("{n} promise kept", "{n} promises kept", counts["passed"])
        + ", "
        + plural("{n} not kept", "{n} not kept", counts["failed"])
        + ", "
        + plural("{n} not applicable", "{n} not applicable", counts["skipped"]),
        colour="red" if counts["failed"] else "green",
    )


def _print_group(results: Iterable[CheckResult]) -> None:
    for each in results:
        sign = _SIGNS[each.outcome]
        say_pieces([Piece("  "), sign, Piece(f" {each.text}")])
        if each.outcome == "failed":
            say_pieces([Piece(f"      {each.name}: {each.detail}", "red")])
        elif each.outcome == "skipped":
            say_pieces([Piece("      " + _("not applicable: {reason}").format(reason=each.detail))])

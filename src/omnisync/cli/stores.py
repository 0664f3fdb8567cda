"""`omnisync stores`: how each store is doing, and everything that waits for a person."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from omnisync.cli import names, table
from omnisync.cli.options import UNITS, json_option
from omnisync.cli.output import Piece, say, say_json, say_pieces, tell, width
from omnisync.cli.place import Place
from omnisync.errors import DaemonNotRunning
from omnisync.explain.matters import held_words, is_of_settings, subject_words
from omnisync.explain.words import SIGNS, figure_words, health_words, kind_words, reason_words
from omnisync.log import overview
from omnisync.log.drift_list import FiguresAge, drift_counts, figures_age
from omnisync.log.health import HealthRow, load_health
from omnisync.log.overview import HoldView, RefusedView, SetAside, StoreView
from omnisync.log.reader import Reader
from omnisync.model.commands import Status
from omnisync.text import _, age, number, plural

_MOST = 10
_LIGHTS = {
    "ok": Piece("●", "green"),
    "limited": Piece("●", "yellow"),
    "paused": Piece("‖", "yellow"),
    "plan": Piece("○", "yellow"),
}


@click.command(
    short_help=_("How each store is doing, and what waits for you."),
    help=_(
        "How each store is doing: when orders were asked for and figures sent last, how many figures are not "
        "confirmed yet and how old the oldest is, what was refused in the store's own words, and what was held back "
        "as suspicious, with the command that lets it go.\n\n"
        "Example: omnisync stores --unmatched"
    ),
)
@click.option("--unmatched", is_flag=True, help=_("List the listings that no product was found for."))
@click.option("--store", metavar="NAME", default="", help=_("This store only."))
@json_option(UNITS)
@click.pass_obj
def stores(place: Place, unmatched: bool, store: str, as_json: bool) -> None:
    """Show the stores."""
    with place.reader() as reader:
        if store:
            names.rules(reader, store)
        if unmatched:
            _unmatched(reader, store, as_json=as_json)
            return
        live, trouble = _live(place)
        if live is None and not as_json:
            tell(_("The daemon is not running; connections are shown as they were last known."), colour="yellow")
        health = live if live is not None else {row.connector: row for row in load_health(reader.db)}
        views = [view for view in overview.stores(reader) if store in ("", view.name)]
        if as_json:
            say_json({**_as_json(place, reader, views, health, running=live is not None), "trouble": trouble})
            return
        if trouble:
            say(f"✗ {trouble}", colour="red")
        _print(place, reader, views, health)


def _live(place: Place) -> tuple[dict[str, HealthRow] | None, str]:
    """Every connection's health just now, None when no daemon runs; and what the daemon itself is troubled by."""
    try:
        reply = place.run(Status())
    except DaemonNotRunning:
        return None, ""
    rows = msgspec.convert(reply["connectors"], list[HealthRow])
    return {row.connector: row for row in rows}, str(reply["trouble"])


def _print(place: Place, reader: Reader, views: list[StoreView], health: dict[str, HealthRow]) -> None:
    now = place.now()
    held, quarantine, refused = overview.held(reader), overview.quarantine(reader), overview.refused(reader)
    drifts = drift_counts(reader)
    known = {view.name for view in views}
    for view in views:
        _print_store(view, health.get(view.name), now)
        _print_audit(figures_age(reader, view.name, now), drifts.get(view.name, 0), now)
        _print_refused([row for row in refused if row.store == view.name], view.currency)
        _print_quarantine([row for row in quarantine if row.connector == view.name], now)
        _print_held([hold for hold in held if hold.store == view.name])
    for name in sorted(health.keys() - known - set(overview.store_names(reader))):
        _print_erp(name, health[name], now)
    erp_quarantine = [row for row in quarantine if row.connector not in overview.store_names(reader)]
    _print_quarantine(erp_quarantine, now)
    _print_held([hold for hold in held if not hold.store])
    if not views:
        tell(_("There are no stores yet. The daemon makes them from the configuration when it starts."))


def _print_store(view: StoreView, health: HealthRow | None, now: int) -> None:
    _print_head(view.name, view.platform, health)
    orders, pushed = (health.last_orders, health.last_push) if health else (0, 0)
    say("    " + _("last order pull {pull}   last push {push}   waiting {waiting}   oldest unconfirmed {oldest}").format(
        pull=age(orders, now), push=age(pushed, now), waiting=number(view.waiting), oldest=age(view.oldest, now)
    ))  # fmt: skip
    counts = {
        _("listings"): view.listings, _("confirmed"): view.confirmed, _("held"): view.held,
        _("refused"): view.refused, _("excluded"): view.excluded, _("set aside"): view.quarantined,
        _("unmatched"): view.unmatched,
    }  # fmt: skip
    say("    " + "   ".join(f"{word} {number(count)}" for word, count in counts.items()))
    if not view.live:
        text = _(
            "plan only: nothing is sent yet. See what would be: omnisync plan --store {store}; then: omnisync go {store}"
        )
        say("    " + text.format(store=view.name), colour="yellow")
    if view.unmatched:
        say("    " + _("unmatched listings: omnisync stores --unmatched --store {store}").format(store=view.name))


def _print_audit(figures: FiguresAge, drifts: int, now: int) -> None:
    if figures.at:
        text = _("figures compared {age} ago").format(age=age(figures.at, now))
        say(f"    {text}", colour="red" if figures.old else "")
    if drifts:
        differ = plural("{n} figure differs", "{n} figures differ", drifts)
        say(f"  {SIGNS['differs'].letter} {differ}: omnisync audit --store {figures.store}", colour="yellow")


def _print_erp(name: str, health: HealthRow, now: int) -> None:
    _print_head(name, "", health)
    say("    " + _("last read {pull}").format(pull=age(health.last_orders, now)))


def _print_head(name: str, platform: str, health: HealthRow | None) -> None:
    light = _LIGHTS.get(health.state, Piece("✗", "red")) if health else Piece("·")
    words = health_words(health.state) if health else _("never connected")
    if health is not None and health.reason and health.state != "ok":
        words += f": {health.reason}"
    say_pieces(
        [
            light,
            Piece(f" {name}"),
            Piece(f" ({platform})" if platform and platform != name else ""),
            Piece(f"   {words}", light.colour),
        ]
    )


def _print_refused(rows: list[RefusedView], currency: str) -> None:
    for row in rows[:_MOST]:
        wanted = figure_words(row.kind, row.wanted, currency)
        text = f"{row.code} {kind_words(row.kind)} {wanted}: {reason_words(row.reason)}"
        say(f"  {SIGNS['refused'].letter} {text}", colour="red")
    if rows:
        _print_more(len(rows))
        say("      " + _("mend it, then: {command}").format(command=f"omnisync retry --store {rows[0].store}"))


def _print_quarantine(rows: list[SetAside], now: int) -> None:
    for row in rows[:_MOST]:
        if is_of_settings(row.subject):
            what = subject_words(row.subject)
        else:
            what = _("set aside: {subject}").format(subject=row.subject)
        text = _("{what}: {reason} ({age} ago)").format(what=what, reason=row.reason, age=age(row.last_at, now))
        say(f"  {SIGNS['refused'].letter} {text}", colour="red")
    _print_more(len(rows))
    if rows:
        say("      " + _("see and settle it: {command}").format(command="omnisync quarantine show " + rows[0].subject))


def _print_held(rows: list[HoldView]) -> None:
    for hold in rows:
        say(f"  {SIGNS['held'].letter} {held_words(hold)}", colour="yellow")
        say("      " + ", ".join(hold.sample) + (" …" if hold.count > len(hold.sample) else ""))
        command = release_command(hold)
        say("      " + _("if that is right: {command}").format(command=command))
        say("      " + _("if it is not: {command}").format(command=command.replace("release", "reject", 1)))


def _print_more(count: int) -> None:
    if count > _MOST:
        say("    " + plural("and {n} more (--json lists all)", "and {n} more (--json lists all)", count - _MOST))


def release_command(hold: HoldView) -> str:
    """What a person types to say yes."""
    return f"omnisync release {hold.hold}" if hold.hold else f"omnisync release --store {hold.store} --{hold.kind}"


def _unmatched(reader: Reader, store: str, *, as_json: bool) -> None:
    found = overview.unmatched(reader, store)
    if as_json:
        say_json([msgspec.to_builtins(row) for row in found])
        return
    if not found:
        tell(_("Every listing has its product."))
        return
    columns = [
        table.Column(_("Store"), least=6), table.Column(_("Listing"), least=10), table.Column(_("Code"), least=6),
        table.Column(_("Barcode"), least=6), table.Column(_("Name"), least=10), table.Column(_("Why"), least=12),
    ]  # fmt: skip
    rows = [
        [row.store, row.remote_id, row.code, ", ".join(row.barcodes), row.name, reason_words(row.reason)]
        for row in found
    ]
    for line in table.lines(columns, rows, width()):
        say_pieces(line)
    tell(_("Say which product one is: omnisync link LISTING CODE --store STORE"))


def _as_json(
    place: Place, reader: Reader, views: list[StoreView], health: dict[str, HealthRow], *, running: bool
) -> dict[str, Any]:
    known = {view.name for view in views}
    return {
        "now": place.now(),
        "daemon": running,
        "stores": [
            {
                **msgspec.to_builtins(view),
                "compared_at": figures_age(reader, view.name, place.now()).at,
                "differ": drift_counts(reader).get(view.name, 0),
                "health": msgspec.to_builtins(health.get(view.name)),
            }
            for view in views
        ],
        "others": [msgspec.to_builtins(row) for name, row in sorted(health.items()) if name not in known],
        "held": [{**msgspec.to_builtins(hold), "release": release_command(hold)} for hold in overview.held(reader)],
        "refused": [msgspec.to_builtins(row) for row in overview.refused(reader)],
        "quarantine": [msgspec.to_builtins(row) for row in overview.quarantine(reader)],
    }

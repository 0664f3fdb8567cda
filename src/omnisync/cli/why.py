"""`omnisync why`: the chain behind a figure, as sentences."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import click
import msgspec

from omnisync.cli import names, table
from omnisync.cli.options import UNITS, at_option, json_option, limit_option, read_at, store_option
from omnisync.cli.output import Piece, say, say_json, say_pieces, width
from omnisync.cli.place import Place
from omnisync.errors import CommandRefused
from omnisync.explain.drift import audit_words
from omnisync.explain.why import Explanation, Step, explain
from omnisync.explain.words import SIGNS
from omnisync.log import past, story
from omnisync.log.drift_list import LastAudit, last_audit
from omnisync.log.overview import store_names
from omnisync.log.selling import selling
from omnisync.log.story import Why
from omnisync.moment import said
from omnisync.text import _, when

_TIME = 16


@click.command(
    short_help=_("Why a store shows the figure that it shows."),
    help=_(
        "Why a store shows the figure that it shows: what the ERP counted and when, which orders reserved something, "
        "the store's rule, what was sent and why, what the store answered and what was seen there. Newest first.\n\n"
        "With --at it tells what was so at a past moment, and why it was so then.\n\n"
        'Example: omnisync why BRU-0200 --store trendyol --at "yesterday 14:03"'
    ),
)
@click.argument("code")
@store_option(_("This store only; without it every store that lists the product."))
@at_option(_('As it was then: "14:03", "yesterday 14:03", "2026-11-20 14:03", in the shop\'s time.'))
@limit_option(20, _("How many steps per store; 0: all."), zero_is_all=True)
@json_option(UNITS)
@click.pass_obj
def why(place: Place, code: str, store: str, at: str, limit: int, as_json: bool) -> None:
    """Explain."""
    with place.reader() as reader, ExitStack() as stack:
        product = names.product(reader, code)
        now = place.now()
        then = None
        if at:
            now = read_at(at, now)
            then = stack.enter_context(past.at(reader, product, now))
            if not as_json:
                say(_("As it was at {time}:").format(time=said(now)))
        tables = then or reader
        if store:
            names.rules(tables, store)
        found = story.whys(reader, product, [store] if store else store_names(tables), then)
        if not found:
            raise CommandRefused(_("Nothing was known of {code} then.").format(code=code))
        sells = selling(tables, product, now)
        # What is known of a past minute is in its events; an audit is of now.
        audits = {} if then else {each.store: last_audit(reader, product, each.store, now) for each in found}
    listed = [each for each in found if each.remote_id] or found[:1]
    if as_json:
        say_json([_as_json(each, explain(each, now, sells), sells.risk, audits.get(each.store)) for each in listed])
        return
    for place_, each in enumerate(listed):
        if place_:
            say()
        _print(each, explain(each, now, sells), limit, now)
        for line in audit_words(audits[each.store], each.rules, now) if each.store in audits else ():
            say(f"  {table.fitted(_('audit'), _TIME)}  {line}")


def _print(why_: Why, told: Explanation, limit: int, now: int) -> None:
    sign = SIGNS[told.state]
    say_pieces([Piece(f"{why_.code}  {why_.name}")])
    head = Piece(f"  {sign.letter} {told.shows}", sign.colour)
    say_pieces([head, Piece(f"   {told.proof}" if told.proof else "")])
    for step in told.steps[: limit or None]:
        say_pieces(_step(step, now))
    for heading, text in ((_("wanted"), told.wanted), (_("rule"), told.rule), (_("price"), told.price)):
        say(f"  {table.fitted(heading, _TIME)}  {text}")
    if told.last_pieces:
        say(f"  {table.fitted(_('last pieces'), _TIME)}  {told.last_pieces}")


def _step(step: Step, now: int) -> list[Piece]:
    sign = SIGNS[step.state] if step.state else None
    mark = f"  {sign.letter}" if sign else ""
    detail = f"  ({step.detail})" if step.detail else ""
    room = width() - _TIME - 4
    text = step.text + detail
    if table.cells_of(text + mark) > room:
        text = table.fitted(text, max(20, room - len(mark)))
    return [Piece(f"  {table.fitted(when(step.at, now), _TIME)}  {text}"), Piece(mark, sign.colour if sign else "")]


def _as_json(why_: Why, told: Explanation, risk: float, audit: LastAudit | None) -> dict[str, Any]:
    return {
        "code": why_.code, "name": why_.name, "store": why_.store, "listing": why_.remote_id, "state": told.state,
        "shows": told.shows, "proof": told.proof,
        "figures": {
            kind: {
                "mode": row.mode, "reason": row.reason, "wanted": row.wanted, "wanted_at": row.wanted_at,
                "sent": row.sent, "sent_at": row.sent_at, "confirmed": row.confirmed,
                "confirmed_at": row.confirmed_at, "seen": row.seen, "seen_at": row.seen_at,
            }
            for kind, row in why_.figures.items()
        },
        "balances": [
            {
                "warehouse": each.warehouse, "on_hand": each.on_hand, "reserved": each.reserved,
                "counted_at": each.counted_at, "source": each.source, "line": each.line, "corrected": each.corrected,
            }
            for each in why_.balances
        ],
        "reservations": [
            {
                "store": each.store, "number": each.number, "warehouse": each.warehouse, "quantity": each.quantity,
                "at": each.at, "state": each.state,
            }
            for each in why_.reservations
        ],
        "steps": [{"at": step.at, "text": step.text, "detail": step.detail} for step in told.steps],
        "wanted": told.wanted, "rule": told.rule, "price": told.price,
        "audit": msgspec.to_builtins(audit), "last_pieces": told.last_pieces, "oversell_risk": risk,
    }  # fmt: skip

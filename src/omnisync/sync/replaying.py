"""What a person does about something that is set aside: have it tried again, as it was or mended, or say what it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from omnisync.errors import CommandRefused, ConnectorError, Rejected
from omnisync.log import pulls
from omnisync.log.rows import ProductRow
from omnisync.log.writer import Change
from omnisync.model.commands import Replay, Reply
from omnisync.model.events import CodeMapped, LineResolved, ListingLinked, QuarantineClosed
from omnisync.model.order import OrderPart
from omnisync.sync import matching
from omnisync.sync.correcting import mended_row
from omnisync.sync.engine import Engine, StorePlan
from omnisync.sync.intake import take_in
from omnisync.sync.quarantine import must_be_set_aside, set_aside, take_out
from omnisync.text import _

_codes = msgspec.json.Decoder(tuple[str, ...])


async def replay(engine: Engine, command: Replay, actor: str, id_: str) -> Reply:
    """Try it again, once for an id. The answer has ``mended`` and ``reason``, or nothing where it is asked for anew."""
    connector, subject = command.connector, command.subject
    plan = engine.stores.get(connector)
    if engine.erp is not None and subject.startswith("row:") and command.payload:
        return await mended_row(engine.log, engine.erp.sync, command, actor, id_)
    of_erp = engine.erp is not None and connector == engine.erp.sync.rules.name

    def decide(change: Change) -> Reply | None:
        """What needs no connector; None where one is to be asked."""
        answered = change.answered(id_)
        if answered is not None:
            return msgspec.json.decode(answered, type=dict[str, Any])
        must_be_set_aside(change.state, connector, subject)
        reply: Reply | None = None
        if of_erp and subject.startswith("order:"):
            take_out(change, connector, subject)
            reply = {}
        elif of_erp and subject.startswith("row:"):
            # Also what has not changed is read anew.
            change.set_cursor(connector, subject.split(":")[1], "")
            reply = {}
        elif plan is not None and subject.startswith("line:"):
            reply = _line_again(change, connector, subject)
        if reply is not None:
            change.answer(id_, msgspec.json.encode(reply).decode())
        return reply

    done = await engine.log.transact(decide, actor)
    if of_erp and engine.erp is not None:
        engine.erp.sync.health.hurry()
        (engine.erp.sync.wake_export if subject.startswith("order:") else engine.erp.sync.wake_pull).set()
        engine.erp.sync.wake_check.set()
        return done or {}
    if plan is None:
        raise CommandRefused(_("There is no connection {name} in the configuration.").format(name=connector))
    if done is not None:
        return done
    if command.payload:
        return await _mended(engine, plan, command, actor)
    plan.sync.health.hurry()
    plan.sync.wake_orders.set()
    plan.sync.wake_audit.set()
    plan.sync.wake_check.set()
    if engine.erp is not None:
        # A warehouse or price list that was unknown may be there by now.
        engine.erp.sync.wake_pull.set()
    return {}


async def _mended(engine: Engine, plan: StorePlan, command: Replay, actor: str) -> Reply:
    store, subject = command.connector, command.subject
    read: Callable[[str], Awaitable[Sequence[OrderPart]]] | None = getattr(plan.sync.connector, "read_order", None)
    if read is None or not subject.startswith("order:"):
        raise CommandRefused(_("This can only be mended where it came from; it is read again by itself."))
    try:
        parts = await read(command.payload)
    except Rejected as error:
        words = error.words
        await engine.log.transact(lambda change: set_aside(change, store, subject, words, command.payload), actor)
        return {"mended": False, "reason": words}
    except ConnectorError as error:
        raise CommandRefused(str(error)) from error
    shipped = plan.sync.shipped_releases
    return await engine.log.transact(lambda change: _taken(change, store, subject, parts, shipped=shipped), actor)


def _taken(change: Change, store: str, subject: str, parts: Sequence[OrderPart], *, shipped: bool) -> Reply:
    number = subject.partition(":")[2]
    if any(part.number != number for part in parts):
        raise CommandRefused(_("The number of an order can't be changed: it is {number}.").format(number=number))
    # Settled before it is taken in, so that the same broken telling of it does not come back.
    change.append(QuarantineClosed(store, subject, settled=True))
    take_in(change, store, parts, first=False, shipped_releases=shipped)
    return {"mended": True}


def _line_again(change: Change, store: str, subject: str) -> Reply:
    matching.match_again(change)
    row = change.state.quarantine.get((store, subject))
    mended = row is None or bool(row.closed_at)
    return {"mended": mended, "reason": "" if mended or row is None else row.reason}


def dismiss(change: Change, connector: str, subject: str, why: str) -> Reply:
    """It need not be mended; told the same again it stays out."""
    must_be_set_aside(change.state, connector, subject)
    return {"seq": change.append(QuarantineClosed(connector, subject, why, settled=True))}


def map_code(change: Change, store: str, subject: str, product: ProductRow) -> Reply:
    """The line is this product: its listing is linked, else its code mapped, so that the next order knows it too."""
    state = change.state
    must_be_set_aside(state, store, subject)
    for its_store, number, line_id, remote_id, codes in pulls.unknown_lines(state):
        if its_store != store or subject != f"line:{number}:{line_id}":
            continue
        listing = state.listings.get((store, remote_id)) if remote_id else None
        code = next((each.strip() for each in codes if each.strip()), "")
        if listing is not None and listing.product is None and pulls.listing_of(state, product.id, store) is None:
            seq = change.append(ListingLinked(store, remote_id, product.code))
        elif code:
            if state.known_as([code]):
                raise CommandRefused(_("The code {code} belongs to a product already.").format(code=code))
            seq = change.append(CodeMapped(code, product.code))
        else:
            seq = change.append(LineResolved(store, number, line_id, product.code))
            take_out(change, store, subject)
        matching.match_again(change)
        return {"seq": seq}
    raise CommandRefused(_("Only an order's line of an unknown product can be mapped to one."))

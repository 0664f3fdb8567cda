"""Order intake: what a store tells becomes events, each fact once however often it is told (P2)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from omnisync.log import people
from omnisync.log.writer import Change
from omnisync.model.events import ErpOrderMoved, LineSeen, OrderSeen
from omnisync.model.order import Customer, OrderLine, OrderPart, OrderState
from omnisync.model.rules import StoreRules
from omnisync.sync import matching
from omnisync.sync.quarantine import set_aside, take_out

CONNECTED = "connected"
"""The feed under which the time of the first order pull of a store is kept."""


@dataclass(slots=True)
class Taken:
    """What an intake took in: parts that told something new, and the newest change among all parts told.

    ``unknown``: what was set aside of it, the order's number and the reason.
    """

    fresh: int = 0
    newest: int = 0
    unknown: list[tuple[str, str]] = field(default_factory=list)


def take_in(change: Change, store: str, parts: Sequence[OrderPart], *, first: bool, shipped_releases: bool) -> Taken:
    """Append what is new in these parts; answers how much that was.

    ``first``: the store was never asked before, so that what is already closed there is history.
    ``shipped_releases``: the store's own "shipped" stands for the ERP's posting (P8).
    """
    rules = change.state.rules()[store]
    taken = Taken()
    for part in sorted(parts, key=lambda part: part.modified_at):
        taken.newest = max(taken.newest, part.modified_at)
        if _forgotten(change, store, part):
            part = msgspec.structs.replace(part, customer=Customer())  # noqa: PLW2901
        if _is_news(change, store, part, first=first):
            taken.fresh += 1
            taken.unknown += _append(change, store, rules, part)
    # Only now all parts of an order are known that were told together.
    for number in dict.fromkeys(part.number for part in parts) if shipped_releases and taken.fresh else ():
        _shipped(change, store, number)
    return taken


def _digest(change: Change, store: str, part: OrderPart) -> str:
    """A short hash of everything a part says; what it says of the buyer is hashed with the buyer's own key."""
    buyer = _buyer(store, part)
    told = hashlib.blake2b(msgspec.json.encode(msgspec.structs.replace(part, customer=Customer())), digest_size=8)
    if buyer:
        told.update(people.digest(change.state.db, buyer, part.customer).encode())
    return told.hexdigest()


def _buyer(store: str, part: OrderPart) -> str:
    return f"{store}:{part.customer.ref or part.number}" if part.customer != Customer() else ""


def _forgotten(change: Change, store: str, part: OrderPart) -> bool:
    """Whether the buyer was erased after this order was placed: the store still tells of them, we don't listen."""
    buyer = _buyer(store, part)
    known = change.state.customers.get(buyer) if buyer else None
    if known is None or not known.forgotten_at:
        return False
    order = change.state.order(store, part.number)
    return part.placed_at <= known.forgotten_at or (order is not None and bool(order.customer) and not order.sealed)


def _is_news(change: Change, store: str, part: OrderPart, *, first: bool) -> bool:
    order = change.state.order(store, part.number)
    if order is None:
        closed = not part.state.holds_stock or part.state.left
        # What was sold and sent before we came is history, also when it is delivered or returned later on.
        return not (closed and (first or part.placed_at < int(change.cursor(store, CONNECTED) or 0)))
    known = change.state.parts.get(order.id, part.part)
    if known is None:
        return True
    if known.dead and not known.digest and not part.dead:
        # Told only as dead so far; its lines must never count, whatever it says of itself.
        return False
    return part.modified_at >= known.modified_at and _digest(change, store, part) != known.digest


def _append(change: Change, store: str, rules: StoreRules, part: OrderPart) -> list[tuple[str, str]]:
    """Append the part; answers the lines of unknown products, as the order's number and a reason, where that is news."""
    lines = tuple(_line(change, store, part, line) for line in part.lines)
    buyer = _buyer(store, part)
    sealed = people.seal(change.state.db, buyer, part.customer) if buyer else ""
    change.append(
        OrderSeen(
            store, part.number, part.part, part.state, part.modified_at, part.placed_at, part.total.minor,
            part.total.currency, lines, rules.orders_from, buyer, sealed, part.replaces, part.dead,
            part.remote_state, part.payment, part.shipping.minor if part.shipping else None, _digest(change, store, part),
        )
    )  # fmt: skip
    take_out(change, store, f"order:{part.number}")
    unknown = []
    for line in () if part.dead else lines:
        subject = f"line:{part.number}:{line.line_id}"
        if line.product or not (line.state or part.state).holds_stock:
            take_out(change, store, subject)
        else:
            codes = ", ".join(line.codes) or line.remote_id
            reason = f"unknown product {codes}: {line.name}"
            if set_aside(change, store, subject, reason):
                unknown.append((part.number, reason))
    return unknown


def _line(change: Change, store: str, part: OrderPart, line: OrderLine) -> LineSeen:
    product = matching.for_line(change.state, store, line.remote_id, line.codes)
    return LineSeen(
        line.line_id, product.code if product else "", line.remote_id, line.codes, line.name, line.quantity,
        line.price.minor, line.taken, line.state,
    )  # fmt: skip


def _shipped(change: Change, store: str, number: str) -> None:
    """The store's word counts for the order once all of its parts have left: a reservation ends as a whole."""
    order = change.state.order(store, number)
    if order is not None and OrderState(order.state).left and not order.erp_at and not order.released:
        change.append(ErpOrderMoved(store, number, "shipped", change.at))

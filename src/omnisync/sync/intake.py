"""Order intake: what a store tells becomes events, each fact once however often it is told (P2)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from omnisync.log.people import seal
from omnisync.log.writer import Change
from omnisync.model.events import ErpOrderMoved, LineSeen, OrderSeen, Quarantined
from omnisync.model.order import Customer, OrderLine, OrderPart
from omnisync.model.rules import StoreRules
from omnisync.sync import matching


@dataclass(slots=True)
class Taken:
    """What an intake took in: parts that told something new, and the newest change among all parts told."""

    fresh: int = 0
    newest: int = 0


def take_in(change: Change, store: str, parts: Sequence[OrderPart], *, first: bool, shipped_releases: bool) -> Taken:
    """Append what is new in these parts; answers how much that was.

    ``first``: the store was never asked before, so that what is already closed there is history.
    ``shipped_releases``: the store's own "shipped" stands for the ERP's posting (P8).
    """
    rules = change.state.rules()[store]
    taken = Taken()
    for part in sorted(parts, key=lambda part: part.modified_at):
        taken.newest = max(taken.newest, part.modified_at)
        if _is_news(change, store, part, first=first):
            taken.fresh += 1
            _append(change, store, rules, part)
            if shipped_releases and part.state.left:
                _shipped(change, store, part)
    return taken


def digest(part: OrderPart) -> str:
    """A short hash of everything a part says."""
    return hashlib.blake2b(msgspec.json.encode(part), digest_size=8).hexdigest()


def _is_news(change: Change, store: str, part: OrderPart, *, first: bool) -> bool:
    order = change.state.order(store, part.number)
    if order is None:
        return not (first and (not part.state.holds_stock or part.state.left))
    known = change.state.parts.get(order.id, part.part)
    if known is None:
        return True
    if known.dead and not known.digest and not part.dead:
        # Told only as dead so far; its lines must never count, whatever it says of itself.
        return False
    return part.modified_at >= known.modified_at and digest(part) != known.digest


def _append(change: Change, store: str, rules: StoreRules, part: OrderPart) -> None:
    lines = tuple(_line(change, store, part, line) for line in part.lines)
    buyer = f"{store}:{part.customer.ref or part.number}" if part.customer != Customer() else ""
    sealed = seal(change.state.db, buyer, part.customer) if buyer else ""
    change.append(
        OrderSeen(
            store, part.number, part.part, part.state, part.modified_at, part.placed_at, part.total.minor,
            part.total.currency, lines, rules.orders_from, buyer, sealed, part.replaces, part.dead,
            part.remote_state, part.payment, part.shipping.minor if part.shipping else None, digest(part),
        )
    )  # fmt: skip
    for line, told in zip(lines, part.lines, strict=True):
        if not line.product and (told.state or part.state).holds_stock and not part.dead:
            codes = ", ".join(told.codes) or told.remote_id
            change.append(
                Quarantined(store, f"line:{part.number}:{line.line_id}", f"unknown product {codes}: {told.name}")
            )


def _line(change: Change, store: str, part: OrderPart, line: OrderLine) -> LineSeen:
    product = matching.for_line(change.state, store, line.remote_id, line.codes)
    return LineSeen(
        line.line_id, product.code if product else "", line.remote_id, line.codes, line.name, line.quantity,
        line.price.minor, line.taken, line.state,
    )  # fmt: skip


def _shipped(change: Change, store: str, part: OrderPart) -> None:
    order = change.state.order(store, part.number)
    if order is not None and not order.erp_at and not order.released:
        change.append(ErpOrderMoved(store, part.number, "shipped", change.at))

"""What goes into the next batch: due figures as push items, the guard's word, a body that was not sent lately. Pure over the state."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from omnisync.connect.store import Capabilities, ListingRef, PushItem
from omnisync.log import outbox
from omnisync.log.outbox import Due
from omnisync.log.rows import FigureRow, ListingRow
from omnisync.log.writer import Change
from omnisync.model.events import BatchItem, BatchMade, FiguresHeld, Kind
from omnisync.model.money import Money, minor_digits
from omnisync.model.rules import GuardRules, StoreRules
from omnisync.sync import guard

_DAY = 24 * 3_600_000
"""Milliseconds in which a store's daily cap counts."""

_extra = msgspec.json.Decoder(dict[str, str])


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it is sent: its key, and per item what the connector needs and what the log keeps."""

    key: str
    push: tuple[PushItem, ...]
    items: tuple[BatchItem, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be sent before that time (milliseconds UTC; None: until something changes)."""

    until: int | None


def plan(
    change: Change, store: str, key: str, capabilities: Capabilities, most: int, *, falling_only: bool = False
) -> Batch | Wait:
    """Put the next batch together and append it to the log as made, or say how long to wait.

    ``falling_only``: not everybody was asked for news yet, so nothing may be raised. Nothing is ever sent to a
    store that is in plan-only.
    """
    rules = change.state.rules()[store]
    _guard(change, store, rules)
    known = change.state.stores.get(store)
    if known is None or not known.live:
        return Wait(None)
    chosen = outbox.due(change.state, store, change.at, most, grouped=capabilities.grouped, falling_only=falling_only)
    if not chosen:
        return Wait(outbox.next_time(change.state, store, change.at))
    items = tuple(_item(each) for each in chosen)
    group = chosen[0].listing.grp if capabilities.grouped else ""
    fresh = _unrepeated(change, store, items, group, capabilities)
    if isinstance(fresh, Wait):
        return fresh
    items, fingerprint = fresh
    change.append(BatchMade(store, key, items, fingerprint))
    return Batch(key, push_items(change, store, items, rules), items)


def _guard(change: Change, store: str, rules: StoreRules) -> None:
    """Look at everything that is to be sent only when there is news: between the batches of one great push there is none."""
    # The cap is another one: what was sent uses it up.
    if rules.daily_cap or change.state.news.has(store):
        hold_suspicious(change, store, rules)
        change.state.news.seen(store)


def hold_suspicious(change: Change, store: str, rules: StoreRules) -> None:
    """Hold what is suspicious as a whole: many figures to zero, many changes at once, more than a day may have (P7).

    A store whose warehouses the ERP has never counted anything in is misconfigured, however small it is.
    """
    state, limits = change.state, rules.guard
    zeros = outbox.falling_to_zero(state, store)
    if zeros and not outbox.is_counted(state, rules.warehouses):
        _hold(change, store, Kind.STOCK, "unknown-warehouse", zeros)
    elif zeros:
        worth = sum(zeros.values()) // 10 ** minor_digits(rules.currency)
        suspicion = None
        if len(zeros) > limits.zeros_count:
            suspicion = guard.of_zeros(limits, zeros, outbox.showing_stock(state, store))
        if suspicion is not None:
            reason = f"{suspicion.reason}:{suspicion.count}:{suspicion.total}:{limits.zeros_percent}"
            _hold(change, store, Kind.STOCK, reason, zeros)
        elif limits.zeros_worth and worth > limits.zeros_worth:
            _hold(change, store, Kind.STOCK, f"zeros-worth:{len(zeros)}:{worth}:{limits.zeros_worth}", zeros)
    for kind in Kind:
        changing = outbox.changing(state, store, kind) if limits.changes_percent or rules.daily_cap else []
        if changing and not _hold_many(change, store, kind, changing, limits):
            _hold_over_cap(change, store, kind, changing, rules.daily_cap)


def _hold_many(change: Change, store: str, kind: Kind, changing: Sequence[str], limits: GuardRules) -> bool:
    count = len(changing) + outbox.held_for(change.state, store, kind, "many-changes")
    if not limits.changes_percent or count < limits.changes_count:
        return False
    total = outbox.listed(change.state, store)
    if 100 * count <= limits.changes_percent * total:
        return False
    _hold(change, store, kind, f"many-changes:{count}:{total}:{limits.changes_percent}", changing)
    return True


def _hold_over_cap(change: Change, store: str, kind: Kind, changing: Sequence[str], cap: int) -> None:
    if not cap:
        return
    room = max(0, cap - outbox.sent_since(change.state, store, change.at - _DAY))
    if len(changing) > room:
        _hold(change, store, kind, f"daily-cap:{cap}", changing[room:])


def _hold(change: Change, store: str, kind: Kind, reason: str, codes: Iterable[str]) -> None:
    change.append(FiguresHeld(store, kind, reason, tuple(codes)))


def _item(each: Due) -> BatchItem:
    stock, price = _figure(each.stock), _figure(each.price)
    return BatchItem(each.code, each.listing.remote_id, stock[0], stock[1], price[0], price[1])


def _figure(row: FigureRow | None) -> tuple[int | None, int]:
    return (row.wanted, row.wanted_rev) if row is not None else (None, 0)


def _unrepeated(
    change: Change, store: str, items: tuple[BatchItem, ...], group: str, capabilities: Capabilities
) -> tuple[tuple[BatchItem, ...], str] | Wait:
    """The items with a body that the platform has not had within its repeat window.

    A figure that goes 5, 4, 5 would send the same body twice. Prices which the store already shows are
    added until the body is a new one: they change nothing, and unlike a stock figure they can't
    overwrite a sale.
    """
    print_ = fingerprint(items)
    if not capabilities.repeat_window:
        return items, print_
    since = change.at - int(capabilities.repeat_window * 1000)
    first = outbox.body_sent_at(change.state, store, print_, since)
    if first is None:
        return items, print_
    for padding in outbox.known_prices(change.state, store, group, 50):
        items = _padded(items, padding, capabilities.max_batch)
        print_ = fingerprint(items)
        if outbox.body_sent_at(change.state, store, print_, since) is None:
            return items, print_
    return Wait(first + int(capabilities.repeat_window * 1000))


def _padded(items: tuple[BatchItem, ...], padding: tuple[str, str, int], most: int) -> tuple[BatchItem, ...]:
    code, remote_id, price = padding
    for place, item in enumerate(items):
        if item.remote_id == remote_id:
            if item.price is not None:
                return items
            padded = BatchItem(item.product, item.remote_id, item.stock, item.stock_rev, price)
            return (*items[:place], padded, *items[place + 1 :])
    return (*items, BatchItem(code, remote_id, price=price)) if len(items) < most else items


def fingerprint(items: Sequence[BatchItem]) -> str:
    """A hash of what a platform would see of these items."""
    body = sorted((item.remote_id, item.stock, item.price) for item in items)
    return hashlib.blake2b(msgspec.json.encode(body), digest_size=12).hexdigest()


def push_items(change: Change, store: str, items: Sequence[BatchItem], rules: StoreRules) -> tuple[PushItem, ...]:
    """The items as the connector takes them; a listing that is gone meanwhile is left out."""
    found = {row.remote_id: row for row in outbox.listings_by_remote(change.state, store, [i.remote_id for i in items])}
    return tuple(
        PushItem(
            ref(found[item.remote_id]),
            item.stock,
            None if item.price is None else Money(item.price, rules.currency),
        )
        for item in items
        if item.remote_id in found
    )


def ref(listing: ListingRow) -> ListingRef:
    """How the connector names a listing."""
    return ListingRef(listing.remote_id, listing.key, listing.grp, _extra.decode(listing.extra))

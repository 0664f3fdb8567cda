"""What pushes do: batches from made to done, and the figures that ride in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from omnisync.log.apply import figures
from omnisync.log.rows import BatchRow, FigureRow
from omnisync.log.state import State
from omnisync.model.events import (
    BatchAnswered,
    BatchDropped,
    BatchItem,
    BatchLost,
    BatchMade,
    BatchOutcome,
    BatchSent,
    Kind,
)  # fmt: skip

_FEW = 4
"""Up to so many rows, looking each up by itself is as quick as all at once."""


def batch_made(state: State, event: BatchMade) -> None:
    """About to be sent: its figures are locked until its outcome is known."""
    text = msgspec.json.encode(event.items).decode()
    store = state.stores.get(event.store)
    if store is not None and not store.live:
        # A log of the days before stores had to be told to go: this one was sent to already.
        store.live = 1
        state.stores.put(store)
    state.open_items[event.key] = event.items
    row = BatchRow(
        event.key, event.store, "made", "", event.fingerprint, text, state.seq, len(event.items), 0, state.at
    )
    state.batches.begin(event.key, row)
    key, now, change = event.key, state.at, state.figures.change
    for _, figure, value, rev in _figures(state, event.store, event.items):
        figure.batch = key
        figure.sent = value
        figure.sent_rev = rev
        figure.sent_at = now
        change(figure)


def _figures(state: State, store: str, items: Sequence[BatchItem]) -> list[tuple[BatchItem, FigureRow, int, int]]:
    """The figures which the items are to fulfil, with value and revision; padding fulfils none."""
    if len(items) > _FEW:
        kinds = [Kind.STOCK] * any(item.stock_rev for item in items) + [Kind.PRICE] * any(
            item.price_rev for item in items
        )
        state.expect((item.product for item in items), figures=kinds, store=store)
    product_of, trace, figure = state.product, state.trace, state.figures.get
    found = []
    for item in items:
        product = product_of(item.product)
        if product is None:
            continue
        id_ = product.id
        trace(id_)
        rev, value = item.stock_rev, item.stock
        if rev and value is not None and (row := figure((id_, "stock"), store)) is not None:
            found.append((item, row, value, rev))
        rev, value = item.price_rev, item.price
        if rev and value is not None and (row := figure((id_, "price"), store)) is not None:
            found.append((item, row, value, rev))
    return found


def batch_sent(state: State, event: BatchSent) -> None:
    """The store took it in."""
    batch = state.batches.get(event.key)
    if batch is not None:
        batch.state, batch.receipt, batch.sent_at = "sent", event.receipt, state.at
        state.batches.change(batch)
        _trace(state, batch)


def _trace(state: State, batch: BatchRow) -> None:
    product_of, trace = state.product, state.trace
    for item in state.items_of(batch):
        product = product_of(item.product)
        if product is not None:
            trace(product.id)


def batch_answered(state: State, event: BatchAnswered) -> None:
    """Per-item results: each figure is confirmed, refused, or waits for another try."""
    batch = state.batches.get(event.key)
    if batch is None:
        return
    key, change = event.key, state.figures.change
    outcomes, refused = {}, 0
    for outcome in event.outcomes:
        outcomes[outcome.remote_id] = outcome
        if outcome.refused:
            refused += 1
    rules = state.rules().get(event.store)
    by_reading = rules is not None and rules.checks_by_reading
    for item, row, value, rev in _figures(state, event.store, state.items_of(batch)):
        if row.batch == key:
            row.batch = ""
            found = outcomes.get(item.remote_id)
            if found is not None and found.refused and row.kind == "stock" and item.price_rev:
                # Perhaps it was the price that the store did not like: a quantity is tried once more by itself.
                found = None
            _settle(state, row, value, rev, found, by_reading=by_reading)
            change(row)
    close(state, batch, "done")
    batch.refused = refused
    batch.sent_at = batch.sent_at or state.at


def close(state: State, batch: BatchRow, how: str) -> None:
    """The batch is done, or dropped; its items are needed no longer."""
    state.open_items.pop(batch.key, None)
    batch.state, batch.done_at, batch.items = how, state.at, ""
    state.batches.change(batch)


def _settle(
    state: State, row: FigureRow, value: int, rev: int, outcome: BatchOutcome | None, *, by_reading: bool
) -> None:
    if outcome is None or outcome.again_at:
        row.next_try = outcome.again_at if outcome else 0
    elif not outcome.refused:
        shown = outcome.stock if row.kind == "stock" else outcome.price
        figures.accepted(state, row, value, rev, shown, by_reading=by_reading)
    elif row.wanted_rev == rev and row.mode == "push":
        row.mode, row.reason = "refused", outcome.refused
        state.reconsider.add(row.product)
    if figures.is_dirty(row):
        state.wake(row.store)


def batch_lost(state: State, event: BatchLost) -> None:
    """Nobody knows whether it arrived: its figures stay locked until a read-back tells."""
    batch = state.batches.get(event.key)
    if batch is not None:
        batch.state, batch.sent_at = "lost", state.at
        state.batches.change(batch)
        _trace(state, batch)


def batch_dropped(state: State, event: BatchDropped) -> None:
    """It was given up: its figures are free for the next batch."""
    batch = state.batches.get(event.key)
    if batch is None:
        return
    for _, row, _, _ in _figures(state, event.store, state.items_of(batch)):
        if row.batch == event.key:
            row.batch = ""
            state.figures.change(row)
    close(state, batch, "dropped")


HANDLERS: Mapping[type[Any], Callable[[State, Any], None]] = {
    BatchMade: batch_made,
    BatchSent: batch_sent,
    BatchAnswered: batch_answered,
    BatchLost: batch_lost,
    BatchDropped: batch_dropped,
}

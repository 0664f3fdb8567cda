"""How long things take, measured from the event log: an order until the others are lowered, a change until confirmed.

A figure in a batch carries the revision of the wish it fulfils, which is the seq of the event that
caused it; so each outcome leads back to its cause, and nothing is guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from omnisync.log import stored
from omnisync.log.reader import Reader
from omnisync.model.events import (
    BalancesCounted,
    BatchAnswered,
    BatchItem,
    BatchMade,
    Event,
    FiguresSeen,
    Kind,
    ListingsSeen,
    OrderSeen,
    PriceSet,
    PricesRead,
    StoreRulesSet,
    decode,
)  # fmt: skip
from omnisync.model.rules import StoreRules

_Figure = tuple[str, str, Kind]
"""Store, remote id, which figure."""


@dataclass(slots=True)
class _Order:
    placed_at: int
    slowest: int = 0


@dataclass(slots=True)
class Latency:
    """Reads the log on and on; ``placed`` gives the time at which an order came to be at its store.

    Orders that ``placed`` doesn't name, and changes up to the event ``after`` (None: all), are not measured.
    """

    placed: Mapping[tuple[str, str], int]
    after: int | None = None
    changes: list[int] = field(default_factory=list)
    """Milliseconds from a change of a balance or price to its confirmation, of each figure that it changed."""

    _read: int = 0
    _rules: dict[str, StoreRules] = field(default_factory=dict)
    _batches: dict[str, BatchMade] = field(default_factory=dict)
    _orders: dict[tuple[str, str], _Order] = field(default_factory=dict)
    _lowering: dict[tuple[str, str], list[tuple[int, _Order]]] = field(default_factory=lambda: defaultdict(list))
    _shown: dict[tuple[str, str], int] = field(default_factory=dict)
    _caused: dict[int, int] = field(default_factory=dict)
    _unseen: dict[_Figure, tuple[int, int]] = field(default_factory=dict)

    @property
    def orders(self) -> list[int]:
        """Milliseconds from each order to the last of the lower figures that the other stores accepted for it."""
        return [order.slowest for order in self._orders.values() if order.slowest]

    def read_on(self, reader: Reader) -> None:
        """Take in what the log has got since the last time."""
        for seq, at, payload in reader.ask(lambda db: list(chain(*stored.facts(db, self._read)))):
            self._take(seq, at, decode(payload))
            self._read = seq

    def _take(self, seq: int, at: int, event: Event) -> None:
        match event:
            case StoreRulesSet(store, rules):
                self._rules[store] = rules
            case ListingsSeen(store, listings):
                self._shown.update({(store, each.remote_id): each.stock for each in listings if each.stock is not None})
            case BalancesCounted() | PricesRead() | PriceSet():
                if self.after is not None and seq > self.after:
                    self._caused[seq] = at
            case OrderSeen():
                self._order(seq, event)
            case BatchMade():
                self._batches[event.key] = event
            case BatchAnswered():
                self._answered(at, event)
            case FiguresSeen(store, figures):
                for found in figures:
                    self._seen(at, (store, found.remote_id, Kind.STOCK), found.stock)
                    self._seen(at, (store, found.remote_id, Kind.PRICE), found.price)
            case _:
                pass

    def _order(self, seq: int, event: OrderSeen) -> None:
        key = (event.store, event.number)
        placed_at = self.placed.get(key)
        if placed_at is None:
            return
        if key in self._orders:
            if not event.state.holds_stock:
                self._called_off(event, self._orders[key])
            return
        order = self._orders[key] = _Order(placed_at)
        others = [
            name for name, rules in self._rules.items() if name != event.store and event.warehouse in rules.warehouses
        ]
        for line in event.lines:
            for other in others:
                if line.product:
                    self._lowering[other, line.product].append((seq, order))

    def _called_off(self, event: OrderSeen, order: _Order) -> None:
        """Who has not lowered a figure for it yet need not: what falls there some day is for another reason."""
        for line in event.lines:
            for other in self._rules:
                if waiting := self._lowering.pop((other, line.product), None):
                    self._lowering[other, line.product] = [each for each in waiting if each[1] is not order]

    def _answered(self, at: int, event: BatchAnswered) -> None:
        batch = self._batches.pop(event.key, None)
        taken = {each.remote_id for each in event.outcomes if not each.refused and not each.again_at}
        for item in batch.items if batch else ():
            if item.remote_id in taken:
                self._accepted(at, event.store, item)

    def _accepted(self, at: int, store: str, item: BatchItem) -> None:
        if item.stock is not None:
            before = self._shown.get((store, item.remote_id))
            self._shown[store, item.remote_id] = item.stock
            lower = before is not None and item.stock < before
            waiting = self._lowering.pop((store, item.product), [])
            for seq, order in waiting:
                if seq > item.stock_rev:
                    self._lowering[store, item.product].append((seq, order))
                elif lower:
                    order.slowest = max(order.slowest, at - order.placed_at)
        for kind, value, rev in ((Kind.STOCK, item.stock, item.stock_rev), (Kind.PRICE, item.price, item.price_rev)):
            if value is not None and (began := self._caused.get(rev)) is not None:
                self._confirmed_or_unseen(at, (store, item.remote_id, kind), value, began)

    def _confirmed_or_unseen(self, at: int, figure: _Figure, value: int, began: int) -> None:
        """Where the platform lets a figure be read back, it is confirmed once it was seen (P4)."""
        if self._rules[figure[0]].checks_by_reading:
            self._unseen[figure] = (value, began)
        else:
            self.changes.append(at - began)

    def _seen(self, at: int, figure: _Figure, value: int | None) -> None:
        expected = self._unseen.get(figure)
        if expected is not None and expected[0] == value:
            self.changes.append(at - expected[1])
            del self._unseen[figure]


def percentile(values: list[int], percent: int) -> int | None:
    """The smallest value that so many percent of all don't exceed; None of nothing."""
    if not values:
        return None
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]

"""A shop's history made up as events: 10,000 products on three stores, and a year of ordinary days.

Of twenty events about ten are changed balances (one to three of them), six are a batch on its way (made,
sent, answered; one to six listings), three belong to an order (seen, handed to the ERP, posted, shipped)
and one is a changed price. Batches carry the wish and revision that the events before gave the listing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count

from tests.bench.memory_erp import PRICE_LIST, WAREHOUSES, barcode, code, price
from tests.bench.shop import listing, plain_rules
from tests.bench.stores import PLATFORMS

from omnisync.model.events import (
    BalancesCounted,
    BatchAnswered,
    BatchItem,
    BatchMade,
    BatchOutcome,
    BatchSent,
    Card,
    Count,
    ErpOrderMoved,
    Event,
    LineSeen,
    ListingsSeen,
    ListPrice,
    OrderExported,
    OrderExporting,
    OrderSeen,
    PricesRead,
    ProductsRead,
    StoreRulesSet,
)
from omnisync.model.order import OrderState
from omnisync.model.quantity import PIECE

_STORES = tuple(PLATFORMS)
_TOGETHER = 500


class History:
    """Draws the events one after the other; ``seq`` is that of the event which comes next.

    ``best_seller`` is the share of all that happens which happens to the first product.
    """

    def __init__(self, products: int, seed: int = 1, best_seller: float = 0) -> None:
        self._products = products
        self._best_seller = best_seller
        self._rng = random.Random(seed)
        self._on_hand = dict.fromkeys(range(products), 100 * PIECE)
        self._prices = {at: price(at).minor for at in range(products)}
        self._revs: dict[int, int] = {}
        self._dirty: dict[str, dict[int, None]] = {name: {} for name in _STORES}
        self._numbers = count(1)
        self.seq = 1

    def events(self) -> Iterator[Event]:
        """Endlessly."""
        for event in self._all():
            yield event
            self.seq += 1

    def _all(self) -> Iterator[Event]:
        yield from self._beginning()
        while True:
            draw = self._rng.random()
            if draw < 0.74:
                yield self._counted()
            elif draw < 0.89:
                yield from self._batch()
            elif draw < 0.96:
                yield self._priced()
            else:
                yield from self._order()

    def _beginning(self) -> Iterator[Event]:
        """The catalogue, once."""
        for name, platform in PLATFORMS.items():
            yield StoreRulesSet(name, plain_rules(platform))
        for start in range(0, self._products, _TOGETHER):
            some = range(start, min(start + _TOGETHER, self._products))
            yield ProductsRead("products.csv", tuple(Card(code(at), f"Vida {at}", (barcode(at),)) for at in some))
            yield BalancesCounted(
                "stock.csv", 1, tuple(Count(code(at), house, 100 * PIECE) for at in some for house in WAREHOUSES)
            )
            yield PricesRead(
                "prices.csv", tuple(ListPrice(code(at), PRICE_LIST, price(at).minor, "TRY") for at in some)
            )
            for name in _STORES:
                yield ListingsSeen(name, tuple(listing(at) for at in some))

    def _counted(self) -> Event:
        counts = []
        for at in self._some(self._rng.choice((1, 1, 1, 1, 2, 3))):
            self._on_hand[at] = self._rng.randrange(200) * PIECE
            self._changed(at)
            counts.append(Count(code(at), WAREHOUSES[0], self._on_hand[at], at))
        return BalancesCounted("stock.csv", 1_795_000_000_000 + self.seq, tuple(counts))

    def _priced(self) -> Event:
        (at,) = self._some(1)
        self._prices[at] = self._prices[at] * self._rng.choice((98, 102, 105)) // 100 + 1
        return PricesRead("prices.csv", (ListPrice(code(at), PRICE_LIST, self._prices[at], "TRY"),))

    def _batch(self) -> Iterator[Event]:
        store = self._rng.choice(_STORES)
        chosen = list(self._dirty[store])[: self._rng.randrange(1, 7)]
        if not chosen:
            return
        for at in chosen:
            del self._dirty[store][at]
        items = tuple(BatchItem(code(at), f"R{at}", self._on_hand[at], self._revs[at]) for at in chosen)
        key = f"{self._rng.getrandbits(96):024x}"
        yield BatchMade(store, key, items, key)
        yield BatchSent(store, key, f"receipt-{key}")
        yield BatchAnswered(store, key, tuple(BatchOutcome(item.remote_id, stock=item.stock) for item in items))

    def _order(self) -> Iterator[Event]:
        store, number = self._rng.choice(_STORES), f"{next(self._numbers):08d}"
        products = self._some(self._rng.choice((1, 1, 2, 3)))
        yield self._seen(store, number, products, OrderState.NEW)
        yield OrderExporting(store, number, f"{store}-{number}")
        yield OrderExported(store, number, f"ERP-{number}")
        yield ErpOrderMoved(store, number, "posted", self.seq)
        for at in products:
            self._on_hand[at] -= PIECE
        counts = tuple(Count(code(at), WAREHOUSES[0], self._on_hand[at]) for at in products)
        yield BalancesCounted("stock.csv", self.seq, counts, ((store, number),))
        yield self._seen(store, number, products, OrderState.SHIPPED)

    def _seen(self, store: str, number: str, products: list[int], state: OrderState) -> Event:
        if state is OrderState.NEW:
            for at in products:
                self._changed(at)
        lines = tuple(
            LineSeen(f"{at}", code(at), f"R{at}", (code(at),), f"Vida {at}", PIECE, self._prices[at], PIECE)
            for at in products
        )
        return OrderSeen(
            store, number, "", state, self.seq, self.seq, 100_000, "TRY", lines, WAREHOUSES[0],
            digest=f"{state}-{number}",
        )  # fmt: skip

    def _some(self, most: int) -> list[int]:
        if self._best_seller and self._rng.random() < self._best_seller:
            return [0]
        return list({self._rng.randrange(self._products): None for _ in range(most)})

    def _changed(self, at: int) -> None:
        self._revs[at] = self.seq
        for dirty in self._dirty.values():
            dirty[at] = None

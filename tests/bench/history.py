"""A shop's history made up as events: 10,000 products on three stores, and years of ordinary rounds.

A round is what happens between two looks at the ERP, at the pace of a small shop with a till (`omnisync demo` has the
same events, but its buyers and clerk are quicker than life, so that more products change at once): one read of changed
balances (mostly one product, at times two or three, now and then a delivery of twenty to forty; three in five of them
in the warehouse that the stores show), a price list in every tenth, an order in every third (seen with its sealed
buyer, handed to the ERP, posted there, released by the next balances, seen again as shipped), and what follows from
that: one batch to each store that has to hear of it (made, sent where the platform gives receipts, answered), and
read-backs of what is still to be seen. Batches carry the wish and the revision that the events before gave the
listing, so that at the end all but the newest are confirmed.
"""

from __future__ import annotations

import random
from base64 import urlsafe_b64encode
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
    FiguresSeen,
    LineSeen,
    ListingsSeen,
    ListPrice,
    OrderExported,
    OrderExporting,
    OrderSeen,
    PricesRead,
    ProductsRead,
    SeenFigure,
    StoreRulesSet,
)
from omnisync.model.order import OrderState
from omnisync.model.quantity import PIECE

_STORES = tuple(PLATFORMS)
_RECEIPTS = "trendyol"
"""The store that gives receipts, and proves a write by a separate read."""

_TOGETHER = 500


def at(seq: int) -> int:
    """When the event of that number happened (milliseconds UTC)."""
    return 1_795_000_000_000 + seq * 1000


class _Wishes:
    """What each store is to show of each product, and since which event: what the tables will come to."""

    def __init__(self, products: int, value: int | None = None) -> None:
        self.value = {product: value if value is not None else price(product).minor for product in range(products)}
        self.rev = dict.fromkeys(range(products), 0)
        self.dirty: dict[str, dict[int, None]] = {name: {} for name in _STORES}

    def set(self, product: int, value: int, seq: int, but_for: str = "") -> None:
        """Another value from that event on; the store that sold a piece lowered its figure itself."""
        if value == self.value[product]:
            return
        self.value[product], self.rev[product] = value, seq
        for name, dirty in self.dirty.items():
            if name != but_for or product in dirty:
                dirty[product] = None

    def of(self, product: int, dirty: dict[int, None]) -> tuple[int | None, int]:
        """The value and its revision for a batch; nothing where it needs none."""
        return (self.value[product], self.rev[product]) if product in dirty else (None, 0)


class History:
    """Draws the events one after the other; ``seq`` is that of the event which comes next.

    ``best_seller`` is the share of all that happens which happens to the first product.
    """

    def __init__(self, products: int, seed: int = 1, best_seller: float = 0) -> None:
        self._products = products
        self._best_seller = best_seller
        self._rng = random.Random(seed)
        self._on_hand = {(product, house): 100 * PIECE for product in range(products) for house in WAREHOUSES}
        self._reserved = dict.fromkeys(range(products), 0)
        self._stock = _Wishes(products, 100 * PIECE)
        self._price = _Wishes(products)
        self._to_see: dict[str, dict[int, None]] = {name: {} for name in _STORES}
        self._posted: list[tuple[str, str, list[int]]] = []
        self._numbers = count(1)
        self.seq = 1

    def events(self) -> Iterator[Event]:
        """Endlessly."""
        for event in self._all():
            yield event
            self.seq += 1

    def _all(self) -> Iterator[Event]:
        yield from self.beginning()
        while True:
            if self._rng.random() < 0.33:
                yield from self._order()
            yield from self._erp()
            for store in _STORES:
                yield from self._push(store)
                if self._to_see[store] and self._rng.random() < 0.4:
                    yield self._read_back(store)

    def beginning(self) -> Iterator[Event]:
        """The catalogue, once: everything before the first ordinary day."""
        for name, platform in PLATFORMS.items():
            yield StoreRulesSet(name, plain_rules(platform, checks_by_reading=name == _RECEIPTS))
        for start in range(0, self._products, _TOGETHER):
            some = range(start, min(start + _TOGETHER, self._products))
            yield ProductsRead(
                "products.csv", tuple(Card(code(each), f"Vida {each}", (barcode(each),)) for each in some)
            )
            counts = tuple(Count(code(each), house, 100 * PIECE) for each in some for house in WAREHOUSES)
            yield BalancesCounted("stock.csv", 1, counts)
            prices = tuple(ListPrice(code(each), PRICE_LIST, price(each).minor, "TRY") for each in some)
            yield PricesRead("prices.csv", prices)
            for name in _STORES:
                yield ListingsSeen(name, tuple(listing(each) for each in some))

    # The ERP.

    def _erp(self) -> Iterator[Event]:
        for store, number, _ in self._posted:
            yield ErpOrderMoved(store, number, "posted", at(self.seq))
        if self._rng.random() < 0.1:
            yield self._priced()
        posted, self._posted = self._posted, []
        yield self._counted(posted)
        for store, number, products in posted:
            yield self._seen(store, number, products, OrderState.SHIPPED)

    def _counted(self, posted: list[tuple[str, str, list[int]]]) -> Event:
        """Somebody sold, bought or counted; and what was posted is in the balances now."""
        house = {product: WAREHOUSES[0] for _, _, products in posted for product in products}
        delivered = self._rng.random() < 0.01
        for product in self._some(self._rng.randrange(20, 41) if delivered else self._rng.choice((1, 1, 1, 1, 2, 3))):
            house.setdefault(product, self._rng.choice((WAREHOUSES[0], *WAREHOUSES[:2])))
        for _, _, products in posted:
            for product in products:
                self._on_hand[product, WAREHOUSES[0]] -= PIECE
                self._reserved[product] -= PIECE
        counts = []
        for product, name in house.items():
            few = self._on_hand[product, name] < 20 * PIECE
            self._on_hand[product, name] += (40 if delivered or few else -1) * PIECE
            counts.append(Count(code(product), name, self._on_hand[product, name], product))
            self._wish(product)
        released = tuple((store, number) for store, number, _ in posted)
        return BalancesCounted("stock.csv", at(self.seq), tuple(counts), released)

    def _priced(self) -> Event:
        prices = []
        for product in self._some(self._rng.randrange(1, 5)):
            # They rise; a best seller's would leave all numbers behind.
            value = self._price.value[product] * self._rng.choice((98, 102, 105)) // 100 % 10_000_000 + 1
            self._price.set(product, value, self.seq)
            prices.append(ListPrice(code(product), PRICE_LIST, value, "TRY"))
        return PricesRead("prices.csv", tuple(prices))

    def _wish(self, product: int, sold_by: str = "") -> None:
        available = self._on_hand[product, WAREHOUSES[0]] - self._reserved[product]
        self._stock.set(product, max(0, available), self.seq, sold_by)

    # The stores.

    def _push(self, store: str) -> Iterator[Event]:
        stock, prices = self._stock.dirty[store], self._price.dirty[store]
        if not stock and not prices:
            return
        items = tuple(self._item(each, stock, prices) for each in {**stock, **prices})
        key = f"{self._rng.getrandbits(128):032x}"
        yield BatchMade(store, key, items, key[:24])
        if store == _RECEIPTS:
            self._to_see[store] |= {**stock, **prices}
            yield BatchSent(store, key, f"{key}-{at(self.seq)}")
            outcomes = tuple(BatchOutcome(item.remote_id) for item in items)
        else:
            outcomes = tuple(BatchOutcome(item.remote_id, "", 0, item.stock, item.price) for item in items)
        stock.clear()
        prices.clear()
        yield BatchAnswered(store, key, outcomes)

    def _item(self, product: int, stock: dict[int, None], prices: dict[int, None]) -> BatchItem:
        quantity, quantity_rev = self._stock.of(product, stock)
        amount, amount_rev = self._price.of(product, prices)
        return BatchItem(code(product), f"R{product}", quantity, quantity_rev, amount, amount_rev)

    def _read_back(self, store: str) -> Event:
        products, self._to_see[store] = [*self._to_see[store]], {}
        shown = (SeenFigure(f"R{each}", self._stock.value[each], self._price.value[each]) for each in products)
        return FiguresSeen(store, tuple(shown))

    def _order(self) -> Iterator[Event]:
        store, number = self._rng.choice(_STORES), f"{next(self._numbers):08d}"
        products = self._some(self._rng.choice((1, 1, 1, 2, 3)))
        for product in products:
            self._reserved[product] += PIECE
            self._wish(product, store)
            self._to_see[store][product] = None
        yield self._seen(store, number, products, OrderState.NEW)
        yield OrderExporting(store, number, f"{store}-{number}")
        yield OrderExported(store, number, f"ERP-{number}")
        self._posted.append((store, number, products))

    def _seen(self, store: str, number: str, products: list[int], state: OrderState) -> Event:
        lines = tuple(
            LineSeen(
                str(each), code(each), f"R{each}", (code(each), barcode(each)), f"Vida {each}", PIECE,
                self._price.value[each], PIECE,
            )
            for each in products
        )  # fmt: skip
        sealed = urlsafe_b64encode(self._rng.randbytes(400)).decode()
        return OrderSeen(
            store, number, "", state, at(self.seq), at(self.seq), 100_000, "TRY", lines, WAREHOUSES[0],
            f"{store}:{number}", sealed, remote_state=state, payment="card", digest=f"{state}-{number}",
        )  # fmt: skip

    def _some(self, most: int) -> list[int]:
        if self._best_seller and self._rng.random() < self._best_seller:
            return [0]
        return list({self._rng.randrange(self._products): None for _ in range(most)})

"""An ERP that is a few dictionaries: what a connector would read, with nothing to read it from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from omnisync.connect.check import Finding
from omnisync.connect.erp import (
    ErpBalance,
    ErpCustomer,
    ErpOrder,
    ErpOrderState,
    ErpPrice,
    ErpProduct,
    ErpRead,
)
from omnisync.model.money import Money
from omnisync.model.quantity import PIECE
from omnisync.ports import Clock

T = TypeVar("T")

WAREHOUSES = ("Merkez", "Depo 2", "Çarşı", "Edirne", "İnternet")
PRICE_LIST = "perakende"


class MemoryErp:
    """So many products with five balances and one price each; every read gives everything, as an export does."""

    def __init__(self, count: int, clock: Clock) -> None:
        self._clock = clock
        self._revision = 0
        self.cards = [
            ErpProduct(code(at), f"Çelik ışıklı vida {at}", (barcode(at),), category="Vida") for at in range(count)
        ]
        self.on_hand = {(code(at), house): 100 * PIECE for at in range(count) for house in WAREHOUSES}
        self.orders: dict[str, ErpOrder] = {}

    def count(self, product: str, warehouse: str, on_hand: int) -> None:
        """Somebody counted; the next look sees it."""
        self.on_hand[product, warehouse] = on_hand
        self._revision += 1

    def touch(self) -> None:
        """Exported anew with nothing changed."""
        self._revision += 1

    async def check(self) -> Sequence[Finding]:
        return []

    async def marks(self) -> Mapping[str, str]:
        return {"balances": str(self._revision)}

    async def products(self, mark: str) -> ErpRead[ErpProduct] | None:
        return self._read(lambda: self.cards, mark)

    async def balances(self, mark: str) -> ErpRead[ErpBalance] | None:
        return self._read(
            lambda: [ErpBalance(product, house, count) for (product, house), count in self.on_hand.items()], mark
        )

    async def prices(self, mark: str) -> ErpRead[ErpPrice] | None:
        return self._read(
            lambda: [ErpPrice(card.code, PRICE_LIST, price(at)) for at, card in enumerate(self.cards)], mark
        )

    async def customers(self, mark: str) -> ErpRead[ErpCustomer] | None:
        return None

    async def order_states(self, mark: str) -> ErpRead[ErpOrderState] | None:
        return None

    async def read_row(self, feed: str, row: str) -> ErpRead[Any]:
        raise NotImplementedError

    async def send_order(self, order: ErpOrder) -> str:
        self.orders[order.key] = order
        return f"REF-{order.key}"

    async def find_order(self, key: str) -> str | None:
        return f"REF-{key}" if key in self.orders else None

    async def close(self) -> None:
        pass

    def _read(self, rows: Callable[[], Sequence[T]], mark: str) -> ErpRead[T] | None:
        now = str(self._revision)
        return None if mark == now else ErpRead(rows(), self._clock.now(), complete=True, mark=now, source="memory")


def code(at: int) -> str:
    return f"VID-{at:06d}"


def barcode(at: int) -> str:
    return str(8690000000000 + at)


def price(at: int) -> Money:
    return Money(1000 + at % 5000, "TRY")

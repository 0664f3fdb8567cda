"""The ERP's side of the connector protocol.

What comes by the ten thousand (products, balances, prices) is a msgspec.Struct: made five times as fast as a
dataclass, and a row of texts and numbers is nothing that the garbage collector has to look at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from omnisync.connect.check import Finding
from omnisync.model.money import Money
from omnisync.model.order import Customer

Row = TypeVar("Row", covariant=True)


class ErpProduct(msgspec.Struct, frozen=True, gc=False):
    """One sellable variant as the ERP knows it. ``cost`` is what the shop paid, without tax, if known."""

    code: str
    name: str
    barcodes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    category: str = ""
    unit: str = ""
    cost: Money | None = None
    active: bool = True


class ErpBalance(msgspec.Struct, frozen=True, gc=False):
    """How much of a product a warehouse holds, in thousandths; ``line`` is where it was read (0: nowhere)."""

    code: str
    warehouse: str
    on_hand: int
    line: int = 0


class ErpPrice(msgspec.Struct, frozen=True, gc=False):
    """A product's price on one of the ERP's price lists, with tax."""

    code: str
    price_list: str
    price: Money


@dataclass(frozen=True, slots=True)
class ErpCustomer:
    """A customer account of the ERP."""

    code: str
    customer: Customer


class ErpState(StrEnum):
    """What the ERP says of an order that it was given."""

    POSTED = "posted"
    """It is in the books: the ERP's balances have been lowered by it."""
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ErpOrderState:
    """The ERP's word on one order; ``key`` is the ErpOrder.key it was sent under."""

    key: str
    state: ErpState


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One row that can't be read; the others go in. ``line`` is 0 where the source has no lines.

    ``row`` is what stands in a row that was not taken, a JSON object of texts, for ``read_row``; "" where it can't be
    mended, or was taken nevertheless.
    """

    source: str
    line: int
    text: str
    row: str = ""


@dataclass(frozen=True, slots=True)
class ErpRead(Generic[Row]):
    """What one read of the ERP gave.

    ``began_at`` is when the read began (milliseconds UTC), taken before the first look: a balance is never
    newer than that. ``complete`` means that what is absent no longer exists; otherwise only changes came, or
    a row could not be read, so that its product must not count as gone.
    ``mark`` is handed back at the next read, which answers None when nothing changed since.
    ``source`` names where it came from, for people (a file's name).
    """

    rows: Sequence[Row]
    began_at: int
    complete: bool
    mark: str
    source: str
    problems: Sequence[RowProblem] = ()


@dataclass(frozen=True, slots=True)
class ErpOrderLine:
    """One line of an order on its way to the ERP; quantity in thousandths, price per unit with tax."""

    code: str
    name: str
    quantity: int
    price: Money
    warehouse: str


@dataclass(frozen=True, slots=True)
class ErpOrder:
    """An order on its way to the ERP. ``key`` is unique and the same whenever it is sent again."""

    key: str
    store: str
    number: str
    placed_at: int
    customer: Customer
    lines: tuple[ErpOrderLine, ...]
    total: Money
    payment: str = ""
    shipping: Money | None = None


class ErpConnector(Protocol):
    """The shop's ERP, spoken to. Made by the plugin's ``connect(options, context)``, which does not need the ERP.

    Every read takes the ``mark`` of the last one ("" at first) and answers None when nothing changed.
    Raises SourceProblem when the source can't be read as a whole just now, else ConnectorError.
    """

    async def check(self) -> Sequence[Finding]:
        """Try to reach and read everything; say in plain words what is wrong and what to do."""

    async def marks(self) -> Mapping[str, str]:
        """A cheap mark per feed ("products", "balances", "prices", "order_states"), to notice changes by.

        Empty where the ERP has no such thing and must be asked on a schedule.
        """

    async def products(self, mark: str) -> ErpRead[ErpProduct] | None:
        """The products."""

    async def balances(self, mark: str) -> ErpRead[ErpBalance] | None:
        """What each warehouse holds."""

    async def prices(self, mark: str) -> ErpRead[ErpPrice] | None:
        """The price lists."""

    async def customers(self, mark: str) -> ErpRead[ErpCustomer] | None:
        """The customer accounts."""

    async def order_states(self, mark: str) -> ErpRead[ErpOrderState] | None:
        """What became of orders that were sent."""

    async def read_row(self, feed: str, row: str) -> ErpRead[Any]:
        """One row of a feed out of its JSON, mended by a person, as the feed's own read would take it in.

        What is still wrong with it is in the problems. A connector of an earlier day may lack it.
        """

    async def send_order(self, order: ErpOrder) -> str:
        """Hand over one order, once; answers the ERP's own reference for it.

        The same key again answers the same reference and adds nothing. Keys that differ in case or in a
        sign are different orders.
        """

    async def find_order(self, key: str) -> str | None:
        """The ERP's reference of an order sent earlier under that key, None when it has none.

        Raises an error when the ERP can't be asked: None makes the engine send the order again.
        """

    async def close(self) -> None:
        """Give connections back."""

"""What stands behind an ERP's connector while it is tested, for the conformance kit.

An ERP has no sandbox that could be shipped. Instead its plugin has ``conformance.py`` with a function
``source(folder)``, which prepares something like the ERP in an empty folder of its own: files, a small
database. The kit says what it holds, damages it, and looks what arrived there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from omnisync.connect.erp import ErpBalance, ErpPrice, ErpProduct, ErpState


class ErpSource(Protocol):
    """An ERP that does as it is told. It starts empty; ``hold`` is always called before anything is read.

    ``options`` are the connector's options to reach it, ``currency`` is that of its prices.
    """

    options: Mapping[str, Any]
    currency: str

    def hold(self, products: Sequence[ErpProduct], balances: Sequence[ErpBalance], prices: Sequence[ErpPrice]) -> None:
        """From now on its data are exactly these, whole and within reach, whatever was done to it before."""

    def spoil(self, code: str) -> None:
        """The balance of that product can't be read any more, e.g. letters stand where a number should."""

    def tear(self) -> None:
        """Its balances can't be read as a whole just now, e.g. because they are half written or locked."""

    def vanish(self) -> None:
        """It can't be reached at all: a network folder that is not connected, a server that is switched off."""

    def tell(self, key: str, state: ErpState) -> None:
        """It says that of an order; ``key`` is the one under which the order was sent."""

    def orders(self) -> Sequence[str]:
        """The keys of the orders that it was given: a key twice when the order is in there twice."""

    def close(self) -> None:
        """Give back what it took outside of its folder."""

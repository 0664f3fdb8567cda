"""The five files: how each is called, found, taken apart and understood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from omnisync.connect.context import Context
from omnisync.connect.erp import ErpBalance, ErpCustomer, ErpOrderState, ErpPrice, ErpProduct
from omnisync.errors import SourceProblem

from . import columns, figures, mapping, source
from .columns import Headings
from .rows import Mapped
from .settings import Settings
from .spreadsheet import read_spreadsheet
from .table import Table, read_csv

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Feed(Generic[T]):
    """One kind of file. ``needed``: without it there is nothing to sync."""

    name: str
    headings: Headings
    understand: Callable[[Table, Settings], Mapped[T]]
    needed: bool = False

    async def content(self, settings: Settings, context: Context) -> source.Content | None:
        """The file's bytes; None when it is absent and may be. Raises SourceProblem otherwise."""
        wanted = settings.names[self.name]
        path = await context.blocking(lambda: source.find(settings.folder, wanted))
        if path is not None:
            return await source.read(path, context)
        if not self.needed:
            return None
        raise SourceProblem(
            f"There is no file '{wanted}' (.csv, .txt or .xlsx) in {settings.folder}. "
            "Let your stock program export it there, or give its name in the connector's options."
        )

    def table(self, content: source.Content, settings: Settings) -> Table:
        """The file taken apart. Raises SourceProblem when that can't be done."""
        name = content.path.name
        if content.path.suffix.lower() in source.SHEET_ENDINGS:
            return read_spreadsheet(content.data, name, self.headings.score)
        return read_csv(content.data, name, settings.encoding, self.headings.score)


PRODUCTS: Feed[ErpProduct] = Feed("products", columns.PRODUCTS, mapping.products, needed=True)
BALANCES: Feed[ErpBalance] = Feed("balances", columns.FIGURES, figures.balances, needed=True)
PRICES: Feed[ErpPrice] = Feed("prices", columns.FIGURES, figures.prices)
CUSTOMERS: Feed[ErpCustomer] = Feed("customers", columns.CUSTOMERS, mapping.customers)
ORDER_STATES: Feed[ErpOrderState] = Feed("order_states", columns.STATES, mapping.order_states)
ALL: Mapping[str, Feed[Any]] = {each.name: each for each in (PRODUCTS, BALANCES, PRICES, CUSTOMERS, ORDER_STATES)}
WATCHED = (PRODUCTS.name, BALANCES.name, PRICES.name, ORDER_STATES.name)
"""The feeds of which the engine wants a cheap mark."""

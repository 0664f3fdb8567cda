"""An ERP that is a folder of files: what the stock program exports is read, orders are written back as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from omnisync.connect.check import Finding
from omnisync.connect.context import Context
from omnisync.connect.erp import (
    ErpBalance,
    ErpConnector,
    ErpCustomer,
    ErpOrder,
    ErpOrderState,
    ErpPrice,
    ErpProduct,
    ErpRead,
    RowProblem,
)
from omnisync.errors import SourceProblem

from . import checkup, feeds, orders, source
from .feeds import Feed
from .settings import Settings, read_settings
from .table import from_row

T = TypeVar("T")


def connect(options: Mapping[str, object], context: Context) -> ErpConnector:
    """The connector for one folder. Raises ConfigurationError for an option that can't be used."""
    return FilesConnector(read_settings(options, context.currency), context)


class FilesConnector:
    """Reads the folder's files and writes order files; keeps nothing in memory between calls."""

    def __init__(self, settings: Settings, context: Context) -> None:
        self._settings = settings
        self._context = context

    async def check(self) -> Sequence[Finding]:
        """Read everything once and try the orders folder; never raises for what it finds."""
        return await checkup.check(self._settings, self._context)

    async def marks(self) -> Mapping[str, str]:
        """Time, size and identity of each file, without reading any. Raises SourceProblem without the folder."""
        names = {feed: self._settings.names[feed] for feed in feeds.WATCHED}
        return await self._context.blocking(lambda: source.stamps(self._settings.folder, names))

    async def products(self, mark: str) -> ErpRead[ErpProduct] | None:
        """The products file."""
        return await self._read(feeds.PRODUCTS, mark)

    async def balances(self, mark: str) -> ErpRead[ErpBalance] | None:
        """The stock file."""
        return await self._read(feeds.BALANCES, mark)

    async def prices(self, mark: str) -> ErpRead[ErpPrice] | None:
        """The price file, which may be absent."""
        return await self._read(feeds.PRICES, mark)

    async def customers(self, mark: str) -> ErpRead[ErpCustomer] | None:
        """The customers file, which may be absent."""
        return await self._read(feeds.CUSTOMERS, mark)

    async def order_states(self, mark: str) -> ErpRead[ErpOrderState] | None:
        """The file of order states, which may be absent; never complete, because old orders leave it."""
        read = await self._read(feeds.ORDER_STATES, mark)
        return read and replace(read, complete=False)

    async def read_row(self, feed: str, row: str) -> ErpRead[Any]:
        """The row as its file would give it; decimals that only the whole file could settle are a problem."""
        settings, began_at = self._settings, self._context.clock.now()
        name = settings.names[feed]
        try:
            mapped = feeds.ALL[feed].understand(from_row(row, name), settings)
        except (ValueError, SourceProblem) as error:
            return ErpRead(
                [], began_at, complete=False, mark="", source=name, problems=[RowProblem(name, 1, str(error))]
            )
        # What is said of headings is of line 0, and true of the whole file only.
        wrong = [each for each in mapped.problems if each.line]
        return ErpRead(mapped.rows, began_at, complete=False, mark="", source=name, problems=wrong)

    async def send_order(self, order: ErpOrder) -> str:
        """Write the order as a file, once; answers the file's name. Raises NotSent or UnknownOutcome."""
        return await self._context.blocking(lambda: orders.send(order, self._settings))

    async def find_order(self, key: str) -> str | None:
        """The name of the order's file, wherever the ERP has moved it. Raises Unavailable without the folder."""
        return await self._context.blocking(lambda: orders.find(key, self._settings))

    async def close(self) -> None:
        """Nothing is held open."""

    async def _read(self, feed: Feed[T], mark: str) -> ErpRead[T] | None:
        settings, context = self._settings, self._context
        began_at = context.clock.now()
        content = await feed.content(settings, context)
        if content is not None:
            return await context.blocking(lambda: _understood(feed, content, mark, began_at, settings))
        if mark == source.MISSING:
            return None
        return ErpRead([], began_at, complete=False, mark=source.MISSING, source=settings.names[feed.name])


def _understood(
    feed: Feed[T], content: source.Content, mark: str, began_at: int, settings: Settings
) -> ErpRead[T] | None:
    new_mark = content.mark(settings.fingerprint)
    if new_mark == mark:
        return None
    mapped = feed.understand(feed.table(content, settings), settings)
    return ErpRead(
        mapped.rows,
        # What a file says is as old as the file: a reservation may only be released by a balance
        # that was exported after the order was posted, however late it is read. A word on an order is as
        # young as its file, also where this computer's clock is behind the one that wrote it.
        began_at=content.modified_at if feed is feeds.ORDER_STATES else min(began_at, content.modified_at),
        complete=mapped.whole,
        mark=new_mark,
        source=content.path.name,
        problems=mapped.problems,
    )

"""The connection test of the files connector, in sentences for a shop owner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from omnisync.connect.check import Finding, Grade
from omnisync.connect.context import Context
from omnisync.connect.erp import ErpBalance, ErpPrice
from omnisync.errors import NotSent, SourceProblem

from . import feeds, orders, source
from .feeds import Feed
from .rows import Mapped
from .settings import Settings
from .table import Table

T = TypeVar("T")

_SHOWN = 3
"""Row problems of one file that are spelled out."""


async def check(settings: Settings, context: Context) -> list[Finding]:
    """What the folder holds and what is wrong with it."""
    try:
        await context.blocking(lambda: source.stamps(settings.folder, {}))
    except SourceProblem as error:
        return [Finding(Grade.PROBLEM, str(error), "Check `folder` under [erp], and that this computer may read it.")]
    return [
        Finding(Grade.OK, f"The folder {settings.folder} can be read."),
        *await _file(feeds.PRODUCTS, "products", settings, context),
        *await _file(feeds.BALANCES, "balances", settings, context, _warehouses),
        *await _file(feeds.PRICES, "prices", settings, context, _price_lists),
        *await _file(feeds.CUSTOMERS, "customers", settings, context),
        *await _file(feeds.ORDER_STATES, "order states", settings, context),
        await context.blocking(lambda: _orders_folder(settings)),
    ]


async def _file(
    feed: Feed[T],
    what: str,
    settings: Settings,
    context: Context,
    describe: Callable[[Sequence[T]], list[Finding]] | None = None,
) -> list[Finding]:
    try:
        content = await feed.content(settings, context)
        if content is None:
            return [_absent(what, settings.names[feed.name])]
        return await context.blocking(lambda: _read(feed, content, what, settings, describe))
    except SourceProblem as error:
        return [Finding(Grade.PROBLEM, str(error))]


def _absent(what: str, name: str) -> Finding:
    return Finding(
        Grade.WARNING,
        f"There is no file '{name}': no {what} are read.",
        f"Nothing to do if your shop needs no {what} from here.",
    )


def _read(
    feed: Feed[T],
    content: source.Content,
    what: str,
    settings: Settings,
    describe: Callable[[Sequence[T]], list[Finding]] | None,
) -> list[Finding]:
    table = feed.table(content, settings)
    mapped = feed.understand(table, settings)
    findings = [_counted(table, mapped, what, needed=feed.needed)]
    if describe is not None and mapped.rows:
        findings += describe(mapped.rows)
    return findings + _problems(table, mapped)


def _counted(table: Table, mapped: Mapped[T], what: str, *, needed: bool) -> Finding:
    stored = f" (letters as {table.encoding}, columns parted by {_delimiter(table)})" if table.encoding else ""
    text = f"{table.source}: {len(mapped.rows):,} {what}{stored}."
    if mapped.rows or not needed:
        return Finding(Grade.OK, text)
    return Finding(Grade.WARNING, text, "The file is empty: let your stock program export it again.")


def _delimiter(table: Table) -> str:
    return "tabs" if table.delimiter == "\t" else f"'{table.delimiter}'"


def _problems(table: Table, mapped: Mapped[T]) -> list[Finding]:
    shown = [
        Finding(Grade.WARNING, f"{problem.source}, line {problem.line}: {problem.text}")
        for problem in mapped.problems[:_SHOWN]
    ]
    if len(mapped.problems) > _SHOWN:
        rest = len(mapped.problems) - _SHOWN
        shown.append(Finding(Grade.WARNING, f"{table.source}: {rest} more rows have problems."))
    return shown


def _warehouses(balances: Sequence[ErpBalance]) -> list[Finding]:
    counts = Counter(each.warehouse for each in balances)
    listed = ", ".join(f"{name} ({count:,})" for name, count in counts.most_common())
    return [Finding(Grade.OK, f"Warehouses: {listed}.")]


def _price_lists(prices: Sequence[ErpPrice]) -> list[Finding]:
    counts = Counter((each.price_list, each.price.currency) for each in prices)
    listed = ", ".join(f"{name} in {currency} ({count:,})" for (name, currency), count in counts.most_common())
    return [Finding(Grade.OK, f"Price lists: {listed}.")]


def _orders_folder(settings: Settings) -> Finding:
    try:
        orders.try_folder(settings)
    except NotSent as error:
        return Finding(Grade.PROBLEM, str(error), "Orders can't be handed over until this works.", "orders-folder")
    return Finding(Grade.OK, f"Orders can be written to {settings.orders_folder}.")

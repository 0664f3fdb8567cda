"""A row of the ERP that could not be read, as a person has mended it: it goes in for now, and the ERP keeps the last word.

The next read in which the row is right takes its place. While the row itself stays as it is, it is not set aside again.
A person said the figure, so the guard of reads is not asked; what it changes at the stores goes by the guard there. No
reservation ends by it: whether the figure has a posted order in it, only the ERP's own balance says (P8).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from omnisync.connect.erp import ErpBalance, ErpPrice, ErpProduct, ErpRead
from omnisync.errors import CommandRefused, ConnectorError
from omnisync.log import pulls
from omnisync.log.writer import Change, Log
from omnisync.model.commands import Replay, Reply
from omnisync.model.events import (
    Acted,
    ActKind,
    BalancesCounted,
    Count,
    ListPrice,
    PricesRead,
    ProductsRead,
    QuarantineClosed,
)
from omnisync.model.rules import ErpRules
from omnisync.sync import erp_changes, matching
from omnisync.sync.erp import ErpSync
from omnisync.sync.quarantine import must_be_set_aside
from omnisync.text import _


class _Place(NamedTuple):
    """Where the row stands."""

    feed: str
    source: str
    line: int


def _place(subject: str) -> _Place:
    _row, feed, rest = subject.split(":", 2)
    source, _colon, line = rest.rpartition(":")
    return _Place(feed, source, int(line))


async def mended_row(log: Log, books: ErpSync, command: Replay, actor: str, id_: str) -> Reply:
    """Take the mended row in, once for an id. The answer has ``mended``, and the ``reason`` where it is still wrong."""
    subject, rules, place = command.subject, books.rules, _place(command.subject)
    read: Callable[[str, str], Awaitable[ErpRead[Any]]] | None = getattr(books.connector, "read_row", None)
    if read is None:
        raise CommandRefused(_("This can only be mended where it came from; it is read again by itself."))
    try:
        found = await read(place.feed, command.payload)
    except ConnectorError as error:
        raise CommandRefused(str(error)) from error

    def decide(change: Change) -> Reply:
        answered = change.answered(id_)
        if answered is not None:
            return msgspec.json.decode(answered, type=dict[str, Any])
        reply = _take_in(rules, change, subject, place, found)
        change.answer(id_, msgspec.json.encode(reply).decode())
        return reply

    return await log.transact(decide, actor)


def _take_in(rules: ErpRules, change: Change, subject: str, place: _Place, found: ErpRead[Any]) -> Reply:
    must_be_set_aside(change.state, rules.name, subject)
    wrong = " ".join(each.text for each in found.problems)
    if not wrong and not _FEEDS[place.feed](rules, change, place, found):
        wrong = _("it names no product, warehouse or order that is known here")
    if not wrong:
        change.append(QuarantineClosed(rules.name, subject, settled=True))
    return {"mended": not wrong, "reason": wrong}


def _known(change: Change, rows: Sequence[Any]) -> list[Any]:
    codes = pulls.card_digests(change.state).keys()
    return [row for row in rows if row.code in codes]


def _products(_rules: ErpRules, change: Change, place: _Place, read: ErpRead[ErpProduct]) -> bool:
    cards = tuple(erp_changes.card_of(row) for row in read.rows)
    if cards:
        change.append(ProductsRead(place.source, cards, corrected=True))
        matching.match_again(change)
    return bool(cards)


def _balances(_rules: ErpRules, change: Change, place: _Place, read: ErpRead[ErpBalance]) -> bool:
    state = change.state
    # A lone row can't tell a column of numbers from a warehouse; the whole file has done that.
    houses = {house for _code, house in pulls.balances(state)}
    houses |= {house for rules in state.rules().values() for house in rules.warehouses}
    counts = tuple(
        Count(row.code, row.warehouse, row.on_hand, place.line)
        for row in _known(change, read.rows)
        if row.warehouse in houses
    )
    if counts:
        change.append(BalancesCounted(place.source, change.at, counts, corrected=True))
    return bool(counts)


def _prices(_rules: ErpRules, change: Change, place: _Place, read: ErpRead[ErpPrice]) -> bool:
    state, rows = change.state, _known(change, read.rows)
    prices = []
    for row in rows:
        product = state.product(row.code)
        before = state.prices.get(product.id, row.price_list) if product is not None else None
        was = before.minor if before is not None and before.currency == row.price.currency else None
        # The row of a wide file has prices that nobody mended.
        if was != row.price.minor:
            prices.append(ListPrice(row.code, row.price_list, row.price.minor, row.price.currency, was))
    if prices:
        first = change.next_seq
        change.append(PricesRead(place.source, tuple(prices), corrected=True))
        change.append(Acted(ActKind.ROW, first, len(prices)))
    return bool(rows)


def _customers(rules: ErpRules, change: Change, _place: _Place, read: ErpRead[Any]) -> bool:
    erp_changes.customers(rules, change, read)
    return bool(read.rows)


def _order_states(rules: ErpRules, change: Change, _place: _Place, read: ErpRead[Any]) -> bool:
    erp_changes.order_states(rules, change, read)
    return any(pulls.exported_as(change.state, row.key) for row in read.rows)


_FEEDS: Mapping[str, Callable[[ErpRules, Change, _Place, ErpRead[Any]], bool]] = {
    "products": _products,
    "balances": _balances,
    "prices": _prices,
    "customers": _customers,
    "order_states": _order_states,
}

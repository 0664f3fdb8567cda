"""What was read of the ERP and the stores and what was sent to them: a sentence for each type of such an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from omnisync.explain.words import connector_words, kind_words, named, order_state_words, short
from omnisync.model.events import (
    BalancesCounted,
    BatchAnswered,
    BatchDropped,
    BatchLost,
    BatchMade,
    BatchSent,
    CustomersRead,
    DriftFound,
    ErpOrderMoved,
    FiguresSeen,
    LineResolved,
    ListingsGone,
    ListingsSeen,
    OrderExported,
    OrderExporting,
    OrderSeen,
    PricesRead,
    ProductsGone,
    ProductsRead,
    StoreBroke,
    StoreRecovered,
)  # fmt: skip
from omnisync.model.money import Money
from omnisync.text import _, money, plural, quantity


def _products_read(event: ProductsRead) -> str:
    if event.corrected:
        return _corrected(event.source, [card.code for card in event.cards])
    said = plural("ERP told of {n} new or changed product", "ERP told of {n} new or changed products", len(event.cards))
    return f"{said}: {named([card.code for card in event.cards])} ({event.source})"


def _products_gone(event: ProductsGone) -> str:
    said = plural("{n} product left the ERP", "{n} products left the ERP", len(event.codes))
    return f"{said}: {named(event.codes)}"


def _corrected(source: str, what: Sequence[str]) -> str:
    return _("a person corrected a row of {source}: {what}").format(source=source, what=named(what))


def _balances(event: BalancesCounted) -> str:
    said = plural("ERP counted {n} balance anew", "ERP counted {n} balances anew", len(event.counts))
    counts = [f"{each.code} {each.warehouse} {quantity(each.on_hand)}" for each in event.counts]
    if event.corrected:
        return _corrected(event.source, counts)
    text = f"{said}: {named(counts)} ({event.source})" if counts else said
    if event.released:
        text += "; " + plural("it has {n} order in it", "it has {n} orders in it", len(event.released))
    return text


def _prices(event: PricesRead) -> str:
    said = plural("ERP changed {n} price", "ERP changed {n} prices", len(event.prices))
    prices = [
        f"{each.code} {each.price_list} " + ("–" if each.minor is None else money(Money(each.minor, each.currency)))
        for each in event.prices
    ]
    if event.corrected:
        return _corrected(event.source, prices)
    return f"{said}: {named(prices)} ({event.source})"


def _customers(event: CustomersRead) -> str:
    said = plural(
        "ERP told of {n} new or changed customer", "ERP told of {n} new or changed customers", len(event.customers)
    )
    return f"{said} ({event.source})"


def _erp_order(event: ErpOrderMoved) -> str:
    state = order_state_words(event.state)
    return _("ERP says of order {number} from {store}: {state}").format(
        number=event.number, store=event.store, state=state
    )


def _exporting(event: OrderExporting) -> str:
    return _("order {number} from {store} goes to the ERP as {key}").format(
        number=event.number, store=event.store, key=event.key
    )


def _exported(event: OrderExported) -> str:
    return _("the ERP has order {number} from {store} as {ref}").format(
        number=event.number, store=event.store, ref=event.ref
    )


def _listings(event: ListingsSeen) -> str:
    said = plural(
        "{store} shows {n} new or changed listing", "{store} shows {n} new or changed listings",
        len(event.listings), store=event.store,
    )  # fmt: skip
    return f"{said}: {named([each.code or each.name for each in event.listings])}"


def _listings_gone(event: ListingsGone) -> str:
    said = plural(
        "{store} no longer has {n} listing", "{store} no longer has {n} listings",
        len(event.remote_ids), store=event.store,
    )  # fmt: skip
    return f"{said}: {named(event.remote_ids)}"


def _seen(event: FiguresSeen) -> str:
    text = plural(
        "read back from {store}: {n} listing", "read back from {store}: {n} listings",
        len(event.figures), store=event.store,
    )  # fmt: skip
    if event.missing:
        text += ", " + plural("{n} not found", "{n} not found", len(event.missing))
    return text


def _made(event: BatchMade) -> str:
    said = plural(
        "a batch of {n} item for {store}", "a batch of {n} items for {store}", len(event.items), store=event.store
    )
    return f"{said}: {named([item.product for item in event.items])}"


def _drift(event: DriftFound) -> str:
    said = plural(
        "the audit found {n} figure of {store} different", "the audit found {n} figures of {store} different",
        len(event.drifts), store=event.store,
    )  # fmt: skip
    return f"{said}: " + named([f"{each.product} {kind_words(each.kind)}" for each in event.drifts])


def _sent(event: BatchSent) -> str:
    text = _("{store} took batch {key} in").format(store=event.store, key=short(event.key))
    return text + " " + _("(receipt {receipt})").format(receipt=event.receipt) if event.receipt else text


def _answered(event: BatchAnswered) -> str:
    text = _("{store} answered batch {key}").format(store=event.store, key=short(event.key)) + ": "
    refused = [outcome for outcome in event.outcomes if outcome.refused]
    text += plural("{n} accepted", "{n} accepted", len(event.outcomes) - len(refused))
    if refused:
        text += ", " + plural("{n} refused", "{n} refused", len(refused)) + f" ({refused[0].refused})"
    return text


def _lost(event: BatchLost) -> str:
    return _("whether batch {key} reached {store} is not known; it is looked up ({reason})").format(
        key=short(event.key), store=event.store, reason=event.reason
    )


def _dropped(event: BatchDropped) -> str:
    return _("batch {key} to {store} was given up ({reason})").format(
        key=short(event.key), store=event.store, reason=event.reason
    )


def _broke(event: StoreBroke) -> str:
    return _("the connection to {store} broke: {reason}").format(
        store=connector_words(event.connector), reason=event.reason
    )


def _recovered(event: StoreRecovered) -> str:
    return _("the connection to {store} works again").format(store=connector_words(event.connector))


def _order(event: OrderSeen) -> str:
    return plural(
        "order {number} from {store}: {n} line, {total}, {state}",
        "order {number} from {store}: {n} lines, {total}, {state}",
        len(event.lines),
        number=event.number,
        store=event.store,
        total=money(Money(event.total, event.currency), with_currency=True),
        state=order_state_words(event.state),
    )


def _line(event: LineResolved) -> str:
    return _("a line of order {number} from {store} is {code}").format(
        number=event.number, store=event.store, code=event.product
    )


SENTENCES: Mapping[type[Any], Callable[[Any], str]] = {
    ProductsRead: _products_read,
    ProductsGone: _products_gone,
    BalancesCounted: _balances,
    PricesRead: _prices,
    CustomersRead: _customers,
    ErpOrderMoved: _erp_order,
    OrderExporting: _exporting,
    OrderExported: _exported,
    ListingsSeen: _listings,
    ListingsGone: _listings_gone,
    FiguresSeen: _seen,
    DriftFound: _drift,
    BatchMade: _made,
    BatchSent: _sent,
    BatchAnswered: _answered,
    BatchLost: _lost,
    BatchDropped: _dropped,
    StoreBroke: _broke,
    StoreRecovered: _recovered,
    OrderSeen: _order,
    LineResolved: _line,
}
"""By type of event."""

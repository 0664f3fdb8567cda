"""One sentence for every type of event, as the list of events shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from omnisync.explain.words import kind_words, reason_words
from omnisync.model.events import (
    Acted,
    ActKind,
    BackupWritten,
    BalancesCounted,
    BatchAnswered,
    BatchDropped,
    BatchLost,
    BatchMade,
    BatchSent,
    ChangeHeld,
    CodeMapped,
    CustomerForgotten,
    CustomersRead,
    DriftAccepted,
    DriftFound,
    DriftRepaired,
    ErpOrderMoved,
    Event,
    ExclusionSet,
    FiguresHeld,
    FiguresRejected,
    FiguresReleased,
    FiguresSeen,
    HoldDropped,
    HoldRejected,
    HoldReleased,
    LineResolved,
    ListingLinked,
    ListingsGone,
    ListingsSeen,
    OrderExported,
    OrderExporting,
    OrderSeen,
    PricesCorrected,
    PriceSet,
    PricesRead,
    ProductsGone,
    ProductsRead,
    QuarantineClosed,
    Quarantined,
    Restored,
    Retried,
    SalesSlowed,
    StoreBroke,
    StoreClosed,
    StoreLive,
    StorePaused,
    StoreRecovered,
    StoreRulesSet,
    UpdateOrdered,
)  # fmt: skip
from omnisync.model.money import Money
from omnisync.model.order import OrderState
from omnisync.text import _, local, money, plural, quantity

_MOST_NAMED = 3


def sentence(event: Event) -> str:
    """What happened, for a person."""
    return SENTENCES[type(event)](event)


def named(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    text = ", ".join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return text + " " + plural("and {n} more", "and {n} more", more) if more > 0 else text


def order_state_words(state: str) -> str:
    """How an order stands."""
    words: Mapping[str, str] = {
        OrderState.WAITING: _("waiting for payment"),
        OrderState.NEW: _("new"),
        OrderState.PREPARING: _("preparing"),
        OrderState.SHIPPED: _("shipped"),
        OrderState.DELIVERED: _("delivered"),
        OrderState.CANCELLED: _("cancelled"),
        OrderState.RETURNED: _("returned"),
        "posted": _("posted"),
    }
    return words.get(state, state)


def _rules_set(event: StoreRulesSet) -> str:
    return _("the configuration gave {store} new rules").format(store=event.store)


def _store_closed(event: StoreClosed) -> str:
    return _("{store} left the configuration").format(store=event.store)


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


def _linked(event: ListingLinked) -> str:
    if not event.product:
        return _("a person unlinked listing {listing} of {store}").format(listing=event.remote_id, store=event.store)
    return _("a person linked listing {listing} of {store} to {code}").format(
        listing=event.remote_id, store=event.store, code=event.product
    )


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


def _drift_repaired(event: DriftRepaired) -> str:
    return _("a person had {kind} of {codes} sent to {store} again").format(
        kind=kind_words(event.kind), codes=named(event.products), store=event.store
    )


def _drift_accepted(event: DriftAccepted) -> str:
    return _("a person accepted the {kind} that {store} shows of {codes}").format(
        kind=kind_words(event.kind), codes=named(event.products), store=event.store
    )


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
    return _("the connection to {store} broke: {reason}").format(store=event.connector, reason=event.reason)


def _recovered(event: StoreRecovered) -> str:
    return _("the connection to {store} works again").format(store=event.connector)


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


def _price_set(event: PriceSet) -> str:
    if event.minor is None:
        return _("a person gave the price list its say again: {code} on {store}").format(
            code=event.product, store=event.store
        )
    price = money(Money(event.minor, event.currency), with_currency=True)
    return _("a person set the price of {code} on {store}: {price}").format(
        code=event.product, store=event.store, price=price
    )


def _prices_corrected(event: PricesCorrected) -> str:
    said = plural(
        "a person took {n} list price of the ERP back",
        "a person took {n} list prices of the ERP back",
        len(event.prices),
    )
    return f"{said}: {named([each.code for each in event.prices])}"


def _acted(event: Acted) -> str:
    if event.undoes:
        said = _("undone: what was done in {number}")
        return said.format(number=event.undoes)
    return plural("{what}: {n} change", "{what}: {n} changes", event.count, what=act_words(event.kind))


def act_words(kind: str) -> str:
    """What sort of act it is."""
    return {
        ActKind.PRICE: _("prices set by hand"), ActKind.EXCLUSION: _("exclusions"), ActKind.LINK: _("a listing linked"),
        ActKind.RULES: _("new rules of a store"), ActKind.IMPORT: _("prices read from the ERP"),
        ActKind.ROW: _("prices of a row corrected"),
        ActKind.UNDO: _("something undone"),
    }[ActKind(kind)]  # fmt: skip


def _paused(event: StorePaused) -> str:
    if event.on:
        return _("{store} was paused: nothing is sent to it").format(store=event.store)
    return _("{store} was resumed").format(store=event.store)


def _live(event: StoreLive) -> str:
    return _("a person said go: {store} is sent to from now on").format(store=event.store)


def _exclusion(event: ExclusionSet) -> str:
    parts = []
    for value, kind in ((event.stock, "stock"), (event.price, "price")):
        if value is not None:
            said = _("{kind} is no longer sent") if value else _("{kind} is sent again")
            parts.append(said.format(kind=kind_words(kind)))
    return _("a person decided for {store}: {parts} ({products})").format(
        store=event.store, parts=", ".join(parts), products=named(event.products)
    )


def _update(event: UpdateOrdered) -> str:
    store = event.store or _("every store")
    if not event.products:
        return _("a person ordered a general update of {store}").format(store=store)
    return _("a person ordered an update of {products} on {store}").format(products=named(event.products), store=store)


def _retried(event: Retried) -> str:
    return _("a person had {store} tried again: {products}").format(store=event.store, products=named(event.products))


def _slowed(event: SalesSlowed) -> str:
    return _("{products} sold less lately, so less of the last pieces is kept back").format(
        products=named(event.products)
    )


def _held(event: ChangeHeld) -> str:
    said = _("the guard held a read of the ERP ({feed}): {count} of {total}, because {reason}")
    return said.format(feed=event.feed, count=event.count, total=event.total, reason=reason_words(event.reason))


def _figures_held(event: FiguresHeld) -> str:
    said = _("the guard held figures of {store} ({kind}): {products}, because {reason}")
    return said.format(
        store=event.store, kind=kind_words(event.kind), products=named(event.products),
        reason=reason_words(event.reason),
    )  # fmt: skip


def _hold_released(event: HoldReleased) -> str:
    return _("a person said yes to {hold}").format(hold=event.hold) + _because(event.why)


def _hold_rejected(event: HoldRejected) -> str:
    return _("a person said no to {hold}").format(hold=event.hold) + _because(event.why)


def _because(why: str) -> str:
    return f": {why}" if why else ""


def _hold_dropped(event: HoldDropped) -> str:
    return _("{hold} needs no answer any more").format(hold=event.hold)


def _figures_released(event: FiguresReleased) -> str:
    products = named(event.products) or _("all")
    return _("a person released held figures of {store} ({kind}): {products}").format(
        store=event.store, kind=kind_words(event.kind), products=products
    ) + _because(event.why)


def _figures_rejected(event: FiguresRejected) -> str:
    products = named(event.products) or _("all")
    return _("a person said no to held figures of {store} ({kind}): {products}").format(
        store=event.store, kind=kind_words(event.kind), products=products
    ) + _because(event.why)


def _quarantined(event: Quarantined) -> str:
    return _("set aside: {subject} of {store}: {reason}").format(
        subject=event.subject, store=event.connector, reason=event.reason
    )


def _quarantine_closed(event: QuarantineClosed) -> str:
    if event.settled:
        said = _("a person settled {subject} of {store}").format(subject=event.subject, store=event.connector)
        return said + _because(event.why)
    return _("no longer set aside: {subject} of {store}").format(subject=event.subject, store=event.connector)


def _code_mapped(event: CodeMapped) -> str:
    return _("a person said that {code} means {product}").format(code=event.code, product=event.product)


def _backup_written(event: BackupWritten) -> str:
    return plural(
        "a backup of {n} event was written and proven: {path}",
        "a backup of {n} events was written and proven: {path}",
        event.events,
        path=event.path,
    )


def _restored(event: Restored) -> str:
    at = local(event.backup_at).strftime("%Y-%m-%d %H:%M:%S")
    return _("a person restored a backup whose newest event is of {at}").format(at=at)


def _forgot(event: CustomerForgotten) -> str:
    return _("a person had everything personal of customer {customer} erased").format(customer=event.customer)


def short(key: str) -> str:
    """A batch's key as people can read it out."""
    return key[:8]


SENTENCES: Mapping[type[Any], Callable[[Any], str]] = {
    StoreRulesSet: _rules_set,
    StoreClosed: _store_closed,
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
    ListingLinked: _linked,
    FiguresSeen: _seen,
    DriftFound: _drift,
    DriftRepaired: _drift_repaired,
    DriftAccepted: _drift_accepted,
    BatchMade: _made,
    BatchSent: _sent,
    BatchAnswered: _answered,
    BatchLost: _lost,
    BatchDropped: _dropped,
    StoreBroke: _broke,
    StoreRecovered: _recovered,
    OrderSeen: _order,
    LineResolved: _line,
    PriceSet: _price_set,
    PricesCorrected: _prices_corrected,
    Acted: _acted,
    ExclusionSet: _exclusion,
    StorePaused: _paused,
    StoreLive: _live,
    UpdateOrdered: _update,
    Retried: _retried,
    SalesSlowed: _slowed,
    ChangeHeld: _held,
    FiguresHeld: _figures_held,
    HoldReleased: _hold_released,
    HoldRejected: _hold_rejected,
    HoldDropped: _hold_dropped,
    FiguresReleased: _figures_released,
    FiguresRejected: _figures_rejected,
    Quarantined: _quarantined,
    QuarantineClosed: _quarantine_closed,
    CodeMapped: _code_mapped,
    BackupWritten: _backup_written,
    Restored: _restored,
    CustomerForgotten: _forgot,
}
"""By type of event; a test holds it complete."""

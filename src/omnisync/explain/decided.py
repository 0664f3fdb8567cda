"""What people, the configuration and the guard decided, and what waits for a person: a sentence for each type of such an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from omnisync.explain.words import act_words, kind_words, named, reason_words
from omnisync.model.events import (
    Acted,
    BackupWritten,
    ChangeHeld,
    CodeMapped,
    CustomerForgotten,
    DriftAccepted,
    DriftRepaired,
    ExclusionSet,
    FiguresHeld,
    FiguresRejected,
    FiguresReleased,
    HoldDropped,
    HoldRejected,
    HoldReleased,
    ListingLinked,
    PricesCorrected,
    PriceSet,
    QuarantineClosed,
    Quarantined,
    Restored,
    Retried,
    SalesSlowed,
    StoreClosed,
    StoreLive,
    StorePaused,
    StoreRulesSet,
    UpdateOrdered,
)  # fmt: skip
from omnisync.model.money import Money
from omnisync.text import _, local, money, plural


def _rules_set(event: StoreRulesSet) -> str:
    return _("the configuration gave {store} new rules").format(store=event.store)


def _store_closed(event: StoreClosed) -> str:
    return _("{store} left the configuration").format(store=event.store)


def _linked(event: ListingLinked) -> str:
    if not event.product:
        return _("a person unlinked listing {listing} of {store}").format(listing=event.remote_id, store=event.store)
    return _("a person linked listing {listing} of {store} to {code}").format(
        listing=event.remote_id, store=event.store, code=event.product
    )


def _drift_repaired(event: DriftRepaired) -> str:
    return _("a person had {kind} of {codes} sent to {store} again").format(
        kind=kind_words(event.kind), codes=named(event.products), store=event.store
    )


def _drift_accepted(event: DriftAccepted) -> str:
    return _("a person accepted the {kind} that {store} shows of {codes}").format(
        kind=kind_words(event.kind), codes=named(event.products), store=event.store
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


SENTENCES: Mapping[type[Any], Callable[[Any], str]] = {
    StoreRulesSet: _rules_set,
    StoreClosed: _store_closed,
    ListingLinked: _linked,
    DriftRepaired: _drift_repaired,
    DriftAccepted: _drift_accepted,
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
"""By type of event."""

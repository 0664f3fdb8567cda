"""The steps that led to a store's figure, one sentence each, from the events that touched the product."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from omnisync.explain.cause import cause_of
from omnisync.explain.drift import cause_title
from omnisync.explain.happened import sentence
from omnisync.explain.words import figure_words, kind_words, order_state_words, short
from omnisync.log.story import BalanceStory, Told, Why
from omnisync.model.events import (
    BalancesCounted,
    BatchAnswered,
    BatchDropped,
    BatchItem,
    BatchLost,
    BatchMade,
    BatchSent,
    DriftAccepted,
    DriftFound,
    DriftRepaired,
    ExclusionSet,
    FiguresHeld,
    FiguresRejected,
    FiguresReleased,
    FiguresSeen,
    Kind,
    LineResolved,
    ListingLinked,
    ListingsSeen,
    OrderSeen,
    PricesCorrected,
    PriceSet,
    PricesRead,
    ProductsGone,
    ProductsRead,
    Restored,
    Retried,
    SalesSlowed,
    StoreRulesSet,
    UpdateOrdered,
)  # fmt: skip
from omnisync.model.order import OrderState
from omnisync.text import _, number, quantity


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened; ``detail`` is where it stands in the source, ``state`` a state for its sign, or ""."""

    at: int
    text: str
    detail: str = ""
    state: str = ""


def steps(why: Why) -> Iterator[Step]:
    """What happened to the product as far as it concerns the store, newest first."""
    found = [step for told in why.told if (step := _step(why, told)) is not None]
    found += _older_counts(why)
    found += _older_reservations(why)
    yield from sorted(found, key=lambda step: -step.at)


def _step(why: Why, told: Told) -> Step | None:
    say = _STEPS.get(type(told.event))
    return say(why, told) if say is not None else None


def _figures(why: Why, stock: int | None, price: int | None) -> str:
    parts = []
    if stock is not None:
        parts.append(figure_words(Kind.STOCK, stock, "") + " " + (why.unit or _("pc")))
    if price is not None:
        parts.append(figure_words(Kind.PRICE, price, why.rules.currency, with_currency=True))
    return ", ".join(parts)


# What the store did.


def _seen(why: Why, told: Told) -> Step | None:
    event: FiguresSeen = told.event  # type: ignore[assignment]
    if event.store != why.store:
        return None
    if why.remote_id in event.missing:
        return Step(told.at, _("{store} did not find its listing any more").format(store=event.store), state="refused")
    for found in event.figures:
        if found.remote_id == why.remote_id:
            text = _("read back from {store}: {figures}")
            figures = _figures(why, found.stock, found.price)
            return Step(told.at, text.format(store=event.store, figures=figures), state=_proven(why, found.stock))
    return None


def _proven(why: Why, stock: int | None) -> str:
    row = why.figures.get(Kind.STOCK)
    return "" if row is None or stock is None else "confirmed" if stock == row.wanted else "differs"


def _drifted(why: Why, told: Told) -> Step | None:
    event: DriftFound = told.event  # type: ignore[assignment]
    currency = why.rules.currency
    said = [
        _("the audit found {kind} {shown} instead of {believed}: {cause}").format(
            kind=kind_words(each.kind), shown=figure_words(each.kind, each.shown, currency),
            believed=figure_words(each.kind, each.believed, currency), cause=cause_title(each.cause, each.changed_at, told.at),
        )
        for each in event.drifts
        if event.store == why.store and each.product == why.code
    ]  # fmt: skip
    return Step(told.at, "; ".join(said), state="differs") if said else None


def _catalogue(why: Why, told: Told) -> Step | None:
    event: ListingsSeen = told.event  # type: ignore[assignment]
    for seen in event.listings:
        if event.store == why.store and seen.remote_id == why.remote_id:
            text = _("the catalogue of {store} showed it: {figures}")
            return Step(told.at, text.format(store=event.store, figures=_figures(why, seen.stock, seen.price)))
    return None


def _made(why: Why, told: Told) -> Step | None:
    event: BatchMade = told.event  # type: ignore[assignment]
    item = _item(why, event)
    if item is None or not (item.stock_rev or item.price_rev):
        return None
    parts = []
    if item.stock is not None and item.stock_rev:
        reason = cause_of(why, told, Kind.STOCK, item.stock, item.stock_rev)
        parts.append(_("sent {figure}").format(figure=quantity(item.stock)) + reason)
    if item.price is not None and item.price_rev:
        reason = cause_of(why, told, Kind.PRICE, item.price, item.price_rev)
        price = figure_words(Kind.PRICE, item.price, why.rules.currency, with_currency=True)
        parts.append(_("sent the price {price}").format(price=price) + reason)
    return Step(told.at, "; ".join(parts))


def _item(why: Why, event: BatchMade) -> BatchItem | None:
    if event.store != why.store:
        return None
    return next((item for item in event.items if item.product == why.code), None)


def _taken_in(why: Why, told: Told) -> Step | None:
    event: BatchSent = told.event  # type: ignore[assignment]
    if event.store != why.store or not event.receipt:
        return None
    text = _("{store} took the batch in (receipt {receipt})")
    return Step(told.at, text.format(store=event.store, receipt=event.receipt))


def _answered(why: Why, told: Told) -> Step | None:
    event: BatchAnswered = told.event  # type: ignore[assignment]
    if event.store != why.store:
        return None
    outcome = next((each for each in event.outcomes if each.remote_id == why.remote_id), None)
    if outcome is None:
        return None
    where = _place(why, event.key)
    if outcome.refused:
        text = _("{store} refused it: {words} ({batch})")
        return Step(told.at, text.format(store=event.store, words=outcome.refused, batch=where), state="refused")
    if outcome.again_at:
        return Step(told.at, _("{store} is to be sent it again later ({batch})").format(store=event.store, batch=where))
    return Step(told.at, _("{store} accepted it ({batch})").format(store=event.store, batch=where), state="confirmed")


def _place(why: Why, key: str) -> str:
    """Which item of which batch, with the receipt by which the store knows it."""
    text = _("batch {key}").format(key=short(key))
    made = next((t.event for t in why.told if isinstance(t.event, BatchMade) and t.event.key == key), None)
    if isinstance(made, BatchMade):
        codes = [item.product for item in made.items]
        if why.code in codes:
            text += ", " + _("item {n} of {total}").format(
                n=number(codes.index(why.code) + 1), total=number(len(codes))
            )
    batch = why.batches.get(key)
    if batch is not None and batch.receipt:
        text += ", " + _("receipt {receipt}").format(receipt=batch.receipt)
    return text


def _of_this_store(why: Why, told: Told) -> Step | None:
    """What the list of events says of it, where it is about this store."""
    store = getattr(told.event, "store", "")
    return Step(told.at, sentence(told.event)) if store in ("", why.store) else None


def _as_it_is(_why: Why, told: Told) -> Step:
    return Step(told.at, sentence(told.event))


# What orders and the ERP did.


def _order(why: Why, told: Told) -> Step | None:
    event: OrderSeen = told.event  # type: ignore[assignment]
    owed = taken = 0
    came_back = False
    for line in event.lines:
        if line.product == why.code:
            came_back |= (line.state or event.state) == OrderState.RETURNED and not event.dead
            taken += line.quantity
            owed += line.quantity if OrderState(line.state or event.state).holds_stock and not event.dead else 0
    if not taken:
        return None
    if owed:
        text = _("order {number} from {store} reserved {quantity} in {warehouse}")
    elif came_back:
        # Where the ERP has posted the order, that gives nothing back: it counts when it is counted in.
        text = _("order {number} from {store}: {quantity} came back")
    else:
        text = _("order {number} from {store} gave {quantity} back ({state})")
    return Step(
        told.at,
        text.format(
            number=event.number, store=event.store, quantity=quantity(owed or taken), warehouse=event.warehouse,
            state=order_state_words(event.state),
        ),
        "" if event.state == OrderState.NEW or not owed else order_state_words(event.state),
    )  # fmt: skip


def _balances(why: Why, told: Told) -> Step | None:
    event: BalancesCounted = told.event  # type: ignore[assignment]
    counts = [each for each in event.counts if each.code == why.code]
    if counts:
        said = ", ".join(f"{each.warehouse} {quantity(each.on_hand)}" for each in counts)
        return Step(told.at, _counted(said, corrected=event.corrected), _source(event.source, counts[0].line))
    if event.released:
        return Step(told.at, _("the ERP's balance contains the order now; its reservation ended"))
    return None


def _counted(said: str, *, corrected: bool) -> str:
    if corrected:
        return _("a person said {counts}, because the row can't be read").format(counts=said)
    return _("ERP counted {counts}").format(counts=said)


def _source(source: str, line: int) -> str:
    if line:
        return _("file {source}, line {line}").format(source=source, line=number(line))
    return source


def _prices(why: Why, told: Told) -> Step | None:
    event: PricesRead = told.event  # type: ignore[assignment]
    said = []
    for each in event.prices:
        price = figure_words(Kind.PRICE, each.minor, each.currency or why.rules.currency, with_currency=True)
        if each.code == why.code and each.price_list == why.rules.price_list:
            said.append(_('ERP set price list "{name}" to {price}').format(name=each.price_list, price=price))
        elif each.code == why.code and each.price_list == why.rules.floor_list:
            said.append(_("ERP set the floor to {price}").format(price=price))
    if said and event.corrected:
        said.append(_("a person corrected the row, because it can't be read"))
    return Step(told.at, "; ".join(said), event.source) if said else None


def _card(_why: Why, told: Told) -> Step | None:
    if getattr(told.event, "corrected", False):
        return _as_it_is(_why, told)
    return Step(told.at, _("ERP described the product (name, barcodes, category)"), getattr(told.event, "source", ""))


def _gone(_why: Why, told: Told) -> Step | None:
    return Step(told.at, _("the product left the ERP"))


def _older_counts(why: Why) -> Iterator[Step]:
    """Balances that were counted before the oldest event at hand."""
    told = {
        (count.code, count.warehouse)
        for each in why.told
        if isinstance(each.event, BalancesCounted)
        for count in each.event.counts
    }
    by_count: dict[tuple[int, str, bool], list[BalanceStory]] = {}
    for balance in why.balances:
        if balance.counted_at and (why.code, balance.warehouse) not in told:
            by_count.setdefault((balance.counted_at, balance.source, balance.corrected), []).append(balance)
    for (at, source, corrected), balances in by_count.items():
        said = ", ".join(f"{each.warehouse} {quantity(each.on_hand)}" for each in balances)
        yield Step(at, _counted(said, corrected=corrected), _source(source, balances[0].line))


def _older_reservations(why: Why) -> Iterator[Step]:
    """Orders that hold the product and came before the oldest event at hand."""
    told = {(t.event.store, t.event.number) for t in why.told if isinstance(t.event, OrderSeen)}
    for held in why.reservations:
        if (held.store, held.number) not in told:
            text = _("order {number} from {store} reserved {quantity} in {warehouse}").format(
                number=held.number, store=held.store, quantity=quantity(held.quantity), warehouse=held.warehouse
            )
            yield Step(held.at, text, order_state_words(held.state))


_STEPS: Mapping[type[Any], Callable[[Why, Told], Step | None]] = {
    FiguresSeen: _seen,
    DriftFound: _drifted,
    DriftRepaired: _of_this_store,
    DriftAccepted: _of_this_store,
    ListingsSeen: _catalogue,
    ListingLinked: _of_this_store,
    BatchMade: _made,
    BatchSent: _taken_in,
    BatchAnswered: _answered,
    BatchLost: _of_this_store,
    BatchDropped: _of_this_store,
    OrderSeen: _order,
    LineResolved: _as_it_is,
    BalancesCounted: _balances,
    PricesRead: _prices,
    ProductsRead: _card,
    ProductsGone: _gone,
    PriceSet: _of_this_store,
    PricesCorrected: _as_it_is,
    ExclusionSet: _of_this_store,
    UpdateOrdered: _of_this_store,
    Retried: _of_this_store,
    SalesSlowed: _as_it_is,
    FiguresHeld: _of_this_store,
    FiguresReleased: _of_this_store,
    FiguresRejected: _of_this_store,
    Restored: _of_this_store,
    StoreRulesSet: _of_this_store,
}

"""Why a figure was sent: the event that changed the wish, and how far what is available moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from omnisync.log.story import Told, Why
from omnisync.model.events import (
    BalancesCounted,
    BatchMade,
    ErpOrderMoved,
    ExclusionSet,
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
    Retried,
    SalesSlowed,
    StoreRulesSet,
    UpdateOrdered,
)  # fmt: skip
from omnisync.text import _, quantity

_OF_STOCK = (OrderSeen, LineResolved, BalancesCounted, ErpOrderMoved)


def cause_of(why: Why, made: Told, kind: Kind, value: int, revision: int) -> str:
    """The words ", because ..." for a figure of a batch; "" when the reason lies before the events at hand.

    ``revision`` is the place in the log of the event that changed the wish.
    """
    told = next((each for each in why.told if each.seq == revision), None)
    if told is None:
        return ""
    event = told.event
    if isinstance(event, _OF_STOCK) and kind is Kind.STOCK:
        old, new = _available(why, _sent_before(why, made)), _available(why, value)
        if old is not None and new is not None and old != new:
            return ", " + _moved(old, new)
    said = _said(event)
    return f", {said}" if said else ""


def _moved(old: int, new: int) -> str:
    text = _("because available fell {old} → {new}") if new < old else _("because available rose {old} → {new}")
    return text.format(old=quantity(old), new=quantity(new))


def _available(why: Why, shown: int | None) -> int | None:
    """What was available when the store was to show that figure, where the figure still tells."""
    rules = why.rules
    if shown is None or why.exempt or (rules.cap and shown >= rules.cap) or (rules.buffer and not shown):
        return None
    return shown + rules.buffer


def _sent_before(why: Why, made: Told) -> int | None:
    """The quantity that was sent to the store last before the batch."""
    for each in why.told:
        if each.seq < made.seq and isinstance(each.event, BatchMade) and each.event.store == why.store:
            for item in each.event.items:
                if item.product == why.code and item.stock is not None:
                    return item.stock
    return None


def _said(event: object) -> str:
    if isinstance(event, OrderSeen | LineResolved):
        return _("because order {number} from {store} came in or changed").format(
            number=event.number, store=event.store
        )
    if getattr(event, "corrected", False):
        return _("because a person corrected a row of the ERP")
    say = _SAID.get(type(event))
    return say() if say is not None else ""


_SAID: Mapping[type[object], Callable[[], str]] = {
    BalancesCounted: lambda: _("because the ERP counted it anew"),
    ErpOrderMoved: lambda: _("because the ERP counted it anew"),
    UpdateOrdered: lambda: _("because an update was ordered"),
    Retried: lambda: _("because it was to be tried again"),
    SalesSlowed: lambda: _("because it sells less quickly now"),
    PriceSet: lambda: _("because a person set the price"),
    PricesCorrected: lambda: _("because a person took the ERP's price back"),
    PricesRead: lambda: _("because the ERP's price changed"),
    ProductsRead: lambda: _("because the ERP changed the product"),
    ProductsGone: lambda: _("because the ERP changed the product"),
    ListingsSeen: lambda: _("because the listing was joined to the product"),
    ListingLinked: lambda: _("because the listing was joined to the product"),
    FiguresSeen: lambda: _("because the store showed something else"),
    ExclusionSet: lambda: _("because it is no longer excluded"),
    FiguresReleased: lambda: _("because a person released it"),
    FiguresRejected: lambda: _("because a person said no to it"),
    StoreRulesSet: lambda: _("because the store's rules changed"),
}

"""An order in words: its buyer, whether its goods are there, and how far it is on its way to the ERP."""

from __future__ import annotations

from collections.abc import Sequence

from omnisync.explain.words import order_state_words
from omnisync.log.oversold import Oversold
from omnisync.log.overview import OrderView
from omnisync.model.order import OrderState
from omnisync.text import _, number, plural, quantity, when

_RIVALS = 3
"""So many other orders are named; the youngest ones."""


def buyer(order: OrderView) -> str:
    """First name and an initial: enough to know an order by, over a shoulder too little to know a person by."""
    if order.customer is None:
        return _("erased") if order.erased else "–"
    first, *others = order.customer.name.split() or ["–"]
    return f"{first} {others[-1][0]}." if others else first


def stock_words(order: OrderView, lacking: Sequence[tuple[str, int]] | None = None) -> tuple[str, str]:
    """Whether the goods are there, with a sign, and the look of it: "confirmed", "refused" or "".

    ``lacking`` (code, thousandths) names what is missing; without it only the count is told.
    """
    state = OrderState(order.state)
    if not state.holds_stock or state.left:
        return "–", ""
    if order.unknown:
        return plural("! {n} unknown product", "! {n} unknown products", order.unknown), "refused"
    if order.short and lacking:
        code, missing = lacking[0]
        text = _("✗ {code} oversold {quantity}") if order.oversold else _("✗ {code} short {quantity}")
        text = text.format(code=code, quantity=quantity(missing))
        more = len(lacking) - 1
        return text + (" " + plural("and {n} more", "and {n} more", more) if more else ""), "refused"
    if order.oversold:
        return plural("✗ {n} product oversold", "✗ {n} products oversold", order.oversold), "refused"
    if order.short:
        return plural("✗ {n} product short", "✗ {n} products short", order.short), "refused"
    return f"✓ {order.warehouse}", "confirmed"


def stock_brief(order: OrderView, lacking: Sequence[tuple[str, int]]) -> str:
    """What is wrong with the stock where there is no room to name the products; "" where nothing is."""
    if order.unknown:
        return _("! unknown {n}").format(n=number(order.unknown))
    missing = quantity(sum(pieces for _code, pieces in lacking))
    if order.oversold:
        return _("✗ oversold {n}").format(n=missing)
    return _("✗ short {n}").format(n=missing) if order.short else ""


def erp_words(order: OrderView) -> str:
    """Where the order stands in the ERP."""
    if order.erp_state:
        return order_state_words(order.erp_state)
    words = {"": "–", "due": _("waits"), "sending": _("sending"), "never": "–"}
    return words.get(order.export, order.export_ref or _("handed over"))


def oversold_words(order: OrderView, missing: Oversold, now: int) -> str:
    """What to do about a product that the order wants and no warehouse has."""
    text = _("{code}: {quantity} more sold than there is. Get it from somewhere, or cancel it in {store}").format(
        code=missing.code, quantity=quantity(missing.lacking), store=order.store
    )
    if missing.rivals:
        others = ", ".join(
            _("{store} {number} ({when})").format(store=each.store, number=each.number, when=when(each.placed_at, now))
            for each in missing.rivals[:_RIVALS]
        )
        more = len(missing.rivals) - _RIVALS
        others += " " + plural("and {n} more", "and {n} more", more) if more > 0 else ""
        text += "; " + _("or let another order go without that is not sent yet: {orders}").format(orders=others)
    return text + "."

"""The words and signs for states and reasons that the engine knows by keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from omnisync.model.events import ActKind, Kind
from omnisync.model.money import Money
from omnisync.model.order import OrderState
from omnisync.text import _, money, number, plural, quantity

_MOST_NAMED = 3


class Sign(NamedTuple):
    """A state as one letter and a colour, never by colour alone."""

    letter: str
    colour: str


SIGNS: Mapping[str, Sign] = {
    "confirmed": Sign("✓", "green"),
    "waiting": Sign("…", "yellow"),
    "held": Sign("‖", "yellow"),
    "refused": Sign("!", "red"),
    "excluded": Sign("–", "blue"),
    "off": Sign("–", "blue"),
    "differs": Sign("≠", "yellow"),
    "exempt": Sign("∞", "cyan"),
    "none": Sign("·", ""),
}
"""By a figure's state as in FigureView; exempt: always shown in stock; none: not listed there."""

# Functions, so that the language is the one in force when the words are needed.
_REASONS: Mapping[str, Callable[[], str]] = {
    "store-off": lambda: _("the configuration switches this off for the store"),
    "no-price": lambda: _("the price list has no price for it"),
    "other-currency": lambda: _("the price on the list is in another currency"),
    "store-owns": lambda: _("store owns: the configuration says that its own figure counts"),
    "drift": lambda: _("it was changed at the store, and the configuration says to ask you"),
    "keeps-showing": lambda: _("the store accepts the figure and goes on showing another one"),
    "not-there": lambda: _("the store does not have this listing any more"),
    "price-down": lambda: _("the price falls further than the guard allows"),
    "price-up": lambda: _("the price rises further than the guard allows"),
    "below-cost": lambda: _("the price is lower than what the product cost"),
    "under-floor": lambda: _("the price is under its floor"),
    "no-worth": lambda: _("the price is zero"),
    "low-margin": lambda: _("the price is too little above what the product cost"),
    "zeros-worth": lambda: _("goods worth too much would fall to zero at once"),
    "many-changes": lambda: _("unusually many listings would change at once"),
    "daily-cap": lambda: _("the store has had its changes of a day"),
    "rejected": lambda: _("you said no to this change; it is looked at again when the ERP says something else"),
    "unknown-warehouse": lambda: _("the ERP has none of this store's warehouses: check their names"),
    "many-zeros": lambda: _("unusually many would fall to zero at once"),
    "empty": lambda: _("everything is missing in what was read"),
    "shrunken": lambda: _("unusually much is missing in what was read"),
    "unknown": lambda: _("no product has this code or barcode"),
    "ambiguous": lambda: _("several products have this code or barcode"),
    "duplicate": lambda: _("the product has another listing in this store already"),
    "unlinked": lambda: _("a person took its product away"),
}

_STATES: Mapping[str, Callable[[], str]] = {
    "confirmed": lambda: _("confirmed"),
    "waiting": lambda: _("on its way"),
    "held": lambda: _("held until you say yes"),
    "refused": lambda: _("refused"),
    "excluded": lambda: _("excluded by you"),
    "off": lambda: _("not sent"),
    "differs": lambda: _("the store shows something else"),
    "none": lambda: _("not listed there"),
}

_HEALTH: Mapping[str, Callable[[], str]] = {
    "ok": lambda: _("in order"),
    "limited": lambda: _("waits, because the store asked for patience"),
    "down": lambda: _("in trouble"),
    "refused": lambda: _("lets us in no more"),
    "paused": lambda: _("paused by you"),
    "plan": lambda: _("plan only: nothing is sent yet"),
}


# With the numbers that tripped it, which stand behind the key: "price-down:92:50".
_NUMBERED: Mapping[str, Callable[[], str]] = {
    "price-down": lambda: _("the price falls by {0} %; the guard allows {1} %"),
    "price-up": lambda: _("the price rises by {0} %; the guard allows {1} %"),
    "below-cost": lambda: _("the price is {0} % lower than what the product cost"),
    "under-floor": lambda: _("the price is {0} % under its floor"),
    "low-margin": lambda: _("the price is only {0} % above cost; the guard wants {1} %"),
    "many-zeros": lambda: _("{0} of {1} figures above zero would fall to zero at once; the guard allows {2} %"),
    "zeros-worth": lambda: _("{0} figures worth {1} would fall to zero at once; the guard allows {2}"),
    "many-changes": lambda: _("{0} of {1} listings would change at once; the guard allows {2} %"),
    "daily-cap": lambda: _("the store has had its {0} changes of a day"),
}


def reason_words(reason: str) -> str:
    """The words for a reason's key and its numbers; what is no key is somebody's own words already."""
    key, *numbers = reason.split(":")
    if numbers and key in _NUMBERED and all(each.isdecimal() for each in numbers):
        return _NUMBERED[key]().format(*(number(int(each)) for each in numbers))
    known = _REASONS.get(reason)
    return known() if known else reason


def state_words(state: str) -> str:
    """The words for a figure's state."""
    return _STATES[state]()


def connector_words(name: str) -> str:
    """A connector as people call it: a store by its name, the ERP's as the ERP."""
    return _("ERP") if name == "erp" else name


def health_words(state: str) -> str:
    """The words for how a connection is."""
    known = _HEALTH.get(state)
    return known() if known else state


def kind_words(kind: str) -> str:
    """Stock or price."""
    return _("stock") if kind == Kind.STOCK else _("price")


def figure_words(kind: str, value: int | None, currency: str, *, with_currency: bool = False) -> str:
    """A figure as people write it: a quantity or an amount; a dash where there is none."""
    if value is None:
        return "–"
    if kind == Kind.STOCK:
        return quantity(value)
    return money(Money(value, currency), with_currency=with_currency)


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


def act_words(kind: str) -> str:
    """What sort of act it is."""
    return {
        ActKind.PRICE: _("prices set by hand"), ActKind.EXCLUSION: _("exclusions"), ActKind.LINK: _("a listing linked"),
        ActKind.RULES: _("new rules of a store"), ActKind.IMPORT: _("prices read from the ERP"),
        ActKind.ROW: _("prices of a row corrected"),
        ActKind.UNDO: _("something undone"),
    }[ActKind(kind)]  # fmt: skip


def named(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    text = ", ".join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return text + " " + plural("and {n} more", "and {n} more", more) if more > 0 else text


def short(key: str) -> str:
    """A batch's key as people can read it out."""
    return key[:8]

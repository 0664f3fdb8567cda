"""The owner's rules as the engine needs them, and the arithmetic of what a listing should show."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from omnisync.model.last_piece import LastPieceRules
from omnisync.model.money import Money
from omnisync.model.quantity import PIECE, floor_to


class GuardRules(msgspec.Struct, frozen=True, omit_defaults=True):
    """When a change is suspicious enough to wait for a person; percents are whole numbers.

    ``zeros_count`` and ``zeros_percent``: so many figures, and such a share of those above zero, fall
    to zero at once (both must be passed). ``shrink_percent``: a full read of the ERP has lost that share of its rows.
    ``zeros_worth``: figures that fall to zero at once were worth more than so many whole units of the store's
    currency. ``changes_percent`` / ``changes_count``: such a share of a store's listings, and so many, change at once.
    ``margin_percent``: a price must be so much over the cost. 0 switches each of these off.
    ``price_down_percent`` / ``price_up_percent``: a price is that far from what the store shows (0: not checked).
    """

    zeros_count: int = 20
    zeros_percent: int = 30
    shrink_percent: int = 30
    price_down_percent: int = 50
    price_up_percent: int = 100
    below_cost: bool = True
    margin_percent: int = 0
    zeros_worth: int = 0
    changes_percent: int = 60
    changes_count: int = 200


class Owner(StrEnum):
    """Whose word counts when a store shows another figure than it should."""

    ERP = "erp"
    """The ERP owns it: what the store shows is put right by itself."""
    STORE = "store"
    """The store owns it: it is believed, and nothing is ever sent."""
    ASK = "ask"
    """A person is asked, each time."""


class StoreRules(msgspec.Struct, frozen=True, omit_defaults=True):
    """One store's rules, with what the engine must know of its platform.

    ``warehouses`` are summed; its orders reserve in ``orders_from``. ``markup`` in hundredths of a
    percent. ``buffer``, ``cap`` (0: none), ``exempt_figure``, ``step`` and ``max_quantity`` in thousandths.
    ``checks_by_reading``: a write is proven by a separate read, so an accepted figure is still to be seen.
    ``daily_cap``: so many changes are sent within a day, all others wait (0: any number).
    ``floor_list`` names the price list of the lowest prices, ``floors`` are those of categories, in minor units.
    ``audit_every``: seconds between two audits; figures older than twice that are old.
    """

    platform: str
    currency: str
    warehouses: tuple[str, ...] = ()
    orders_from: str = ""
    price_list: str = ""
    markup: int = 0
    rounding: str = ""
    buffer: int = 0
    cap: int = 0
    push_stock: bool = True
    push_price: bool = True
    order_series: str = ""
    exempt_categories: tuple[str, ...] = ()
    exempt_figure: int = 99 * PIECE
    step: int = PIECE
    max_quantity: int = 999_999 * PIECE
    checks_by_reading: bool = False
    guard: GuardRules = GuardRules()
    last_piece: LastPieceRules = LastPieceRules()
    stock_owner: Owner = Owner.ERP
    price_owner: Owner = Owner.ERP
    audit_every: int = 3 * 3600
    daily_cap: int = 0
    floor_list: str = ""
    floors: tuple[tuple[str, int], ...] = ()


def wanted_stock(rules: StoreRules, available: int, *, exempt: bool, active: bool, kept: int = 0) -> int:
    """What a listing should show, in thousandths: never below zero, a whole number of the store's steps.

    ``available`` is on hand minus reserved over the store's warehouses, ``kept`` what of it is left to another
    store (last_piece.py). This is the one availability function of every push (P3).
    """
    if not active:
        return 0
    figure = rules.exempt_figure if exempt else available - rules.buffer - kept
    if rules.cap and figure > rules.cap:
        figure = rules.cap
    figure = min(figure, rules.max_quantity)
    return floor_to(figure, rules.step) if figure > 0 else 0


def floor_of(rules: StoreRules, category: str, listed: Money | None) -> int | None:
    """The lowest price that needs no yes, in minor units of the store's currency; None: there is none.

    ``listed`` is the product's price on ``floor_list``; in another currency it says nothing. It goes before its category's.
    """
    if listed is not None and listed.currency == rules.currency:
        return listed.minor
    return next((minor for name, minor in rules.floors if name == category), None)


def suspicious_price(
    guard: GuardRules, new: Money, last: int | None, cost: Money | None, floor: int | None = None
) -> str:
    """Why a new price must wait for a person, or "" when it need not: a key with its numbers, "price-down:92:50".

    ``last`` is what the store shows now and ``floor`` the lowest price, in the same minor units, None when not known.
    """
    if new.minor <= 0:
        # An empty price in the ERP: nobody gives goods away by mistake.
        return "no-worth"
    if last:
        change = 100 * (new.minor - last)
        if guard.price_down_percent and -change > guard.price_down_percent * last:
            return f"price-down:{-(change // last)}:{guard.price_down_percent}"
        if guard.price_up_percent and change > guard.price_up_percent * last:
            return f"price-up:{-(-change // last)}:{guard.price_up_percent}"
    if floor is not None and new.minor < floor:
        return f"under-floor:{-(100 * (new.minor - floor) // floor)}"
    if guard.below_cost and cost and cost.currency == new.currency:
        over = 100 * (new.minor - cost.minor)
        if over < guard.margin_percent * cost.minor:
            return (
                f"low-margin:{over // cost.minor}:{guard.margin_percent}"
                if over >= 0
                else f"below-cost:{-(over // cost.minor)}"
            )
    return ""


class ReleaseBy(StrEnum):
    """What ends a reservation where goods have left: who says that the ERP's balance contains the order (P8)."""

    ERP = "erp"
    """The ERP's own word: posted, shipped or cancelled."""
    STORE_SHIPPED = "store-shipped"
    """The store says that it was shipped."""
    BALANCE = "balance"
    """A balance read after the order was handed over has fallen by what was ordered."""


class ErpRules(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the shop works with its ERP."""

    name: str
    release: ReleaseBy = ReleaseBy.ERP
    export_orders: bool = True
    guard: GuardRules = GuardRules()

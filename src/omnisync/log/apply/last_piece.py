"""How quickly products sell in each store, and what of the last pieces each store leaves to another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from omnisync.log.rows import BalanceRow, ChoiceRow, FigureRow, KeptRow, SpeedRow
from omnisync.log.state import State
from omnisync.model.events import SalesSlowed
from omnisync.model.last_piece import Offer, Speed, shares
from omnisync.model.rules import Owner, StoreRules


def available(rules: StoreRules, balances: dict[str, BalanceRow]) -> int:
    """On hand minus reserved over the store's warehouses, in thousandths."""
    total = 0
    for warehouse in rules.warehouses:
        balance = balances.get(warehouse)
        if balance is not None:
            total += balance.on_hand - balance.reserved
    return total


def sold(state: State, product: int, store: str, quantity: int, at: int) -> None:
    """A store sold so much (thousandths) at that time (milliseconds UTC)."""
    row = state.speeds.get(product, store) or SpeedRow(product, store, 0, at, at)
    speed = Speed(row.weight, row.at, row.since).sold(quantity, at)
    row.weight, row.at, row.since = speed.weight, speed.at, speed.since
    state.speeds.put(row)


def kept_from_stores(
    state: State, product: int, figures: Iterable[FigureRow], balances: dict[str, BalanceRow],
    choices: Mapping[str, ChoiceRow],
) -> dict[str, int]:  # fmt: skip
    """What each store leaves to another of the product's pieces (thousandths), as of the event that is applied."""
    offers = offers_of(state.rules(), figures, balances, choices, state.speeds.of(product), state.at)
    kept = {store: share.kept for store, share in shares(offers).items()}
    _remember(state, product, max(kept.values(), default=0))
    return kept


def offers_of(
    rules: Mapping[str, StoreRules], figures: Iterable[FigureRow], balances: dict[str, BalanceRow],
    choices: Mapping[str, ChoiceRow], speeds: Mapping[str, SpeedRow], now: int,
) -> dict[str, Offer]:  # fmt: skip
    """The stores that offer a product; one that is excluded, or has refused it, sells none of its last pieces."""
    offers = {}
    for figure in figures:
        rule, choice = rules.get(figure.store), choices.get(figure.store)
        if rule is None or not rule.push_stock or figure.mode == "refused":
            continue
        if rule.stock_owner is Owner.STORE:
            continue
        if choice is not None and choice.no_stock:
            continue
        row = speeds.get(figure.store)
        per_hour = Speed(row.weight, row.at, row.since).per_hour(now) if row is not None else 0.0
        offers[figure.store] = Offer(rule.last_piece, frozenset(rule.warehouses), available(rule, balances), per_hour)
    return offers


def _remember(state: State, product: int, kept: int) -> None:
    """So that it can be looked at again when the sales have slowed down without anything else happening."""
    row = state.kept.get(product)
    if row is not None and not kept:
        state.kept.delete(row)
    elif kept and (row is None or row.kept != kept):
        state.kept.put(KeptRow(product, kept))


def sales_slowed(state: State, event: SalesSlowed) -> None:
    """So little has been sold lately that less needs to be kept back."""
    for code in event.products:
        product = state.product(code)
        if product is not None:
            state.trace(product.id)
            state.reconsider.add(product.id)


HANDLERS: Mapping[type[Any], Callable[[State, Any], None]] = {SalesSlowed: sales_slowed}

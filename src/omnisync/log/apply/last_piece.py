"""How quickly products sell in each store, and what of the last pieces each store leaves to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from omnisync.log.rows import BalanceRow, ChoiceRow, FigureRow, KeptRow, SpeedRow
from omnisync.log.state import State
from omnisync.model.events import SalesSlowed
from omnisync.model.last_piece import Speed, blind_time, chosen, kept_back
from omnisync.model.rules import StoreRules


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
    state: State, product: int, figures: Mapping[tuple[str, str], FigureRow], balances: dict[str, BalanceRow],
    choices: Mapping[str, ChoiceRow],
) -> dict[str, int]:  # fmt: skip
    """What each store leaves to another of the product's pieces (thousandths), where it leaves any."""
    rules = state.rules()
    offering = {
        store: rules[store] for store, kind in figures if kind == "stock" and _offers(store, rules, figures, choices)
    }
    speeds = {store: Speed(row.weight, row.at, row.since) for store, row in state.speeds.of(product).items()}
    kept = {}
    for store, rule in offering.items():
        # Only stores that sell from the same shelf can sell each other's pieces.
        rivals = {
            name: other for name, other in offering.items() if not set(other.warehouses).isdisjoint(rule.warehouses)
        }
        if len(rivals) < 2 or not rule.last_piece.on:
            continue
        speed = {name: speeds[name].per_hour(state.at) if name in speeds else 0.0 for name in rivals}
        if chosen({name: (other.last_piece.rank, speed[name]) for name, other in rivals.items()}) != store:
            blind = blind_time(other.last_piece for other in rivals.values())
            kept[store] = kept_back(rule.last_piece, available(rule, balances), sum(speed.values()), blind)
    _remember(state, product, max(kept.values(), default=0))
    return kept


def _offers(
    store: str, rules: Mapping[str, StoreRules], figures: Mapping[tuple[str, str], FigureRow],
    choices: Mapping[str, ChoiceRow],
) -> bool:  # fmt: skip
    rule, choice = rules.get(store), choices.get(store)
    excluded = choice is not None and choice.no_stock
    return rule is not None and rule.push_stock and not excluded and figures[store, "stock"].mode != "refused"


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

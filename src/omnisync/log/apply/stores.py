"""What the configuration and the connections do: stores with their rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from omnisync.log.apply.figures import recompute
from omnisync.log.rows import StoreRow
from omnisync.log.state import State
from omnisync.model.events import StoreBroke, StoreClosed, StoreRecovered, StoreRulesSet
from omnisync.model.rules import StoreRules


def rules_text(rules: StoreRules) -> str:
    """The rules as they stand in the tables."""
    return msgspec.json.encode(rules).decode()


def store_rules_set(state: State, event: StoreRulesSet) -> None:
    """New rules: every wish of the store is computed again."""
    store = state.stores.get(event.store) or StoreRow(event.store, "")
    store.rules, store.open = rules_text(event.rules), 1
    store.instead_of = rules_text(event.instead_of) if event.instead_of is not None else ""
    state.stores.put(store)
    state.rules_changed()
    state.trace_rules()
    for product_id in state.products_listed_on(event.store):
        product = state.products.get(product_id)
        assert product is not None
        state.touch(product_id)
        recompute(state, product)


def store_closed(state: State, event: StoreClosed) -> None:
    """The store left the configuration; its figures stay as they were last known."""
    store = state.stores.get(event.store)
    if store is not None:
        store.open = 0
        state.stores.put(store)
        state.rules_changed()
        state.trace_rules()
        if state.last_pieces():
            for product_id in state.products_listed_on(event.store):
                state.touch(product_id)
                state.reconsider.add(product_id)


def only_told(_: State, __: StoreBroke | StoreRecovered) -> None:
    """Of interest to people reading the log; no table depends on it."""


HANDLERS: Mapping[type[Any], Callable[[State, Any], None]] = {
    StoreRulesSet: store_rules_set,
    StoreClosed: store_closed,
    StoreBroke: only_told,
    StoreRecovered: only_told,
}

"""What a person's orders do: own prices, exclusions, updates, retries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from omnisync.log.apply.figures import press, recompute, recompute_price
from omnisync.log.rows import ActRow, ChoiceRow, ProductRow, StoreRow
from omnisync.log.state import State
from omnisync.model.events import Acted, ExclusionSet, Kind, PriceSet, Retried, StoreLive, StorePaused, UpdateOrdered


def _choice(state: State, product: int, store: str) -> ChoiceRow:
    return state.choices.get(product, store) or ChoiceRow(product, store)


def price_set(state: State, event: PriceSet) -> None:
    """The store's own price for a product; a person's word needs no guard."""
    product = state.product(event.product)
    if product is None:
        return
    choice = _choice(state, product.id, event.store)
    choice.price, choice.currency = event.minor, event.currency if event.minor is not None else ""
    _keep(state, choice)
    state.trace(product.id)
    figure = state.figures.get((product.id, "price"), event.store)
    yes = event.minor if event.minor is not None else event.had
    if figure is not None and yes is not None:
        figure.allowed = yes
        state.figures.change(figure)
    if figure is not None and event.no is not None:
        figure.rejected = event.no
        state.figures.change(figure)
    recompute_price(state, product, event.store)
    if figure is not None and figure.mode == "held" and event.yes is not None and figure.wanted == event.yes:
        # The price that an undo brings back was all right before.
        figure.allowed = event.yes
        recompute_price(state, product, event.store)
    if figure is not None and figure.allowed == figure.confirmed:
        # It is shown already: a yes is to a sending, and nothing needs to be sent.
        figure.allowed = None
        state.figures.change(figure)


def _keep(state: State, choice: ChoiceRow) -> None:
    """A choice that says nothing is none."""
    if choice.price is not None or choice.no_stock or choice.no_price:
        state.choices.put(choice)
    elif state.choices.get(choice.product, choice.store) is not None:
        state.choices.delete(choice)


def exclusion_set(state: State, event: ExclusionSet) -> None:
    """Pushing of stock or price switched off or on."""
    for code in event.products:
        product = state.product(code)
        if product is None:
            continue
        choice = _choice(state, product.id, event.store)
        if event.stock is not None:
            choice.no_stock = int(event.stock)
        if event.price is not None:
            choice.no_price = int(event.price)
        _keep(state, choice)
        state.trace(product.id)
        recompute(state, product)


def store_paused(state: State, event: StorePaused) -> None:
    """Nothing is sent to the store until a person says otherwise, over restarts too."""
    store = state.stores.get(event.store)
    if store is not None:
        store.paused = int(event.on)
        state.stores.put(store)
        state.wake(event.store)


def store_live(state: State, event: StoreLive) -> None:
    """The store is sent to from now on; it may be said before the configuration's rules are known."""
    store = state.stores.get(event.store) or StoreRow(event.store, "", open=0)
    store.live = 1
    state.stores.put(store)
    state.wake(event.store)


def update_ordered(state: State, event: UpdateOrdered) -> None:
    """Everything that may be pushed is to be sent, whether it changed or not."""
    for product in _products(state, event):
        for kind in Kind:
            for row in state.figures.of((product.id, kind)).values():
                if not event.store or row.store == event.store:
                    press(state, row)


def _products(state: State, event: UpdateOrdered) -> Iterable[ProductRow]:
    if event.products:
        for code in event.products:
            product = state.product(code)
            if product is not None:
                state.trace(product.id)
                yield product
        return
    state.trace_all()
    for store in [event.store] if event.store else list(state.rules()):
        for product_id in state.products_listed_on(store):
            product = state.products.get(product_id)
            assert product is not None
            state.touch(product_id)
            yield product


def retried(state: State, event: Retried) -> None:
    """What the store refused is to be tried again."""
    for code in event.products:
        product = state.product(code)
        if product is not None:
            state.trace(product.id)
            for row in state.each_figure(product.id, event.store):
                if row.mode == "refused":
                    press(state, row)


def acted(state: State, event: Acted) -> None:
    """An act is complete; what it undoes is in force no longer, and what that had undone is again."""
    state.acts.put(ActRow(state.seq, event.first, event.kind, event.count, event.undoes, 0))
    before, undone, by = state.seq, event.undoes, state.seq
    # What is undone came before what undoes it; else this would never end.
    while 0 < undone < before and (row := state.acts.get(undone)) is not None:
        row.undone_by = by
        state.acts.put(row)
        before, undone, by = undone, row.undoes, 0 if by else state.seq


HANDLERS: Mapping[type[Any], Callable[[State, Any], None]] = {
    PriceSet: price_set,
    Acted: acted,
    ExclusionSet: exclusion_set,
    StorePaused: store_paused,
    StoreLive: store_live,
    UpdateOrdered: update_ordered,
    Retried: retried,
}

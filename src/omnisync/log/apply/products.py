"""What the ERP's events do: product cards, balances, prices, and reservations that a balance now contains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from omnisync.log.apply.figures import recompute
from omnisync.log.apply.orders import release
from omnisync.log.rows import BalanceRow, PriceRow, ProductKeyRow, ProductRow
from omnisync.log.state import State
from omnisync.model.events import BalancesCounted, Card, PricesRead, ProductsGone, ProductsRead, digest
from omnisync.model.fold import fold


def products_read(state: State, event: ProductsRead) -> None:
    """New and changed product cards."""
    for card in event.cards:
        product = state.product(card.code)
        if product is None:
            product = _new_product(state, card)
        else:
            _drop_keys(state, product.id)
        _fill(product, card)
        state.products.put(product)
        _add_keys(state, product.id, card)
        state.index(product.id, fold(" ".join((card.code, *card.barcodes, *card.aliases, card.name))))
        state.trace(product.id)
        recompute(state, product)


def _new_product(state: State, card: Card) -> ProductRow:
    product = ProductRow(state.next_id("product"), card.code, "", "", "", "", None, "", 1)
    state.products.first_time(product.id)
    state.balances.first_time(product.id)
    state.prices.first_time(product.id)
    state.figures.first_time(product.id)
    state.choices.first_time(product.id)
    return product


def _fill(product: ProductRow, card: Card) -> None:
    product.name, product.name_key = card.name, fold(card.name)
    product.category, product.unit = card.category, card.unit
    product.cost, product.cost_currency = card.cost, card.cost_currency
    product.active = int(card.active)
    product.digest = digest(card)


def _drop_keys(state: State, product: int) -> None:
    state.keys.flush()
    found = state.db.execute("SELECT key, product, kind FROM product_key WHERE product = ?", (product,)).fetchall()
    for values in found:
        state.keys.delete(ProductKeyRow(*values))


def _add_keys(state: State, product: int, card: Card) -> None:
    state.keys.put(ProductKeyRow(card.code, product, "code"))
    for kind, keys in (("barcode", card.barcodes), ("alias", card.aliases)):
        for key in keys:
            if key and state.keys.get(key, product) is None:
                state.keys.put(ProductKeyRow(key, product, kind))


def products_gone(state: State, event: ProductsGone) -> None:
    """Products that the ERP no longer has: inactive, so that every listing shows 0."""
    for code in event.codes:
        product = state.product(code)
        if product is not None:
            product.active, product.digest = 0, ""
            state.products.put(product)
            state.trace(product.id)
            recompute(state, product)


def balances_counted(state: State, event: BalancesCounted) -> None:
    """Changed balances; then the reservations that are now contained in them; then the wishes, once each."""
    touched: dict[int, ProductRow] = {}
    for count in event.counts:
        product = state.product(count.code)
        if product is None:
            continue
        balance = state.balances.get(product.id, count.warehouse)
        if balance is None:
            balance = BalanceRow(product.id, count.warehouse)
        change = count.on_hand - balance.on_hand
        balance.on_hand = count.on_hand
        balance.counted_at, balance.counted_seq = event.began_at, state.seq
        state.balances.put(balance)
        product.on_hand += change
        product.available += change
        if product.id not in touched:
            touched[product.id] = product
            state.products.put(product)
            state.trace(product.id)
    for store, number in event.released:
        order = state.order(store, number)
        if order is not None:
            release(state, order, touched)
    for product in touched.values():
        recompute(state, product)


def prices_read(state: State, event: PricesRead) -> None:
    """Changed prices of price lists."""
    touched: dict[int, ProductRow] = {}
    for listed in event.prices:
        product = state.product(listed.code)
        if product is None:
            continue
        row = state.prices.get(product.id, listed.price_list)
        if listed.minor is None:
            if row is not None:
                state.prices.delete(row)
        elif row is None:
            state.prices.put(PriceRow(product.id, listed.price_list, listed.minor, listed.currency))
        else:
            row.minor, row.currency = listed.minor, listed.currency
            state.prices.put(row)
        if product.id not in touched:
            touched[product.id] = product
            state.trace(product.id)
    for product in touched.values():
        recompute(state, product)


HANDLERS: Mapping[type[Any], Callable[[State, Any], None]] = {
    ProductsRead: products_read,
    ProductsGone: products_gone,
    BalancesCounted: balances_counted,
    PricesRead: prices_read,
}

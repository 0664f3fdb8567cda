"""What the ERP's events do: product cards, balances, prices, and reservations that a balance now contains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from omnisync.log.apply.figures import recompute, recompute_price, recompute_stock
from omnisync.log.apply.orders import release
from omnisync.log.rows import BalanceRow, PriceRow, ProductKeyRow, ProductRow
from omnisync.log.search import indexed
from omnisync.log.state import State
from omnisync.model.events import (
    BalancesCounted,
    Card,
    Kind,
    PricesCorrected,
    PricesRead,
    ProductsGone,
    ProductsRead,
    digest,
)
from omnisync.model.fold import fold

BY_PERSON = "person"
"""The kind of a key that a person gave a product; the ERP's card knows nothing of it."""

_FEW = 4
"""Up to so many rows, looking each up by itself is as quick as all at once."""


def products_read(state: State, event: ProductsRead) -> None:
    """New and changed product cards."""
    known = state.expect((card.code for card in event.cards), figures=Kind)
    state.keys.prefetch({key for card in event.cards for key in _known_as(card)})
    for card in event.cards:
        product = known[card.code]
        is_new = product is None
        if product is None:
            product = ProductRow(state.next_id("product"), card.code, "", "", "", "", None, "", 1)
            state.add_product(product)
        else:
            _drop_keys(state, product.id)
            state.products.put(product)
        _fill(product, card)
        _add_keys(state, product.id, card)
        state.index(product.id, f"{fold(' '.join(filter(indexed, _known_as(card))))} {product.name_key}")
        state.trace(product.id)
        if not is_new:
            recompute(state, product)


def _known_as(card: Card) -> tuple[str, ...]:
    return (card.code, *card.barcodes, *card.aliases)


def _fill(product: ProductRow, card: Card) -> None:
    product.name, product.name_key = card.name, fold(card.name)
    product.category, product.unit = card.category, card.unit
    product.cost, product.cost_currency = card.cost, card.cost_currency
    product.active = int(card.active)
    product.digest = digest(card)


def _drop_keys(state: State, product: int) -> None:
    sql = "SELECT key, product, kind FROM product_key WHERE product = ? AND kind <> ?"
    found = state.select(sql, product, BY_PERSON)
    for values in found:
        state.keys.delete(ProductKeyRow(*values))


def _add_keys(state: State, product: int, card: Card) -> None:
    keys = state.keys
    for kind, some in (("code", (card.code,)), ("barcode", card.barcodes), ("alias", card.aliases)):
        for key in some:
            group = keys.of(key)
            if key and product not in group:
                keys.add(group, product, ProductKeyRow(key, product, kind))


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
    balances = state.balances
    if len(event.counts) > _FEW:
        state.expect((count.code for count in event.counts), balances, state.choices, figures=(Kind.STOCK,))
    for count in event.counts:
        product = state.product(count.code)
        if product is None:
            continue
        of_product = balances.of(product.id)
        balance = of_product.get(count.warehouse)
        if balance is None:
            balance = BalanceRow(product.id, count.warehouse)
            balances.add(of_product, count.warehouse, balance)
        else:
            balances.change(balance)
        change = count.on_hand - balance.on_hand
        balance.on_hand = count.on_hand
        balance.counted_at, balance.counted_seq = event.began_at, state.seq
        product.on_hand += change
        product.available += change
        if product.id not in touched:
            touched[product.id] = product
            state.products.change(product)
            state.trace(product.id)
    for store, number in event.released:
        order = state.order(store, number)
        if order is not None:
            release(state, order, touched)
    for product in touched.values():
        recompute_stock(state, product)


def prices_read(state: State, event: PricesRead) -> None:
    """Changed prices of price lists."""
    touched: dict[int, ProductRow] = {}
    prices = state.prices
    if len(event.prices) > _FEW:
        state.expect((listed.code for listed in event.prices), prices, state.choices, figures=(Kind.PRICE,))
    for listed in event.prices:
        product = state.product(listed.code)
        if product is None:
            continue
        of_product = prices.of(product.id)
        row = of_product.get(listed.price_list)
        if listed.minor is None:
            if row is not None:
                prices.delete(row)
        elif row is None:
            row = PriceRow(product.id, listed.price_list, listed.minor, listed.currency)
            prices.add(of_product, listed.price_list, row)
        else:
            row.minor, row.currency, row.said = listed.minor, listed.currency, None
            prices.change(row)
        if product.id not in touched:
            touched[product.id] = product
            state.trace(product.id)
    for product in touched.values():
        recompute_price(state, product)


def prices_corrected(state: State, event: PricesCorrected) -> None:
    """List prices that a person took back: the ERP's own word is remembered, so that it is not taken in again."""
    prices = state.prices
    state.expect((listed.code for listed in event.prices), prices, state.choices, figures=(Kind.PRICE,))
    for listed in event.prices:
        product = state.product(listed.code)
        row = prices.get(product.id, listed.price_list) if product is not None else None
        if product is None or row is None or listed.minor is None:
            continue
        said = row.minor if row.said is None else row.said
        row.minor, row.said = listed.minor, None if said == listed.minor else said
        prices.change(row)
        state.trace(product.id)
        recompute_price(state, product)


HANDLERS: Mapping[type[Any], Callable[[State, Any], None]] = {
    ProductsRead: products_read,
    ProductsGone: products_gone,
    BalancesCounted: balances_counted,
    PricesRead: prices_read,
    PricesCorrected: prices_corrected,
}

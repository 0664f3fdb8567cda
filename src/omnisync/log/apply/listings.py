"""What a store's catalogue and its read-backs do: listings, their products, what they show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from omnisync.log.apply import figures
from omnisync.log.rows import FigureRow, ListingRow, ProductRow
from omnisync.log.state import State
from omnisync.model.events import FiguresSeen, Kind, ListingLinked, ListingsGone, ListingsSeen, SeenListing


def listings_seen(state: State, event: ListingsSeen) -> None:
    """New or changed listings; a link that a person made is never changed by a match."""
    state.listings.prefetch([seen.remote_id for seen in event.listings], event.store)
    state.expect((seen.product for seen in event.listings), state.balances, state.prices, state.choices, figures=Kind)
    for seen in event.listings:
        row = state.listings.get((event.store, seen.remote_id))
        linked_by_person = row is not None and row.linked_by == "person"
        product = state.product(seen.product) if seen.product and not linked_by_person else None
        before = row.product if row is not None else None
        after = before if linked_by_person or product is None else product.id
        if row is None:
            row = ListingRow(
                event.store, seen.remote_id, None, "", "", "", "", "", "", 1, 1, 1, None, None, "match", ""
            )
        state.list_under(row, after)
        _fill(row, seen)
        state.listings.put(row)
        if after is not None:
            _show(state, event.store, seen, before, after)


def _fill(row: ListingRow, seen: SeenListing) -> None:
    row.key, row.grp = seen.key, seen.group
    row.extra = msgspec.json.encode(seen.extra, order="sorted").decode()
    row.code, row.barcodes, row.name = seen.code, msgspec.json.encode(seen.barcodes).decode(), seen.name
    row.takes_stock, row.takes_price, row.active = int(seen.takes_stock), int(seen.takes_price), int(seen.active)
    row.stock, row.price = seen.stock, seen.price
    row.reason = "" if row.product is not None else seen.reason


def _show(state: State, store: str, seen: SeenListing, before: int | None, after: int) -> None:
    product = state.products.get(after)
    assert product is not None
    if before is not None and before != after:
        _unlink(state, store, before)
    _figures(
        state, store, seen.remote_id, seen.group, product, takes_stock=seen.takes_stock, takes_price=seen.takes_price
    )
    for kind, value in (("stock", seen.stock), ("price", seen.price)):
        row = state.figures.get((product.id, kind), store)
        if row is not None and value is not None:
            figures.seen(state, row, value)
    state.trace(product.id)
    figures.recompute(state, product)


def _figures(
    state: State, store: str, remote_id: str, group: str, product: ProductRow, *, takes_stock: bool, takes_price: bool
) -> None:
    for kind, takes in (("stock", takes_stock), ("price", takes_price)):
        row = state.figures.get((product.id, kind), store)
        if row is None and takes:
            state.figures.put(FigureRow(product.id, store, kind, remote_id, group, mode="off"))
        elif row is not None and not takes:
            figures.drift_ended(state, row, "explained")
            state.figures.delete(row)
        elif row is not None and (row.remote_id, row.grp) != (remote_id, group):
            row.remote_id, row.grp = remote_id, group
            state.figures.put(row)


def _unlink(state: State, store: str, product: int) -> None:
    for row in state.each_figure(product, store):
        figures.drift_ended(state, row, "explained")
        state.figures.delete(row)
    state.trace(product)
    state.reconsider.add(product)


def listings_gone(state: State, event: ListingsGone) -> None:
    """Listings that the store no longer has."""
    for remote_id in event.remote_ids:
        row = state.listings.get((event.store, remote_id))
        if row is not None:
            if row.product is not None:
                _unlink(state, event.store, row.product)
            state.list_under(row, None)
            state.listings.delete(row)
    _set_free(state)


def _set_free(state: State) -> None:
    """Write at once that products have lost their listings.

    Rows are written in the order in which they were first changed, and a product may have one listing
    in a store only, also in the middle of that.
    """
    state.listings.flush()


def listing_linked(state: State, event: ListingLinked) -> None:
    """A person's link: stronger than any match; "" takes the link away."""
    row = state.listings.get((event.store, event.remote_id))
    if row is None:
        return
    product = state.product(event.product) if event.product else None
    if row.product is not None:
        _unlink(state, event.store, row.product)
    row.linked_by, row.reason = event.by, "" if product else event.reason or "unlinked"
    state.list_under(row, product.id if product else None)
    state.listings.put(row)
    _set_free(state)
    if product is None:
        return
    _figures(
        state, event.store, row.remote_id, row.grp, product,
        takes_stock=bool(row.takes_stock), takes_price=bool(row.takes_price),
    )  # fmt: skip
    for kind, value in (("stock", row.stock), ("price", row.price)):
        figure = state.figures.get((product.id, kind), event.store)
        if figure is not None and value is not None:
            figures.seen(state, figure, value)
    state.trace(product.id)
    figures.recompute(state, product)
    # What stands in the listing it learnt before it was this product's: nothing in the product's own story tells it.
    state.due[product.id] = None


def figures_seen(state: State, event: FiguresSeen) -> None:
    """What a read-back found."""
    state.listings.prefetch([found.remote_id for found in event.figures], event.store)
    for found in event.figures:
        listing = state.listings.get((event.store, found.remote_id))
        if listing is None or listing.product is None:
            continue
        touched = found.extra is not None
        if found.extra is not None:
            listing.extra = msgspec.json.encode(found.extra, order="sorted").decode()
            state.listings.put(listing)
        for kind, value in (("stock", found.stock), ("price", found.price)):
            row = state.figures.get((listing.product, kind), event.store) if value is not None else None
            if row is not None and value is not None:
                figures.seen(state, row, value)
                touched = True
        if touched:
            state.trace(listing.product)
    for remote_ids, unseen in ((event.missing, figures.not_there), (event.unreadable, figures.unreadable)):
        for remote_id in remote_ids:
            listing = state.listings.get((event.store, remote_id))
            if listing is not None and listing.product is not None:
                for row in state.each_figure(listing.product, event.store):
                    unseen(state, row)
                state.trace(listing.product)


HANDLERS: Mapping[type[Any], Callable[[State, Any], None]] = {
    ListingsSeen: listings_seen,
    ListingsGone: listings_gone,
    ListingLinked: listing_linked,
    FiguresSeen: figures_seen,
}

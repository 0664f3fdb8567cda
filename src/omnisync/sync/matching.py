"""Which product a store's listing or an order's line means: by code, barcode, alias; never by guessing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from omnisync.log import pulls
from omnisync.log.rows import ListingRow, ProductRow
from omnisync.log.state import State
from omnisync.log.writer import Change
from omnisync.model.events import LineResolved, ListingsSeen, QuarantineClosed, SeenListing

_codes = msgspec.json.Decoder(tuple[str, ...])
_extra = msgspec.json.Decoder(dict[str, str])
_ROWS_PER_EVENT = 500


def find(state: State, keys: Iterable[str]) -> tuple[ProductRow | None, str]:
    """The one product known by the first of these keys that is known at all, and else why there is none.

    The reason is "unknown" or "ambiguous".
    """
    found = state.known_as(key.strip() for key in keys)
    if len(found) == 1:
        return state.products.get(found[0]), ""
    return None, "ambiguous" if found else "unknown"


class Matcher:
    """Finds the products of one store's listings; a product that has a listing there is not given twice."""

    def __init__(self, state: State, store: str) -> None:
        self._state = state
        self._store = store
        self._given: dict[int, str] | None = None

    def find(self, remote_id: str, keys: Iterable[str]) -> tuple[ProductRow | None, str]:
        """The listing's product, and else why there is none: unknown, ambiguous, duplicate."""
        product, reason = find(self._state, keys)
        if product is None:
            return None, reason
        if self._given is None:
            self._given = pulls.listed(self._state, self._store)
        if self._given.setdefault(product.id, remote_id) != remote_id:
            return None, "duplicate"
        return product, ""


def for_line(state: State, store: str, remote_id: str, codes: Sequence[str]) -> ProductRow | None:
    """The product of an order's line: by its listing, else by its codes."""
    listing = state.listings.get((store, remote_id)) if remote_id else None
    if listing is not None and listing.product is not None:
        return state.products.get(listing.product)
    return find(state, codes)[0]


def match_again(change: Change) -> None:
    """Products are new, or a listing was linked: look once more at what had no product."""
    state = change.state
    waiting: dict[str, list[ListingRow]] = {}
    for row in pulls.unmatched(state):
        waiting.setdefault(row.store, []).append(row)
    for store, rows in waiting.items():
        matcher = Matcher(state, store)
        seen = tuple(found for row in rows if (found := _matched(matcher, row)) is not None)
        for start in range(0, len(seen), _ROWS_PER_EVENT):
            change.append(ListingsSeen(store, seen[start : start + _ROWS_PER_EVENT]))
    resolve_lines(change)


def resolve_lines(change: Change) -> None:
    """Look once more at order lines without a product: their listing or their product may be known by now."""
    state = change.state
    for store, number, line_id, remote_id, codes in pulls.unknown_lines(state):
        product = for_line(state, store, remote_id, codes)
        if product is not None:
            change.append(LineResolved(store, number, line_id, product.code))
            change.append(QuarantineClosed(store, f"line:{number}:{line_id}"))


def _matched(matcher: Matcher, row: ListingRow) -> SeenListing | None:
    barcodes = _codes.decode(row.barcodes)
    product, _ = matcher.find(row.remote_id, (row.code, *barcodes))
    if product is None:
        return None
    return SeenListing(
        row.remote_id, product.code, row.name, row.code, barcodes, row.key, row.grp, _extra.decode(row.extra),
        bool(row.takes_stock), bool(row.takes_price), bool(row.active), row.stock, row.price,
    )  # fmt: skip

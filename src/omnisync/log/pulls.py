"""What the ERP's and the stores' pulls ask of the tables, to find out what changed."""

from __future__ import annotations

import msgspec

from omnisync.log.rows import ListingRow, OrderRow
from omnisync.log.state import State

_codes = msgspec.json.Decoder(tuple[str, ...])


def card_digests(state: State) -> dict[str, str]:
    """The hash of every active product's card, by code; "" where it is to be read again."""
    if state.products.complete:
        return {row.code: row.digest for row in state.products.all() if row.active or row.digest}
    return dict(state.select("SELECT code, digest FROM product WHERE active OR digest <> ''"))


def balances(state: State) -> dict[tuple[str, str], int]:
    """Every balance (thousandths) by code and warehouse."""
    if state.products.complete and state.balances.complete:
        codes = {row.id: row.code for row in state.products.all()}
        return {(codes[row.product], row.warehouse): row.on_hand for row in state.balances.all() if row.counted_seq}
    sql = "SELECT p.code, b.warehouse, b.on_hand FROM balance b JOIN product p ON p.id = b.product WHERE b.counted_seq"
    return {(code, warehouse): on_hand for code, warehouse, on_hand in state.select(sql)}


def prices(state: State) -> dict[tuple[str, str], tuple[int, str]]:
    """Every list price as the ERP says it, by code and price list, in minor units with its currency."""
    if state.products.complete and state.prices.complete:
        codes = {row.id: row.code for row in state.products.all()}
        return {
            (codes[row.product], row.price_list): (row.minor if row.said is None else row.said, row.currency)
            for row in state.prices.all()
        }
    sql = "SELECT p.code, x.price_list, coalesce(x.said, x.minor), x.currency FROM price x JOIN product p ON p.id = x.product"
    return {(code, name): (minor, currency) for code, name, minor, currency in state.select(sql)}


def open_hold(state: State, connector: str, feed: str) -> tuple[str, str, str] | None:
    """The hold (id, digest, state) on a feed that is held or rejected, or released and not yet used."""
    sql = "SELECT id, digest, state FROM hold WHERE connector = ? AND feed = ? AND state IN ('held', 'released', 'rejected')"
    found = state.select(sql, connector, feed)
    return found[0] if found else None


def open_quarantine(state: State, connector: str, prefix: str) -> dict[str, str]:
    """What is set aside of a connector under that prefix: the reason by subject."""
    sql = "SELECT subject, reason FROM quarantine WHERE connector = ? AND closed_at = 0 AND subject GLOB ?"
    return dict(state.select(sql, connector, prefix + "*"))


def settled(state: State, connector: str, prefix: str) -> dict[str, str]:
    """What a person has settled of a connector under that prefix: the reason by subject."""
    sql = "SELECT subject, reason FROM quarantine WHERE connector = ? AND settled AND subject GLOB ?"
    return dict(state.select(sql, connector, prefix + "*"))


def unmatched(state: State) -> list[ListingRow]:
    """Listings without a product that no person has unlinked."""
    sql = "SELECT store, remote_id FROM listing WHERE product IS NULL AND linked_by <> 'person'"
    found = [state.listings.get((store, remote)) for store, remote in state.select(sql)]
    return [listing for listing in found if listing is not None]


def unknown_lines(state: State) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    """Order lines without a product: store, number, line id, remote id, codes."""
    sql = """SELECT DISTINCT o.store, o.number, l.line_id, l.remote_id, l.codes FROM order_line l
        JOIN shop_order o ON o.id = l.shop_order WHERE l.product IS NULL"""
    return [(store, no, line, remote, _codes.decode(codes)) for store, no, line, remote, codes in state.select(sql)]


def remote_ids(state: State, store: str) -> dict[str, str]:
    """Every listing of the store that is known, with the parent that it belongs to ("" for none)."""
    return dict(state.select("SELECT remote_id, grp FROM listing WHERE store = ?", store))


def listing_of(state: State, product: int, store: str) -> str | None:
    """The remote id of the product's listing in the store, if it has one."""
    found = state.select("SELECT remote_id FROM listing WHERE product = ? AND store = ?", product, store)
    return found[0][0] if found else None


def listed(state: State, store: str) -> dict[int, str]:
    """The remote id of every product's listing in the store."""
    return dict(state.select("SELECT product, remote_id FROM listing WHERE store = ? AND product IS NOT NULL", store))


def to_export(state: State, most: int) -> list[OrderRow]:
    """Orders that the ERP should have and has not confirmed; those with an unknown product wait."""
    sql = """SELECT id FROM shop_order WHERE export IN ('due', 'sending') AND unknown = 0 ORDER BY id LIMIT ?"""
    found = [state.orders.get(order) for (order,) in state.select(sql, most)]
    return [order for order in found if order is not None]


def unreleased(state: State) -> list[OrderRow]:
    """Orders that still hold reservations."""
    sql = """SELECT id FROM shop_order WHERE released = 0
        AND EXISTS (SELECT 1 FROM reservation r WHERE r.shop_order = shop_order.id) ORDER BY id"""
    found = [state.orders.get(order) for (order,) in state.select(sql)]
    return [order for order in found if order is not None]


def exported_as(state: State, key: str) -> OrderRow | None:
    """The order that was handed to the ERP under that key; failing that, the one of that number."""
    found = state.select("SELECT id FROM shop_order WHERE export_key = ? AND export_key <> ''", key)
    found = found or state.select("SELECT id FROM shop_order WHERE number = ?", key)
    return state.orders.get(found[0][0]) if len(found) == 1 else None


def same_number(state: State, order: OrderRow) -> list[OrderRow]:
    """Orders of other stores which have the same number there."""
    found = state.select("SELECT id FROM shop_order WHERE number = ? AND id <> ?", order.number, order.id)
    return [other for (id_,) in found if (other := state.orders.get(id_)) is not None]


def refused(state: State, store: str) -> list[str]:
    """Codes of products of which the store refused a figure."""
    sql = """SELECT DISTINCT p.code FROM figure f JOIN product p ON p.id = f.product
        WHERE f.store = ? AND f.mode = 'refused' ORDER BY p.code"""
    return [code for (code,) in state.select(sql, store)]


def held(state: State) -> set[str]:
    """Ids of the ERP reads that wait for a person."""
    return {hold for (hold,) in state.select("SELECT id FROM hold WHERE state = 'held'")}

"""What an update concerns and how far it has come: figures of some stores and products, proven or still on their way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from omnisync.log.product_list import figure_view
from omnisync.log.reader import Reader

Key: TypeAlias = tuple[int, str, str]
"""A figure: product id, store, kind."""

SENT_STATES = ("confirmed", "waiting", "differs", "refused")
"""States of figures that an update sends; the others wait for a person or are not to be sent at all."""


@dataclass(frozen=True, slots=True)
class Item:
    """One figure: what is wanted, was sent last, is confirmed; ``state`` as in FigureView."""

    product: int
    code: str
    name: str
    unit: str
    store: str
    kind: str
    state: str
    reason: str
    wanted: int | None
    sent: int | None
    confirmed: int | None

    @property
    def key(self) -> Key:
        """Which figure it is."""
        return self.product, self.store, self.kind


def items(reader: Reader, store: str = "", products: Sequence[int] = (), kind: str = "") -> list[Item]:
    """The figures of open stores, of one store or all, of some products or all, by code."""
    sql = f"""SELECT f.product, p.code, p.name, p.unit, f.store, f.kind, f.mode, f.wanted, f.wanted_rev, f.sent,
        f.confirmed, f.confirmed_rev, f.check_at, f.reason FROM figure f JOIN product p ON p.id = f.product
        WHERE f.store IN (SELECT name FROM store WHERE open) AND (? = '' OR f.store = ?) AND (? = '' OR f.kind = ?)
        {"AND f.product IN (SELECT value FROM json_each(?))" if products else ""}
        ORDER BY p.code, f.store, f.kind DESC"""
    values = (store, store, kind, kind, *([json.dumps(list(products))] if products else []))
    return [_item(*row) for row in reader.rows(sql, *values)]


def _item(
    product: int, code: str, name: str, unit: str, store: str, kind: str, mode: str, wanted: int | None,
    wanted_rev: int, sent: int | None, confirmed: int | None, confirmed_rev: int, check_at: int, reason: str,
) -> Item:  # fmt: skip
    state = figure_view(store, kind, mode, wanted, wanted_rev, confirmed, confirmed_rev, check_at, reason).state
    return Item(product, code, name, unit, store, kind, state, reason, wanted, sent, confirmed)


def on_their_way(reader: Reader) -> set[Key]:
    """Every figure that is not proven yet; reads only the indexes of what is to be sent and to be seen.

    What is wanted of a store in plan-only is on no way yet.
    """
    sql = """SELECT product, store, kind FROM figure WHERE wanted_rev > confirmed_rev AND mode = 'push'
        AND store IN (SELECT name FROM store WHERE live)
        UNION SELECT product, store, kind FROM figure WHERE check_at > 0 AND mode = 'push'"""
    return set(reader.rows(sql))

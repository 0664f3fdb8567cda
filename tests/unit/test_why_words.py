"""What Why says in words, apart from any shop."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from omnisync.explain import why
from omnisync.log.rows import FigureRow
from omnisync.log.story import Why

_NOW = 1_795_000_000_000


def _proof(stock_at: int, price_at: int) -> str:
    rows = [
        FigureRow(1, "shop", kind, "1", "g", wanted=5, wanted_rev=1, confirmed=5, confirmed_rev=1, confirmed_at=at)
        for kind, at in (("stock", stock_at), ("price", price_at))
    ]
    return why._proof(cast("Why", SimpleNamespace(figures={row.kind: row for row in rows})), _NOW)


def test_a_price_sent_just_now_is_not_as_old_as_the_quantity_beside_it() -> None:
    assert _proof(_NOW - 960_000, _NOW - 3_000) == "stock proven 16 min ago, price proven 3 s ago"
    assert _proof(_NOW - 960_000, _NOW - 961_000) == "proven 16 min ago"

"""What Why says in words, apart from any shop."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from omnisync.explain import steps, why
from omnisync.log.rows import FigureRow
from omnisync.log.story import Told, Why
from omnisync.model.events import LineSeen, OrderSeen
from omnisync.model.order import OrderState

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


@pytest.mark.parametrize(
    ("state", "line_state", "words"),
    [
        (OrderState.NEW, None, "order 1001 from shop reserved 2 in DEPO"),
        (OrderState.CANCELLED, None, "order 1001 from shop gave 2 back (cancelled)"),
        (OrderState.RETURNED, None, "order 1001 from shop: 2 came back"),
        (OrderState.DELIVERED, OrderState.RETURNED, "order 1001 from shop: 2 came back"),
    ],
)
def test_what_came_back_is_not_said_to_be_free_again(
    state: OrderState, line_state: OrderState | None, words: str
) -> None:
    line = LineSeen("1", "A", "rA", ("A",), "A", 2_000, 1_000, state=line_state)
    event = OrderSeen("shop", "1001", "", state, _NOW, _NOW, 2_000, "TRY", (line,), "DEPO")
    step = steps._order(cast("Why", SimpleNamespace(code="A")), Told(1, _NOW, "order.seen", "", "daemon", event))
    assert step is not None
    assert step.text == words

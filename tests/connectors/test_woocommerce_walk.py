"""One order that can't be read hides no other one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from omnisync_plugins.woocommerce.walk import OrderPage, Walk

from omnisync.errors import Rejected
from omnisync.model.money import Money
from omnisync.model.order import OrderPart, OrderState


def part(number: str) -> OrderPart:
    return OrderPart(number, OrderState.NEW, 1, 1, Money(100, "RON"), ())


async def pages() -> AsyncIterator[OrderPage]:
    yield OrderPage([part("1")], [Rejected("unreadable", item="2"), Rejected("unreadable", item="3")])
    yield OrderPage([], [])
    yield OrderPage([part("4")], [])


async def test_what_can_not_be_read_is_raised_after_its_page_and_the_walk_goes_on() -> None:
    walk = Walk(pages())
    assert [each.number for each in await anext(walk)] == ["1"]
    for number in ("2", "3"):
        with pytest.raises(Rejected) as caught:
            await anext(walk)
        assert caught.value.item == number
    assert [each.number for each in await anext(walk)] == ["4"]
    with pytest.raises(StopAsyncIteration):
        await anext(walk)

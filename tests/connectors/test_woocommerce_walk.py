"""One row that can't be read hides no other one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partialmethod
from typing import Any

import pytest
from omnisync_plugins.woocommerce.walk import Readable, Walk

from omnisync.errors import Rejected
from omnisync.model.money import Money
from omnisync.model.order import OrderPart, OrderState
from omnisync.testing.conformance.store_bench import apart

from .woocommerce_shop import MUG, SHIRT, Shop, many, opened


def part(number: str) -> OrderPart:
    return OrderPart(number, OrderState.NEW, 1, 1, Money(100, "RON"), ())


async def pages() -> AsyncIterator[Readable[OrderPart]]:
    yield Readable([part("1")], [Rejected("unreadable", item="2"), Rejected("unreadable", item="3")])
    yield Readable([], [])
    yield Readable([part("4")], [])


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


def spoil(shop: Shop, monkeypatch: pytest.MonkeyPatch, **values: Any) -> Callable[[str], str]:
    """What a plugin of the shop writes into the answers of the named products and variations; gives their ids."""
    names: set[str] = set()

    def also(name: str) -> str:
        names.add(name)
        return shop.id_of(name)

    def told(self: Any, as_it_is: Any, product: Any, *rest: Any) -> Any:
        return as_it_is(self, product, *rest) | (values if names & {product.name, product.shown_name} else {})

    kind = type(shop.sandbox._faces)
    for way in ("product", "variation"):
        monkeypatch.setattr(kind, way, partialmethod(told, getattr(kind, way)))
    return also


@pytest.mark.parametrize("version", ["11.0.1", "7.9.0"])
async def test_one_unreadable_listing_hides_no_other(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(MUG, SHIRT, *many(3), version=version) as shop:
        whole = set(await shop.listings())
        bad = {*map(spoil(shop, monkeypatch, regular_price="soon"), (MUG.name, "S, Negru"))}
        found, aside = await apart(shop.store.listings())
        assert aside == bad
        assert {each.ref.remote_id for each in found} == whole - bad


async def test_a_spoilt_stock_is_not_nothing_to_sell(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(MUG) as shop:
        number = spoil(shop, monkeypatch, stock_quantity="plenty")(MUG.name)
        with pytest.raises(Rejected, match="stock_quantity is 'plenty'") as caught:
            await shop.listings()
        assert caught.value.item == number


@pytest.mark.parametrize("version", ["11.0.1", "7.9.0"])
async def test_of_listings_read_at_once_one_unreadable_hides_no_other(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(MUG, SHIRT, *many(3), version=version) as shop:
        refs = [each.ref for each in (await shop.listings()).values()]
        bad = {*map(spoil(shop, monkeypatch, stock_quantity="plenty"), (MUG.name, "S, Negru"))}
        found = await shop.store.read(refs)
        aside = {each.item: each.words for each in found if isinstance(each, Rejected)}
        assert aside.keys() == bad
        assert all("stock_quantity is 'plenty'" in words for words in aside.values())
        told = {each.ref.remote_id for each in found if not isinstance(each, Rejected)}
        assert told == {ref.remote_id for ref in refs} - bad


async def test_a_product_whose_variations_can_not_be_told_names_itself_as_their_parent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with opened(MUG, SHIRT) as shop:
        number = spoil(shop, monkeypatch, variations=7)(SHIRT.name)
        found, aside = await apart(shop.store.listings())
        assert [each.name for each in found] == [MUG.name]
        assert aside == {number}

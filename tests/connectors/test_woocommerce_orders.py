"""Orders of a shop: the window, states, stock taken, refunds, the trash, and pages that move meanwhile."""

from __future__ import annotations

from decimal import Decimal

import pytest
from omnisync_plugins.woocommerce.sandbox_shop.sales import Order

from omnisync.connect.sandbox import SandboxOrderLine
from omnisync.errors import Unavailable
from omnisync.model.order import OrderState

from .woocommerce_shop import HTTP, HTTPS, MUG, POOLED, SHIRT, Shop, lei, opened

VERSIONS = pytest.mark.parametrize("version", ["7.9.0", "11.0.1"])


def orders_of(shop: Shop, count: int, seconds: int = 1) -> list[Order]:
    """So many orders by REST, one every so many seconds."""
    mug = shop.sandbox.product(shop.id_of(MUG.name))
    found = []
    for _ in range(count):
        shop.clock.advance(seconds)
        found.append(shop.sandbox.sales.open([(mug, 1)], "processing", {}, "rest-api"))
    return found


@VERSIONS
@pytest.mark.parametrize("address", [HTTP, HTTPS])
async def test_an_order(version: str, address: str) -> None:
    async with opened(MUG, SHIRT, version=version, address=address) as shop:
        variation = shop.id_of("S, Negru")
        wish = [SandboxOrderLine(shop.id_of(MUG.name), 2), SandboxOrderLine(variation, 1)]
        number = shop.sandbox.buy(wish)
        part = (await shop.orders())[number or ""]
        assert (part.state, part.total, part.shipping) == (OrderState.NEW, lei(5980 + 5490 + 1500), lei(1500))
        mug, shirt = part.lines
        assert (mug.quantity, mug.taken, mug.price, mug.codes[0]) == (2000, 2000, lei(2990), "CANA-330")
        assert (shirt.remote_id, shirt.quantity, shirt.price) == (variation, 1000, lei(5490))
        assert part.placed_at == part.modified_at == shop.clock.now() // 1000 * 1000
        assert {figure.code: figure.stock for figure in shop.sandbox.figures()}["CANA-330"] == 10


async def test_an_order_of_the_very_second_in_which_the_window_begins() -> None:
    async with opened(MUG) as shop:
        number = shop.buy(shop.id_of(MUG.name))
        second = shop.clock.now() // 1000 * 1000
        assert number in await shop.orders(since=second)
        assert number in await shop.orders(since=second + 999)
        assert number not in await shop.orders(since=second + 1000)


async def test_only_what_changed_comes_again() -> None:
    async with opened(MUG) as shop:
        one, other = shop.buy(shop.id_of(MUG.name)), shop.buy(shop.id_of(MUG.name))
        shop.clock.advance(600)
        shop.sandbox.move(one, OrderState.SHIPPED)
        found = await shop.orders(since=shop.clock.now() - 60_000)
        assert {number: part.state for number, part in found.items()} == {one: OrderState.SHIPPED}
        assert other in await shop.orders()


async def test_unpaid_then_paid_then_cancelled() -> None:
    async with opened(MUG) as shop:
        mug = shop.id_of(MUG.name)
        number = shop.buy(mug, 2, paid=False)

        async def now() -> tuple[OrderState, int, int | None]:
            part = (await shop.orders())[number]
            return part.state, part.lines[0].taken, shop.sandbox.product(mug).stock

        assert await now() == (OrderState.WAITING, 0, 12)
        shop.sandbox.move(number, OrderState.WAITING)
        assert await now() == (OrderState.WAITING, 2000, 10), "on hold: checked by hand, but taken"
        shop.sandbox.move(number, OrderState.NEW)
        assert await now() == (OrderState.NEW, 2000, 10)
        shop.sandbox.move(number, OrderState.CANCELLED)
        assert await now() == (OrderState.CANCELLED, 0, 12)


async def test_a_trashed_order_is_cancelled_but_its_stock_stays_taken() -> None:
    async with opened(MUG) as shop:
        mug = shop.id_of(MUG.name)
        number = shop.buy(mug, 2)
        shop.clock.advance(3600)
        assert (await shop.raw.delete(f"orders/{number}")).status_code == 200
        found = await shop.orders(since=shop.clock.now() - 60_000)
        assert (found[number].state, found[number].remote_state) == (OrderState.CANCELLED, "trash")
        assert found[number].lines[0].taken == 2000
        assert shop.sandbox.product(mug).stock == 10


@VERSIONS
async def test_a_visitor_on_the_checkout_page_is_no_order(version: str) -> None:
    async with opened(MUG, version=version) as shop:
        number = shop.sandbox.draft([SandboxOrderLine(shop.id_of(MUG.name), 1)])
        listed = (await shop.raw.get("orders")).json()
        assert bool(listed) is (version == "7.9.0")
        assert await shop.orders() == {}
        placed = shop.clock.now() // 1000 * 1000
        shop.clock.advance(3600)
        shop.sandbox.move(number, OrderState.NEW)
        found = await shop.orders(since=shop.clock.now() - 60_000)
        assert found[number].placed_at == placed, "the draft's time, an hour before the order"


async def test_a_refunded_line_and_refunded_money() -> None:
    async with opened(MUG) as shop:
        mug = shop.id_of(MUG.name)
        number = shop.buy(mug, 3)
        line = shop.sandbox.order(number).lines[0].id
        body = {"amount": "29.90", "line_items": [{"id": line, "quantity": 1}]}
        assert (await shop.raw.post(f"orders/{number}/refunds", json=body)).status_code == 201
        part = (await shop.orders())[number]
        assert (part.state, part.lines[0].quantity, part.lines[0].taken) == (OrderState.NEW, 2000, 2000)
        assert part.lines[0].price == lei(2990)
        assert part.total == lei(2 * 2990 + 1500)
        await shop.raw.post(f"orders/{number}/refunds", json={"amount": "5.00"})
        part = (await shop.orders())[number]
        assert (part.lines[0].quantity, part.total) == (2000, lei(2 * 2990 + 1000))
        assert shop.sandbox.product(mug).stock == 10


async def test_pieces_refunded_without_putting_them_back_stay_taken() -> None:
    async with opened(MUG) as shop:
        number = shop.buy(shop.id_of(MUG.name), 3)
        order = shop.sandbox.order(number)
        shop.sandbox.sales.refund(order, {order.lines[0].id: 1}, Decimal("29.90"), restock=False)
        (line,) = (await shop.orders())[number].lines
        assert (line.quantity, line.taken) == (2000, 3000), "one is broken: not owed, yet gone from the shop's figure"


async def test_a_returned_order() -> None:
    async with opened(MUG) as shop:
        number = shop.buy(shop.id_of(MUG.name), 3)
        shop.sandbox.move(number, OrderState.SHIPPED)
        shop.sandbox.move(number, OrderState.RETURNED)
        part = (await shop.orders())[number]
        assert (part.state, part.lines[0].quantity, part.lines[0].taken) == (OrderState.RETURNED, 3000, 0)
        assert shop.sandbox.sold() == {}
        assert shop.sandbox.figures()[0].stock == 12


async def test_refunds_are_asked_for_only_where_there_are_some() -> None:
    async with opened(MUG) as shop:
        orders_of(shop, 3)
        await shop.orders()
        assert not any("refunds" in path for path in shop.sandbox.calls)


async def test_a_sale_of_a_variation_whose_parent_keeps_the_stock() -> None:
    async with opened(POOLED) as shop:
        number = shop.buy(shop.id_of("S, Roșu"), 3)
        (line,) = (await shop.orders())[number].lines
        assert (line.remote_id, line.taken) == (shop.id_of("S, Roșu"), 3000)
        assert shop.sandbox.product(shop.id_of("Tricou 4")).stock == 37


async def test_all_of_many_orders_come() -> None:
    async with opened(MUG) as shop:
        wanted = {str(order.id) for order in orders_of(shop, 250)}
        assert set(await shop.orders()) == wanted
        assert shop.sandbox.calls["GET /wp-json/wc/v3/orders"] == 4, "three pages and the trash"


async def test_all_of_many_orders_changed_in_one_second_come() -> None:
    async with opened(MUG) as shop:
        wanted = {str(order.id) for order in [*orders_of(shop, 40), *orders_of(shop, 260, 0), *orders_of(shop, 130)]}
        assert set(await shop.orders()) == wanted


async def test_an_order_that_changes_between_two_pages_hides_no_other() -> None:
    async with opened(MUG) as shop:
        orders = orders_of(shop, 150)
        pages = shop.store.orders(orders[0].modified * 1000, shop.clock.now() + 60_000)
        found = {part.number for part in await anext(pages)}
        shop.clock.advance(5)
        for order in orders[:50]:
            shop.sandbox.sales.change(order, "completed")
        async for page in pages:
            found |= {part.number for part in page}
        assert found == {str(order.id) for order in orders}


async def test_reading_ends_with_the_window() -> None:
    async with opened(MUG) as shop:
        orders = orders_of(shop, 250)
        found = await shop.orders(since=orders[0].modified * 1000, until=orders[10].modified * 1000)
        assert {str(order.id) for order in orders[:11]} <= set(found)
        assert len(found) == 100, "one page, whose later orders do no harm"


async def test_rows_without_sense_are_a_fault() -> None:
    async with opened(MUG) as shop:
        orders_of(shop, 1)
        shop.sandbox.sales.orders = {}
        await shop.orders()
        face = shop.sandbox._faces.times
        shop.sandbox._faces.times = lambda **moments: face(**dict.fromkeys(moments, 0))
        orders_of(shop, 101)
        with pytest.raises(Unavailable, match="outside the time"):
            await shop.orders()

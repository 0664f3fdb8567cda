"""Shops that differ from the measured ones: hosts, proxies, plugins, versions between, other implementations."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from omnisync_plugins.woocommerce.sandbox_shop.lists import Question

from omnisync.connect.check import Grade
from omnisync.connect.sandbox import SandboxOrderLine
from omnisync.errors import AuthFailed, Moved, Rejected, Unavailable, UnknownOutcome
from omnisync.testing.conformance.store_bench import apart

from .test_woocommerce_orders import orders_of
from .woocommerce_shop import HTTP, HTTPS, MUG, POOLED, SHIRT, Between, lei, many, opened, price, stock

ADDRESSES = pytest.mark.parametrize("address", [HTTP, HTTPS])


def told(content: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=json.dumps(content))


def wp_error(code: str, message: str, status: int, *, sent_as: int) -> httpx.Response:
    return told({"code": code, "message": message, "data": {"status": status}}, sent_as)


def at(end: str, instead: Callable[[], httpx.Response]) -> Between:
    """Whatever is asked for at a path that ends so gets this answer instead."""
    return lambda request, answer: instead() if request.url.path.endswith(end) else answer


# Where the interface stands.


async def test_the_index_is_asked_for_by_nobody_in_particular() -> None:
    """It needs no keys, and WordPress may refuse those of WooCommerce (facts/real-woocommerce.md 2)."""
    async with opened(MUG) as shop:
        await shop.listings()
        index, products = shop.asked
        assert "authorization" not in index.headers
        assert "authorization" in products.headers


HIDDEN = [
    wp_error("rest_cannot_access", "Only authenticated users can access the REST API.", 401, sent_as=401),
    wp_error("rest_cannot_access", "Only authenticated users can access the REST API.", 401, sent_as=200),
    httpx.Response(403, text="<html>Forbidden</html>"),
    told({"detail": "Not Found"}, 404),
    httpx.Response(404, text="<html>Not Found</html>"),
    httpx.Response(301, headers={"Location": "https://shop.test/wp-json"}),
]


@ADDRESSES
@pytest.mark.parametrize("hidden", HIDDEN)
async def test_a_shop_that_hides_its_index_is_spoken_to_all_the_same(hidden: httpx.Response, address: str) -> None:
    async with opened(MUG, address=address) as shop:
        shop.between = at("/wp-json/", lambda: hidden)
        (mug,) = (await shop.listings()).values()
        assert (await shop.push(stock(mug, 3)))[mug.ref.remote_id].stock == 3000
        assert sum(request.url.path.endswith("/wp-json/") for request in shop.asked) == 2, "asked for once only"


@ADDRESSES
@pytest.mark.parametrize("hidden", HIDDEN)
async def test_a_shop_that_hides_its_index_is_a_good_connection(hidden: httpx.Response, address: str) -> None:
    async with opened(MUG, address=address) as shop:
        shop.between = at("/wp-json/", lambda: hidden)
        (good,) = await shop.store.check()
        assert (good.grade, "Connected to" in good.text) == (Grade.OK, True)


async def test_a_shop_that_has_moved_as_a_whole_names_its_new_address_once() -> None:
    async with opened(MUG) as shop:
        shop.between = lambda request, answer: httpx.Response(
            301, headers={"Location": f"https://www.shop.test{request.url.path}"}
        )
        with pytest.raises(Moved, match=r"has moved \(301\) to https://www.shop.test/wp-json/\. Put that") as told:
            await shop.listings()
        assert told.value.for_good
        (problem,) = await shop.store.check()
        assert "https://www.shop.test/wp-json/." in problem.text


async def test_a_hidden_index_below_the_other_prefix() -> None:
    async with opened(MUG) as shop:
        shop.sandbox.plain_permalinks = True
        shop.between = at("/index.php/wp-json/", lambda: wp_error("rest_cannot_access", "No.", 401, sent_as=401))
        assert len(await shop.listings()) == 1


async def test_an_index_that_names_no_namespaces() -> None:
    async with opened(MUG) as shop:
        shop.between = at("/wp-json/", lambda: told({"name": "Shop"}))
        assert [finding.grade for finding in await shop.store.check()] == [Grade.OK]


@pytest.mark.parametrize("own", ["/", "n/a", 7, "http://[", "https://u:p@x"])
async def test_an_own_address_that_is_none(own: Any) -> None:
    async with opened(MUG) as shop:
        shop.between = at("/wp-json/", lambda: told({"name": "Shop", "home": own, "namespaces": ["wc/v3"]}))
        assert (await shop.store.check())[-1].grade is Grade.OK


async def test_another_own_address_is_no_problem_where_the_signature_is_taken() -> None:
    async with opened(MUG, address=HTTP) as shop:
        index = {"name": "Shop", "home": "http://localhost", "namespaces": ["wc/v3"]}
        shop.between = at("/wp-json/", lambda: told(index))
        assert await shop.problems() == []


# What a shop does not have.


@pytest.mark.parametrize("status", [404, 405])
@pytest.mark.parametrize("body", ['{"detail":"Not Found"}', "<html>Not Found</html>", ""])
async def test_what_a_shop_does_not_have_is_missed_by_nobody(status: int, body: str) -> None:
    missing = ("/wc/v3/variations", "/system_status", "/woocommerce_currency", "/woocommerce_manage_stock")

    def between(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        return httpx.Response(status, text=body) if request.url.path.endswith(missing) else answer

    async with opened(MUG, SHIRT) as shop:
        shop.between = between
        assert len(await shop.listings()) == 3
        warning, good = await shop.store.check()
        assert (warning.grade, good.grade) == (Grade.WARNING, Grade.OK)
        assert "unknown version" in warning.text


@pytest.mark.parametrize("status", [{"environment": "n/a"}, {"environment": []}, [], "n/a", None])
async def test_a_status_without_sense(status: Any) -> None:
    async with opened(MUG) as shop:
        shop.between = at("/system_status", lambda: told(status))
        assert (await shop.store.check())[-1].grade is Grade.OK


# Pages.


def without_count(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    """A proxy that lets no header of its own make pass."""
    kept = {name: value for name, value in answer.headers.items() if not name.startswith("x-wp-")}
    return httpx.Response(answer.status_code, headers=kept, content=answer.content)


def counting(number: int) -> Between:
    def between(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if "x-wp-total" in answer.headers:
            answer.headers["x-wp-total"] = str(number)
        return answer

    return between


def clip_pages(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """A host that gives so many rows at once, whatever is asked for."""
    number = Question._number

    def clipped(self: Question, name: str, default: int, limit: int | None) -> int:
        found = number(self, name, default, limit)
        return min(found, most) if name == "per_page" else found

    monkeypatch.setattr(Question, "_number", clipped)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
@pytest.mark.parametrize("between", [without_count, counting(3), counting(1000)])
async def test_all_products_come_whatever_the_count_says(count: int, between: Between) -> None:
    async with opened(*many(count)) as shop:
        shop.between = between
        assert len(await shop.listings()) == count


@pytest.mark.parametrize("between", [None, without_count])
async def test_all_products_come_in_smaller_pages_than_asked_for(
    between: Between | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(*many(120)) as shop:
        clip_pages(monkeypatch, 25)
        shop.between = between
        assert len(await shop.listings()) == 120


@pytest.mark.parametrize("between", [without_count, counting(3)])
async def test_all_orders_come_whatever_the_count_says(between: Between) -> None:
    async with opened(MUG) as shop:
        wanted = {str(order.id) for order in [*orders_of(shop, 130), *orders_of(shop, 120, 0)]}
        shop.between = between
        assert set(await shop.orders()) == wanted


@pytest.mark.parametrize("between", [None, without_count])
async def test_all_orders_come_in_smaller_pages_than_asked_for(
    between: Between | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(MUG) as shop:
        wanted = {str(order.id) for order in [*orders_of(shop, 60), *orders_of(shop, 30, 0), *orders_of(shop, 40)]}
        clip_pages(monkeypatch, 25)
        shop.between = between
        assert set(await shop.orders()) == wanted


async def test_the_same_page_again_and_again_is_not_the_whole_list() -> None:
    """Taken for the whole, everything else would count as gone."""
    async with opened(*many(250)) as shop:
        first: list[httpx.Response] = []

        def between(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
            if request.url.path.endswith("/products"):
                first.append(answer)
                return first[0]
            return answer

        shop.between = between
        with pytest.raises(Unavailable, match="same page again"):
            await shop.listings()


async def test_a_shop_that_knows_no_pages_gives_all_at_once() -> None:
    async with opened(*many(30)) as shop:
        first: list[httpx.Response] = []

        def between(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
            if request.url.path.endswith("/products"):
                first.append(without_count(request, answer))
                return first[0]
            return answer

        shop.between = between
        assert len(await shop.listings()) == 30


# A 200 that carries an error.


async def test_an_error_that_is_sent_as_a_200() -> None:
    async with opened(MUG) as shop:
        (mug,) = (await shop.listings()).values()
        refusals = [
            (
                wp_error("woocommerce_rest_cannot_view", "Sorry, you cannot list resources.", 401, sent_as=200),
                AuthFailed,
            ),
            (wp_error("rest_invalid_param", "Invalid parameter(s): page", 400, sent_as=200), Rejected),
            (wp_error("wp_die", "<h1>Error establishing a database connection</h1>", 500, sent_as=200), Unavailable),
            (told({"code": "rest_error", "message": "Out of order", "data": None}), Unavailable),
        ]
        for answer, error in refusals:
            shop.between = lambda request, _, answer=answer: answer
            with pytest.raises(error) as caught:
                await shop.store.read([mug.ref])
            assert answer.json()["message"].replace("<h1>", "").split("<")[0] in str(caught.value)
            with pytest.raises(UnknownOutcome if error is Unavailable else error):
                await shop.push(stock(mug, 1))


# Variations, orders.


@pytest.mark.parametrize("version", ["7.9.0", "11.0.1"])
async def test_a_variation_whose_product_keeps_the_stock_by_now_gets_none_of_its_own(version: str) -> None:
    """What was read of it is older than the shopkeeper's change: ``manage_stock: true`` would undo that."""
    async with opened(SHIRT, version=version) as shop:
        small, medium = (await shop.listings()).values()
        for name in ("S, Negru", "M, Negru"):
            shop.sandbox.goods.write(shop.sandbox.product(shop.id_of(name)), {"manage_stock": "parent"})
        top = shop.sandbox.product(shop.id_of("Tricou 5"))
        shop.sandbox.goods.write(top, {"manage_stock": True, "stock_quantity": 12})
        results = await shop.push(stock(small, 1), price(medium, lei(6000)))
        assert "kept at its product" in results[small.ref.remote_id].refused
        assert results[medium.ref.remote_id].price == lei(6000)
        assert shop.sandbox.product(small.ref.remote_id).manage_stock == "parent"


async def test_an_order_whose_refunds_are_refused_is_set_aside_alone() -> None:
    async with opened(MUG) as shop:
        one, other = shop.buy(shop.id_of(MUG.name)), shop.buy(shop.id_of(MUG.name))
        shop.sandbox.sales.refund(shop.sandbox.order(one), {}, lei(100).amount)
        shop.between = at(
            "/refunds", lambda: wp_error("woocommerce_rest_invalid_order", "Invalid ID.", 404, sent_as=404)
        )
        found, aside = await apart(shop.store.orders(shop.clock.now() - 60_000, shop.clock.now()))
        assert {part.number for part in found} == {other}
        assert aside == {one}


async def test_a_shop_that_lists_no_trash() -> None:
    def between(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.url.params.get("status") == "trash":
            return wp_error("rest_invalid_param", "Invalid parameter(s): status", 400, sent_as=400)
        return answer

    async with opened(MUG) as shop:
        number = shop.buy(shop.id_of(MUG.name))
        shop.between = between
        assert set(await shop.orders()) == {number}


async def test_a_sale_of_a_variation_names_what_the_shop_itself_names() -> None:
    async with opened(POOLED) as shop:
        number = shop.sandbox.buy([SandboxOrderLine(shop.id_of("S, Roșu"), 1)])
        (line,) = (await shop.orders())[number or ""].lines
        assert line.codes == ("TRICOU-4",), "the product's own, under which its stock is kept"

"""The sandbox behaves as the recorded shops did (facts/real-woocommerce.md), whatever the connector asks."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from omnisync.connect.sandbox import Fault, SandboxOrderLine, SandboxProduct
from omnisync.model.order import OrderState

from .woocommerce_shop import HTTP, MUG, POOLED, SHIRT, captured, many, opened, recorded_refusal


@pytest.mark.parametrize(
    ("name", "method", "path", "more"),
    [
        ("no_route", "GET", "nosuch", {}),
        ("not_found_product", "GET", "products/999999", {}),
        ("not_found_update", "PUT", "products/999999", {"json": {"stock_quantity": 5}}),
        ("per_page_101", "GET", "products?per_page=101", {}),
        ("bad_page", "GET", "products?page=0", {}),
        ("invalid_json", "POST", "products/batch", {"content": '{"update":[{bad'}),
    ],
)
async def test_errors(name: str, method: str, path: str, more: dict[str, Any]) -> None:
    async with opened() as shop:
        await recorded_refusal(shop, name, method, path, **more)


async def test_a_variation_is_written_under_its_parent_only() -> None:
    async with opened(SHIRT, POOLED) as shop:
        small, home, other = shop.id_of("S, Negru"), shop.id_of("Tricou 5"), shop.id_of("Tricou 4")
        await recorded_refusal(shop, "variation_as_product_put", "PUT", f"products/{small}", json={"stock_quantity": 1})
        await recorded_refusal(shop, "not_found_variation", "GET", f"products/{home}/variations/999999")
        await recorded_refusal(shop, "variation_wrong_parent", "GET", f"products/{other}/variations/{small}")
        as_product = (await shop.raw.get(f"products/{small}")).json()
        assert (as_product["type"], as_product["parent_id"], as_product["name"]) == (
            "variation",
            int(home),
            "Tricou 5 - S, Negru",
        )
        put = await shop.raw.put(f"products/{home}/variations/{small}", json={"stock_quantity": 1})
        assert put.json()["stock_quantity"] == 1


async def test_pages() -> None:
    async with opened(*many(25)) as shop:
        answer = await shop.raw.get("products?per_page=10&page=2&orderby=id&order=asc")
        assert len(answer.json()) == 10
        assert (answer.headers["x-wp-total"], answer.headers["x-wp-totalpages"]) == ("25", "3")
        links = {link["rel"]: link["url"] for link in answer.links.values()}
        assert {rel: httpx.URL(url).params["page"] for rel, url in links.items()} == {"prev": "1", "next": "3"}
        assert (await shop.raw.get("products?page=99")).json() == []
        assert len((await shop.raw.get("products")).json()) == 10


async def test_the_default_order_loses_rows_and_the_order_by_id_does_not() -> None:
    async with opened(*many(51), version="7.9.0") as shop:

        async def distinct(query: str) -> int:
            ids: set[int] = set()
            for page in range(1, 9):
                rows = (await shop.raw.get(f"products?per_page=7&page={page}&{query}")).json()
                ids |= {row["id"] for row in rows}
            return len(ids)

        assert await distinct("") < 51
        assert await distinct("orderby=id&order=asc") == 51


async def test_fields_cut_the_answer() -> None:
    async with opened(MUG) as shop:
        assert (await shop.raw.get("products?_fields=id,sku")).json() == [
            {"id": int(shop.id_of(MUG.name)), "sku": "CANA-330"}
        ]
        status = (await shop.raw.get("system_status?_fields=environment.version,settings.currency")).json()
        assert status == {"environment": {"version": "11.0.1"}, "settings": {"currency": "RON"}}


async def test_a_search_by_skus_finds_variations_and_ignores_case() -> None:
    async with opened(MUG, SHIRT) as shop:
        rows = (await shop.raw.get("products?sku=cana-330,TRICOU-5-S,NOPE")).json()
        assert {row["type"] for row in rows} == {"simple", "variation"}
        assert (await shop.raw.get("products?include=" + shop.id_of("S, Negru"))).json() == []


async def test_modified_after_is_strict_and_in_the_shops_own_time() -> None:
    async with opened(MUG) as shop:
        number = shop.buy(shop.id_of(MUG.name))
        (row,) = (await shop.raw.get("orders")).json()
        local, gmt = row["date_modified"], row["date_modified_gmt"]
        assert local != gmt

        async def found(**params: str) -> bool:
            return bool((await shop.raw.get("orders", params=params)).json())

        earlier, local_earlier = (
            (datetime.fromisoformat(text) - timedelta(seconds=1)).isoformat() for text in (gmt, local)
        )
        assert not await found(modified_after=gmt, dates_are_gmt="true"), "the same second is not given"
        assert await found(modified_after=earlier, dates_are_gmt="true")
        assert await found(modified_after=earlier), "UTC taken for shop time lies two hours back"
        assert await found(modified_after=local_earlier)
        assert not await found(modified_after=local)
        assert not await found(modified_after=gmt + "Z")
        assert await found(modified_after=earlier + "+00:00")
        assert (await shop.raw.get("orders?modified_after=2026-11-21")).status_code == 400
        assert number == row["number"]


# Writing.


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("price_comma", {"regular_price": "31,5"}),
        ("price_text", {"regular_price": "abc"}),
        ("price_neg", {"regular_price": "-5"}),
        ("price_many_decimals", {"regular_price": "29.98765"}),
        ("sale_gt_regular", {"regular_price": "30", "sale_price": "40"}),
        ("sale_ok", {"regular_price": "30", "sale_price": "25.5"}),
        ("stock_null", {"stock_quantity": None}),
        ("stock_negative", {"stock_quantity": -2}),
        ("stock_numeric_str", {"stock_quantity": "7"}),
        ("bad_type_price_number", {"regular_price": 31.5}),
        ("bad_type_stock_str", {"stock_quantity": "abc"}),
        ("stock_float", {"stock_quantity": 7.9}),
    ],
)
async def test_values_that_are_taken_silently_or_refused(name: str, body: dict[str, Any]) -> None:
    async with opened(MUG) as shop:
        answer = await shop.raw.put(f"products/{shop.id_of(MUG.name)}", json=body)
        recorded = captured("errors_and_edge_cases")[name]
        assert answer.status_code == recorded["status"]
        for key in {"code", "regular_price", "sale_price", "price"} & set(recorded["response"]) - (
            set() if "price" in str(body) else {"regular_price", "sale_price", "price"}
        ):
            assert answer.json()[key] == recorded["response"][key]
        if "stock_quantity" in body and answer.status_code == 200:
            assert answer.json()["stock_quantity"] == recorded["response"]["stock_quantity"]
            assert answer.json()["stock_status"] == recorded["response"]["stock_status"]


async def test_batch_items_are_not_validated() -> None:
    async with opened(MUG, *many(3), SHIRT) as shop:
        ids = [int(shop.id_of(name)) for name in (MUG.name, "Produs 0", "Produs 1", "Produs 2", "S, Negru")]
        mug, abc, number, comma, variation = ids
        body = {
            "update": [
                {"id": mug, "stock_quantity": 21},
                {"id": 999999, "stock_quantity": 1},
                {"id": abc, "stock_quantity": "abc"},
                {"id": variation, "stock_quantity": 4},
                {"id": number, "regular_price": 12.5},
                {"id": comma, "regular_price": "12,50"},
                {"stock_quantity": 9},
                {"id": str(mug), "stock_quantity": 22},
            ]
        }
        rows = (await shop.raw.post("products/batch", json=body)).json()["update"]
        recorded = captured("batch_item_errors")["response"]["update"]
        assert rows[1] == recorded[1]
        assert rows[3]["error"] == recorded[3]["error"]
        assert rows[6] == recorded[7]
        assert (rows[2]["stock_quantity"], rows[2]["stock_status"]) == (0, "outofstock")
        assert (rows[4]["regular_price"], rows[5]["regular_price"]) == ("12.5", "1250")
        assert (rows[0]["stock_quantity"], rows[7]["stock_quantity"]) == (21, 22)


async def test_batch_limits_and_fields() -> None:
    async with opened(MUG) as shop:
        mug = int(shop.id_of(MUG.name))
        items = [{"id": mug, "stock_quantity": 1}] * 101
        answer = await shop.raw.post("products/batch", json={"update": items})
        assert (answer.status_code, answer.json()) == (413, captured("batch_over_100")["response"])
        assert shop.sandbox.figures()[0].stock == 12
        assert (await shop.raw.post("products/batch", json={})).json() == []
        broken = await shop.raw.post("products/batch?_fields=id", json={"update": items[:1]})
        assert broken.json() == {"update": []}
        assert shop.sandbox.figures()[0].stock == 1, "the writes were done"


async def test_figures_that_are_ignored() -> None:
    async with opened(SHIRT, POOLED) as shop:
        shirt, pool, pooled = shop.id_of("Tricou 5"), shop.id_of("Tricou 4"), shop.id_of("S, Roșu")
        parent = (await shop.raw.put(f"products/{shirt}", json={"stock_quantity": 9, "regular_price": "1"})).json()
        assert (parent["stock_quantity"], parent["regular_price"], parent["manage_stock"]) == (None, "", False)
        child = (await shop.raw.put(f"products/{pool}/variations/{pooled}", json={"stock_quantity": 7})).json()
        assert (child["manage_stock"], child["stock_quantity"], child["sku"]) == ("parent", 40, "TRICOU-4")


async def test_every_write_is_echoed_in_the_time_of_change() -> None:
    async with opened(MUG) as shop:
        mug = shop.id_of(MUG.name)
        shop.clock.advance(60)
        before = (await shop.raw.get(f"products/{mug}")).json()["date_modified_gmt"]
        assert (await shop.raw.put(f"products/{mug}", json={})).json()["date_modified_gmt"] > before


async def test_version_7_moves_a_variation_and_version_11_refuses() -> None:
    for version, moved in (("7.9.0", True), ("11.0.1", False)):
        async with opened(SHIRT, POOLED, version=version) as shop:
            home, other, small = (shop.id_of(name) for name in ("Tricou 5", "Tricou 4", "S, Negru"))
            body = {"update": [{"id": int(small), "stock_quantity": 3}]}
            (row,) = (await shop.raw.post(f"products/{other}/variations/batch", json=body)).json()["update"]
            assert ("error" in row) is not moved
            at_home = {row["id"] for row in (await shop.raw.get(f"products/{home}/variations")).json()}
            assert (int(small) in at_home) is not moved
            assert (await shop.raw.get("variations")).status_code == (404 if moved else 200)


async def test_version_7_shows_a_variation_below_any_product_and_lets_nobody_edit_it_there() -> None:
    for version, status, refused in (
        ("7.9.0", 200, (403, "woocommerce_rest_cannot_edit")),
        ("11.0.1", 404, (404, "woocommerce_rest_product_variation_invalid_id")),
    ):
        async with opened(SHIRT, POOLED, version=version) as shop:
            path = f"products/{shop.id_of('Tricou 4')}/variations/{shop.id_of('S, Negru')}"
            assert (await shop.raw.get(path)).status_code == status
            answer = await shop.raw.put(path, json={"stock_quantity": 3})
            assert (answer.status_code, answer.json()["code"]) == refused


async def test_trash_is_still_there_and_force_is_not() -> None:
    async with opened(MUG) as shop:
        mug = shop.id_of(MUG.name)
        assert (await shop.raw.delete(f"products/{mug}")).json()["status"] == "publish"
        assert (await shop.raw.get(f"products/{mug}")).json()["status"] == "trash"
        assert (await shop.raw.get("products")).json() == []
        assert shop.sandbox.figures() == []
        await shop.raw.delete(f"products/{mug}?force=true")
        assert (await shop.raw.get(f"products/{mug}")).status_code == 404


# Orders.


async def test_the_storefront_refuses_what_rest_oversells() -> None:
    async with opened(MUG) as shop:
        mug = shop.id_of(MUG.name)
        assert shop.sandbox.buy([SandboxOrderLine(mug, 13)]) is None
        assert shop.sandbox.buy([SandboxOrderLine(mug, 7), SandboxOrderLine(mug, 6)]) is None
        assert shop.sandbox.buy([SandboxOrderLine(mug, 10)], paid=False)
        assert shop.sandbox.buy([SandboxOrderLine(mug, 3)]) is None, "kept back for the unpaid order"
        body = {"status": "processing", "line_items": [{"product_id": int(mug), "quantity": 500}]}
        assert (await shop.raw.post("orders", json=body)).status_code == 201
        assert shop.sandbox.figures()[0].stock == 12 - 500


async def test_sold_counts_live_orders() -> None:
    async with opened(MUG, POOLED) as shop:
        mug, small = shop.id_of(MUG.name), shop.id_of("S, Roșu")
        first, second, third = shop.buy(mug, 2), shop.buy(mug, 3, paid=False), shop.buy(small, 4)
        assert shop.sandbox.sold() == {mug: 5, small: 4}
        shop.sandbox.move(first, OrderState.CANCELLED)
        shop.sandbox.move(third, OrderState.RETURNED)
        assert shop.sandbox.sold() == {mug: 3}
        assert (await shop.raw.put(f"orders/{second}", json={"status": "processing"})).json()["status"] == "processing"
        assert {figure.remote_id: figure.stock for figure in shop.sandbox.figures()}[mug] == 9


async def test_a_sale_bumps_the_product_its_variation_and_its_parent() -> None:
    async with opened(SHIRT) as shop:
        shop.clock.advance(60)
        shop.buy(shop.id_of("S, Negru"))
        modified = {product.name: product.modified for product in shop.sandbox.goods.products.values()}
        now = shop.clock.now() // 1000
        assert modified == {"Tricou 5": now, "S, Negru": now, "M, Negru": now - 60}


async def test_edit_of_a_pooled_variation_changes_the_parent() -> None:
    async with opened(POOLED) as shop:
        shop.sandbox.edit(shop.id_of("S, Roșu"), stock=11, price="60.00")
        assert {figure.stock for figure in shop.sandbox.figures()} == {11}
        assert shop.sandbox.product(shop.id_of("S, Roșu")).regular_price == "60.00"


async def test_untracked_goods_are_always_sold() -> None:
    async with opened(SandboxProduct("A", "A", "1.00", -1)) as shop:
        shop.buy(shop.id_of("A"), 1000)
        assert shop.sandbox.figures() == []


# Faces.


@pytest.mark.parametrize("name", ["product_simple", "product_variable", "variation", "hpos_order_storefront_checkout"])
async def test_faces_have_the_recorded_keys_and_kinds(name: str) -> None:
    async with opened(MUG, SHIRT) as shop:
        home, small = shop.id_of("Tricou 5"), shop.id_of("S, Negru")
        order = shop.buy(shop.id_of(MUG.name))
        path = {
            "product_simple": f"products/{shop.id_of(MUG.name)}",
            "product_variable": f"products/{home}",
            "variation": f"products/{home}/variations/{small}",
            "hpos_order_storefront_checkout": f"orders/{order}",
        }[name]
        shown, recorded = (await shop.raw.get(path)).json(), captured(name)["response"]
        assert set(shown) == set(recorded)
        differing = {key for key in shown if type(shown[key]) is not type(recorded[key])}
        assert differing == set()
        if "line_items" in recorded:
            assert set(shown["line_items"][0]) == set(recorded["line_items"][0])


async def test_a_refund_has_the_recorded_shape() -> None:
    async with opened(MUG) as shop:
        number = shop.buy(shop.id_of(MUG.name), 2)
        body = {"amount": "29.90", "line_items": [{"id": shop.sandbox.order(number).lines[0].id, "quantity": 1}]}
        shown = (await shop.raw.post(f"orders/{number}/refunds", json=body)).json()
        recorded = captured("hpos_refund_line")["response"]
        assert set(shown) == set(recorded) - {"_links"}
        assert set(shown["line_items"][0]) == set(recorded["line_items"][0])
        assert shown["line_items"][0]["quantity"] == -1


@pytest.mark.parametrize(
    ("fault", "status", "header"),
    [(Fault.UNAVAILABLE, 503, "600"), (Fault.SERVER_ERROR, 500, None), (Fault.RATE_LIMITED, 429, "5")],
)
async def test_trouble_on_the_server(fault: Fault, status: int, header: str | None) -> None:
    async with opened() as shop:
        shop.sandbox.next_faults = [fault]
        answer = await shop.raw.get("products")
        assert (answer.status_code, answer.headers.get("retry-after")) == (status, header)


async def test_junk_before_the_json_is_the_recorded_junk() -> None:
    async with opened() as shop:
        shop.sandbox.next_faults = [Fault.JUNK_BEFORE_JSON]
        text = (await shop.raw.get("products")).text
        assert text.startswith(captured("server_trouble")["plugin_echo"]["body_start"].split("[")[0])
        assert json.loads(text.split("\n", 1)[1]) == []


async def test_the_control_interface() -> None:
    async with opened() as shop, httpx.AsyncClient(transport=shop.raw._transport, base_url=HTTP) as control:
        seeds = [{"code": "A", "name": "A", "price": "5.00", "stock": 3}]
        assert (await control.post("/_sim/seed", json=seeds)).json() == {"seeded": 1}
        (figure,) = (await control.get("/_sim/figures")).json()
        wish = {"lines": [{"remote_id": figure["remote_id"], "quantity": 2}]}
        assert (await control.post("/_sim/buy", json=wish)).json()["number"]
        assert (await control.get("/_sim/sold")).json() == {figure["remote_id"]: 2}

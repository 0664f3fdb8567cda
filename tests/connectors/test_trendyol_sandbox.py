"""The sandbox refuses what Trendyol refuses, asked directly and not through the connector."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from tests.connectors.trendyol_shop import APPROVED, STREAM, UPDATE, Shop, barcode, opened, products, update

from omnisync.connect.sandbox import Profile, SandboxOrderLine, SandboxProduct
from omnisync.model.order import OrderState

FIGURES = f"{APPROVED}/inventory-and-price"


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with opened() as each:
        each.sandbox.seed(products(3))
        yield each


async def push(shop: Shop, *rows: Mapping[str, Any]) -> dict[str, Any]:
    """The batch's result after a push that was accepted."""
    answer = await shop.raw.post(UPDATE, json=update(*rows))
    assert answer.status_code == 200, answer.text
    result = await shop.raw.get(f"/product/sellers/123456/products/batch-requests/{answer.json()['batchRequestId']}")
    return dict(result.json())


def statuses(result: Mapping[str, Any]) -> list[str]:
    return [item["status"] for item in result["items"]]


class TestGate:
    async def test_without_announcing_oneself_403(self, shop: Shop) -> None:
        for agent in ("", "python-httpx/0.28", "123456", "123456 - My Shop!"):
            assert (await shop.raw.get(APPROVED, headers={"User-Agent": agent})).status_code == 403

    @pytest.mark.parametrize("auth", [("sandbox-key", "x"), ("sandbox-secret", "sandbox-key")])
    async def test_wrong_key_401(self, shop: Shop, auth: tuple[str, str]) -> None:
        answer = await shop.raw.get(APPROVED, auth=auth)
        assert answer.status_code == 401
        assert answer.json()["exception"] == "ClientApiAuthenticationException"

    async def test_another_seller_401(self, shop: Shop) -> None:
        assert (await shop.raw.get(APPROVED.replace("123456", "1"))).status_code == 401

    async def test_an_unknown_path_403(self, shop: Shop) -> None:
        assert (await shop.raw.get("/suppliers/123456/products")).status_code == 403

    async def test_the_51st_call_in_ten_seconds(self, shop: Shop) -> None:
        codes = [(await shop.raw.get(APPROVED)).status_code for _ in range(51)]
        assert codes == [200] * 50 + [429]
        assert (await shop.raw.get(FIGURES)).status_code == 200, "each endpoint counts for itself"
        shop.clock.advance(10)
        assert (await shop.raw.get(APPROVED)).status_code == 200

    async def test_thirty_order_calls_a_minute(self, shop: Shop) -> None:
        codes = []
        for _ in range(31):
            codes.append((await shop.raw.get(STREAM)).status_code)
            shop.clock.advance(1)
        assert codes == [200] * 30 + [429]
        shop.clock.advance(30)
        assert (await shop.raw.get(STREAM)).status_code == 200

    async def test_a_group_shares_its_minute(self, shop: Shop) -> None:
        codes = []
        for n in range(400):
            codes.append((await shop.raw.post(UPDATE, json=update({"barcode": "x", "quantity": n}))).status_code)
            shop.clock.advance(0.21 if n < 250 else 0)
            if n == 250:
                shop.clock.advance(10)
        assert codes.count(200) <= 350
        assert codes[-1] == 429


class TestUpdates:
    async def test_a_body_that_breaks_a_rule_400(self, shop: Shop) -> None:
        bad: list[Any] = [
            {}, {"items": []}, [], update({"quantity": 1}), update({"barcode": "x"}),
            update({"barcode": "x", "quantity": "1"}), update({"barcode": "x", "quantity": 1.5}),
            update(*({"barcode": str(n), "quantity": 1} for n in range(1001))),
        ]  # fmt: skip
        for body in bad:
            assert (await shop.raw.post(UPDATE, json=body)).status_code == 400, body
        assert (await shop.raw.post(UPDATE, data={"items": "x"})).status_code == 500

    async def test_the_same_body_within_15_minutes(self, shop: Shop) -> None:
        body = update({"barcode": barcode(0), "quantity": 1})
        assert (await shop.raw.post(UPDATE, json=body)).status_code == 200
        shop.clock.advance(899)
        again = await shop.raw.post(UPDATE, json=body)
        assert again.status_code == 400
        assert "15 dakika boyunca aynı isteği tekrarlı olarak atamazsınız!" in again.text
        other = update({"barcode": barcode(0), "quantity": 2})
        assert (await shop.raw.post(UPDATE, json=other)).status_code == 200
        shop.clock.advance(1)
        assert (await shop.raw.post(UPDATE, json=body)).status_code == 200

    @pytest.mark.parametrize(
        "row",
        [
            {"barcode": "NOPE", "quantity": 1},
            {"barcode": barcode(0), "quantity": 20_001},
            {"barcode": barcode(0), "quantity": -1},
            {"barcode": barcode(0), "salePrice": 10, "listPrice": 9.99},
            {"barcode": barcode(0), "salePrice": 89.91},  # above the list price that stands
            {"barcode": barcode(0), "salePrice": 0, "listPrice": 1},
        ],
    )
    async def test_an_item_that_breaks_a_rule_fails_alone(self, shop: Shop, row: dict[str, Any]) -> None:
        result = await push(shop, row, {"barcode": barcode(1), "quantity": 20_000})
        assert statuses(result) == ["FAILED", "SUCCESS"]
        assert (result["itemCount"], result["failedItemCount"]) == (2, 1)
        assert "status" not in result
        assert [figure.stock for figure in shop.sandbox.figures()] == [10, 20_000, 10]

    async def test_a_barcode_twice_in_one_batch(self, shop: Shop) -> None:
        rows = ({"barcode": barcode(0), "quantity": n} for n in (1, 2))
        assert statuses(await push(shop, *rows)) == ["SUCCESS", "FAILED"]
        assert shop.sandbox.figures()[0].stock == 1

    async def test_partial_items_leave_the_rest_alone(self, shop: Shop) -> None:
        await push(shop, {"barcode": barcode(0), "listPrice": 99.9}, {"barcode": barcode(1), "quantity": 0})
        first, second, _ = shop.sandbox.figures()
        assert (first.stock, first.price) == (10, "89.90")
        assert (second.stock, second.price) == (0, "89.90")

    async def test_items_are_worked_on_one_by_one(self) -> None:
        async with opened(Profile.REALISTIC) as shop:
            shop.sandbox.seed(products(200))
            result = await push(shop, *({"barcode": barcode(n), "quantity": 1} for n in range(200)))
            assert result["itemCount"] == 200
            counts = [len(result["items"])]
            for _ in range(6):
                shop.clock.advance(1)
                counts.append(sum(figure.stock == 1 for figure in shop.sandbox.figures()))
            assert counts == sorted(counts)
            assert counts[0] < counts[2] <= counts[-1] == 200

    async def test_a_hostile_queue_fails_some_items(self) -> None:
        async with opened(Profile.HOSTILE) as shop:
            shop.sandbox.seed(products(500))
            answer = await shop.raw.post(
                UPDATE, json=update(*({"barcode": barcode(n), "quantity": 1} for n in range(500)))
            )
            shop.clock.advance(180)
            batch = answer.json()["batchRequestId"]
            result = (await shop.raw.get(f"/product/sellers/123456/products/batch-requests/{batch}")).json()
            assert 0 < result["failedItemCount"] < 50


class TestCatalogue:
    @pytest.mark.parametrize(
        "query",
        [
            {"size": 101}, {"size": 0}, {"page": 101, "size": 100}, {"page": "x"}, {"status": "sold"},
            {"nextPageToken": "!"}, {"barcodes": ",".join(map(str, range(51)))},
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("path", [APPROVED, FIGURES])
    async def test_questions_that_are_refused(self, shop: Shop, path: str, query: dict[str, Any]) -> None:
        assert (await shop.raw.get(path, params=query)).status_code == 400

    async def test_a_token_belongs_to_its_filters(self, shop: Shop) -> None:
        first = (await shop.raw.get(APPROVED, params={"size": 2})).json()
        token = first["nextPageToken"]
        second = (await shop.raw.get(APPROVED, params={"size": 2, "nextPageToken": token})).json()
        assert len(first["content"]) + len(second["content"]) == first["totalElements"] == 3
        changed = {"size": 2, "nextPageToken": token, "status": "onSale"}
        assert (await shop.raw.get(APPROVED, params=changed)).status_code == 400

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ({"barcode": barcode(1)}, 1), ({"barcodes": f"{barcode(0)},{barcode(2)},x"}, 2), ({"stockCode": "P-00001"}, 1),
            ({"productMainId": "P-00002"}, 1), ({"contentId": 1}, 0), ({"status": "onSale"}, 3),
            ({"status": "archived"}, 0), ({"status": "notOnSale"}, 0),
        ],
    )  # fmt: skip
    async def test_filters(self, shop: Shop, query: dict[str, Any], count: int) -> None:
        assert (await shop.raw.get(FIGURES, params=query)).json()["totalElements"] == count

    async def test_spaces_in_a_barcode_are_taken_out_at_import(self, shop: Shop) -> None:
        shop.sandbox.seed(
            [SandboxProduct("C 1", "Vida", "1.00", 0, barcode="868 12 3"), SandboxProduct("C 2", "V", "1", 1)]
        )
        assert [figure.remote_id for figure in shop.sandbox.figures()][3:] == ["868123", "C2"]
        row = (await shop.raw.get(APPROVED, params={"barcode": "868123"})).json()["content"][0]["variants"][0]
        assert row["stock"] == {"lastModifiedDate": None}, "stock that was never set has no quantity"


class TestOrders:
    @pytest.mark.parametrize(
        "query",
        [
            {"size": 201}, {"size": 0}, {"nextCursor": "x"}, {"lastModifiedStartDate": "yesterday"},
            {"lastModifiedStartDate": 0, "lastModifiedEndDate": 14 * 86_400_000 + 1},
        ],
    )  # fmt: skip
    async def test_questions_that_are_refused(self, shop: Shop, query: dict[str, Any]) -> None:
        assert (await shop.raw.get(STREAM, params=query)).status_code == 400

    async def test_a_cursor_belongs_to_its_filters_and_grows_old(self, shop: Shop) -> None:
        for _ in range(3):
            shop.buy(barcode(0))
        first = (await shop.raw.get(STREAM, params={"size": 2})).json()
        assert first["hasMore"]
        follow = {"size": 2, "nextCursor": first["nextCursor"]}
        second = (await shop.raw.get(STREAM, params=follow)).json()
        assert (len(second["content"]), second["hasMore"], second["nextCursor"]) == (1, False, None)
        changed = {**follow, "packageItemStatuses": "Created"}
        assert (await shop.raw.get(STREAM, params=changed)).status_code == 400
        shop.clock.advance(301)
        assert (await shop.raw.get(STREAM, params=follow)).status_code == 400

    async def test_the_newest_change_comes_first(self, shop: Shop) -> None:
        numbers = []
        for _ in range(3):
            numbers.append(shop.buy(barcode(0)))
            shop.clock.advance(1)
        shop.sandbox.move(numbers[0], OrderState.PREPARING)
        rows = (await shop.raw.get(STREAM)).json()["content"]
        assert [row["orderNumber"] for row in rows] == [numbers[0], numbers[2], numbers[1]]
        assert rows[0]["status"] == rows[0]["lines"][0]["orderLineItemStatusName"] == "Picking"

    async def test_the_order_date_is_shifted(self, shop: Shop) -> None:
        at = shop.clock.now()
        shop.buy(barcode(0))
        (row,) = (await shop.raw.get(STREAM)).json()["content"]
        assert row["orderDate"] == at + 10_800_000
        assert row["lastModifiedDate"] == row["packageHistories"][0]["createdDate"] == at

    async def test_only_three_months_are_kept(self, shop: Shop) -> None:
        at = shop.clock.now()
        shop.buy(barcode(0))
        query = {"lastModifiedStartDate": at - 1, "lastModifiedEndDate": at + 1}
        shop.clock.advance(89 * 86400)
        assert len((await shop.raw.get(STREAM, params=query)).json()["content"]) == 1
        shop.clock.advance(2 * 86400)
        assert (await shop.raw.get(STREAM, params=query)).json()["content"] == []

    def test_sold_out_is_refused(self, shop: Shop) -> None:
        assert shop.sandbox.buy([SandboxOrderLine(barcode(0), 11)]) is None
        assert shop.sandbox.buy([SandboxOrderLine(barcode(0), 6), SandboxOrderLine(barcode(0), 5)]) is None
        assert shop.sandbox.buy([SandboxOrderLine("NOPE", 1)]) is None
        shop.sandbox.flag(barcode(1), "archived")
        assert shop.sandbox.buy([SandboxOrderLine(barcode(1), 1)]) is None
        assert [figure.stock for figure in shop.sandbox.figures()] == [10, 10, 10]

    def test_what_is_shipped_cannot_be_cancelled(self, shop: Shop) -> None:
        number = shop.buy(barcode(0), 2)
        shop.sandbox.move(number, OrderState.RETURNED)
        assert shop.sandbox.sold() == {barcode(0): 2}, "what never left can't come back"
        shop.sandbox.move(number, OrderState.SHIPPED)
        shop.sandbox.move(number, OrderState.CANCELLED)
        shop.sandbox.move(number, OrderState.PREPARING)
        assert shop.sandbox.sold() == {barcode(0): 2}
        assert shop.sandbox.orders.all()[0].packages[0].status == "Shipped"
        shop.sandbox.move(number, OrderState.RETURNED)
        assert shop.sandbox.sold() == {}
        assert shop.sandbox.figures()[0].stock == 8, "nothing is put back"

    def test_what_could_not_be_delivered_comes_back_and_what_was_delivered_does_not(self, shop: Shop) -> None:
        lost, kept = shop.buy(barcode(0), 2), shop.buy(barcode(1), 1)
        packages = [order.packages[0] for order in shop.sandbox.orders.all()]
        shop.sandbox.orders.undelivered(lost)
        assert packages[0].status == "Created", "the carrier does not have it yet"
        for number in (lost, kept):
            shop.sandbox.move(number, OrderState.SHIPPED)
        shop.sandbox.orders.undelivered(lost)
        shop.sandbox.move(kept, OrderState.DELIVERED)
        assert [each.status for each in packages] == ["UnDelivered", "Delivered"]
        assert shop.sandbox.sold() == {barcode(0): 2, barcode(1): 1}
        for number in (lost, kept):
            shop.sandbox.move(number, OrderState.DELIVERED)
            shop.sandbox.move(number, OrderState.RETURNED)
        assert [each.status for each in packages] == ["Returned", "Delivered"]
        assert shop.sandbox.sold() == {barcode(1): 1}

    async def test_the_control_interface(self, shop: Shop) -> None:
        """What a demo or a test can ask for over HTTP, too."""
        wish = {"lines": [{"remote_id": barcode(0), "quantity": 4}], "paid": True}
        number = (await shop.raw.post("/_sim/buy", json=wish)).json()["number"]
        one = {"number": number, "remote_id": barcode(0), "quantity": 1}
        for name, body in (
            ("split", {"number": number}),
            ("cancel_some", one),
            ("unsupplied", one),
            ("undelivered", {"number": number}),
            ("flag", {"remote_id": barcode(2), "flag": "locked", "on": True}),
            ("outage", {"seconds": 60}),
        ):
            assert (await shop.raw.post(f"/_sim/{name}", json=body)).status_code == 200, name
        assert (await shop.raw.get("/_sim/sold")).json() == {barcode(0): 2}
        assert len({package.package_id for package in shop.sandbox.orders.all()[0].packages}) == 6
        assert shop.sandbox.catalogue.variant(barcode(2)).locked
        assert shop.sandbox.orders.hidden_until == shop.clock.now() + 60_000

    @pytest.mark.parametrize("act", ["split", "cancel", "move", "edit", "flag"])
    def test_wishes_that_make_no_sense(self, shop: Shop, act: str) -> None:
        number = shop.buy(barcode(0))
        with pytest.raises(ValueError, match=r"split|pieces|never|no listing|none of"):
            {
                "split": lambda: shop.sandbox.orders.split(number),
                "cancel": lambda: shop.sandbox.orders.cancel_some(number, barcode(0), 2),
                "move": lambda: shop.sandbox.move(number, OrderState.WAITING),
                "edit": lambda: shop.sandbox.edit("NOPE", stock=1),
                "flag": lambda: shop.sandbox.flag(barcode(0), "golden"),
            }[act]()

"""The connector against a Trendyol of other manners than the sandbox's, where the facts leave them open.

What the facts (facts/marketplaces.md section 1) do not promise must not matter: an absent field, a page cut short,
an old name, a text where a number was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import httpx
import pytest
from omnisync_plugins.trendyol import mapping
from omnisync_plugins.trendyol.connector import TrendyolStore, connect
from tests.connectors.test_trendyol_mapping import CONTENT, PACKAGE, line, lira, listing, package
from tests.connectors.trendyol_shop import stock

from omnisync.connect.check import Grade
from omnisync.connect.context import Context
from omnisync.connect.store import ListingRef, PushItem, RemoteListing
from omnisync.errors import Rejected, Repeated, Unavailable
from omnisync.model.order import OrderPart, OrderState
from omnisync.testing.clock import ManualClock

HOUR = 3_600_000
DAY = 24 * HOUR

Answer = Callable[[httpx.Request], httpx.Response]


def told(body: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=json.dumps(body).encode())


class Other:
    """A connector whose every request is answered by one function; the queries asked are kept."""

    def __init__(self, answer: Answer) -> None:
        self.clock = ManualClock()
        self.asked: list[Mapping[str, str]] = []
        self._answer = answer
        transport = httpx.MockTransport(self._note)
        context = Context("trendyol", "TRY", clock=self.clock, transport=transport)
        account = {"seller_id": "1", "api_key": "k", "api_secret": "s", "address": "http://other.test/integration"}
        self.store: TrendyolStore = connect(account, context)

    def _note(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(dict(request.url.params))
        # An endless walk is to be a failed test.
        assert len(self.asked) < 300
        return self._answer(request)

    async def orders(self, since: int, until: int) -> list[OrderPart]:
        return [part async for page in self.store.orders(since, until) for part in page]

    async def listings(self) -> list[RemoteListing]:
        return [row async for page in self.store.listings() for row in page]


def content(number: int, **changes: Any) -> dict[str, Any]:
    """One product with one variant, as the full list and the light one write it, in one."""
    figures = {"stock": {"quantity": 3}, "price": {"salePrice": 9.5, "listPrice": 9.5}}
    flat = {"quantity": 3, "salePrice": 9.5, "listPrice": 9.5}
    return {"contentId": number, "variants": [{"barcode": f"B{number}", **figures, **flat, **changes}]}


def row(number: int, at: int = 1_762_242_537_700) -> dict[str, Any]:
    return package(orderNumber=str(number), shipmentPackageId=number, lastModifiedDate=at)


class TestOrderStream:
    async def test_more_without_a_cursor_is_never_taken_for_the_end(self) -> None:
        other = Other(lambda _: told({"hasMore": True, "nextCursor": None, "content": [row(1)]}))
        with pytest.raises(Unavailable, match="more"):
            await other.orders(0, HOUR)

    async def test_a_cursor_goes_on_where_nobody_says_whether_there_is_more(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            if "nextCursor" in request.url.params:
                return told({"content": [row(2)]})
            return told({"nextCursor": "c", "content": [row(1)]})

        assert [part.number for part in await Other(answer).orders(0, HOUR)] == ["1", "2"]

    async def test_an_empty_page_is_the_end_where_nobody_says_whether_there_is_more(self) -> None:
        """Some give a cursor with every page, the last one too."""
        pages = iter([[row(1)], [row(2)], [], []])
        other = Other(lambda _: told({"nextCursor": str(len(other.asked)), "content": next(pages)}))
        assert len(await other.orders(0, HOUR)) == 2
        assert await other.orders(0, HOUR) == []

    @pytest.mark.parametrize("cursors", [lambda _: "same", str], ids=["the same cursor", "another each time"])
    async def test_a_page_that_repeats_ends_the_walk(self, cursors: Callable[[int], str]) -> None:
        other = Other(lambda _: told({"hasMore": True, "nextCursor": cursors(len(other.asked)), "content": [row(1)]}))
        with pytest.raises(Unavailable, match="same page"):
            await other.orders(0, HOUR)

    async def test_a_refused_cursor_is_no_repeated_page(self) -> None:
        """The stretch that is read again tells what was told already, and then goes on."""
        pages = iter(
            [
                told({"hasMore": True, "nextCursor": "a", "content": [row(1)]}),
                told({"hasMore": True, "nextCursor": "b", "content": [row(2)]}),
                told({"errors": [{"message": "cursor expired"}]}, 400),
                told({"hasMore": True, "nextCursor": "c", "content": [row(1)]}),
                told({"hasMore": True, "nextCursor": "d", "content": [row(2)]}),
                told({"hasMore": False, "content": [row(3)]}),
            ]
        )
        found = await Other(lambda _: next(pages)).orders(0, HOUR)
        assert {part.number for part in found} == {"1", "2", "3"}

    async def test_filters_may_be_meant_in_turkish_wall_clock(self) -> None:
        """The vendor calls them GMT+3 (1.1): read like orderDate, an end of now would hide the last three hours."""
        other = Other(lambda _: told({"hasMore": False, "content": []}))
        await other.orders(10 * DAY, 11 * DAY)
        (asked,) = other.asked
        assert int(asked["lastModifiedStartDate"]) <= 10 * DAY
        assert int(asked["lastModifiedEndDate"]) >= 11 * DAY + 3 * HOUR

    async def test_no_stretch_is_longer_than_fourteen_days(self) -> None:
        other = Other(lambda _: told({"hasMore": False, "content": []}))
        await other.orders(0, 60 * DAY)
        spans = [(int(each["lastModifiedStartDate"]), int(each["lastModifiedEndDate"])) for each in other.asked]
        assert all(0 < end - start <= 14 * DAY for start, end in spans)
        assert all(before[1] >= after[0] for before, after in pairwise(spans))

    async def test_three_months_back_are_fewer_days_than_ninety_in_spring(self) -> None:
        """From the first of May to the first of February are 89 days, and its clock may be ahead of ours."""
        assert Other(lambda _: told({})).store.capabilities.orders_history < 89 * 86_400


class TestCatalogue:
    async def test_pages_go_on_where_nobody_says_how_many_there_are(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            page = int(request.url.params["page"])
            return told({"content": [content(page)] if page < 3 else []})

        assert [each.ref.key for each in await Other(answer).listings()] == ["B0", "B1", "B2"]

    async def test_the_token_is_used_before_a_number_could_be_too_large(self) -> None:
        """page * size <= 10,000 may be meant of the page's first row or of its last."""

        def answer(request: httpx.Request) -> httpx.Response:
            params = request.url.params
            if "nextPageToken" in params:
                return told(
                    {"totalPages": 101, "content": [content(10_000)] if params["nextPageToken"] == "100" else []}
                )
            page = int(params["page"])
            if (page + 1) * 100 > 10_000:
                return told({"errors": [{"message": "page * size"}]}, 400)
            rows = [content(page * 100 + n) for n in range(100)]
            return told({"totalPages": 101, "nextPageToken": str(page + 1), "content": rows})

        assert len(await Other(answer).listings()) == 10_001

    @pytest.mark.parametrize("token", ["same", None], ids=["by token", "by number"])
    async def test_a_page_that_repeats_is_no_whole_catalogue(self, token: str | None) -> None:
        """What it hides would pass for gone."""
        answer = {"totalPages": 120, "nextPageToken": token, "content": [content(n) for n in range(100)]}
        with pytest.raises(Unavailable, match="same page"):
            await Other(lambda _: told(answer)).listings()

    async def test_what_was_asked_for_may_come_on_several_pages(self) -> None:
        """A page cut short without a word would make listings look gone."""

        def answer(request: httpx.Request) -> httpx.Response:
            page = int(request.url.params["page"])
            return told({"totalPages": 3, "content": [content(page)]})

        found = await Other(answer).store.read([ListingRef(f"B{n}", f"B{n}") for n in range(3)])
        assert [each.ref.key for each in found if isinstance(each, RemoteListing)] == ["B0", "B1", "B2"]

    async def test_a_filter_that_is_ignored_does_not_walk_the_catalogue(self) -> None:
        other = Other(lambda _: told({"totalPages": 5000, "content": [content(7)]}))
        with pytest.raises(Unavailable):
            await other.store.read([ListingRef("GONE", "GONE")])

    @pytest.mark.parametrize("when", ["2026-11-21T11:37:07.950+00:00", "2026-11-21T11:37:07.950Z", "some day", [], -1])
    async def test_when_stock_was_changed_is_no_reason_not_to_read_it(self, when: Any) -> None:
        (found,) = await Other(lambda _: told({"content": [content(1, stockLastModifiedDate=when)]})).store.read(
            [ListingRef("B1", "B1")]
        )
        assert isinstance(found, RemoteListing)
        assert found.stock == 3000
        assert found.stock_at == (1_795_261_027_950 if "T" in str(when) else None)

    def test_flags_may_be_written_as_text(self) -> None:
        told_so = {**CONTENT, "variants": [{**CONTENT["variants"][0], "archived": "false", "locked": "False"}]}
        assert listing(told_so).active
        told_so["variants"][0]["locked"] = "true"
        assert not listing(told_so).active

    def test_a_blank_barcode_names_nothing(self) -> None:
        assert mapping.variants({"variants": [{"barcode": "  "}]}) == []

    async def test_the_check_counts_what_it_sees(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            return told({"content": [content(1)] if "products" in request.url.path else []})

        assert [each.grade for each in await Other(answer).store.check()] == [Grade.OK, Grade.OK]


class TestPush:
    REPEATED = """{"timestamp":1620422483339,"exception":"TrendyolSystemException","errors":[{"key":"generic.exception",
        "message":"15 dakika boyunca aynı isteği tekrarlı olarak atamazsınız!"}]}"""

    @pytest.mark.parametrize("status", [200, 400, 409, 422, 500, 556])
    async def test_the_quarter_of_an_hour_is_known_wherever_it_stands(self, status: int) -> None:
        """The facts know neither status nor place of these words (7, question 1)."""
        other = Other(lambda _: httpx.Response(status, content=self.REPEATED.encode()))
        with pytest.raises(Repeated):
            await other.store.push([stock("B1", 1)], "k")

    @pytest.mark.parametrize("status", [400, 404, 405, 410])
    async def test_a_page_is_no_word_on_any_item(self, status: int) -> None:
        """Some proxy's page must not set the whole catalogue aside, one listing after the other."""
        other = Other(lambda _: httpx.Response(status, content=b"<html><h1>Not Found</h1></html>"))
        with pytest.raises(Unavailable):
            await other.store.push([stock("B1", 1)], "k")

    async def test_a_body_too_large_for_a_proxy_is_made_smaller(self) -> None:
        other = Other(lambda _: httpx.Response(413, content=b"<html><h1>Request Entity Too Large</h1></html>"))
        with pytest.raises(Rejected):
            await other.store.push([stock("B1", 1)], "k")

    async def test_a_path_that_is_not_there_is_no_word_on_any_item(self) -> None:
        other = Other(lambda _: httpx.Response(404))
        with pytest.raises(Unavailable):
            await other.store.push([stock("B1", 1)], "k")


class TestResults:
    items = (PushItem(ListingRef("A", "A"), stock=1000), PushItem(ListingRef("B", "B"), stock=1000))

    @staticmethod
    def row(barcode: str, status: str = "SUCCESS", reasons: Any = ()) -> dict[str, Any]:
        return {"requestItem": {"barcode": barcode}, "status": status, "failureReasons": reasons}

    def test_a_count_that_is_absent_is_what_was_sent(self) -> None:
        assert mapping.push_results({"items": [self.row("A")]}, self.items) is None
        assert mapping.push_results({"items": [self.row("A"), self.row("B")]}, self.items)

    def test_more_rows_than_counted_are_no_reason_to_wait(self) -> None:
        rows = [self.row("A"), self.row("B"), self.row("B")]
        assert mapping.push_results({"items": rows, "itemCount": 2}, self.items)

    def test_the_reason_may_be_one_text(self) -> None:
        rows = [self.row("A", "FAILED", "Kilitli ürün"), self.row("B", "FAILED", None)]
        locked, silent = mapping.push_results({"items": rows, "itemCount": 2}, self.items) or []
        assert locked.refused == "Kilitli ürün"
        assert silent.refused


class TestPackages:
    def test_the_old_names_of_fields_are_read_too(self) -> None:
        """The vendor's own reference still shows them (1.4)."""
        old_line = {"id": 4, "quantity": 2, "barcode": "868", "merchantSku": "TS", "price": 90.0, "amount": 100.0}
        old = {"orderNumber": "7", "id": 33, "status": "Created", "totalPrice": 180.0, "lines": [old_line]}
        part = mapping.order_part({**old, "orderDate": 1_762_253_333_685, "lastModifiedDate": 1_762_242_537_700}, "TRY")
        (only,) = part.lines
        assert (part.part, part.total) == ("33", lira(18000))
        assert (only.line_id, only.codes, only.price) == ("4", ("868", "TS"), lira(9000))

    def test_a_total_that_is_absent_is_that_of_the_lines(self) -> None:
        assert mapping.order_part(package(packageTotalPrice=None), "TRY").total == lira(18000)

    def test_an_order_without_its_date_is_still_an_order(self) -> None:
        part = mapping.order_part(package(orderDate=None), "TRY")
        assert part.placed_at == PACKAGE["lastModifiedDate"]

    @pytest.mark.parametrize("status", ["Cancelled", "UnSupplied"])
    def test_nothing_of_a_cancelled_package_is_owed(self, status: str) -> None:
        """Its lines may still say what they were."""
        part = mapping.order_part(package(status=status, lines=[line(orderLineItemStatusName="Created")]), "TRY")
        assert not any((each.state or part.state).holds_stock for each in part.lines)

    def test_a_line_left_behind_does_not_hold_its_package_back(self) -> None:
        part = mapping.order_part(package(status="Shipped", lines=[line(orderLineItemStatusName="Created")]), "TRY")
        assert [each.state for each in part.lines] == [None]

    def test_a_line_that_came_back_is_returned(self) -> None:
        lines = [line(orderLineItemStatusName="Delivered"), line(lineId=2, orderLineItemStatusName="Returned")]
        part = mapping.order_part(package(status="Delivered", lines=lines), "TRY")
        assert [each.state for each in part.lines] == [None, OrderState.RETURNED]

    def test_fewer_than_no_pieces_can_not_be_owed(self) -> None:
        """They would free stock that others were promised."""
        with pytest.raises(ValueError, match="quantity"):
            mapping.order_part(package(lines=[line(quantity=-1)]), "TRY")

    @pytest.mark.parametrize("origins", [12, "12", [12], ["12"]])
    def test_one_origin_need_not_be_a_list(self, origins: Any) -> None:
        assert mapping.order_part(package(originPackageIds=origins), "TRY").replaces == ("12",)


def test_the_same_body_is_kept_apart_a_little_longer_than_the_window() -> None:
    """It is counted from when it arrives there, which is up to half a minute after it was sent."""
    assert Other(lambda _: told({})).store.capabilities.repeat_window >= 15 * 60 + 30

"""The connector against its sandbox: the contract tests (a) to (j) of facts/marketplaces.md section 6."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from omnisync_plugins.trendyol import sandbox, sandbox_stream
from omnisync_plugins.trendyol.connector import connect
from starlette.requests import Request
from starlette.responses import Response
from tests.connectors.trendyol_shop import HOST, Shop, barcode, connector, opened, price, products, stock

from omnisync.connect.check import Grade
from omnisync.connect.context import Context
from omnisync.connect.loader import OptionType, discover, load
from omnisync.connect.sandbox import HOSTILE_RATES, Fault, Profile, SandboxOrderLine, SandboxProduct
from omnisync.connect.store import ItemResult, ListingRef, PushItem
from omnisync.errors import (
    AuthFailed,
    ConfigurationError,
    NotSent,
    RateLimited,
    Rejected,
    Repeated,
    Unavailable,
    UnknownOutcome,
)
from omnisync.model.order import OrderState
from omnisync.testing.clock import ManualClock

HOUR = 3600
DAY = 86400


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with opened() as each:
        yield each


class TestOptions:
    def test_the_manifest_describes_the_plugin(self) -> None:
        manifest = discover()["trendyol"]
        assert not manifest.broken
        assert {option.name for option in manifest.options if option.required} == {"seller_id", "api_key", "api_secret"}
        assert {option.name for option in manifest.options if option.type is OptionType.SECRET} == {
            "api_key", "api_secret",
        }  # fmt: skip
        assert load(manifest).connect and load(manifest, "sandbox").sandbox
        assert (manifest.folder / "README.md").is_file()

    @pytest.mark.parametrize(
        "wrong",
        [{"seller_id": ""}, {"seller_id": "abc"}, {"api_key": " "}, {"api_secret": ""}, {"integrator": "My Shop!"}],
    )
    def test_wrong_options_are_named(self, wrong: dict[str, str]) -> None:
        right = {"seller_id": "1", "api_key": "k", "api_secret": "s"}
        with pytest.raises(ConfigurationError, match=next(iter(wrong))):
            connect({**right, **wrong}, Context("t", "TRY"))

    def test_plugins_import_only_what_they_may(self) -> None:
        allowed = ("omnisync.connect", "omnisync.model", "omnisync.errors")
        for path in (Path(__file__).parents[2] / "plugins" / "trendyol").glob("*.py"):
            for line in path.read_text("utf-8").splitlines():
                if line.startswith(("from omnisync", "import omnisync")):
                    assert line.split()[1].startswith(allowed), f"{path.name}: {line}"


class TestListings:
    async def test_a_first_walk_over_several_pages(self, shop: Shop) -> None:
        """(a)"""
        shop.sandbox.seed(products(230))
        pages = [page async for page in shop.store.listings()]
        assert [len(page) for page in pages] == [100, 100, 30]
        assert {row.ref.remote_id for page in pages for row in page} == {barcode(n) for n in range(230)}

    async def test_beyond_ten_thousand_the_walk_goes_on_by_token(self, shop: Shop) -> None:
        shop.sandbox.seed(products(10_350))
        assert len(await shop.listings()) == 10_350

    async def test_variants_and_flags(self, shop: Shop) -> None:
        red, blue = (SandboxProduct(f"T-{c}", c, "10.00", 3, barcode=f"B{c}") for c in ("red", "blue"))
        shop.sandbox.seed([SandboxProduct("T", "Tişört", "10.00", 0, variants=(red, blue))])
        shop.sandbox.flag("Bblue", "locked")
        listings = await shop.listings()
        assert {name: row.active for name, row in listings.items()} == {"Bred": True, "Bblue": False}
        assert listings["Bred"].name == "Tişört, red"

    async def test_when_a_stock_was_changed_is_told_by_both_reads(self, shop: Shop) -> None:
        shop.sandbox.seed(products(2))
        shop.clock.advance(600)
        shop.sandbox.edit(barcode(1), stock=77)
        listings = await shop.listings()
        (read,) = await shop.store.read([listings[barcode(1)].ref])
        assert not isinstance(read, Rejected)
        assert listings[barcode(1)].stock_at == read.stock_at == shop.clock.now()
        assert listings[barcode(0)].stock_at == shop.clock.now() - 600_000
        assert read.price_at is None, "of a price Trendyol doesn't tell"

    async def test_an_empty_shop_has_no_pages(self, shop: Shop) -> None:
        assert [page async for page in shop.store.listings()] == []

    async def test_read_gives_only_what_was_asked(self, shop: Shop) -> None:
        """The sandbox sends a product's other variants along."""
        red, blue = (SandboxProduct(f"T-{c}", c, "10.00", 3, barcode=f"B{c}") for c in ("red", "blue"))
        shop.sandbox.seed([SandboxProduct("T", "Tişört", "10.00", 0, variants=(red, blue)), *products(60)])
        assert (await shop.shown("Bred")).stock == 3000
        refs = [row.ref for row in (await shop.listings()).values() if row.ref.remote_id.startswith("868")][:50]
        assert [row.ref.remote_id for row in await shop.store.read(refs)] == [ref.remote_id for ref in refs][::-1]

    async def test_a_change_in_the_panel_is_found_by_the_full_walk(self, shop: Shop) -> None:
        """(j)"""
        shop.sandbox.seed(products(3))
        shop.sandbox.edit(barcode(1), stock=77, price="120.00")
        row = (await shop.listings())[barcode(1)]
        assert (row.stock, str(row.price)) == (77_000, "120.00")

    async def test_no_parameter_is_misspelt(self, shop: Shop) -> None:
        shop.sandbox.seed(products(120))
        await shop.listings()
        await shop.shown(barcode(3))
        await shop.orders(shop.clock.now() - 1000)
        assert not shop.sandbox.unknown_parameters

    async def test_a_walk_survives_a_failed_page(self, shop: Shop) -> None:
        """Asking again repeats the page that failed; none is lost and none comes twice."""
        shop.sandbox.seed(products(250))
        walk = shop.store.listings()
        rows = list(await anext(walk))
        shop.sandbox.next_faults = [Fault.RATE_LIMITED, Fault.HTML]
        with pytest.raises(RateLimited):
            await anext(walk)
        shop.clock.advance(11)
        with pytest.raises(Unavailable):
            await anext(walk)
        rows += [row async for page in walk for row in page]
        assert [row.ref.remote_id for row in rows] == [barcode(n) for n in range(250)]


class TestPush:
    async def test_figures_arrive(self, shop: Shop) -> None:
        shop.sandbox.seed(products(2))
        items = [PushItem(stock(barcode(0), 4).ref, stock=4000, price=price(barcode(0), 9950).price)]
        answer = await shop.store.push(items, "k")
        assert (await shop.settle(answer.receipt, items))[barcode(0)].refused == ""
        row = await shop.shown(barcode(0))
        assert (row.stock, str(row.price)) == (4000, "99.50")
        assert (await shop.shown(barcode(1))).stock == 10_000

    async def test_one_bad_item_does_not_stop_the_others(self, shop: Shop) -> None:
        """(b)"""
        shop.sandbox.seed(products(2))
        items = [stock(barcode(0), 1), stock("NOPE", 2), stock(barcode(1), 3)]
        answer = await shop.store.push(items, "k")
        results = await shop.settle(answer.receipt, items)
        assert {name: bool(result.refused) for name, result in results.items()} == {
            barcode(0): False, "NOPE": True, barcode(1): False,
        }  # fmt: skip
        assert "NOPE" in results["NOPE"].refused
        assert not results["NOPE"].temporary
        assert [figure.stock for figure in shop.sandbox.figures()] == [1, 3]

    async def test_there_and_back_within_a_quarter_of_an_hour(self, shop: Shop) -> None:
        """(c) The body of the first push comes again after another one: it is told when it may be sent."""
        shop.sandbox.seed(products(1))
        await shop.store.push([stock(barcode(0), 5)], "1")
        shop.clock.advance(60)
        await shop.store.push([stock(barcode(0), 4)], "2")
        shop.clock.advance(60)
        with pytest.raises(Repeated) as refused:
            await shop.store.push([stock(barcode(0), 5)], "3")
        assert refused.value.until == shop.clock.now() + 900_000
        shop.clock.set(refused.value.until)
        await shop.store.push([stock(barcode(0), 5)], "3")
        assert (await shop.shown(barcode(0))).stock == 5000

    async def test_a_lost_answer_is_found_by_reading_back(self, shop: Shop) -> None:
        """(d)"""
        shop.sandbox.seed(products(1))
        shop.sandbox.next_faults = [Fault.CUT_AFTER]
        with pytest.raises(UnknownOutcome):
            await shop.store.push([stock(barcode(0), 7)], "k")
        with pytest.raises(Repeated):
            await shop.store.push([stock(barcode(0), 7)], "k")
        assert (await shop.shown(barcode(0))).stock == 7000

    async def test_results_are_gone_after_four_hours(self, shop: Shop) -> None:
        """(e)"""
        shop.sandbox.seed(products(1))
        items = [stock(barcode(0), 7)]
        receipt = (await shop.store.push(items, "k")).receipt
        shop.clock.advance(4 * HOUR - 1)
        assert await shop.store.results(receipt, items) is not None
        shop.clock.advance(1)
        with pytest.raises(Rejected):
            await shop.store.results(receipt, items)

    async def test_a_batch_is_open_until_its_last_item_is_through(self) -> None:
        async with opened(Profile.REALISTIC) as shop:
            shop.sandbox.seed(products(50))
            items = [stock(barcode(n), 1) for n in range(50)]
            receipt = (await shop.store.push(items, "k")).receipt
            assert await shop.store.results(receipt, items) is None
            assert all(not result.refused for result in (await shop.settle(receipt, items)).values())
            shop.clock.advance(3)
            assert (await shop.shown(barcode(49))).stock == 1000

    async def test_accepted_is_not_yet_visible(self) -> None:
        """A result that says yes is no proof that the read side shows it."""
        async with opened(Profile.HOSTILE) as shop:
            shop.sandbox.seed(products(40))
            shop.sandbox.batches.tempo = type(shop.sandbox.batches.tempo)()
            items = [stock(barcode(n), 1) for n in range(40)]
            receipt = (await shop.store.push(items, "k")).receipt
            assert await shop.settle(receipt, items)
            refs = [item.ref for item in items]
            assert any(row.stock == 10_000 for row in await shop.store.read(refs))
            shop.clock.advance(60)
            assert all(row.stock == 1000 for row in await shop.store.read(refs))

    async def test_too_many_price_changes_pass_by_themselves(self, shop: Shop) -> None:
        shop.sandbox.seed(products(1))
        results: list[ItemResult] = []
        for n in range(31):
            items = [price(barcode(0), 10_000 + n)]
            receipt = (await shop.store.push(items, str(n))).receipt
            results += (await shop.settle(receipt, items)).values()
            shop.clock.advance(1)
        assert [bool(result.refused) for result in results] == [False] * 30 + [True]
        assert results[-1].temporary

    async def test_the_struck_through_price_stays_above(self, shop: Shop) -> None:
        shop.sandbox.seed(products(1))
        shop.sandbox.edit(barcode(0), price="120.00")
        shop.sandbox.edit(barcode(0), price="80.00")  # the panel leaves 120.00 struck through
        ref = (await shop.listings())[barcode(0)].ref
        for kurus, list_price in ((9000, "120.00"), (13000, "130.00")):
            await shop.store.push([PushItem(ref, price=price("", kurus).price)], str(kurus))
            assert (await shop.shown(barcode(0))).ref.extra["list_price"] == list_price

    async def test_the_same_body_is_known_whatever_the_status(self, shop: Shop) -> None:
        """The facts don't know the status of this refusal; as a 500 it must be recognised too."""
        shop.sandbox.seed(products(1))
        body = b'{"exception":"X","errors":[{"message":"15 dakika boyunca ..."}]}'
        shop.sandbox.fault = lambda _: Response(body, 500)
        shop.sandbox.next_faults = [Fault.SERVER_ERROR]
        with pytest.raises(Repeated):
            await shop.store.push([stock(barcode(0), 7)], "k")

    async def test_an_answer_without_a_receipt_is_an_unknown_outcome(self, shop: Shop) -> None:
        shop.sandbox.seed(products(1))
        shop.sandbox.next_faults = [Fault.HTML]
        with pytest.raises(UnknownOutcome):
            await shop.store.push([stock(barcode(0), 7)], "k")

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            (Fault.UNAUTHORIZED, AuthFailed),
            (Fault.FORBIDDEN, AuthFailed),
            (Fault.RATE_LIMITED, RateLimited),
            (Fault.SERVER_ERROR, UnknownOutcome),
            (Fault.UNAVAILABLE, Unavailable),
            (Fault.MOVED, Unavailable),
            (Fault.CUT_BEFORE, UnknownOutcome),
        ],
    )
    async def test_each_fault_is_told_as_what_it_is(self, shop: Shop, fault: Fault, error: type[Exception]) -> None:
        shop.sandbox.seed(products(1))
        shop.sandbox.next_faults = [fault]
        with pytest.raises(error) as told:
            await shop.store.push([stock(barcode(0), 7)], "k")
        assert "sandbox-key" not in str(told.value)
        assert "sandbox-secret" not in str(told.value)
        assert shop.sandbox.figures()[0].stock == 10


class TestOrders:
    async def test_an_order_comes_with_its_listing(self, shop: Shop) -> None:
        shop.sandbox.seed(products(2))
        placed_at = shop.clock.now()
        number = shop.buy(barcode(1), 3)
        (part,) = await shop.orders(placed_at)
        assert (part.number, part.state, part.placed_at) == (number, OrderState.NEW, placed_at)
        (line,) = part.lines
        assert (line.remote_id, line.quantity, line.taken) == (barcode(1), 3000, 3000)
        assert line.remote_id in await shop.listings()
        assert str(part.total) == "269.70"
        assert (await shop.shown(barcode(1))).stock == 7000

    async def test_ids_beyond_doubles_stay_exact(self, shop: Shop) -> None:
        shop.sandbox.seed(products(1))
        shop.buy(barcode(0))
        (order,) = shop.sandbox.orders.all()
        (part,) = await shop.orders(shop.clock.now() - 1000)
        assert part.part == str(order.packages[0].package_id)
        assert int(part.part) > 2**53
        assert part.part != str(int(float(part.part)))

    async def test_unpaid_waits(self, shop: Shop) -> None:
        shop.sandbox.seed(products(1))
        number = shop.buy(barcode(0), paid=False)
        assert [part.state for part in await shop.orders(shop.clock.now())] == [OrderState.WAITING]
        shop.clock.advance(60)
        shop.sandbox.move(number, OrderState.NEW)
        assert [part.state for part in await shop.orders(shop.clock.now())] == [OrderState.NEW]

    async def test_many_pages(self, shop: Shop) -> None:
        """450 packages with the same few times: the cursor neither loses nor repeats one."""
        shop.sandbox.seed(products(1, stock=1000))
        begun = shop.clock.now()
        numbers = {shop.buy(barcode(0)) for _ in range(450)}
        parts = await shop.orders(begun)
        assert len(parts) == 450
        assert {part.number for part in parts} == numbers

    async def test_a_long_time_is_cut_into_windows(self, shop: Shop) -> None:
        shop.sandbox.seed(products(1, stock=100))
        begun = shop.clock.now()
        numbers = []
        for _ in range(12):
            numbers.append(shop.buy(barcode(0)))
            shop.clock.advance(7 * DAY)
        parts = await shop.orders(begun)
        assert {part.number for part in parts} == set(numbers)

    async def test_an_empty_time_asks_nothing(self, shop: Shop) -> None:
        assert await shop.orders(shop.clock.now() + 1, shop.clock.now()) == []
        assert not shop.sandbox.calls

    async def test_split_and_part_cancelled_between_two_polls(self, shop: Shop) -> None:
        """(f) Parents are dead or replaced; what is alive adds up to what is still owed."""
        shop.sandbox.seed(products(1, stock=20))
        number = shop.buy(barcode(0), 6)
        shop.clock.advance(10)
        shop.sandbox.orders.split(number)
        shop.clock.advance(10)
        shop.sandbox.orders.cancel_some(number, barcode(0), 2)
        parts = await shop.orders(shop.clock.now() - 60_000)
        replaced = {origin for part in parts for origin in part.replaces}
        owed = [part for part in parts if not part.dead and part.part not in replaced and part.state.holds_stock]
        assert sum(line.quantity for part in owed for line in part.lines) == 4000
        assert sum(part.dead for part in parts) == 2
        assert replaced == {part.part for part in parts if part.dead}
        assert {line.line_id for part in parts for line in part.lines} == {parts[0].lines[0].line_id}
        assert shop.sandbox.sold() == {barcode(0): 4}

    async def test_what_cannot_be_supplied_is_reborn_without_it(self, shop: Shop) -> None:
        shop.sandbox.seed(products(1))
        number = shop.buy(barcode(0), 3)
        shop.sandbox.orders.unsupplied(number, barcode(0), 1)
        parts = {part.remote_state: part for part in await shop.orders(shop.clock.now())}
        assert parts["UnSupplied"].state is OrderState.CANCELLED
        assert parts["Created"].replaces == (parts["UnSupplied"].part,)
        assert parts["Created"].lines[0].quantity == 2000

    async def test_a_cancel_keeps_what_was_taken(self, shop: Shop) -> None:
        shop.sandbox.seed(products(1))
        number = shop.buy(barcode(0), 3)
        shop.sandbox.move(number, OrderState.CANCELLED)
        (part,) = await shop.orders(shop.clock.now())
        assert (part.state, part.lines[0].taken) == (OrderState.CANCELLED, 3000)
        assert (await shop.shown(barcode(0))).stock == 7000

    async def test_a_refused_cursor_starts_the_window_again(self, shop: Shop) -> None:
        shop.sandbox.seed(products(1, stock=500))
        begun = shop.clock.now()
        for _ in range(250):
            shop.buy(barcode(0))
        walk = shop.store.orders(begun, shop.clock.now())
        first = await anext(walk)
        shop.clock.advance(6 * 60)
        parts = [*first, *[part async for page in walk for part in page]]
        assert len({part.number for part in parts}) == 250

    async def test_a_cursor_that_is_always_refused_ends_with_its_words(self, shop: Shop) -> None:
        shop.sandbox.seed(products(1, stock=500))
        for _ in range(250):
            shop.buy(barcode(0))
        walk = shop.store.orders(shop.clock.now(), shop.clock.now())
        with pytest.raises(Rejected, match="expired"):
            while True:
                await anext(walk)
                shop.clock.advance(6 * 60)

    async def test_rows_missing_in_an_outage_are_healed_by_the_overlap(self, shop: Shop) -> None:
        """(h)"""
        shop.sandbox.seed(products(1))
        shop.sandbox.outage(600)
        number = shop.buy(barcode(0))
        shop.clock.advance(595)
        last = shop.clock.now()
        assert await shop.orders(last - 60_000) == []
        shop.clock.advance(30)
        assert await shop.orders(last) == [], "the order is older than the last look"
        overlap = int(shop.store.capabilities.orders_overlap * 1000)
        assert [part.number for part in await shop.orders(last - overlap)] == [number]

    async def test_a_clock_that_is_wrong_loses_no_order(self, shop: Shop) -> None:
        """(g) The window is asked as it was given, in true UTC; the computer's own clock has no part in it."""
        shop.sandbox.seed(products(1))
        at = shop.clock.now()
        number = shop.buy(barcode(0))
        late = connector(shop.sandbox, ManualClock(at - 3 * HOUR * 1000), {})
        found = [part async for page in late.orders(at, at) for part in page]
        assert [(part.number, part.placed_at) for part in found] == [(number, at)]
        await late.close()

    async def test_one_unreadable_listing_hides_no_other(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        """A variant by its barcode, a product without variants by its own number, and what is no product at all."""
        shop.sandbox.seed(products(5))
        as_it_is = sandbox.full_row
        numbers: list[str] = []

        def spoilt(content: Any, now: int) -> Any:
            row = as_it_is(content, now)
            numbers.append(str(row["contentId"]))
            if len(numbers) == 2:
                row["variants"][0]["price"]["salePrice"] = "a lot"
            if len(numbers) == 3:
                row["variants"] = 7
            return "no product" if len(numbers) == 4 else row

        monkeypatch.setattr(sandbox, "full_row", spoilt)
        walk = shop.store.listings()
        assert [each.ref.remote_id for each in await anext(walk)] == [barcode(0), barcode(4)]
        for name in (barcode(1), numbers[2], "?"):
            with pytest.raises(Rejected, match="can't be read") as told:
                await anext(walk)
            assert told.value.item == name
        assert [page async for page in walk] == []

    async def test_of_listings_read_at_once_one_unreadable_hides_no_other(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop.sandbox.seed(products(5))
        refs = [ListingRef(barcode(place), barcode(place)) for place in range(5)]
        as_it_is = sandbox.light_row
        numbers: list[str] = []

        def spoilt(content: Any, now: int) -> Any:
            row = as_it_is(content, now)
            numbers.append(str(row["contentId"]))
            if len(numbers) == 2:
                row["variants"][0]["quantity"] = "a lot"
            if len(numbers) == 3:
                row["variants"] = 7
            return "no product" if len(numbers) == 4 else row

        monkeypatch.setattr(sandbox, "light_row", spoilt)
        found = await shop.store.read(refs)
        assert [each.ref.remote_id for each in found if not isinstance(each, Rejected)] == [barcode(4), barcode(0)]
        assert [each.item for each in found if isinstance(each, Rejected)] == [barcode(3), numbers[2], "?"]

    async def test_one_unreadable_order_hides_no_other(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        shop.sandbox.seed(products(1))
        numbers = [shop.buy(barcode(0)) for _ in range(3)]
        as_it_is = sandbox_stream.package_row
        without = {numbers[1]: {"lines": None}}
        monkeypatch.setattr(
            sandbox_stream, "package_row", lambda order, *rest: as_it_is(order, *rest) | without.get(order.number, {})
        )
        walk = shop.store.orders(shop.clock.now(), shop.clock.now())
        assert [part.number for part in await anext(walk)] == [numbers[2], numbers[0]]
        with pytest.raises(Rejected, match="can't be read") as told:
            await anext(walk)
        assert told.value.item == numbers[1]
        # What was told of it can be mended and read.
        whole = json.loads(told.value.payload)
        assert whole["lines"] is None
        with pytest.raises(Rejected):
            await shop.store.read_order(told.value.payload)
        (part,) = await shop.store.read_order(json.dumps({**whole, "lines": []}))
        assert part.number == numbers[1]
        assert [page async for page in walk] == []


class TestCheck:
    async def findings(self, shop: Shop, **options: str) -> list[tuple[Grade, str]]:
        store = shop.connect(**options)
        found = await store.check()
        await store.close()
        text = " ".join(f"{each.text} {each.advice}" for each in found)
        assert "sandbox-secret" not in text
        assert "wrong-secret" not in text
        return [(each.grade, f"{each.text} {each.advice}") for each in found]

    async def test_all_is_well(self, shop: Shop) -> None:
        shop.sandbox.seed(products(12))
        found = await self.findings(shop)
        assert [grade for grade, _ in found] == [Grade.OK, Grade.OK]
        assert "Approved products: 12" in found[0][1]

    async def test_nothing_approved(self, shop: Shop) -> None:
        assert (await self.findings(shop))[0][0] is Grade.WARNING

    async def test_each_obstacle_has_its_own_sentence(self, shop: Shop) -> None:
        """(i)"""
        shop.sandbox.seed(products(1))
        wrong_key = await self.findings(shop, api_secret="wrong-secret")
        wrong_path = await self.findings(shop, address=f"http://{HOST}/sapigw")
        shop.sandbox.next_faults = [Fault.FORBIDDEN]
        blocked = await self.findings(shop)
        nobody = await self.findings(shop, address="http://nowhere.test")
        shop.sandbox.next_faults = [Fault.HTML]
        page = await self.findings(shop)
        said = [wrong_key, wrong_path, blocked, nobody, page]
        assert all(len(each) == 1 and each[0][0] is Grade.PROBLEM for each in said)
        assert len({each[0][1] for each in said}) == 5
        for found, word in zip(
            said, ("401", "integrator name", "firewall", "No connection", "not in JSON"), strict=True
        ):
            assert word in found[0][1]

    async def test_the_wrong_seller_number_is_a_wrong_key(self, shop: Shop) -> None:
        assert "401" in (await self.findings(shop, seller_id="99"))[0][1]

    async def test_the_test_environment_has_a_list(self, shop: Shop) -> None:
        store = shop.connect(address="https://stageapigw.trendyol.com/integration")
        transport = store._http._client._transport
        transport._applications["stageapigw.trendyol.com"] = transport._applications[HOST]
        shop.sandbox.rates = {Fault.UNAVAILABLE: 1.0}
        (found,) = await store.check()
        await store.close()
        assert "has put on its list" in found.advice

    async def test_the_old_address_is_known(self, shop: Shop) -> None:
        found = await self.findings(shop, address="https://api.trendyol.com/sapigw")
        assert "closed in 2025" in found[0][1]

    @pytest.mark.parametrize(("ahead", "word"), [(600_000, "behind"), (-600_000, "ahead of")])
    async def test_a_wrong_clock_is_noticed(self, shop: Shop, ahead: int, word: str) -> None:
        shop.sandbox.seed(products(1))
        shop.sandbox.clock_ahead = ahead
        found = await self.findings(shop)
        assert [grade for grade, _ in found] == [Grade.OK, Grade.PROBLEM, Grade.OK]
        assert f"about 10 min {word}" in found[1][1]

    async def test_orders_may_be_closed_while_products_are_open(self, shop: Shop) -> None:
        shop.sandbox.seed(products(1))
        gate = shop.sandbox._gate
        lets_in = gate.refusal

        def without_orders(request: Request, endpoint: str, group: str) -> Response | None:
            return Response(status_code=403) if "orders" in endpoint else lets_in(request, endpoint, group)

        gate.refusal = without_orders
        assert [grade for grade, _ in await self.findings(shop)] == [Grade.OK, Grade.PROBLEM]

    async def test_a_refused_connection_was_not_sent(self, shop: Shop) -> None:
        store = shop.connect(address="http://nowhere.test")
        with pytest.raises(NotSent):
            await store.push([stock(barcode(0), 1)], "k")
        await store.close()


class TestLimits:
    async def test_a_long_walk_stays_below_every_limit(self, shop: Shop) -> None:
        """300 reads of figures without a single 429, though each takes no time here."""
        shop.sandbox.seed(products(1))
        ref = (await shop.listings())[barcode(0)].ref
        begun = shop.clock.now()
        for _ in range(300):
            await shop.store.read([ref])
        assert (shop.clock.now() - begun) / 1000 == pytest.approx(300 / 4, abs=2)

    async def test_a_long_walk_through_orders_never_runs_dry(self, shop: Shop) -> None:
        shop.sandbox.seed(products(1, stock=20_000))
        begun = shop.clock.now()
        for _ in range(40 * 200):
            shop.sandbox.buy([SandboxOrderLine(barcode(0), 1)])
        assert len(await shop.orders(begun)) == 8000


class TestHostile:
    @pytest.mark.parametrize("seed", range(3))
    async def test_with_patience_everything_ends_right(self, seed: int) -> None:
        """Every kind of failure at once; what a patient caller needs is in the errors and in the read-back."""
        async with opened(Profile.HOSTILE, seed) as shop:
            shop.sandbox.seed(products(120))
            shop.sandbox.rates = dict(HOSTILE_RATES)
            wanted = {barcode(n): n * 1000 for n in range(120)}
            open_items = wanted
            for _ in range(40):
                if not open_items:
                    break
                items = [PushItem(ListingRef(name, name), stock=pieces) for name, pieces in open_items.items()]
                await patient(shop, lambda items=items: shop.store.push(items, "k"))  # type: ignore[misc]
                shop.clock.advance(300)
                shown = await walked(shop, shop.store.listings)
                assert len(shown) == len({row.ref.remote_id for row in shown}) == 120
                open_items = {
                    row.ref.remote_id: wanted[row.ref.remote_id]
                    for row in shown
                    if row.stock != wanted[row.ref.remote_id]
                }
            assert not open_items
            numbers = {shop.buy(barcode(n), n // 2) for n in range(10, 120)}
            begun = shop.clock.now()
            shop.clock.advance(600)
            parts = await walked(shop, lambda: shop.store.orders(begun - 900_000, shop.clock.now()))
            assert {part.number for part in parts} == numbers


async def patient(shop: Shop, act: Callable[[], Awaitable[object]]) -> None:
    """Do it until it was done or may have been done."""
    while True:
        try:
            await act()
        except RateLimited as error:
            shop.clock.set(max(error.until, shop.clock.now()))
        except (NotSent, Unavailable):
            shop.clock.advance(5)
        except (UnknownOutcome, Repeated):
            return
        else:
            return


async def walked(shop: Shop, begin: Callable[[], AsyncIterator[Sequence[Any]]]) -> list[Any]:
    """All rows of a walk, asking again for the page that failed."""
    walk = begin()
    rows: list[Any] = []
    while True:
        try:
            rows += await anext(walk)
        except StopAsyncIteration:
            return rows
        except RateLimited as error:
            shop.clock.set(max(error.until, shop.clock.now()))
        except Unavailable:
            shop.clock.advance(5)

"""What goes out, in which order and how much at once; and what a store sold itself (P3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
from tests.sync.fakes import AT_ONCE, WITH_RECEIPT
from tests.sync.shop import BOTH, MANY, Shop, story

from omnisync.connect.store import Capabilities, ListingRef, RemoteListing
from omnisync.errors import Rejected, Unavailable
from omnisync.model.commands import Update

# The ordinary way.


@BOTH
@story
async def test_a_change_reaches_every_store_and_is_confirmed(shop: Shop, can: Capabilities) -> None:
    await shop.begin(can, A=10)
    shop.erp.counts("A", 7)
    shop.erp.costs("A", 1100)
    await shop.pull()
    await shop.settle()
    for name, store in shop.stores.items():
        assert (store.shows("A"), store.price("A")) == (7, 1100)
        assert len(store.pushed) == 1, "stock and price ride together"
        stock, price = shop.figure(name, "A"), shop.figure(name, "A", "price")
        assert (stock.confirmed, stock.seen, price.confirmed, price.seen) == (7000, 7000, 1100, 1100)
        assert (stock.check_at, price.check_at, stock.batch) == (0, 0, "")


@BOTH
@story
async def test_what_the_store_shows_already_is_not_sent(shop: Shop, can: Capabilities) -> None:
    await shop.begin(can, settle=False, A=10)
    for store in shop.stores.values():
        store.listed["rA"].stock = 10
    await shop.syncs["s1"].pull_catalogue()
    await shop.settle(3600, "s1")
    assert shop.s1.stocks() == []


@story
async def test_falling_quantities_go_before_rising_ones_and_those_before_older_prices(shop: Shop) -> None:
    await shop.begin(
        Capabilities(max_batch=1, receipt=False, read_back=AT_ONCE.read_back, read_batch=1), UP=1, DOWN=9, DEAR=5
    )
    shop.erp.costs("DEAR", 1100)
    await shop.pull()
    shop.erp.counts("UP", 8)
    await shop.pull()
    shop.erp.counts("DOWN", 2)
    await shop.pull()
    await shop.settle(3600, "s1")
    assert [list(figures) for figures in shop.s1.pushed] == [["rDOWN"], ["rDEAR"], ["rUP"]]


@story
async def test_a_quantity_that_fell_while_a_higher_one_was_under_way_goes_before_rising_ones(shop: Shop) -> None:
    await shop.begin(replace(WITH_RECEIPT, max_batch=1), UP=1, A=2)
    shop.erp.counts("A", 3)
    await shop.pull()
    await shop.pushers["s1"].step()
    for code, pieces in (("UP", 8), ("A", 2)):
        shop.erp.counts(code, pieces)
        await shop.pull()
    await shop.settle(3600, "s1")
    assert [list(figures) for figures in shop.s1.pushed] == [["rA"], ["rA"], ["rUP"]]


@story
async def test_a_quantity_that_falls_while_others_are_looked_at_waits_for_one_call_only(shop: Shop) -> None:
    await shop.begin(_ONE_BY_ONE, many=MANY, LOW=5)
    told = _while_looking(shop, ("LOW", 2))
    for code in MANY:
        shop.erp.counts(code, 8)
    await shop.pull()
    await shop.settle(3600, "s1")
    assert told == [1] + [2] * len(MANY)
    assert list(shop.s1.pushed[1]) == ["rLOW"]


@story
async def test_quantities_that_fall_again_and_again_do_not_keep_us_from_looking(shop: Shop) -> None:
    await shop.begin(_ONE_BY_ONE, many=MANY, LOW=5)
    told = _while_looking(shop, *(("LOW", pieces) for pieces in (4, 3, 2, 1, 0)))
    for code in MANY:
        shop.erp.counts(code, 8)
    await shop.pull()
    await shop.settle(3600, "s1")
    assert told[:6] == [1, 2, 3, 4, 5, 6]


@story
async def test_a_falling_quantity_that_may_not_go_yet_does_not_keep_us_from_looking(shop: Shop) -> None:
    await shop.begin(_ONE_BY_ONE, many=MANY, LOW=5)
    await shop.set_rules("s1", push_price=False)
    for pieces in (2, 5):
        shop.erp.counts("LOW", pieces)
        await shop.pull()
        await shop.settle(60, "s1")
    _while_looking(shop, ("LOW", 2))
    for code in MANY:
        shop.erp.counts(code, 8)
    await shop.pull()
    await shop.settle(60, "s1")
    assert (shop.s1.shows("LOW"), shop.one("SELECT count(*) FROM figure WHERE check_at > 0")) == (5, 0)
    await shop.settle(1000, "s1")
    assert shop.s1.shows("LOW") == 2


_ONE_BY_ONE = replace(WITH_RECEIPT, read_batch=1)


def _while_looking(shop: Shop, *counts: tuple[str, int]) -> list[int]:
    """During each of the next looks at the first store a product is counted; answers how many batches were out at each."""
    told: list[int] = []
    read = shop.s1.read

    async def looked(refs: Sequence[ListingRef]) -> Sequence[RemoteListing | Rejected]:
        told.append(len(shop.s1.pushed))
        if len(told) <= len(counts):
            shop.erp.counts(*counts[len(told) - 1])
            await shop.pull()
        return await read(refs)

    shop.s1.read = looked  # type: ignore[method-assign]
    return told


@story
async def test_a_grouped_platform_gets_one_group_per_call(shop: Shop) -> None:
    can = Capabilities(max_batch=10, receipt=False, read_back=AT_ONCE.read_back, read_batch=10, grouped=True)
    await shop.begin(can, settle=False, A=1, B=1, C=1, D=1)
    for code, group in zip("ABCD", "xyxy", strict=True):
        shop.s1.listed[f"r{code}"].group = group
    await shop.syncs["s1"].pull_catalogue()
    await shop.settle(3600, "s1")
    groups = [{shop.s1.listed[remote_id].group for remote_id in figures} for figures in shop.s1.pushed]
    assert sorted(map(sorted, groups)) == [["x"], ["y"]]


@BOTH
@story
async def test_a_long_outage_is_one_write_per_listing_however_much_happened(shop: Shop, can: Capabilities) -> None:
    await shop.begin(can, A=100, B=100)
    shop.s1.down = Unavailable("the shop is being moved")
    for pieces in range(50):
        shop.erp.counts("A", pieces)
        shop.erp.counts("B", 50 - pieces)
        await shop.pull()
        await shop.take()
        await shop.settle(60, "s1")
        await shop.wait(600)
    tried = len(shop.s1.pushed)
    assert tried <= 2, "nobody knocks at a closed door"
    shop.s1.down = None
    shop.s1.pushed.clear()
    await shop.take()
    await shop.settle(3600, "s1")
    assert (shop.s1.stocks("A"), shop.s1.stocks("B")) == ([49], [1])
    assert len(shop.events("connector.broke")) == len(shop.events("connector.recovered")) == 1


@story
async def test_a_batch_is_never_larger_than_the_platform_takes(shop: Shop) -> None:
    await shop.begin(Capabilities(max_batch=7, receipt=False, read_back=AT_ONCE.read_back, read_batch=7), many=MANY)
    for code in MANY:
        shop.erp.counts(code, 9)
    await shop.pull()
    await shop.settle(3600, "s1")
    assert max(map(len, shop.s1.pushed)) == 7
    assert sum(map(len, shop.s1.pushed)) == 60


@story
async def test_a_figure_that_goes_back_within_the_repeat_window_is_sent_in_another_body(shop: Shop) -> None:
    await shop.begin(WITH_RECEIPT, A=5, B=1)
    for pieces in (4, 5, 4, 5):
        shop.erp.counts("A", pieces)
        await shop.pull()
        await shop.settle(120, "s1")
        assert shop.s1.shows("A") == pieces, "within minutes and not when the window is over"
    bodies = [str(sorted(figures.items())) for figures in shop.s1.pushed]
    assert len(set(bodies)) == len(bodies) == 4
    assert all(figures.get("rB", (None, 0))[0] is None for figures in shop.s1.pushed), "only prices are padding"


@story
async def test_without_anything_to_pad_with_the_body_waits_for_the_window(shop: Shop) -> None:
    await shop.begin(WITH_RECEIPT, A=5)
    await shop.set_rules("s1", push_price=False)
    for pieces in (4, 3, 4):
        shop.erp.counts("A", pieces)
        await shop.pull()
        await shop.settle(120, "s1")
    assert shop.s1.shows("A") == 3
    await shop.settle(1000, "s1")
    assert shop.s1.shows("A") == 4


# P3: what the store sold itself.


@BOTH
@story
async def test_a_store_is_not_written_to_for_its_own_sale_and_the_other_is(shop: Shop, can: Capabilities) -> None:
    await shop.begin(can, A=10)
    shop.s1.sell("1001", A=2)
    await shop.take()
    await shop.settle()
    assert (shop.s1.stocks(), shop.s2.stocks()) == ([], [8])
    figure = shop.figure("s1", "A")
    assert (figure.wanted, figure.confirmed, figure.seen, figure.check_at) == (8000, 8000, 8000, 0)


@BOTH
@story
async def test_a_sale_that_we_have_not_seen_yet_is_not_overwritten(shop: Shop, can: Capabilities) -> None:
    await shop.begin(can, A=10)
    first = shop.s1.sell("1001", A=2)
    shop.s1.sell("1002", A=1)
    shop.s1.parts = [first]
    await shop.take()
    await shop.settle(3, "s1")
    assert (shop.s1.stocks(), shop.s1.shows("A")) == ([], 7)


@BOTH
@story
async def test_with_a_cap_the_figure_is_raised_again_only_after_the_sale_was_seen(
    shop: Shop, can: Capabilities
) -> None:
    await shop.begin(can, A=50)
    for name in shop.stores:
        await shop.set_rules(name, cap=10_000)
    await shop.settle()
    await shop.wait(60)
    for store in shop.stores.values():
        store.pushed.clear()
    shop.s1.sell("1001", A=2)
    await shop.take()
    reads = shop.s1.read_calls
    await shop.settle(0.5, "s1")
    assert shop.s1.stocks() == [], "not before a read-back"
    await shop.settle()
    assert shop.s1.read_calls > reads
    assert (shop.s1.stocks(), shop.s1.shows("A"), shop.s2.stocks()) == ([10], 10, [])


@BOTH
@story
async def test_a_sale_while_a_batch_is_under_way_ends_with_the_right_figure(shop: Shop, can: Capabilities) -> None:
    await shop.begin(can, A=10)
    shop.erp.counts("A", 9)
    await shop.pull()
    await shop.pushers["s1"].step()
    shop.s1.sell("1001", A=2)
    await shop.take()
    await shop.settle()
    assert (shop.s1.shows("A"), shop.figure("s1", "A").confirmed) == (7, 7000)


@story
async def test_no_push_raises_a_number_while_an_open_order_explains_the_gap(shop: Shop) -> None:
    """The store sold two, its own figure says eight; the balance of the ERP still says ten."""
    await shop.begin(A=10)
    shop.s1.sell("1001", A=2)
    await shop.take()
    await shop.settle()
    for _ in range(5):
        shop.erp.changed()
        await shop.pull()
        await shop.syncs["s1"].pull_catalogue()
        await shop.order(Update("s1"))
        await shop.settle()
    assert set(shop.s1.stocks()) == {8}


@BOTH
@story
async def test_a_sale_about_the_time_at_which_our_figure_arrived_is_settled_by_writing(
    shop: Shop, can: Capabilities
) -> None:
    """Our figure may have overwritten that very sale: only the wish, which contains it, is surely right."""
    await shop.begin(can, A=10)
    part = shop.s1.sell("1001", A=2)
    shop.erp.counts("A", 9)
    await shop.pull()
    await shop.settle(30, "s1")
    assert shop.s1.shows("A") == 9, "the sale was overwritten"
    assert part.placed_at <= shop.figure("s1", "A").confirmed_at
    await shop.take()
    await shop.settle()
    assert (shop.s1.shows("A"), shop.figure("s1", "A").confirmed) == (7, 7000)


@story
async def test_a_platform_that_lowers_nothing_itself_is_written_to(shop: Shop) -> None:
    can = Capabilities(max_batch=10, receipt=False, read_back=AT_ONCE.read_back, read_batch=10, lowers_own_stock=False)
    await shop.begin(can, A=10)
    shop.s1.sell("1001", A=2)
    shop.s1.listed["rA"].stock = 10
    await shop.take()
    await shop.settle()
    assert (shop.s1.stocks(), shop.s1.shows("A")) == ([8], 8)


@story
async def test_a_cancelled_sale_that_the_store_gave_back_itself_is_not_written(shop: Shop) -> None:
    from omnisync.model.order import OrderState

    await shop.begin(A=10)
    part = shop.s1.sell("1001", A=2)
    await shop.take()
    await shop.settle()
    await shop.wait(5)
    shop.s1.listed["rA"].stock = 10
    lines = tuple(msgspec.structs.replace(line, taken=0) for line in part.lines)
    shop.s1.tell(msgspec.structs.replace(part, state=OrderState.CANCELLED, lines=lines, modified_at=shop.s1.now()))
    await shop.take()
    await shop.settle()
    assert (shop.s1.stocks(), shop.s1.shows("A"), shop.figure("s1", "A").confirmed) == ([], 10, 10_000)


@story
async def test_a_drift_at_the_store_is_found_by_its_catalogue_and_mended(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.listed["rA"].stock = 3
    shop.s1.listed["rA"].price = 1
    await shop.syncs["s1"].pull_catalogue()
    await shop.settle()
    assert (shop.s1.shows("A"), shop.s1.price("A")) == (10, 1000)


@story
async def test_a_store_that_shows_more_than_there_is_is_mended_before_prices(shop: Shop) -> None:
    can = Capabilities(max_batch=1, receipt=False, read_back=AT_ONCE.read_back, read_batch=1)
    await shop.begin(can, many=MANY, A=10)
    shop.s1.seconds_per_item = 2
    shop.s1.listed["rA"].stock = 99
    await shop.syncs["s1"].pull_catalogue()
    for code in MANY:
        shop.erp.costs(code, 1100)
    await shop.pull()
    await shop.settle(3600, "s1")
    sent = [next(iter(figures)) for figures in shop.s1.pushed]
    assert sent.index("rA") < len(sent) - 5, "as soon as it is sure, whatever waits"

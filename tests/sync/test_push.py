"""What goes out: proven figures (P4), lost answers (P5), refusals (P6), held figures (P7), own sales (P3)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import pairwise

import msgspec
import pytest
from tests.sync.fakes import AT_ONCE, WITH_RECEIPT, FakeStore, Shown, lost, raises
from tests.sync.shop import Shop, story

from omnisync.connect.store import Capabilities, ItemResult, PushAnswer, PushItem, ReadBack, RemoteListing
from omnisync.errors import AuthFailed, NotSent, RateLimited, Rejected, Repeated, Unavailable, UnknownOutcome
from omnisync.model.commands import Exclude, Release, Retry, Update
from omnisync.model.events import Kind
from omnisync.model.money import Money
from omnisync.model.rules import GuardRules

BOTH = pytest.mark.parametrize("can", [AT_ONCE, WITH_RECEIPT], ids=["at once", "with receipt"])
MANY = {f"P{n:02}": 5 for n in range(60)}


def stocks(store: FakeStore, code: str = "A") -> list[int]:
    """The pieces that were pushed for the product, in order."""
    return [figures[f"r{code}"][0] for figures in store.pushed if figures.get(f"r{code}", (None,))[0] is not None]  # type: ignore[misc]


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
    assert stocks(shop.s1) == []


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
    assert (stocks(shop.s1, "A"), stocks(shop.s1, "B")) == ([49], [1])
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
    assert (stocks(shop.s1), stocks(shop.s2)) == ([], [8])
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
    assert (stocks(shop.s1), shop.s1.shows("A")) == ([], 7)


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
    assert stocks(shop.s1) == [], "not before a read-back"
    await shop.settle()
    assert shop.s1.read_calls > reads
    assert (stocks(shop.s1), shop.s1.shows("A"), stocks(shop.s2)) == ([10], 10, [])


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
    assert set(stocks(shop.s1)) == {8}


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
    assert (stocks(shop.s1), shop.s1.shows("A")) == ([8], 8)


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
    assert (stocks(shop.s1), shop.s1.shows("A"), shop.figure("s1", "A").confirmed) == ([], 10, 10_000)


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
    await shop.begin(Capabilities(max_batch=1, receipt=False, read_back=AT_ONCE.read_back, read_batch=1), A=10, B=1)
    shop.s1.listed["rA"].stock = 99
    await shop.syncs["s1"].pull_catalogue()
    for _ in range(40):
        await shop.pushers["s1"].step()
        await shop.wait(5)
        if shop.figure("s1", "A").wanted_rev > shop.figure("s1", "A").confirmed_rev:
            break
    assert shop.figure("s1", "A").urgent == 1


# P4: accepted is not done.


@story
async def test_an_accepted_figure_counts_only_when_it_was_seen(shop: Shop) -> None:
    await shop.begin(WITH_RECEIPT, A=10)
    shop.s1.deaf = {"rA"}
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.settle(5, "s1")
    assert shop.figure("s1", "A").check_at > 0, "still to be seen"
    shop.s1.listed["rA"].stock = 7
    await shop.settle(300, "s1")
    figure = shop.figure("s1", "A")
    assert (figure.seen, figure.confirmed, figure.check_at, len(stocks(shop.s1))) == (7000, 7000, 0, 1)


@BOTH
@story
async def test_what_is_accepted_and_never_shown_is_sent_once_more_and_then_refused(
    shop: Shop, can: Capabilities
) -> None:
    await shop.begin(can, A=10)
    shop.s1.deaf = {"rA"}
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.settle(86_400, "s1")
    figure = shop.figure("s1", "A")
    assert (figure.mode, figure.reason, figure.confirmed) == ("refused", "keeps-showing", 10_000)
    assert len(stocks(shop.s1)) == 2
    shop.s1.deaf = set()
    await shop.order(Retry("s1"))
    await shop.settle()
    assert (shop.s1.shows("A"), shop.figure("s1", "A").mode) == (7, "push")


@story
async def test_an_item_the_answer_does_not_name_is_sent_again(shop: Shop) -> None:
    await shop.begin(A=10, B=10)

    def forgets_one(_store: FakeStore, _items: Sequence[PushItem]) -> PushAnswer:
        return PushAnswer(results=(ItemResult("rA", stock=7000),))

    shop.s1.listed["rA"].stock = 7
    shop.s1.mishaps.append(forgets_one)
    shop.erp.counts("A", 7)
    shop.erp.counts("B", 7)
    await shop.pull()
    await shop.settle(3600, "s1")
    assert (stocks(shop.s1, "A"), stocks(shop.s1, "B"), shop.s1.shows("B")) == ([7], [7, 7], 7)


@story
async def test_a_price_that_the_store_mangles_is_noticed(shop: Shop) -> None:
    await shop.begin(A=10)

    def mangles(store: FakeStore, _items: Sequence[PushItem]) -> PushAnswer:
        store.listed["rA"].price = 1
        return PushAnswer(results=(ItemResult("rA", price=Money(1, "TRY")),))

    shop.s1.mishaps.append(mangles)
    shop.erp.costs("A", 1100)
    await shop.pull()
    await shop.settle(86_400, "s1")
    assert shop.s1.price("A") == 1100


# P5: lost answers.


@BOTH
@pytest.mark.parametrize("applied", [True, False])
@story
async def test_a_lost_answer_is_looked_up_and_sent_again_only_if_it_did_not_arrive(
    shop: Shop, can: Capabilities, applied: bool
) -> None:
    await shop.begin(can, A=10)
    shop.s1.mishaps.append(lost(applied=applied))
    shop.erp.counts("A", 7)
    await shop.pull()
    reads = shop.s1.read_calls
    await shop.settle(600, "s1")
    assert shop.s1.read_calls > reads
    assert shop.s1.shows("A") == 7
    assert stocks(shop.s1) == ([7] if applied else [7, 7])
    assert len(set(shop.s1.keys)) == 1, "the same key and body"
    assert shop.figure("s1", "A").confirmed == 7000


@BOTH
@story
async def test_a_process_that_dies_with_a_batch_under_way_looks_it_up_when_it_is_back(
    shop: Shop, can: Capabilities
) -> None:
    await shop.begin(can, A=10)
    shop.erp.counts("A", 7)
    await shop.pull()

    def dies(store: FakeStore, items: Sequence[PushItem]) -> PushAnswer:
        store.carry_out(items)
        shop.connection.dead = True
        raise UnknownOutcome("the process is gone")

    shop.s1.mishaps.append(dies)
    with pytest.raises(BaseException):  # noqa: B017
        await shop.pushers["s1"].step()
    await shop.restart()
    assert shop.rows("SELECT state FROM batch WHERE store = 's1' AND state <> 'done'") == [("made",)]
    await shop.settle(600, "s1")
    assert (shop.s1.shows("A"), len(shop.s1.pushed)) == (7, 1)
    assert shop.rows("SELECT state FROM batch WHERE store = 's1' AND state <> 'done'") == []


@BOTH
@story
async def test_a_batch_that_a_stop_cut_off_before_it_left_is_sent_within_seconds(shop: Shop, can: Capabilities) -> None:
    """Nobody is at the other end of that request any more: half a minute of patience would only be lost."""
    await shop.begin(can, A=10)
    shop.erp.counts("A", 7)
    await shop.pull()

    def dies(_store: FakeStore, _items: Sequence[PushItem]) -> PushAnswer:
        shop.connection.dead = True
        raise UnknownOutcome("the process is gone")

    shop.s1.mishaps.append(dies)
    with pytest.raises(BaseException):  # noqa: B017
        await shop.pushers["s1"].step()
    await shop.restart()
    await shop.settle(4, "s1")
    assert shop.s1.shows("A") == 7
    assert len(set(shop.s1.keys)) == 1, "the same key and body"


@story
async def test_a_batch_proven_to_have_arrived_blocks_no_other_when_it_can_not_be_seen(shop: Shop) -> None:
    """The store has sold one since, so that no look ever shows what was sent; its refusal is the proof."""
    await shop.begin(WITH_RECEIPT, A=10)
    shop.s1.mishaps.append(lost(applied=True))
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.pushers["s1"].step()
    shop.s1.listed["rA"].stock = 6
    shop.s1.mishaps.append(raises(Repeated("the same request was sent", shop.clock.now() + 900_000)))
    await shop.settle(60, "s1")
    assert shop.rows("SELECT state FROM batch WHERE store = 's1' AND state NOT IN ('done', 'dropped')") == []
    await shop.settle(200, "s1")
    assert shop.s1.shows("A") == 7, "nobody has told us of the sale, so the drift was put right"


@story
async def test_a_batch_the_platform_has_already_is_looked_up_and_not_a_failure(shop: Shop) -> None:
    await shop.begin(WITH_RECEIPT, A=10)
    shop.s1.mishaps.append(raises(Repeated("the same request was sent", shop.clock.now() + 900_000)))
    shop.s1.listed["rA"].stock = 7
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.settle(600, "s1")
    assert len(shop.s1.pushed) == 1
    assert (shop.figure("s1", "A").confirmed, shop.syncs["s1"].health.errors) == (7000, 0)


@story
async def test_a_receipt_that_expired_is_looked_up(shop: Shop) -> None:
    await shop.begin(WITH_RECEIPT, A=10)
    shop.s1.pending = 10**6
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.settle(20_000, "s1")
    assert shop.figure("s1", "A").confirmed == 7000
    assert len(shop.s1.pushed) == 1


@story
async def test_a_receipt_is_asked_for_less_and_less_often(shop: Shop) -> None:
    await shop.begin(WITH_RECEIPT, A=10)
    shop.s1.pending = 10
    shop.erp.counts("A", 7)
    await shop.pull()
    calls = shop.syncs["s1"].health.calls
    await shop.settle(130, "s1")
    assert shop.syncs["s1"].health.calls - calls <= 7
    assert shop.s1.pending > 0


@story
async def test_after_a_lost_answer_the_newest_figure_follows(shop: Shop) -> None:
    await shop.begin(WITH_RECEIPT, A=10)
    shop.s1.mishaps.append(lost(applied=False))
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.settle(1, "s1")
    shop.erp.counts("A", 2)
    await shop.pull()
    await shop.settle(3600, "s1")
    assert (stocks(shop.s1)[-1], shop.s1.shows("A"), shop.figure("s1", "A").confirmed) == (2, 2, 2000)


@BOTH
@pytest.mark.parametrize("applied", [True, False])
@story
async def test_a_lost_batch_is_not_sent_again_above_what_the_store_has_left(
    shop: Shop, can: Capabilities, applied: bool
) -> None:
    """The store lowers its own figure when it sells; the same body again would put the pieces on sale a second time."""
    await shop.begin(can, A=10)
    shop.s1.mishaps.append(lost(applied=applied))
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.pushers["s1"].step()
    shop.s1.sell("1", A=2)
    await shop.settle(600, "s1")
    assert all(pieces <= 5 for pieces in stocks(shop.s1)[1:]), "there were 5 left"
    assert (shop.s1.shows("A"), shop.figure("s1", "A").confirmed) == (5, 5000)


@story
async def test_what_was_excluded_since_is_not_sent_again(shop: Shop) -> None:
    await shop.begin(WITH_RECEIPT, A=10)
    shop.s1.mishaps.append(lost(applied=False))
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.pushers["s1"].step()
    await shop.order(Exclude("s1", ("A",), stock=True, price=False))
    await shop.settle(600, "s1")
    assert (len(shop.s1.pushed), shop.s1.shows("A")) == (1, 10)


@story
async def test_where_nothing_can_be_looked_up_a_lost_batch_waits_longer_and_longer(shop: Shop) -> None:
    await shop.begin(replace(AT_ONCE, read_back=ReadBack.NONE), A=10)
    shop.s1.mishaps += [lost(applied=False)] * 8
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.settle(7200, "s1")
    lost_at = [at for (at,) in shop.rows("SELECT at FROM event WHERE type = 'batch.lost' ORDER BY seq")]
    pauses = [later - before for before, later in pairwise(lost_at)]
    assert len(pauses) == 7
    assert min(pauses) >= 20_000
    assert pauses[-1] > 3 * pauses[0]
    assert (shop.s1.shows("A"), len(set(shop.s1.keys))) == (7, 1)
    assert (len(shop.events("connector.broke")), len(shop.events("connector.recovered"))) == (1, 1), "told once"


# P6: waiting and refusals.


@BOTH
@story
async def test_waiting_for_a_rate_limit_is_no_failure(shop: Shop, can: Capabilities) -> None:
    await shop.begin(can, A=10)
    until = shop.clock.now() + 90_000
    shop.s1.mishaps += [raises(RateLimited("too many", until)), raises(RateLimited("too many", until + 60_000))]
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.settle(1, "s1")
    health = shop.syncs["s1"].health
    assert (health.errors, health.write.failures, health.write.condition) == (0, 0, "limited")
    assert len(shop.s1.pushed) == 1, "not before the time that was given"
    await shop.settle(3600, "s1")
    assert (shop.s1.shows("A"), shop.events("connector.broke"), health.write.condition) == (7, [], "ok")


@BOTH
@story
async def test_a_refused_item_waits_in_the_store_s_words_and_the_others_go_on(shop: Shop, can: Capabilities) -> None:
    await shop.begin(can, A=10, B=10)
    shop.s1.refuses["rA"] = "Ürün arşivde: güncellenemez"
    shop.erp.counts("A", 7)
    shop.erp.counts("B", 7)
    await shop.pull()
    await shop.settle(3600, "s1")
    figure = shop.figure("s1", "A")
    assert (figure.mode, figure.reason, shop.s1.shows("B")) == ("refused", "Ürün arşivde: güncellenemez", 7)
    assert len(stocks(shop.s1)) == 1, "not sent again by itself"
    shop.erp.counts("A", 6)
    await shop.pull()
    await shop.settle(3600, "s1")
    assert len(stocks(shop.s1)) == 2, "a new figure is a new try"
    shop.s1.refuses.clear()
    await shop.order(Retry("s1", ("A",)))
    await shop.settle(3600, "s1")
    assert (shop.s1.shows("A"), shop.figure("s1", "A").mode) == (6, "push")


@BOTH
@story
async def test_a_refused_price_does_not_keep_the_stock_from_falling(shop: Shop, can: Capabilities) -> None:
    """Goods that are gone would be sold on and on because a price was not liked."""
    await shop.begin(can, A=10)
    carry_out = shop.s1.carry_out

    def dislikes_prices(items: Sequence[PushItem]) -> PushAnswer:
        shop.s1.refuses = {item.ref.remote_id: "price too high" for item in items if item.price is not None}
        return carry_out(items)

    shop.s1.carry_out = dislikes_prices  # type: ignore[method-assign]
    shop.erp.counts("A", 0)
    shop.erp.costs("A", 1900)
    await shop.pull()
    await shop.settle(3600, "s1")
    assert (shop.s1.shows("A"), shop.figure("s1", "A").mode) == (0, "push")
    assert (shop.figure("s1", "A", "price").mode, shop.figure("s1", "A", "price").reason) == (
        "refused",
        "price too high",
    )


@story
async def test_a_call_refused_as_a_whole_is_halved_until_the_bad_item_stands_alone(shop: Shop) -> None:
    await shop.begin(many=MANY)

    def dislikes_one(store: FakeStore, items: Sequence[PushItem]) -> PushAnswer:
        store.mishaps.append(dislikes_one)
        if any(item.ref.remote_id == "rP37" for item in items):
            raise Rejected("invalid item in the list")
        return store.carry_out(items)

    shop.s1.mishaps.append(dislikes_one)
    for code in MANY:
        shop.erp.counts(code, 9)
    await shop.pull()
    await shop.settle(3600, "s1")
    refused = shop.rows("SELECT remote_id, reason FROM figure WHERE store = 's1' AND mode = 'refused'")
    assert refused == [("rP37", "invalid item in the list")]
    assert all(shown.stock == 9 for remote_id, shown in shop.s1.listed.items() if remote_id != "rP37")
    assert len(shop.s1.pushed) < 25


@pytest.mark.parametrize("name", ["rP37", "key-rP37", "something else"])
@story
async def test_a_call_refused_for_a_named_item_goes_on_without_it_by_whatever_name(shop: Shop, name: str) -> None:
    await shop.begin(many=MANY)

    def dislikes_one(store: FakeStore, items: Sequence[PushItem]) -> PushAnswer:
        store.mishaps.append(dislikes_one)
        if any(item.ref.remote_id == "rP37" for item in items):
            raise Rejected("no such item", name)
        return store.carry_out(items)

    shop.s1.mishaps.append(dislikes_one)
    for code in MANY:
        shop.erp.counts(code, 9)
    await shop.pull()
    await shop.settle(3600, "s1")
    refused = shop.rows("SELECT remote_id, reason FROM figure WHERE store = 's1' AND mode = 'refused'")
    assert refused == [("rP37", "no such item")]
    assert shop.s1.shows("P00") == 9


@story
async def test_an_item_refused_for_now_is_tried_again_by_itself(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.mishaps.append(
        lambda _store, _items: PushAnswer(results=(ItemResult("rA", "too many changes", temporary=True),))
    )
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.settle(30, "s1")
    assert (len(shop.s1.pushed), shop.figure("s1", "A").mode) == (1, "push")
    await shop.settle(600, "s1")
    assert shop.s1.shows("A") == 7


@pytest.mark.parametrize("error", [NotSent("no route"), Unavailable("503"), AuthFailed("the key is wrong")])
@story
async def test_trouble_backs_off_is_told_once_and_its_end_is_told(shop: Shop, error: Exception) -> None:
    await shop.begin(A=10)
    shop.s1.mishaps += [raises(error)] * 6  # type: ignore[arg-type]
    shop.erp.counts("A", 7)
    await shop.pull()
    tries = []
    while shop.s1.shows("A") != 7:
        await shop.settle(60, "s1")
        await shop.take()
        tries.append(len(shop.s1.pushed))
        await shop.wait(120)
        assert len(tries) < 200
    assert len(shop.events("connector.broke")) == len(shop.events("connector.recovered"))
    assert len(shop.events("connector.broke")) <= 6
    assert shop.rows("SELECT * FROM figure WHERE mode = 'refused'") == []


@story
async def test_one_trouble_of_reading_and_writing_is_told_once_and_its_end_when_both_are_over(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.down = NotSent("No connection to s1")
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.settle(1, "s1")
    await shop.take()
    assert len(shop.events("connector.broke")) == 1
    shop.s1.down = None
    await shop.wait(3600)
    await shop.take()
    assert shop.events("connector.recovered") == [], "writing was not tried yet"
    await shop.settle(1, "s1")
    assert shop.s1.shows("A") == 7
    assert len(shop.events("connector.recovered")) == 1


# P7: held figures.


@story
async def test_many_zeros_at_a_store_are_held_and_others_go_out(shop: Shop) -> None:
    await shop.begin(many=MANY, A=10)
    await shop.set_rules("s1", buffer=5000)
    await shop.settle(3600, "s1")
    assert (shop.s1.shows("A"), shop.s1.shows("P00")) == (5, 5)
    assert (
        shop.one("SELECT count(*) FROM figure WHERE store = 's1' AND mode = 'held' AND reason = 'many-zeros:60:61:30'")
        == 60
    )
    await shop.order(Release(store="s1", kind=Kind.STOCK, codes=("P00",)))
    await shop.settle(3600, "s1")
    assert (shop.s1.shows("P00"), shop.s1.shows("P01")) == (0, 5)
    await shop.order(Release(store="s1", kind=Kind.STOCK))
    await shop.settle(3600, "s1")
    assert shop.s1.shows("P01") == 0


@story
async def test_a_held_zero_that_is_stocked_again_goes_out_by_itself(shop: Shop) -> None:
    await shop.begin(many=MANY)
    await shop.set_rules("s1", buffer=5000)
    await shop.settle(3600, "s1")
    shop.erp.counts("P00", 8)
    await shop.pull()
    await shop.settle(3600, "s1")
    assert (shop.s1.shows("P00"), shop.figure("s1", "P00").mode) == (3, "push")


@story
async def test_a_yes_to_zeros_counts_for_this_time_only(shop: Shop) -> None:
    await shop.begin(many=MANY)
    for buffer in (5000, 0):
        await shop.set_rules("s1", buffer=buffer)
        await shop.settle(3600, "s1")
        await shop.order(Release(store="s1", kind=Kind.STOCK))
        await shop.settle(3600, "s1")
    assert shop.s1.shows("P00") == 5
    await shop.set_rules("s1", buffer=5000)
    await shop.settle(3600, "s1")
    assert shop.s1.shows("P00") == 5, "nobody said yes to this one"


@story
async def test_a_suspicious_price_waits_for_a_person_and_stock_goes_on(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.costs("A", 10)
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.settle()
    figure = shop.figure("s1", "A", "price")
    assert (figure.mode, figure.reason, shop.s1.price("A"), shop.s1.shows("A")) == ("held", "price-down:99:50", 1000, 7)
    await shop.order(Release(store="s1", kind=Kind.PRICE, codes=("A",)))
    await shop.settle()
    assert (shop.s1.price("A"), shop.s2.price("A")) == (10, 1000), "each store is asked about"


@story
async def test_a_yes_to_a_price_counts_for_just_that_price_and_this_time_only(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.costs("A", 10)
    await shop.pull()
    await shop.order(Release(store="s1", kind=Kind.PRICE))
    await shop.settle()
    assert shop.s1.price("A") == 10
    shop.erp.costs("A", 15)
    await shop.pull()
    await shop.settle()
    assert shop.s1.price("A") == 15
    shop.erp.costs("A", 1000)
    await shop.pull()
    await shop.order(Release(store="s1", kind=Kind.PRICE))
    await shop.settle()
    shop.erp.costs("A", 10)
    await shop.pull()
    await shop.settle()
    assert shop.s1.price("A") == 1000, "the same slip a month later is asked about again"


@story
async def test_a_price_of_nothing_is_never_shown_by_itself(shop: Shop) -> None:
    await shop.begin(settle=False, A=10)
    for store in shop.stores.values():
        store.listed["rA"].price = None
    await shop.syncs["s1"].pull_catalogue()
    shop.erp.costs("A", 0)
    await shop.pull()
    await shop.set_rules("s1", guard=GuardRules())
    await shop.settle()
    assert shop.figure("s1", "A", "price").mode == "held"
    assert all(price != 0 for figures in shop.s1.pushed for _, price in figures.values())


# Listings that come and go.


@story
async def test_a_listing_that_is_gone_is_taken_out_and_matched_again_when_it_is_back(shop: Shop) -> None:
    await shop.begin(many=MANY)
    gone = shop.s1.listed.pop("rP00")
    await shop.syncs["s1"].pull_catalogue()
    assert shop.rows("SELECT * FROM listing WHERE store = 's1' AND remote_id = 'rP00'") == []
    shop.erp.counts("P00", 3)
    await shop.pull()
    await shop.settle()
    shop.s1.listed["rP00"] = gone
    await shop.syncs["s1"].pull_catalogue()
    await shop.settle()
    assert shop.s1.shows("P00") == 3


@story
async def test_a_listing_made_anew_under_another_id_takes_over_at_once(shop: Shop) -> None:
    await shop.begin(many=MANY)
    shop.s1.listed["again"] = shop.s1.listed.pop("rP00")
    shop.erp.counts("P00", 3)
    await shop.pull()
    await shop.syncs["s1"].pull_catalogue()
    await shop.settle()
    assert shop.s1.shows("P00") == 3


@story
async def test_a_shrunken_catalogue_takes_nothing_out_and_is_set_aside_until_it_is_whole(shop: Shop) -> None:
    await shop.begin(many=MANY)
    whole = dict(shop.s1.listed)
    for code in list(MANY)[:30]:
        del shop.s1.listed[f"r{code}"]
    for _ in range(3):
        await shop.syncs["s1"].pull_catalogue()
    assert shop.one("SELECT count(*) FROM listing WHERE store = 's1'") == 60
    assert shop.set_aside("s1") == {"catalogue": "30 of 60 listings were missing in its answer"}
    assert len(shop.events("quarantine.in")) == 1, "said once"
    shop.s1.listed = whole
    await shop.syncs["s1"].pull_catalogue()
    assert shop.set_aside("s1") == {}


@story
async def test_a_listing_that_can_t_be_read_is_set_aside_and_still_there_and_the_others_go_in(shop: Shop) -> None:
    await shop.begin(A=10, B=10, C=10)
    shop.erp.adds("D", 4)
    await shop.pull()
    shop.s1.listed["rD"] = Shown("D")
    shop.s1.unreadable = {"rA"}
    for _ in range(3):
        assert await shop.syncs["s1"].pull_catalogue()
    assert shop.set_aside("s1") == {"listing:rA": "listing rA makes no sense"}
    assert len(shop.events("quarantine.in")) == 1, "said once, not at every audit"
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.settle(60, "s1")
    assert (shop.s1.shows("A"), shop.s1.shows("D")) == (7, 4)
    shop.s1.unreadable = set()
    await shop.syncs["s1"].pull_catalogue()
    assert shop.set_aside("s1") == {}


@story
async def test_what_is_below_a_parent_that_can_t_be_read_is_still_there(shop: Shop) -> None:
    await shop.begin(many=MANY)
    shop.s1.listed["rP00"].group = "parent"
    await shop.syncs["s1"].pull_catalogue()
    del shop.s1.listed["rP00"]
    shop.s1.listed["parent"] = Shown("parent")
    shop.s1.unreadable = {"parent"}
    await shop.syncs["s1"].pull_catalogue()
    assert shop.one("SELECT count(*) FROM listing WHERE store = 's1'") == 60
    assert shop.set_aside("s1") == {"listing:parent": "listing parent makes no sense"}
    del shop.s1.listed["parent"]
    await shop.syncs["s1"].pull_catalogue()
    assert shop.one("SELECT count(*) FROM listing WHERE store = 's1'") == 59


@story
async def test_nothing_is_gone_while_something_without_a_known_name_can_t_be_read(shop: Shop) -> None:
    await shop.begin(many=MANY)
    del shop.s1.listed["rP00"]
    shop.s1.listed["?"] = Shown("P00")
    shop.s1.unreadable = {"?"}
    await shop.syncs["s1"].pull_catalogue()
    assert shop.one("SELECT count(*) FROM listing WHERE store = 's1'") == 60
    assert shop.set_aside("s1") == {
        "listing:?": "listing ? makes no sense",
        "catalogue": "1 listings were missing in its answer, and it held some that can't be read",
    }
    del shop.s1.listed["?"]
    await shop.syncs["s1"].pull_catalogue()
    assert shop.one("SELECT count(*) FROM listing WHERE store = 's1'") == 59
    assert shop.set_aside("s1") == {}


@story
async def test_a_generator_that_ends_at_an_unreadable_row_is_no_whole_catalogue(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def listings() -> AsyncIterator[Sequence[RemoteListing]]:
        yield ()
        raise Rejected("makes no sense", "rA")

    await shop.begin(A=1, B=1)
    monkeypatch.setattr(shop.s1, "listings", listings)
    assert not await shop.syncs["s1"].pull_catalogue()
    assert shop.one("SELECT count(*) FROM listing WHERE store = 's1'") == 2


@story
async def test_a_listing_missing_in_a_read_back_waits_until_the_catalogue_shows_it(shop: Shop) -> None:
    await shop.begin(WITH_RECEIPT, A=10, B=10)
    hidden = shop.s1.listed["rA"]
    shop.erp.counts("A", 7)
    await shop.pull()
    await shop.pushers["s1"].step()
    del shop.s1.listed["rA"]
    await shop.settle(600, "s1")
    assert (shop.figure("s1", "A").mode, shop.figure("s1", "A").reason) == ("refused", "not-there")
    shop.s1.listed["rA"] = hidden
    await shop.syncs["s1"].pull_catalogue()
    await shop.settle(600, "s1")
    assert (shop.figure("s1", "A").mode, shop.figure("s1", "A").confirmed) == ("push", 7000)


@pytest.mark.parametrize("named", [True, False])
@story
async def test_one_that_a_read_back_can_t_read_is_set_aside_and_the_others_are_proven(shop: Shop, named: bool) -> None:
    await shop.begin(WITH_RECEIPT, A=10, B=10)
    shop.erp.counts("A", 7)
    shop.erp.counts("B", 7)
    await shop.pull()
    await shop.pushers["s1"].step()
    name = "rA" if named else "?"
    shop.s1.unreadable = {name}
    reads = shop.s1.read_calls
    await shop.settle(300, "s1")
    assert shop.s1.read_calls - reads == 1, "not again and again"
    assert shop.set_aside("s1") == {f"listing:{name}": f"listing {name} makes no sense"}
    waits = {code: shop.figure("s1", code).check_at > 0 for code in "AB"}
    assert waits == {"A": True, "B": not named}
    assert {shop.figure("s1", code).mode for code in "AB"} == {"push"}
    shop.erp.counts("A", 3)
    await shop.pull()
    await shop.settle(60, "s1")
    assert shop.s1.shows("A") == 3, "it is sold on, so it must be able to fall"
    shop.s1.unreadable = set()
    await shop.settle(3600, "s1")
    assert [shop.figure("s1", code).check_at for code in "AB"] == [0, 0]
    await shop.syncs["s1"].pull_catalogue()
    assert shop.set_aside("s1") == {}


@story
async def test_listings_are_matched_by_code_then_barcode_never_twice_and_never_guessed(shop: Shop) -> None:
    await shop.begin(A=1)
    shop.erp.adds("B", 1, barcodes=("869B",))
    shop.erp.adds("C", 1, barcodes=("same",))
    shop.erp.adds("D", 1, barcodes=("same",))
    await shop.pull()
    shop.s1.listed |= {
        "by code": Shown("B"), "by barcode": Shown("nothing", barcodes=("869B",)), "ambiguous": Shown("x", barcodes=("same",)),
        "unknown": Shown("y"), "again": Shown("A"),
    }  # fmt: skip
    await shop.syncs["s1"].pull_catalogue()
    rows = shop.rows(
        "SELECT l.remote_id, p.code, l.reason FROM listing l LEFT JOIN product p ON p.id = l.product"
        " WHERE l.store = 's1' ORDER BY 1"
    )
    assert rows == [
        ("again", None, "duplicate"), ("ambiguous", None, "ambiguous"), ("by barcode", None, "duplicate"),
        ("by code", "B", ""), ("rA", "A", ""), ("unknown", None, "unknown"),
    ]  # fmt: skip


@story
async def test_a_listing_whose_parent_holds_the_stock_is_not_pushed_stock(shop: Shop) -> None:
    await shop.begin(settle=False, A=10)
    shop.s1.listed["rA"].takes_stock = False
    await shop.syncs["s1"].pull_catalogue()
    await shop.settle()
    assert stocks(shop.s1) == []
    assert shop.rows("SELECT kind FROM figure WHERE store = 's1'") == [("price",)]


@story
async def test_an_excluded_figure_is_not_pushed_and_its_newest_value_goes_when_it_is_included(shop: Shop) -> None:
    await shop.begin(A=10)
    await shop.order(Exclude("s1", ("A",), stock=True, price=False))
    shop.erp.counts("A", 7)
    shop.erp.costs("A", 1100)
    await shop.pull()
    await shop.order(Update())
    await shop.settle()
    assert (stocks(shop.s1), shop.s1.price("A"), shop.s2.shows("A")) == ([], 1100, 7)
    await shop.order(Exclude("s1", ("A",), stock=True, price=False, on=False))
    await shop.settle()
    assert shop.s1.shows("A") == 7


@story
async def test_what_a_person_changed_by_hand_while_excluded_is_brought_back_when_included(shop: Shop) -> None:
    await shop.begin(A=10)
    await shop.order(Exclude("s1", ("A",), stock=True, price=True))
    shop.s1.listed["rA"].stock = 99
    await shop.syncs["s1"].pull_catalogue()
    await shop.settle()
    assert shop.s1.shows("A") == 99
    await shop.order(Exclude("s1", ("A",), stock=True, price=True, on=False))
    await shop.settle()
    assert shop.s1.shows("A") == 10

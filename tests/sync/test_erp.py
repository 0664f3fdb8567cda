"""The ERP: changes only, order states before balances (P8), suspicious reads held (P7), orders handed over once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from structlog.testing import capture_logs
from tests.sync.shop import MANY, Shop, story

from omnisync.connect.erp import ErpOrder, ErpProduct, ErpState, RowProblem
from omnisync.errors import NotSent, RateLimited, SourceProblem
from omnisync.log import state as states
from omnisync.log.state import State
from omnisync.model.commands import Release
from omnisync.model.events import BalancesCounted
from omnisync.model.order import OrderPart, OrderState
from omnisync.model.rules import ErpRules, GuardRules, ReleaseBy
from omnisync.sync import erp_changes


async def sold(shop: Shop, number: str = "1001", **pieces: int) -> OrderPart:
    """An order is taken in and handed to the ERP."""
    part = shop.s1.sell(number, **pieces)
    await shop.take()
    await shop.export()
    return part


# What is read.


@story
async def test_only_what_changed_becomes_an_event(shop: Shop) -> None:
    await shop.begin(A=10, B=5)
    before = shop.count()
    shop.erp.counts("A", 8)
    await shop.pull()
    (event,) = shop.events("erp.balances")[-1:]
    assert isinstance(event, BalancesCounted)
    assert [(count.code, count.on_hand) for count in event.counts] == [("A", 8000)]
    assert shop.count() == before + 1
    shop.erp.changed()
    await shop.pull()
    assert shop.count() == before + 1, "a file that was written anew with the same content"


@story
async def test_figures_that_came_before_their_product_are_not_lost(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.stock["NEW", "W"] = 7
    shop.erp.prices_of["NEW"] = 500
    shop.erp.changed()
    await shop.pull()
    shop.erp.cards["NEW"] = ErpProduct("NEW", "late card")
    shop.erp.changed()
    await shop.pull()
    assert shop.available("NEW") == 7
    assert shop.one("SELECT minor FROM price p JOIN product x ON x.id = p.product WHERE x.code = 'NEW'") == 500


@story
async def test_a_read_of_more_than_is_kept_in_memory_is_taken_in_piece_by_piece(shop: Shop) -> None:
    await shop.begin(many=MANY, A=10)
    await shop.log.reset()
    kept: list[int] = []
    flush = State.flush

    def last_write(state: State) -> None:
        kept.append(state.balances.count)
        flush(state)

    for code in MANY:
        shop.erp.counts(code, 3)
        shop.erp.prices_of[code] = 700
    with (
        patch.object(states, "MOST_CACHED", 5),
        patch.object(states, "_MOST_OF", {}),
        patch.object(erp_changes, "_ROWS_PER_EVENT", 7),
        patch.object(State, "flush", last_write),
    ):
        await shop.pull()
    assert max(kept) < len(MANY) / 2
    await shop.settle()
    assert {shop.available(code) for code in MANY} == {3}
    assert {shop.s1.shows(code) for code in MANY} == {3}
    assert shop.one("SELECT count(*) FROM price WHERE minor = 700") == len(MANY)


@story
async def test_a_product_that_is_gone_shows_nothing_and_comes_back_as_it_was(shop: Shop) -> None:
    await shop.begin(many=MANY, A=10)
    card = shop.erp.cards.pop("A")
    shop.erp.changed()
    await shop.pull()
    await shop.settle()
    assert shop.s1.shows("A") == 0
    shop.erp.cards["A"] = card
    shop.erp.changed()
    await shop.pull()
    await shop.settle()
    assert shop.s1.shows("A") == 10


@story
async def test_a_row_that_can_t_be_read_is_set_aside_until_it_is_mended(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.problems["balances"] = [RowProblem("stock.csv", 17, "'abc' is not a number")]
    for _ in range(3):
        shop.erp.changed()
        await shop.pull()
    assert shop.set_aside("erp") == {"row:balances:stock.csv:17": "'abc' is not a number"}
    assert len(shop.events("quarantine.in")) == 1
    shop.erp.problems = {}
    shop.erp.changed()
    await shop.pull()
    assert shop.set_aside("erp") == {}


@story
async def test_a_file_that_is_just_being_written_is_looked_at_again_and_is_no_news(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.broken = SourceProblem("stock.csv is half written")
    for _ in range(4):
        assert not await shop.pull()
    assert shop.events("connector.broke") == []
    assert shop.books.health.read.next_try <= shop.clock.now() + 500
    for _ in range(9):
        await shop.pull()
    assert len(shop.events("connector.broke")) == 1
    shop.erp.broken = None
    assert await shop.pull()
    assert len(shop.events("connector.recovered")) == 1


@story
async def test_waiting_for_a_rate_limit_of_the_erp_is_no_failure(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.broken = RateLimited("slow down", shop.clock.now() + 5000)
    assert not await shop.pull()
    assert (shop.books.health.errors, shop.books.health.read.failures) == (0, 0)
    assert shop.events("connector.broke") == []


# Held reads.


@story
async def test_an_empty_read_zeroes_nothing_and_is_held(shop: Shop) -> None:
    await shop.begin(many=MANY)
    full = dict(shop.erp.stock), dict(shop.erp.cards), dict(shop.erp.prices_of)
    shop.erp.stock, shop.erp.cards, shop.erp.prices_of = {}, {}, {}
    shop.erp.changed()
    with capture_logs() as told:
        await shop.pull()
        await shop.pull()
    said = {line["source"]: (line["reason"], line["advice"]) for line in told if line["event"] == "erp.held"}
    assert list(said) == ["products.csv", "prices.csv", "balances.csv"]
    reason, advice = said["balances.csv"]
    assert reason == "60 of 60 (balances) are gone or zero in what was read. They stay as they were."
    assert "omnisync release balances-" in advice
    assert sum(line["event"] == "erp.held" for line in told) == 3, "once each"
    await shop.settle()
    assert all(shown.stock == 5 for shown in shop.s1.listed.values())
    assert shop.rows("SELECT feed, reason, count, total FROM hold WHERE state = 'held' ORDER BY feed") == [
        ("balances", "empty", 60, 60), ("prices", "empty", 60, 60), ("products", "empty", 60, 60),
    ]  # fmt: skip
    before = shop.count()
    await shop.pull()
    assert shop.count() == before, "held again is no news"
    shop.erp.stock, shop.erp.cards, shop.erp.prices_of = full
    shop.erp.changed()
    await shop.pull()
    assert shop.rows("SELECT * FROM hold WHERE state = 'held'") == [], "the file is whole again"


@pytest.mark.parametrize(("lost", "held"), [(18, False), (19, True)])
@story
async def test_a_shrunken_read_is_held_past_its_share(shop: Shop, lost: int, held: bool) -> None:
    await shop.begin(many=MANY)
    for code in list(MANY)[:lost]:
        del shop.erp.cards[code], shop.erp.stock[code, "W"], shop.erp.prices_of[code]
    shop.erp.changed()
    await shop.pull()
    await shop.settle()
    assert shop.s1.shows("P00") == (5 if held else 0)
    assert bool(shop.rows("SELECT * FROM hold WHERE state = 'held' AND reason = 'shrunken'")) is held


@story
async def test_half_a_file_of_zeros_is_held_and_what_rose_goes_in(shop: Shop) -> None:
    await shop.begin(many=MANY)
    for code in list(MANY)[:30]:
        shop.erp.counts(code, 0)
    shop.erp.counts("P59", 9)
    await shop.pull()
    await shop.settle()
    assert (shop.s1.shows("P00"), shop.s1.shows("P59")) == (5, 9)
    assert shop.rows("SELECT reason, count FROM hold WHERE state = 'held'") == [("many-zeros", 30)]


async def _zeroed(shop: Shop, *codes: str) -> str:
    for code in codes:
        shop.erp.counts(code, 0)
    await shop.pull()
    await shop.settle()
    return str(shop.one("SELECT id FROM hold WHERE state = 'held'"))


@story
async def test_a_release_lets_exactly_that_change_pass_and_only_once(shop: Shop) -> None:
    await shop.begin(many=MANY)
    await shop.set_rules("s1", guard=GuardRules(zeros_count=1000))
    first, other = list(MANY)[:25], list(MANY)[25:55]
    hold = await _zeroed(shop, *first)
    await shop.order(Release(hold))
    await shop.pull()
    await shop.settle()
    assert shop.s1.shows("P00") == 0
    assert shop.rows("SELECT * FROM hold WHERE state IN ('held', 'released')") == []
    for code in first:
        shop.erp.counts(code, 5)
    await shop.pull()
    await shop.settle()
    again = await _zeroed(shop, *first)
    assert again not in (hold, "None"), "the same change a week later is asked about again"
    assert shop.s1.shows("P00") == 5
    await shop.order(Release(again))
    for code in other:
        shop.erp.counts(code, 0)
    await shop.pull()
    await shop.settle()
    assert shop.s1.shows("P00") == 5, "it was said yes to another change"


@story
async def test_releasing_what_is_not_held_is_refused(shop: Shop) -> None:
    from omnisync.errors import CommandRefused

    await shop.begin(A=1)
    with pytest.raises(CommandRefused, match="Nothing is held under the name nonsense"):
        await shop.order(Release("nonsense"))


# When a reservation ends.


@story
async def test_a_reservation_ends_with_a_balance_read_after_the_order_was_posted(shop: Shop) -> None:
    await shop.begin(A=10)
    await sold(shop, A=3)
    assert shop.available("A") == 7
    shop.erp.posts("s1-1001")
    await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (0, 7)
    await shop.settle()
    assert [stock for figures in shop.s2.pushed for stock, _ in figures.values()] == [7], "and nothing rose in between"


@story
async def test_order_states_are_read_before_balances(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.calls.clear()
    await shop.pull()
    await shop.books.pull_balances()
    assert [call for call in shop.erp.calls if call in ("order_states", "balances")] == ["order_states", "balances"] * 2


@story
async def test_an_order_posted_between_the_two_reads_is_not_released_by_a_balance_that_is_older(shop: Shop) -> None:
    """States were read, then the clerk posts, then balances are read: the next round releases, not this one."""
    await shop.begin(A=10)
    await sold(shop, A=3)
    shop.erp.changed()
    shop.erp.while_reading["order_states"] = lambda: shop.erp.posts("s1-1001")
    await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (3, 4), "too little for a moment, never too much"
    await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (0, 7)


@story
async def test_a_balance_no_newer_than_the_state_releases_nothing(shop: Shop) -> None:
    await shop.begin(A=10)
    await sold(shop, A=3)
    stale = dict(shop.erp.stock)
    shop.erp.posts("s1-1001")
    shop.erp.stock = stale
    now = shop.clock.now()
    # Both reads say that they began at this moment, as a file of the same second does.
    shop.clock.now = lambda: now  # type: ignore[method-assign]
    await shop.pull()
    assert shop.reserved("A") == 3


@story
async def test_an_unchanged_balance_releases_too_because_it_is_asked_for_anew(shop: Shop) -> None:
    await shop.begin(A=10)
    await sold(shop, A=3)
    shop.erp.posts("s1-1001", lowers=False)
    await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (0, 10), "the ERP says that it is booked; it must know"


@story
async def test_a_reservation_stays_while_the_balance_that_contains_it_is_held(shop: Shop) -> None:
    """The zero is not believed yet, so the five pieces that we still count are the ones that were sold."""
    await shop.begin(many=MANY, A=5)
    await sold(shop, A=5)
    await shop.settle()
    for code in list(MANY)[:30]:
        shop.erp.counts(code, 0)
    shop.erp.posts("s1-1001")
    await shop.pull()
    await shop.settle()
    assert shop.rows("SELECT reason FROM hold WHERE state = 'held'") == [("many-zeros",)]
    assert (shop.available("A"), shop.s2.shows("A")) == (0, 0)
    await shop.order(Release(shop.one("SELECT id FROM hold WHERE state = 'held'")))
    await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (0, 0)


@story
async def test_what_comes_back_after_it_was_posted_counts_when_the_erp_counts_it_in(shop: Shop) -> None:
    """The pieces that we still count are the ones that were sold: they are in the books again when somebody says so."""
    await shop.begin(many=MANY, A=5)
    part = await sold(shop, A=5)
    for code in list(MANY)[:30]:
        shop.erp.counts(code, 0)
    shop.erp.posts("s1-1001")
    await shop.pull()
    assert shop.rows("SELECT reason FROM hold WHERE state = 'held'") == [("many-zeros",)]
    returned = msgspec.structs.replace(part, state=OrderState.RETURNED, modified_at=shop.s1.now())
    shop.s1.tell(returned)
    await shop.take()
    await shop.settle()
    assert (shop.one("SELECT state FROM shop_order"), shop.available("A"), shop.s2.shows("A")) == ("returned", 0, 0)
    await shop.order(Release(shop.one("SELECT id FROM hold WHERE state = 'held'")))
    await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (0, 0)
    shop.erp.counts("A", 4)
    await shop.pull()
    await shop.settle()
    assert (shop.available("A"), shop.s2.shows("A")) == (4, 4), "one came back broken"


@story
async def test_what_comes_back_after_its_reservation_ended_raises_nothing(shop: Shop) -> None:
    await shop.begin(A=10)
    part = await sold(shop, A=3)
    shop.erp.posts("s1-1001")
    await shop.pull()
    shop.s1.tell(msgspec.structs.replace(part, state=OrderState.RETURNED, modified_at=shop.s1.now()))
    await shop.take()
    assert (shop.one("SELECT state FROM shop_order"), shop.available("A")) == ("returned", 7)


@story
async def test_a_reservation_stays_while_the_row_that_contains_it_can_t_be_read(shop: Shop) -> None:
    """The balance that we know is from before the order was posted: without the reservation it would be sold twice."""
    await shop.begin(many=MANY, A=5)
    await sold(shop, "1001", A=3)
    await sold(shop, "1002", P00=2)
    await shop.settle()
    shop.erp.posts("s1-1001")
    shop.erp.posts("s1-1002")
    readable = dict(shop.erp.stock)
    del shop.erp.stock["A", "W"]
    shop.erp.problems["balances"], shop.erp.complete = [RowProblem("stock.csv", 62, "Quantity: empty")], False
    await shop.pull()
    await shop.settle()
    assert (shop.reserved("A"), shop.available("A"), shop.s2.shows("A")) == (3, 2, 2)
    assert (shop.reserved("P00"), shop.available("P00")) == (0, 3), "a row that was read releases as ever"
    shop.erp.stock, shop.erp.problems, shop.erp.complete = readable, {}, True
    shop.erp.changed()
    await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (0, 2)


@story
async def test_a_release_in_a_read_of_many_rows_never_raises_a_figure_in_between(shop: Shop) -> None:
    await shop.begin(many=MANY)
    await sold(shop, P59=3)
    await shop.settle()
    for code in MANY:
        shop.erp.stock[code, "W"] += 1
    shop.erp.posts("s1-1001")
    with patch.object(erp_changes, "_ROWS_PER_EVENT", 20):
        await shop.pull()
    counted = [event for event in shop.events("erp.balances") if isinstance(event, BalancesCounted)][-3:]
    assert [bool(event.released) for event in counted] == [False, False, True]
    assert shop.available("P59") == 3


@pytest.mark.parametrize("state", [ErpState.SHIPPED, ErpState.CANCELLED])
@story
async def test_shipped_and_cancelled_in_the_erp_end_a_reservation_too(shop: Shop, state: ErpState) -> None:
    await shop.begin(A=10)
    await sold(shop, A=3)
    shop.erp.posts("s1-1001", state, lowers=state is ErpState.SHIPPED)
    await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (0, 7 if state is ErpState.SHIPPED else 10)


@story
async def test_what_was_released_is_not_reserved_again_by_a_later_word_of_the_store(shop: Shop) -> None:
    await shop.begin(A=10)
    await sold(shop, A=3)
    shop.erp.posts("s1-1001")
    await shop.pull()
    part = shop.s1.parts[0]
    for state in (OrderState.SHIPPED, OrderState.DELIVERED, OrderState.CANCELLED, OrderState.NEW):
        await shop.wait(5)
        shop.s1.tell(msgspec.structs.replace(part, state=state, modified_at=shop.s1.now()))
        await shop.take()
        assert shop.available("A") == 7


@story
async def test_where_the_store_says_shipped_the_next_balance_releases(shop: Shop) -> None:
    shop.shipped_releases = True
    await shop.begin(A=10, erp=ErpRules("erp", ReleaseBy.STORE_SHIPPED))
    await sold(shop, A=3)
    await shop.pull()
    assert shop.reserved("A") == 3
    await shop.wait(5)
    part = shop.s1.parts[0]
    shop.s1.tell(msgspec.structs.replace(part, state=OrderState.SHIPPED, modified_at=shop.s1.now()))
    await shop.take()
    assert shop.reserved("A") == 3, "no balance was read since"
    shop.erp.counts("A", 7)
    await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (0, 7)


@story
async def test_where_the_store_says_shipped_what_came_back_is_released_by_the_next_balance_too(shop: Shop) -> None:
    shop.shipped_releases = True
    await shop.begin(A=10, erp=ErpRules("erp", ReleaseBy.STORE_SHIPPED))
    part = await sold(shop, A=3)
    for state in (OrderState.SHIPPED, OrderState.RETURNED):
        await shop.wait(5)
        shop.s1.tell(msgspec.structs.replace(part, state=state, modified_at=shop.s1.now()))
        await shop.take()
    assert (shop.one("SELECT state FROM shop_order"), shop.available("A")) == ("returned", 7)
    shop.erp.counts("A", 8)
    await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (0, 8)


@pytest.mark.parametrize("skew", [-300, 300])
@story
async def test_a_balance_from_before_we_heard_of_the_shipping_releases_nothing_whatever_the_store_s_clock_says(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, skew: int
) -> None:
    """P8: "shipped" counts from when we heard it, by the clock that also says how old a balance is at the least.

    By the store's own time a clock that is behind would let a balance pass that was exported before.
    """
    shop.shipped_releases, shop.s1.skew = True, skew
    await shop.begin(A=10, erp=ErpRules("erp", ReleaseBy.STORE_SHIPPED))
    await sold(shop, A=3)
    await shop.wait(5)
    exported_at, honest = shop.clock.now(), shop.erp.balances
    await shop.wait(5)
    shop.s1.tell(msgspec.structs.replace(shop.s1.parts[0], state=OrderState.SHIPPED, modified_at=shop.s1.now()))
    await shop.take()

    async def of_before(mark: str) -> Any:
        read = await honest(mark)
        return read and replace(read, began_at=exported_at)

    with monkeypatch.context() as patched:
        patched.setattr(shop.books, "_balances", replace(shop.books._balances, read=of_before))
        for _ in range(3):
            await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (3, 7), "it can't contain what was posted since"
    shop.erp.counts("A", 7)
    await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (0, 7)


@pytest.mark.parametrize("then", [OrderState.SHIPPED, OrderState.CANCELLED])
@story
async def test_one_shipped_package_does_not_release_what_the_other_still_holds(shop: Shop, then: OrderState) -> None:
    shop.shipped_releases = True
    await shop.begin(A=10, B=10, erp=ErpRules("erp", ReleaseBy.STORE_SHIPPED))
    whole = shop.s1.sell("1001", A=2, B=3)
    one = msgspec.structs.replace(whole, part="P1", lines=whole.lines[:1], state=OrderState.SHIPPED)
    two = msgspec.structs.replace(whole, part="P2", lines=whole.lines[1:])
    shop.s1.parts = [one, two]
    await shop.take()
    shop.erp.counts("A", 8)
    await shop.pull()
    assert (shop.reserved("B"), shop.available("B")) == (3, 7)
    await shop.wait(5)
    shop.s1.tell(msgspec.structs.replace(two, state=then, modified_at=shop.s1.now()))
    await shop.take()
    shop.erp.counts("B", 7)
    await shop.pull()
    assert (shop.reserved("A"), shop.reserved("B")) == (0, 0)


@story
async def test_where_nobody_says_anything_a_fall_of_the_balance_after_the_export_releases(shop: Shop) -> None:
    await shop.begin(A=10, erp=ErpRules("erp", ReleaseBy.BALANCE))
    shop.s1.sell("1001", A=3)
    await shop.take()
    shop.erp.counts("A", 7)
    await shop.pull()
    assert shop.reserved("A") == 3, "it was not handed over yet: somebody else bought these"
    await shop.export()
    shop.erp.counts("A", 5)
    await shop.pull()
    assert shop.reserved("A") == 3, "a fall of two can't contain an order of three"
    shop.erp.counts("A", 2)
    await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (0, 2)


@story
async def test_one_fall_of_the_balance_releases_each_piece_once_oldest_order_first(shop: Shop) -> None:
    await shop.begin(A=10, erp=ErpRules("erp", ReleaseBy.BALANCE))
    await sold(shop, "1", A=2)
    await sold(shop, "2", A=2)
    shop.erp.counts("A", 7)
    await shop.pull()
    assert shop.rows("SELECT o.number FROM reservation r JOIN shop_order o ON o.id = r.shop_order") == [("2",)]


# Orders to the ERP.


@story
async def test_an_order_is_handed_over_once_with_everything_it_needs(shop: Shop) -> None:
    await shop.begin(A=10, B=10)
    await sold(shop, A=2, B=1)
    await shop.export()
    (order,) = shop.erp.sent
    assert (order.key, order.store, order.number, order.customer.name) == ("s1-1001", "s1", "1001", "Ali")
    assert [(line.code, line.quantity, line.warehouse) for line in order.lines] == [("A", 2000, "W"), ("B", 1000, "W")]
    assert shop.one("SELECT export_ref FROM shop_order") == "ERP-s1-1001"


@story
async def test_the_shop_s_own_number_series_is_used(shop: Shop) -> None:
    await shop.begin(A=10)
    await shop.set_rules("s1", order_series="WEB")
    await sold(shop, A=2)
    assert shop.erp.sent[0].key == "WEB-1001"


@pytest.mark.parametrize("mishap", ["lost", "not-sent"])
@story
async def test_an_order_whose_answer_got_lost_is_looked_up_before_it_is_sent_again(shop: Shop, mishap: str) -> None:
    await shop.begin(A=10)
    shop.erp.mishaps.append(mishap)
    await sold(shop, A=2)
    assert shop.one("SELECT export FROM shop_order") == "sending"
    await shop.set_rules("s1", order_series="RENAMED")
    await shop.export()
    assert [order.key for order in shop.erp.sent] == ["s1-1001"]
    assert shop.one("SELECT export FROM shop_order") == "done"


@story
async def test_a_crash_between_sending_and_noting_it_sends_nothing_twice(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.sell("1001", A=2)
    await shop.take()
    send = shop.erp.send_order

    async def then_crash(order: ErpOrder) -> str:
        ref = await send(order)
        shop.connection.dead = True
        return ref

    shop.erp.send_order = then_crash  # type: ignore[method-assign]
    with pytest.raises(BaseException):  # noqa: B017
        await shop.books.export()
    shop.erp.send_order = send  # type: ignore[method-assign]
    await shop.restart()
    await shop.export()
    assert len(shop.erp.sent) == 1
    assert shop.one("SELECT export_ref FROM shop_order") == "ERP-s1-1001"


@story
async def test_a_refused_order_is_set_aside_in_the_erp_s_words_and_the_next_goes_on(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.refuses["1"] = "unknown customer group"
    for number in ("1", "2"):
        shop.s1.sell(number, A=1)
    await shop.take()
    with capture_logs() as told:
        await shop.export()
        await shop.export()
    refused = [(line["store"], line["number"]) for line in told if line["event"] == "order.refused"]
    assert refused == [("s1", "1")], "by the number under which the shop and the buyer know it"
    assert [order.number for order in shop.erp.sent] == ["2"]
    assert shop.set_aside("erp") == {"order:s1-1": "unknown customer group"}
    assert len(shop.events("quarantine.in")) == 1


@story
async def test_what_the_erp_says_of_the_buyer_goes_into_no_event(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.refuses["1"] = "customer ALI has no tax office in Edirne"
    shop.s1.sell("1", A=1)
    await shop.take()
    await shop.export()
    assert shop.set_aside("erp") == {"order:s1-1": "customer ••• has no tax office in Edirne"}


@story
async def test_however_many_orders_are_refused_they_stand_in_nobody_s_way(shop: Shop) -> None:
    await shop.begin(A=100)
    for number in range(60):
        shop.erp.refuses[str(number)] = "no"
        shop.s1.sell(str(number), A=1)
    await shop.take()
    for _ in range(3):
        await shop.export()
    shop.s1.sell("good", A=1)
    await shop.take()
    await shop.export()
    assert [order.number for order in shop.erp.sent] == ["good"]


@story
async def test_an_order_cancelled_after_a_failed_attempt_is_not_handed_over_empty(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.mishaps.append("not-sent")
    await sold(shop, A=2)
    await shop.wait(5)
    part = shop.s1.parts[0]
    shop.s1.tell(msgspec.structs.replace(part, state=OrderState.CANCELLED, modified_at=shop.s1.now()))
    await shop.take()
    await shop.export()
    assert (shop.erp.sent, shop.one("SELECT export FROM shop_order")) == ([], "never")
    await shop.wait(5)
    shop.s1.tell(msgspec.structs.replace(part, modified_at=shop.s1.now()))
    await shop.take()
    await shop.export()
    assert [order.key for order in shop.erp.sent] == ["s1-1001"], "and it is when it is paid after all"


@story
async def test_two_stores_with_one_number_series_do_not_swallow_each_other_s_order(shop: Shop) -> None:
    await shop.begin(A=10)
    for name, store in shop.stores.items():
        await shop.set_rules(name, order_series="WEB")
        store.sell("1001", A=1)
        await shop.take(name)
    await shop.export()
    assert sorted(order.store for order in shop.erp.sent) == ["s1", "s2"]
    assert len({order.key for order in shop.erp.sent}) == 2


@story
async def test_an_erp_that_is_down_backs_off_and_is_told_once(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.broken = NotSent("no route to the ERP")
    tries = []
    for _ in range(6):
        await shop.pull()
        tries.append(shop.books.health.read.next_try - shop.clock.now())
    assert tries == sorted(tries)
    assert len(shop.events("connector.broke")) == 1


@story
async def test_orders_stay_here_where_the_owner_exports_none(shop: Shop) -> None:
    await shop.begin(A=10, erp=ErpRules("erp", ReleaseBy.BALANCE, export_orders=False))
    await sold(shop, A=2)
    assert shop.erp.sent == []
    shop.erp.counts("A", 8)
    await shop.pull()
    assert shop.reserved("A") == 0

"""Waiting and refusals (P6), and figures that are held for a person (P7)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.sync.fakes import FakeStore, raises
from tests.sync.shop import BOTH, MANY, Shop, story

from omnisync.connect.store import Capabilities, ItemResult, PushAnswer, PushItem
from omnisync.errors import AuthFailed, NotSent, RateLimited, Rejected, Unavailable
from omnisync.model.commands import Release, Retry
from omnisync.model.events import Kind
from omnisync.model.rules import GuardRules

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
    assert len(shop.s1.stocks()) == 1, "not sent again by itself"
    shop.erp.counts("A", 6)
    await shop.pull()
    await shop.settle(3600, "s1")
    assert len(shop.s1.stocks()) == 2, "a new figure is a new try"
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


async def _with_one_disliked(shop: Shop, words: str, name: str = "") -> None:
    """Everything changes; the store refuses each call that has one of the listings in it, perhaps by a name."""
    await shop.begin(many=MANY)

    def dislikes_one(store: FakeStore, items: Sequence[PushItem]) -> PushAnswer:
        store.mishaps.append(dislikes_one)
        if any(item.ref.remote_id == "rP37" for item in items):
            raise Rejected(words, name)
        return store.carry_out(items)

    shop.s1.mishaps.append(dislikes_one)
    for code in MANY:
        shop.erp.counts(code, 9)
    await shop.pull()
    await shop.settle(3600, "s1")
    refused = shop.rows("SELECT remote_id, reason FROM figure WHERE store = 's1' AND mode = 'refused'")
    assert refused == [("rP37", words)]
    assert all(shown.stock == 9 for remote_id, shown in shop.s1.listed.items() if remote_id != "rP37")


@story
async def test_a_call_refused_as_a_whole_is_halved_until_the_bad_item_stands_alone(shop: Shop) -> None:
    await _with_one_disliked(shop, "invalid item in the list")
    assert len(shop.s1.pushed) < 25


@pytest.mark.parametrize("name", ["rP37", "key-rP37", "something else"])
@story
async def test_a_call_refused_for_a_named_item_goes_on_without_it_by_whatever_name(shop: Shop, name: str) -> None:
    await _with_one_disliked(shop, "no such item", name)


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

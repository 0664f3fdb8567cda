"""The audit: what stores show differently, why, and what becomes of it by whose word counts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.sync.fakes import AT_ONCE, WITH_RECEIPT
from tests.sync.shop import BOTH, Shop, story

from omnisync.connect.budget import Allowance
from omnisync.connect.store import Capabilities, ReadBack
from omnisync.errors import Unavailable
from omnisync.explain.drift import drift_words
from omnisync.explain.why import explain
from omnisync.log import archive
from omnisync.log.drift_list import DriftView, drifts_since, figures_age, open_drifts
from omnisync.log.health import save_health
from omnisync.log.reader import Reader
from omnisync.log.story import whys
from omnisync.model.commands import Accept, Release, Repair, SetPrice
from omnisync.model.events import DriftFound, Kind
from omnisync.model.order import OrderPart
from omnisync.model.rules import Owner
from omnisync.sync.engine import save_row
from omnisync.text import when


def drifts(shop: Shop) -> list[DriftView]:
    """Every drift that was ever found, as it stands now."""
    with Reader(shop.path) as reader:
        return drifts_since(reader, [*shop.stores], 0)


def last(shop: Shop) -> tuple[str, str, str]:
    """The only drift: its kind, cause and state."""
    (found,) = drifts(shop)
    return found.kind, found.cause, found.state


async def edited(shop: Shop, *, stock: int | None = None, price: int | None = None) -> None:
    """Somebody changes A at s1 by hand, a while after it was proven; an audit follows."""
    shown = shop.s1.listed["rA"]
    shown.stock = stock if stock is not None else shown.stock
    shown.price = price if price is not None else shown.price
    await audit(shop)


async def audit(shop: Shop) -> None:
    await shop.wait(600)
    assert await shop.syncs["s1"].pull_catalogue()


async def keep_health(shop: Shop) -> None:
    row = save_row("s1", shop.syncs["s1"].health)
    await shop.log.query(lambda db: save_health(db, [row]))


async def no_orders(_since: int, _until: int) -> AsyncIterator[Sequence[OrderPart]]:
    """What a store answers that does not tell its orders just now."""
    for words in ("orders are out",):
        raise Unavailable(words)
    yield ()


@BOTH
@story
async def test_an_edit_by_hand_is_found_and_repaired_by_itself(shop: Shop, can: Capabilities) -> None:
    await shop.begin(can, A=5)
    await edited(shop, stock=8)
    (found,) = drifts(shop)
    assert (found.believed, found.shown, found.wanted, found.state) == (5000, 8000, 5000, "open")
    await shop.settle()
    assert shop.s1.shows("A") == 5
    assert last(shop) == ("stock", "by-hand", "repaired")
    assert len(shop.events("audit.drift")) == 1, "it is told once"


@BOTH
@story
async def test_an_edit_by_hand_has_the_time_that_the_store_tells(shop: Shop, can: Capabilities) -> None:
    await shop.begin(can, A=5)
    edited_at = shop.s1.listed["rA"].changed_at = shop.clock.now()
    await edited(shop, stock=8)
    (found,) = drifts(shop)
    assert (found.cause, found.changed_at) == ("by-hand", edited_at)
    assert when(edited_at, 0) in drift_words(found, shop.rules["s1"])
    with Reader(shop.path) as reader:
        told = explain(whys(reader, found.product, ["s1"])[0], shop.clock.now())
    assert any(f"edited by hand, {when(edited_at, shop.clock.now())}" in step.text for step in told.steps)


@story
async def test_a_time_from_before_our_figure_was_sent_is_none_of_the_edit(shop: Shop) -> None:
    await shop.begin(A=5)
    await audit(shop)
    shop.s1.listed["rA"].changed_at = 1_000
    await edited(shop, stock=8)
    (found,) = drifts(shop)
    assert (found.cause, found.changed_at) == ("by-hand", 0), "it was seen to show 5, so somebody did change it"


@story
async def test_what_the_store_has_not_changed_since_it_was_sent_was_refused_silently(shop: Shop) -> None:
    await shop.begin(replace(AT_ONCE, read_back=ReadBack.NONE), A=5)
    shown = shop.s1.listed["rA"]
    shown.stock, shown.changed_at = 9, shop.clock.now()
    await shop.wait(600)
    shop.s1.deaf.add("rA")
    shop.erp.counts("A", 4)
    await shop.pull()
    await shop.settle()
    await audit(shop)
    assert last(shop)[:2] == ("stock", "silently-refused")


@story
async def test_an_edit_is_judged_although_the_listing_itself_has_changed_too(shop: Shop) -> None:
    await shop.begin(A=5)
    shop.s1.listed["rA"].name = "another name"
    await edited(shop, stock=8)
    assert last(shop) == ("stock", "by-hand", "open")
    assert shop.one("SELECT name FROM listing WHERE store = 's1'") == "another name"
    await shop.settle()
    assert shop.s1.shows("A") == 5


@story
async def test_an_audit_without_a_surprise_says_nothing(shop: Shop) -> None:
    await shop.begin(A=5)
    before = shop.count()
    await audit(shop)
    assert shop.count() == before


@BOTH
@story
async def test_a_sale_that_was_not_told_of_yet_is_no_drift_to_repair(shop: Shop, can: Capabilities) -> None:
    await shop.begin(can, A=5)
    await shop.wait(600)
    shop.s1.sell("1", A=2)
    assert await shop.syncs["s1"].pull_catalogue()
    assert last(shop) == ("stock", "sold-there", "explained")
    await shop.settle()
    assert shop.s1.pushed == []
    assert shop.s1.shows("A") == 3


@story
async def test_a_sale_told_of_late_explains_what_looked_like_an_edit(shop: Shop) -> None:
    await shop.begin(A=5)
    await edited(shop, stock=3)
    assert last(shop) == ("stock", "by-hand", "open")
    shop.s1.listed["rA"].stock = 5
    shop.s1.sell("1", A=2)
    assert await shop.take()
    await shop.settle()
    assert last(shop) == ("stock", "sold-there", "explained")
    assert shop.s1.pushed == [], "raised while an open order explains the gap"


@story
async def test_a_store_that_says_yes_and_does_nothing_has_refused_silently(shop: Shop) -> None:
    await shop.begin(WITH_RECEIPT, A=5)
    shop.s1.deaf.add("rA")
    shop.erp.counts("A", 4)
    await shop.pull()
    await shop.settle()
    (found,) = drifts(shop)
    assert (found.cause, found.state, found.waits) == ("silently-refused", "open", "refused")


@story
async def test_an_older_figure_that_comes_back_was_a_late_batch(shop: Shop) -> None:
    await shop.begin(WITH_RECEIPT, A=5)
    for pieces in (7, 4):
        shop.erp.counts("A", pieces)
        await shop.pull()
        await shop.settle()
    await edited(shop, stock=7)
    assert last(shop)[1] == "late-batch"
    await shop.settle()
    assert shop.s1.shows("A") == 4


@story
async def test_what_was_sent_before_is_evidence_when_it_is_archived_too(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_MOST_EVENTS", 3)
    await shop.begin(WITH_RECEIPT, A=5)
    for pieces in (7, 4):
        shop.erp.counts("A", pieces)
        await shop.pull()
        await shop.settle()
    while await shop.log.query(lambda db: archive.archive_next(db, 2**62)):
        pass
    assert not shop.events("batch.made"), "all of them are packed"
    await edited(shop, stock=7)
    assert last(shop)[1] == "late-batch"


@story
async def test_what_is_under_way_is_no_drift(shop: Shop) -> None:
    await shop.begin(A=5)
    shop.erp.counts("A", 4)
    await shop.pull()
    await edited(shop, stock=9)
    assert drifts(shop) == []
    await shop.settle()
    assert shop.s1.shows("A") == 4


# Whose word counts.


@story
async def test_what_the_store_owns_is_believed_and_never_pushed(shop: Shop) -> None:
    await shop.begin(A=5)
    await shop.set_rules("s1", stock_owner=Owner.STORE, price_owner=Owner.STORE)
    shop.erp.counts("A", 2)
    await shop.pull()
    await edited(shop, stock=8, price=777)
    await shop.settle()
    assert shop.s1.pushed == []
    assert (shop.figure("s1", "A").mode, shop.figure("s1", "A").confirmed) == ("off", 8000)
    assert shop.figure("s1", "A", "price").confirmed == 777
    assert drifts(shop) == []
    assert shop.s2.shows("A") == 2


@story
async def test_with_ask_nothing_is_sent_until_a_person_has_spoken(shop: Shop) -> None:
    await shop.begin(A=5)
    await shop.set_rules("s1", stock_owner=Owner.ASK)
    await edited(shop, stock=3)
    await shop.settle()
    assert shop.s1.pushed == []
    (found,) = drifts(shop)
    assert found.waits == "asks"
    assert (shop.figure("s1", "A").mode, shop.figure("s1", "A").reason) == ("held", "drift")
    await shop.order(Repair("s1", ("A",)))
    await shop.settle()
    assert shop.s1.shows("A") == 5
    assert last(shop)[2] == "repaired"


@story
async def test_an_accepted_quantity_stays_until_another_is_wanted(shop: Shop) -> None:
    await shop.begin(A=5)
    await shop.set_rules("s1", stock_owner=Owner.ASK)
    await edited(shop, stock=3)
    await shop.settle()
    assert await shop.order(Accept("s1", kind=Kind.STOCK)) == {"figures": 1}
    await shop.settle()
    await audit(shop)
    await shop.settle()
    assert (shop.s1.pushed, shop.s1.shows("A"), last(shop)[2]) == ([], 3, "accepted")
    shop.erp.counts("A", 4)
    await shop.pull()
    await shop.settle()
    assert shop.s1.shows("A") == 4


@BOTH
@pytest.mark.parametrize("owner", [Owner.ASK, Owner.ERP])
@story
async def test_an_accepted_price_becomes_the_store_s_own(shop: Shop, can: Capabilities, owner: Owner) -> None:
    await shop.begin(can, A=5)
    await shop.set_rules("s1", price_owner=owner)
    await edited(shop, price=1234)
    if owner is Owner.ASK:
        await shop.settle()
    await shop.order(Accept("s1", ("A",), Kind.PRICE))
    await shop.settle()
    assert (shop.s1.price("A"), last(shop)) == (1234, ("price", "by-hand", "accepted"))
    assert shop.one("SELECT price FROM choice WHERE store = 's1'") == 1234
    assert all(sent[1] is None for batch in shop.s1.pushed for sent in batch.values())


@story
async def test_a_question_is_not_answered_by_the_erp_and_is_by_a_person_s_price(shop: Shop) -> None:
    await shop.begin(A=5)
    await shop.set_rules("s1", price_owner=Owner.ASK)
    await edited(shop, price=1234)
    await shop.settle()
    shop.erp.costs("A", 1100)
    await shop.pull()
    await shop.settle()
    assert (shop.s1.price("A"), shop.figure("s1", "A", "price").mode) == (1234, "held")
    await shop.order(SetPrice("s1", "A", 1300))
    await shop.settle()
    assert (shop.s1.price("A"), last(shop)[2]) == (1300, "repaired")


@story
async def test_a_quantity_that_must_fall_is_not_kept_waiting_by_a_question(shop: Shop) -> None:
    await shop.begin(A=5)
    await shop.set_rules("s1", stock_owner=Owner.ASK)
    await edited(shop, stock=8)
    await shop.settle()
    shop.s2.sell("1", A=1)
    await shop.take("s2")
    await shop.settle()
    assert shop.s1.shows("A") == 4


@story
async def test_a_quantity_that_may_rise_waits_for_the_answer(shop: Shop) -> None:
    await shop.begin(A=5)
    await shop.set_rules("s1", stock_owner=Owner.ASK)
    await edited(shop, stock=3)
    await shop.settle()
    shop.erp.counts("A", 9)
    await shop.pull()
    await shop.settle()
    assert shop.s1.shows("A") == 3
    await shop.order(Release(store="s1", kind=Kind.STOCK))
    await shop.settle()
    assert (shop.s1.shows("A"), last(shop)[2]) == (9, "repaired")


@story
async def test_a_repair_takes_the_orders_in_first(shop: Shop) -> None:
    await shop.begin(A=5)
    await edited(shop, stock=3)
    shop.s1.listed["rA"].stock = 5
    shop.s1.sell("1", A=2)
    await shop.order(Repair())
    await shop.settle()
    assert shop.s1.shows("A") == 3
    assert max((sent[0] or 0 for batch in shop.s1.pushed for sent in batch.values()), default=0) <= 3


# When, and at what price.


@story
async def test_the_figures_age_is_that_of_the_last_whole_audit(shop: Shop) -> None:
    await shop.begin(A=5)
    await audit(shop)
    began = shop.clock.now()
    await shop.wait(2 * shop.rules["s1"].audit_every)
    await keep_health(shop)
    with Reader(shop.path) as reader:
        young = figures_age(reader, "s1", shop.clock.now())
        assert young.at == pytest.approx(began, abs=1000)
        assert not young.old
    shop.s1.down = Unavailable("gone")
    assert not await shop.syncs["s1"].pull_catalogue()
    await shop.wait(10)
    await keep_health(shop)
    with Reader(shop.path) as reader:
        old = figures_age(reader, "s1", shop.clock.now())
    assert (old.at, old.old) == (young.at, True), "an audit that failed has seen nothing"


@story
async def test_an_audit_that_can_t_ask_for_orders_judges_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await shop.begin(A=5)
    await shop.wait(600)
    shop.s1.listed["rA"].stock = 8
    monkeypatch.setattr(shop.s1, "orders", no_orders)
    assert not await shop.syncs["s1"].pull_catalogue()
    assert drifts(shop) == []
    assert shop.figure("s1", "A").seen == 5000


@story
async def test_an_audit_leaves_half_of_a_rate_limit_to_pushes(shop: Shop) -> None:
    await shop.begin(A=1, B=1, C=1)
    left = iter([4, 4, 9, 9, 9, 9])
    shop.s1.allowances = lambda: [Allowance("any", next(left), 10, 10)]  # type: ignore[method-assign]
    began = shop.clock.now()
    assert await shop.syncs["s1"].pull_catalogue()
    assert shop.clock.now() - began == 1000


@story
async def test_a_person_s_audit_is_begun_at_once(shop: Shop) -> None:
    await shop.begin(A=5)
    async with shop.running():
        await shop.wait(60)
        shop.s1.listed["rA"].stock = 8
        await shop.wait(1)
        for sync in shop.syncs.values():
            sync.wake_audit.set()
        await shop.wait(10)
        (found,) = drifts(shop)
        assert found.cause == "by-hand"
        await shop.wait(300)
    assert shop.s1.shows("A") == 5


@story
async def test_a_drift_names_each_figure_once(shop: Shop) -> None:
    await shop.begin(A=5, B=5)
    shop.s1.listed["rB"].stock = 1
    await edited(shop, stock=8, price=1)
    found: list[Any] = [each for event in shop.events("audit.drift") for each in event.drifts]  # type: ignore[union-attr]
    assert isinstance(shop.events("audit.drift")[0], DriftFound)
    assert sorted((each.product, each.kind) for each in found) == [("A", "price"), ("A", "stock"), ("B", "stock")]
    with Reader(shop.path) as reader:
        assert len(open_drifts(reader)) == len(found)

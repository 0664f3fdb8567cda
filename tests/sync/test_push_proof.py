"""Accepted is not done (P4), and a lost answer is looked up before anything is sent again (P5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from tests.sync.fakes import AT_ONCE, WITH_RECEIPT, FakeStore, lost, raises
from tests.sync.shop import BOTH, MANY, Shop, story

from omnisync.connect.store import (
    Capabilities,
    ItemResult,
    ListingRef,
    PushAnswer,
    PushItem,
    ReadBack,
    RemoteListing,
)  # fmt: skip
from omnisync.errors import Rejected, Repeated, Unavailable, UnknownOutcome
from omnisync.model.commands import Exclude, Retry
from omnisync.model.money import Money

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
    assert (figure.seen, figure.confirmed, figure.check_at, len(shop.s1.stocks())) == (7000, 7000, 0, 1)


@story
async def test_what_was_seen_before_the_store_broke_down_need_not_be_seen_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.begin(WITH_RECEIPT, many=MANY)

    async def breaks_down(refs: Sequence[ListingRef]) -> Sequence[RemoteListing | Rejected]:
        found = await FakeStore.read(shop.s1, refs)
        shop.s1.down = Unavailable("closed")
        return found

    monkeypatch.setattr(shop.s1, "read", breaks_down)
    for code in MANY:
        shop.erp.counts(code, 4)
    await shop.pull()
    await shop.settle(60, "s1")
    to_be_seen = shop.one("SELECT count(*) FROM figure WHERE store = 's1' AND check_at > 0")
    assert (shop.s1.read_calls > 1, to_be_seen) == (True, len(MANY) - WITH_RECEIPT.read_batch)


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
    assert len(shop.s1.stocks()) == 2
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
    assert (shop.s1.stocks("A"), shop.s1.stocks("B"), shop.s1.shows("B")) == ([7], [7, 7], 7)


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
    assert shop.s1.stocks() == ([7] if applied else [7, 7])
    assert len(set(shop.s1.keys)) == 1, "the same key and body"
    assert shop.figure("s1", "A").confirmed == 7000


async def _stopped_under_way(shop: Shop, can: Capabilities, *, applied: bool) -> None:
    """The process is gone in the middle of a push, and back."""
    await shop.begin(can, A=10)
    shop.erp.counts("A", 7)
    await shop.pull()

    def dies(store: FakeStore, items: Sequence[PushItem]) -> PushAnswer:
        if applied:
            store.carry_out(items)
        shop.connection.dead = True
        raise UnknownOutcome("the process is gone")

    shop.s1.mishaps.append(dies)
    with pytest.raises(BaseException):  # noqa: B017
        await shop.pushers["s1"].step()
    await shop.restart()


@BOTH
@story
async def test_a_process_that_dies_with_a_batch_under_way_looks_it_up_when_it_is_back(
    shop: Shop, can: Capabilities
) -> None:
    await _stopped_under_way(shop, can, applied=True)
    assert shop.rows("SELECT state FROM batch WHERE store = 's1' AND state <> 'done'") == [("made",)]
    await shop.settle(600, "s1")
    assert (shop.s1.shows("A"), len(shop.s1.pushed)) == (7, 1)
    assert shop.rows("SELECT state FROM batch WHERE store = 's1' AND state <> 'done'") == []


@BOTH
@story
async def test_a_batch_that_a_stop_cut_off_before_it_left_is_sent_within_seconds(shop: Shop, can: Capabilities) -> None:
    """Nobody is at the other end of that request any more: half a minute of patience would only be lost."""
    await _stopped_under_way(shop, can, applied=False)
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
async def test_a_receipt_past_its_life_is_not_asked_for(shop: Shop) -> None:
    """What a platform answers to one is not known (facts/marketplaces.md 1.3): an error each time must not block for ever."""
    await shop.begin(WITH_RECEIPT, A=10)
    asked: list[int] = []

    async def results(receipt: str, items: Sequence[PushItem]) -> Sequence[ItemResult] | None:
        asked.append(shop.clock.now())
        raise Unavailable("500")

    shop.s1.results = results  # type: ignore[method-assign]
    shop.erp.counts("A", 7)
    await shop.pull()
    began = shop.clock.now()
    for _ in range(10):
        # The orders can be read all the while, which opens the way to try again.
        await shop.syncs["s1"].pull_orders()
        await shop.settle(60, "s1")
        await shop.wait(1800)
    assert asked[-1] - began <= 14_400_000
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
    assert (shop.s1.stocks()[-1], shop.s1.shows("A"), shop.figure("s1", "A").confirmed) == (2, 2, 2000)


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
    assert all(pieces <= 5 for pieces in shop.s1.stocks()[1:]), "there were 5 left"
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

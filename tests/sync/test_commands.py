"""What a person orders is done once, or refused in one sentence."""

from __future__ import annotations

import pytest
from tests.sync.fakes import Shown
from tests.sync.shop import Shop, story

from omnisync.errors import CommandRefused
from omnisync.model.commands import (
    AnyCommand,
    Exclude,
    Link,
    Pause,
    Pull,
    Release,
    Replay,
    Retry,
    SetPrice,
    Status,
    Update,
)


@story
async def test_a_command_repeated_under_its_id_is_answered_and_not_done_twice(shop: Shop) -> None:
    await shop.begin(A=10)
    first = await shop.order(SetPrice("s1", "A", 1200), id="one")
    before = shop.count()
    assert await shop.order(SetPrice("s1", "A", 1300), id="one") == first
    assert shop.count() == before
    assert await shop.order(SetPrice("s1", "A", 1300), id="two") != first


@story
async def test_a_command_repeated_after_a_restart_is_still_known(shop: Shop) -> None:
    await shop.begin(A=10)
    first = await shop.order(Update("s1", ("A",)), id="one")
    await shop.restart()
    assert await shop.order(Update("s1", ("A",)), id="one") == first


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (SetPrice("s1", "NOPE", 100), "There is no product NOPE"),
        (SetPrice("shop", "A", 100), r"There is no store shop\. The stores are: s1, s2"),
        (SetPrice("s1", "A", 0), "A price is above zero"),
        (SetPrice("s1", "A", -5), "A price is above zero"),
        (Exclude("s1", ("A", "NOPE"), stock=True, price=False), "There is no product NOPE"),
        (Update("shop"), "There is no store shop"),
        (Update("s1", ("NOPE",)), "There is no product NOPE"),
        (Retry("shop"), "There is no store shop"),
        (Retry("s1", ("NOPE",)), "There is no product NOPE"),
        (Release(store="s1", codes=("NOPE",)), "There is no product NOPE"),
        (Release("h9"), "Nothing is held under the name h9"),
        (Replay("erp", "order:x"), "Nothing is set aside under the name order:x"),
        (Link("s1", "r9", "A"), "s1 has no listing r9"),
        (Link("s1", "rB", "A"), "A is already linked to listing rA there; unlink that one first"),
        (Link("s1", "rA", "NOPE"), "There is no product NOPE"),
        (Pause("shop"), "There is no store shop"),
        (Pull("shop"), "There is no store shop"),
    ],
    ids=str,
)
@story
async def test_what_can_t_be_done_is_refused_in_one_sentence_and_changes_nothing(
    shop: Shop, command: AnyCommand, words: str
) -> None:
    await shop.begin(A=10, B=5)
    before = shop.count()
    with pytest.raises(CommandRefused, match=words):
        await shop.order(command, id="refused")
    assert shop.count() == before
    await shop.order(Update("s1"), id="refused")
    assert shop.count() == before + 1, "an id that was refused is free"


@story
async def test_a_product_may_be_named_by_its_barcode(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.adds("B", 5, barcodes=("8690001",))
    await shop.pull()
    await shop.order(SetPrice("s1", "8690001", 1234))
    assert shop.one("SELECT price FROM choice") == 1234


@story
async def test_a_store_s_own_price_is_shown_there_only_until_it_is_taken_back(shop: Shop) -> None:
    await shop.begin(A=10)
    await shop.order(SetPrice("s1", "A", 99))
    await shop.settle()
    assert (shop.s1.price("A"), shop.s2.price("A")) == (99, 1000), "a person's word needs no second yes"
    shop.erp.costs("A", 1100)
    await shop.pull()
    await shop.settle()
    assert (shop.s1.price("A"), shop.s2.price("A")) == (99, 1100)
    await shop.order(SetPrice("s1", "A", None))
    await shop.settle()
    assert shop.figure("s1", "A", "price").mode == "held", "from 0.99 to 11.00 is far: the list's price is asked about"


@story
async def test_a_store_s_own_price_given_before_the_product_is_listed_there_counts(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.adds("B", 5)
    await shop.pull()
    await shop.order(SetPrice("s1", "B", 99))
    shop.s1.listed["rB"] = Shown("B", price=1000)
    await shop.syncs["s1"].pull_catalogue()
    await shop.settle()
    assert shop.s1.price("B") == 99


@story
async def test_a_general_update_sends_everything_changed_or_not(shop: Shop) -> None:
    await shop.begin(A=10, B=5)
    await shop.order(Update())
    await shop.settle()
    for store in shop.stores.values():
        assert store.pushed == [{"rA": (10, 1000), "rB": (5, 1000)}]


@story
async def test_a_product_update_sends_that_product_to_that_store(shop: Shop) -> None:
    await shop.begin(A=10, B=5)
    await shop.order(Update("s1", ("B",)))
    await shop.settle()
    assert (shop.s1.pushed, shop.s2.pushed) == ([{"rB": (5, 1000)}], [])


@story
async def test_a_link_shows_the_product_s_figures_and_unlinking_stops_that(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.adds("C", 7)
    shop.s1.listed["r9"] = Shown("strange code")
    await shop.pull()
    await shop.syncs["s1"].pull_catalogue()
    await shop.settle()
    assert shop.s1.listed["r9"].stock == 0
    await shop.order(Link("s1", "r9", "C"))
    await shop.settle()
    assert shop.s1.listed["r9"].stock == 7
    await shop.order(Link("s1", "r9", ""))
    shop.erp.counts("C", 3)
    await shop.pull()
    await shop.syncs["s1"].pull_catalogue()
    await shop.settle()
    assert shop.s1.listed["r9"].stock == 7
    assert shop.rows("SELECT product, linked_by, reason FROM listing WHERE remote_id = 'r9'") == [
        (None, "person", "unlinked")
    ]


@story
async def test_an_unlinked_match_does_not_come_back_by_itself(shop: Shop) -> None:
    await shop.begin(A=10)
    await shop.order(Link("s1", "rA", ""))
    shop.erp.adds("Z", 1)
    await shop.pull()
    await shop.syncs["s1"].pull_catalogue()
    shop.s1.listed["rA"].name = "a new name, the same code"
    await shop.syncs["s1"].pull_catalogue()
    assert shop.rows("SELECT product FROM listing WHERE store = 's1' AND remote_id = 'rA'") == [(None,)]
    await shop.order(Link("s1", "rA", "A"))
    shop.erp.counts("A", 4)
    await shop.pull()
    await shop.settle()
    assert shop.s1.shows("A") == 4


@story
async def test_a_paused_store_is_sent_nothing_and_its_orders_are_taken(shop: Shop) -> None:
    await shop.begin(A=10)
    await shop.order(Pause("s1"))
    shop.s2.sell("1001", A=2)
    shop.s1.sell("1", A=1)
    for name in shop.stores:
        await shop.take(name)
    await shop.settle()
    assert (shop.s1.pushed, shop.s2.shows("A"), shop.reserved("A")) == ([], 7, 3)
    await shop.order(Pause("s1", on=False))
    await shop.settle()
    assert shop.s1.shows("A") == 7


@story
async def test_an_order_the_erp_refused_is_handed_over_when_a_person_says_again(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.refuses["1001"] = "unknown customer group"
    shop.s1.sell("1001", A=2)
    await shop.take()
    await shop.export()
    shop.erp.refuses.clear()
    for _ in range(2):
        await shop.order(Replay("erp", "order:s1-1001"), id="again")
    await shop.export()
    assert [order.number for order in shop.erp.sent] == ["1001"]
    assert shop.set_aside() == {}


@story
async def test_a_person_s_pull_does_not_wait_for_a_backed_off_connection(shop: Shop) -> None:
    from omnisync.errors import Unavailable

    await shop.begin(A=10)
    for _ in range(8):
        shop.s1.down = Unavailable("gone")
        await shop.take()
    shop.s1.down = None
    assert shop.syncs["s1"].health.read.next_try > shop.clock.now() + 60_000
    async with shop.running():
        await shop.wait(1)
        asked = len(shop.s1.asked)
        await shop.order(Pull("s1"))
        await shop.wait(1)
        assert len(shop.s1.asked) > asked


@story
async def test_status_tells_every_connection(shop: Shop) -> None:
    await shop.begin(A=10)
    reply = await shop.order(Status())
    assert [each["connector"] for each in reply["connectors"]] == ["s1", "s2", "erp"]
    assert {each["state"] for each in reply["connectors"]} == {"ok"}

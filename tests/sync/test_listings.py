"""Listings that come and go, are matched, can't be read, or are excluded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
from tests.sync.fakes import WITH_RECEIPT, Shown
from tests.sync.shop import MANY, Shop, story

from omnisync.connect.store import RemoteListing
from omnisync.errors import Rejected
from omnisync.model.commands import Exclude, Update


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
    assert shop.s1.stocks() == []
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
    assert (shop.s1.stocks(), shop.s1.price("A"), shop.s2.shows("A")) == ([], 1100, 7)
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

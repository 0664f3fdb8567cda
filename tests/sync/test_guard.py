"""The guard's thresholds at a store's door, and a person's no."""

from __future__ import annotations

from dataclasses import replace

import pytest

from omnisync.connect.erp import ErpProduct
from omnisync.connect.store import Capabilities
from omnisync.explain.why import Explanation, explain
from omnisync.explain.words import reason_words
from omnisync.log.reader import Reader
from omnisync.log.story import why
from omnisync.log.writer import Change
from omnisync.model.commands import Release
from omnisync.model.events import Kind
from omnisync.model.rules import ErpRules, GuardRules, StoreRules
from omnisync.sync import planning

from .shop import BOTH, Shop, story

MANY = {f"P{at:02}": 5 for at in range(40)}


def _reasons(shop: Shop, store: str = "s1") -> dict[str, int]:
    return dict(
        shop.rows("SELECT reason, count(*) FROM figure WHERE store = ? AND mode = 'held' GROUP BY reason", store)
    )


async def _reprice(shop: Shop, count: int, minor: int) -> None:
    for at in range(count):
        shop.erp.costs(f"P{at:02}", minor)
    await shop.pull()
    await shop.settle()


@pytest.mark.parametrize(("count", "held"), [(24, {}), (25, {"many-changes:25:40:60": 25})])
@story
async def test_more_than_a_share_of_the_listings_at_once_is_held(shop: Shop, count: int, held: dict[str, int]) -> None:
    await shop.begin(many=MANY)
    await shop.set_rules("s1", guard=GuardRules(changes_count=20))
    await _reprice(shop, count, 1100)
    assert _reasons(shop) == held
    assert shop.s2.price("P00") == 1100, "another store has its own rules"


@story
async def test_quantities_that_only_fall_are_not_kept_waiting(shop: Shop) -> None:
    await shop.begin(many=MANY)
    await shop.set_rules("s1", guard=GuardRules(changes_count=20), daily_cap=1)
    for code in MANY:
        shop.erp.counts(code, 4)
    await shop.pull()
    await shop.settle()
    assert shop.s1.shows("P00") == 4
    for code in MANY:
        shop.erp.counts(code, 9)
    await shop.pull()
    await shop.settle()
    assert (shop.s1.shows("P00"), shop.s2.shows("P00")) == (4, 9)


@pytest.mark.parametrize(("worth", "held"), [(150, {}), (149, {"zeros-worth:3:150:149": 3})])
@story
async def test_zeros_are_weighed_in_money(shop: Shop, worth: int, held: dict[str, int]) -> None:
    await shop.begin(many=MANY)
    await shop.set_rules("s1", guard=GuardRules(zeros_worth=worth))
    for code in ("P00", "P01", "P02"):
        shop.erp.counts(code, 0)
    await shop.pull()
    await shop.settle()
    assert _reasons(shop) == held


@BOTH
@story
async def test_the_guard_looks_once_at_a_push_of_many_batches_and_again_at_what_comes_between(
    shop: Shop, can: Capabilities, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    look = planning.hold_suspicious

    def looked(change: Change, store: str, rules: StoreRules) -> None:
        looks.append(store)
        look(change, store, rules)

    monkeypatch.setattr(planning, "hold_suspicious", looked)
    await shop.begin(replace(can, max_batch=4), many=MANY)
    await shop.set_rules("s1", guard=GuardRules(zeros_worth=149))
    for at in range(30):
        shop.erp.counts(f"P{at:02}", 4)
    await shop.pull()
    looks.clear()
    await shop.settle(60, "s1")
    assert len(shop.s1.pushed) >= 3
    assert looks == ["s1"]
    for code in ("P30", "P31", "P32"):
        shop.erp.counts(code, 0)
    await shop.pull()
    await shop.settle()
    assert _reasons(shop) == {"zeros-worth:3:150:149": 3}
    assert shop.s1.shows("P29") == 4


@story
async def test_a_day_has_its_cap(shop: Shop) -> None:
    await shop.begin(many=MANY)
    await shop.wait(25 * 3600)
    await shop.set_rules("s1", daily_cap=10)
    await _reprice(shop, 15, 1100)
    assert _reasons(shop) == {"daily-cap:10": 5}
    assert "10 changes" in reason_words("daily-cap:10")
    await shop.order(Release(store="s1", kind=Kind.PRICE, why="sale"))
    await shop.settle()
    assert shop.s1.price("P14") == 1100


@story
async def test_what_was_rejected_stays_so_until_the_erp_says_something_else(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.costs("A", 10)
    await shop.pull()
    await shop.order(Release(store="s1", kind=Kind.PRICE, no=True, why="a typing mistake"))
    await shop.pull()
    await shop.settle()
    row = shop.figure("s1", "A", "price")
    assert (row.mode, row.reason, shop.s1.price("A")) == ("off", "rejected", 1000)
    shop.erp.costs("A", 990)
    await shop.pull()
    await shop.settle()
    assert shop.s1.price("A") == 990
    shop.erp.costs("A", 10)
    await shop.pull()
    assert shop.figure("s1", "A", "price").mode == "held", "it is asked about again"


@story
async def test_a_rejected_quantity_is_not_sent_by_a_sale_either(shop: Shop) -> None:
    await shop.begin(many=MANY)
    await shop.set_rules("s1", daily_cap=1)
    shop.erp.counts("P00", 5000)
    await shop.pull()
    await shop.settle()
    assert _reasons(shop) == {"daily-cap:1": 1}
    await shop.order(Release(store="s1", kind=Kind.STOCK, no=True))
    shop.s2.sell("1", P00=1)
    await shop.take("s2")
    await shop.settle()
    assert shop.s1.shows("P00") == 5
    await shop.order(Release(store="s1", kind=Kind.STOCK, codes=("P00",)))
    await shop.settle()
    assert shop.s1.shows("P00") == 4999


@story
async def test_a_rejected_read_is_not_asked_about_again_while_it_says_the_same(shop: Shop) -> None:
    await shop.begin(many=MANY, erp=ErpRules("erp"))
    for at in range(30):
        shop.erp.counts(f"P{at:02}", 0)
    await shop.pull()
    (hold,) = [id_ for (id_,) in shop.rows("SELECT id FROM hold WHERE state = 'held'")]
    await shop.order(Release(hold, no=True, why="the till was off"))
    for _ in range(2):
        await shop.pull()
        await shop.settle()
    assert shop.rows("SELECT id FROM hold WHERE state = 'held'") == []
    assert shop.s1.shows("P00") == 5
    shop.erp.counts("P30", 0)
    await shop.pull()
    assert len(shop.rows("SELECT id FROM hold WHERE state = 'held'")) == 1, "it says something else now"


@story
async def test_a_price_under_the_products_floor_waits_for_a_yes(shop: Shop) -> None:
    await shop.begin(A=10, B=10)
    await shop.set_rules("s1", floor_list="floor")
    shop.erp.floors_of = {"A": 900}
    for code in ("A", "B"):
        shop.erp.costs(code, 810)
    await shop.pull()
    await shop.settle()
    assert (shop.s1.price("A"), shop.s1.price("B")) == (1000, 810)
    assert (shop.s2.price("A"), _reasons(shop)) == (810, {"under-floor:10": 1})
    assert reason_words("under-floor:10") == "the price is 10 % under its floor"
    said = _why(shop, "A")
    assert "floor: 9.00 TRY" in said.price
    assert 'ERP set price list "retail" to 8.10 TRY; ERP set the floor to 9.00 TRY' in [
        each.text for each in said.steps
    ]
    await shop.order(Release(store="s1", kind=Kind.PRICE, codes=("A",)))
    await shop.settle()
    assert shop.s1.price("A") == 810
    shop.erp.costs("A", 900)
    await shop.pull()
    await shop.settle()
    assert (shop.s1.price("A"), _reasons(shop)) == (900, {}), "at the floor is not under it"


@story
async def test_a_category_has_a_floor_for_what_has_none_of_its_own(shop: Shop) -> None:
    await shop.begin(A=10, B=10, C=10)
    for code, category in {"A": "pens", "B": "pens", "C": "books"}.items():
        shop.erp.cards[code] = ErpProduct(code, f"name of {code}", category=category)
    shop.erp.floors_of = {"B": 500}
    await shop.set_rules("s1", floor_list="floor", floors=(("pens", 900),))
    for code in ("A", "B", "C"):
        shop.erp.costs(code, 800)
    await shop.pull()
    await shop.settle()
    assert [shop.s1.price(code) for code in ("A", "B", "C")] == [1000, 800, 800]
    assert "floor: 9.00 TRY" in _why(shop, "A").price
    assert "floor" not in _why(shop, "C").price
    await shop.set_rules("s1", floors=())
    await shop.settle()
    assert shop.s1.price("A") == 800, "without the floor nothing holds it"


def _why(shop: Shop, code: str) -> Explanation:
    with Reader(shop.path) as reader:
        found = why(reader, int(shop.one("SELECT id FROM product WHERE code = ?", code)), "s1")
    assert found is not None
    return explain(found, shop.clock.now())

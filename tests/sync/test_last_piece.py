"""The last pieces are offered by one store, and the others are told so, whatever happens to that one."""

from __future__ import annotations

from tests.sync.shop import Shop, story

from omnisync.explain.selling import last_piece_words
from omnisync.log.reader import Reader
from omnisync.log.selling import Selling, riskiest, selling
from omnisync.model.commands import Exclude
from omnisync.model.last_piece import LastPieceRules


def shown(shop: Shop) -> tuple[int | None, int | None]:
    return shop.s1.listed["rA"].stock, shop.s2.listed["rA"].stock


def wanted(shop: Shop) -> tuple[int, int]:
    return tuple((shop.figure(store, "A").wanted or 0) // 1000 for store in ("s1", "s2"))  # type: ignore[return-value]


async def begin(
    shop: Shop, pieces: int, *, under: int = 3, follow: bool = False, ranks: tuple[int, int] = (0, 1)
) -> None:
    await shop.begin(A=pieces, B=50, C=50, D=50)
    for name, rank in zip(("s1", "s2"), ranks, strict=True):
        await shop.set_rules(name, last_piece=LastPieceRules(under * 1000, rank, follow, 60, 60))
    await shop.settle()


def sells(shop: Shop) -> Selling:
    with Reader(shop.path) as reader:
        return selling(reader, 1, shop.clock.now())


def said(shop: Shop, store: str) -> str:
    return last_piece_words(store, shop.rules[store].last_piece, sells(shop))


@story
async def test_the_preferred_store_alone_shows_the_last_pieces(shop: Shop) -> None:
    await begin(shop, 3)
    assert wanted(shop) == (3, 3)
    shop.s2.sell("1", A=1)
    await shop.take("s2")
    await shop.settle()
    assert wanted(shop) == (2, 0)
    assert said(shop, "s1").startswith("the last pieces are offered here alone")
    assert said(shop, "s2").startswith("fewer than 3 are left, so s1 alone offers them")


@story
async def test_new_goods_are_offered_everywhere_again(shop: Shop) -> None:
    await begin(shop, 2)
    assert wanted(shop) == (2, 0)
    shop.erp.counts("A", 9)
    await shop.pull()
    await shop.settle()
    assert wanted(shop) == (9, 9)


@story
async def test_when_the_preferred_store_may_not_sell_it_the_other_does(shop: Shop) -> None:
    await begin(shop, 2)
    await shop.order(Exclude("s1", ("A",), stock=True, price=False))
    await shop.settle()
    assert shop.figure("s2", "A").wanted == 2000
    await shop.order(Exclude("s1", ("A",), stock=True, price=False, on=False))
    await shop.settle()
    assert wanted(shop) == (2, 0)


@story
async def test_when_the_preferred_store_refuses_it_the_other_sells_it(shop: Shop) -> None:
    await begin(shop, 5)
    shop.s1.refuses["rA"] = "blocked by the category team"
    shop.erp.counts("A", 2)
    await shop.pull()
    await shop.settle()
    assert shop.figure("s1", "A").mode == "refused"
    assert shop.figure("s2", "A").wanted == 2000


@story
async def test_when_the_preferred_store_loses_the_listing_the_other_sells_it(shop: Shop) -> None:
    await begin(shop, 2)
    del shop.s1.listed["rA"]
    assert await shop.syncs["s1"].pull_catalogue()
    await shop.settle()
    assert shop.figure("s2", "A").wanted == 2000


@story
async def test_without_a_preference_the_best_seller_has_them(shop: Shop) -> None:
    await begin(shop, 6, ranks=(0, 0))
    shop.s2.sell("1", A=3)
    await shop.take("s2")
    shop.s1.sell("2", A=1)
    await shop.take("s1")
    await shop.settle()
    assert wanted(shop) == (0, 2)


@story
async def test_what_sells_quickly_is_kept_back_and_given_free_when_it_no_longer_does(shop: Shop) -> None:
    await begin(shop, 90, under=0, follow=True)
    for hour in range(12):
        shop.s1.sell(str(hour), A=5)
        await shop.take("s1")
        await shop.wait(3600)
    await shop.settle()
    assert wanted(shop) == (30, 28)
    assert said(shop, "s2").startswith("2 are left to s1, because ")
    await shop.wait(9 * 24 * 3600)
    async with shop.running():
        await shop.wait(2 * 3600)
    assert wanted(shop) == (30, 30)
    assert len(shop.events("sales.slowed")) == 1


@story
async def test_the_risk_is_told_and_gone_when_one_store_offers_it_alone(shop: Shop) -> None:
    await begin(shop, 20, under=0)
    shop.s1.sell("1", A=19)
    await shop.take("s1")
    await shop.settle()
    assert sells(shop).risk > 0.001
    assert "the risk of selling more than there is: " in said(shop, "s2")
    with Reader(shop.path) as reader:
        assert [each.code for each in riskiest(reader, shop.clock.now(), 9)] == ["A"]
    await shop.set_rules("s1", last_piece=LastPieceRules(3000, 0, False, 60, 60))
    await shop.set_rules("s2", last_piece=LastPieceRules(3000, 1, False, 60, 60))
    await shop.settle()
    assert wanted(shop) == (1, 0)
    assert sells(shop).risk == 0

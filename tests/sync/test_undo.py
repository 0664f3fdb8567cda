"""What a person did is taken back whole: the tables are as before, the stores are told, and it can be done again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.sync.fakes import Shown
from tests.sync.shop import Shop, story

from omnisync.errors import CommandRefused
from omnisync.explain.undoing import item_words
from omnisync.log.rebuild import table_names
from omnisync.model.commands import AnyCommand, Exclude, Link, Release, Reply, SetPrice, SetPrices, Undo
from omnisync.model.events import Kind

_ASIDE = ("act", "event_product", "product_at", "search")
_OF_TIME = {"figure": ("wanted_rev", "wanted_at", "confirmed_rev", "confirmed_at", "sent_rev", "sent_at", "seen_at")}


_OF_STORES = ("sent", "seen", "confirmed", "check_at")
"""What is known of the store's side of a figure is learnt anew when its listing is linked anew."""


def _tables(shop: Shop, *aside: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every table but for places and times in the log."""
    said = {}
    for name in table_names(shop.connection._db):
        if name not in _ASIDE:
            columns = [row[1] for row in shop.rows(f"SELECT * FROM pragma_table_info('{name}')")]
            kept = [each for each in columns if each not in (*_OF_TIME.get(name, ()), *aside)]
            said[name] = sorted(shop.rows(f"SELECT {', '.join(kept)} FROM {name}"), key=repr)
    return said


async def _undo(shop: Shop, **how: Any) -> Reply:
    return await shop.order(Undo(go=True, **how))


@pytest.mark.parametrize(
    "command",
    [
        SetPrice("s1", "A", 1200),
        SetPrices("s1", (("A", 1200), ("B", 900))),
        SetPrice("s1", "C", None),
        Exclude("s1", ("A", "B", "D"), stock=True, price=True),
        Exclude("s1", ("A", "D"), stock=False, price=True),
        Exclude("s1", ("D",), stock=True, price=True, on=False),
    ],
    ids=lambda command: repr(command)[:50],
)
@story
async def test_what_was_done_is_taken_back_exactly_and_done_again(shop: Shop, command: AnyCommand) -> None:
    await shop.begin(A=10, B=5, C=2, D=1)
    await shop.order(SetPrice("s1", "C", 1500))
    await shop.order(Exclude("s1", ("D",), stock=True, price=False))
    await shop.settle()
    before = _tables(shop)
    await shop.order(command)
    done = _tables(shop)
    assert done != before
    assert (await _undo(shop))["conflicts"] == 0
    assert _tables(shop) == before
    undo = shop.rows("SELECT max(seq) FROM act")[0][0]
    await _undo(shop, event=undo)
    assert _tables(shop) == done
    await _undo(shop)
    assert _tables(shop) == before


@story
async def test_the_stores_are_told(shop: Shop) -> None:
    await shop.begin(A=10, B=5)
    await shop.order(SetPrices("s1", (("A", 300), ("B", 2600))))
    await shop.settle()
    assert (shop.s1.listed["rA"].price, shop.s1.listed["rB"].price) == (300, 2600)
    await _undo(shop)
    # The guard asks about such leaps of the list price; a price that was there before needs no second yes.
    assert shop.rows("SELECT mode FROM figure WHERE store = 's1' AND kind = 'price'") == [("push",), ("push",)]
    await shop.settle()
    assert (shop.s1.listed["rA"].price, shop.s1.listed["rB"].price) == (1000, 1000)


@story
async def test_a_no_to_a_price_is_a_no_again(shop: Shop) -> None:
    """Else the price that a person refused would be sent as soon as a price by hand was taken back."""
    await shop.begin(A=10, B=5)
    shop.erp.costs("A", 100)
    await shop.pull()
    await shop.order(Release(store="s1", kind=Kind.PRICE, no=True, why="a typing mistake"))
    before = _tables(shop)
    await shop.order(SetPrices("s1", (("A", 1200), ("B", 900))))
    told = await _undo(shop)
    assert {item["subject"]: item["no"] for item in told["items"]} == {"A": True, "B": False}
    assert item_words(told["items"][-1]).endswith(
        "the list's price (you had said no to it: the store keeps what it shows)"
    )
    assert _tables(shop) == before
    assert (shop.figure("s1", "A", "price").mode, shop.figure("s1", "A", "price").reason) == ("off", "rejected")
    await _undo(shop, event=shop.one("SELECT max(seq) FROM act"))
    await _undo(shop)
    assert _tables(shop) == before, "however often it is done and taken back"
    await shop.settle()
    assert shop.s1.listed["rA"].price == 1000


@story
async def test_a_no_is_not_brought_back_to_what_the_erp_says_otherwise_by_now(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.erp.costs("A", 100)
    await shop.pull()
    await shop.order(Release(store="s1", kind=Kind.PRICE, no=True))
    await shop.order(SetPrice("s1", "A", 1200))
    shop.erp.costs("A", 1100)
    await shop.pull()
    await _undo(shop)
    row = shop.figure("s1", "A", "price")
    assert (row.wanted, row.mode, row.rejected) == (1100, "push", None)


@story
async def test_first_it_is_only_told_what_would_change(shop: Shop) -> None:
    await shop.begin(A=10, B=5)
    await shop.order(SetPrices("s1", (("A", 1200), ("B", 900))))
    before, count = _tables(shop), shop.count()
    told = await shop.order(Undo())
    assert (told["kind"], told["changes"], told["stores"], told["seq"]) == ("price", 2, {"s1": 2}, 0)
    assert {(item["subject"], item["now"], item["back"]) for item in told["items"]} == {
        ("A", 1200, None),
        ("B", 900, None),
    }
    assert (_tables(shop), shop.count()) == (before, count)


@story
async def test_what_was_changed_again_since_is_left_out_unless_forced(shop: Shop) -> None:
    await shop.begin(A=10, B=5)
    wave = await shop.order(SetPrices("s1", (("A", 1200), ("B", 900))))
    await shop.order(SetPrice("s1", "B", 950))
    told = await shop.order(Undo(wave["seq"]))
    assert (told["changes"], [item["subject"] for item in told["conflicting"]]) == (1, ["B"])
    forced = await shop.order(Undo(wave["seq"], force=True))
    assert (forced["changes"], forced["conflicts"]) == (2, 0)
    await _undo(shop, event=wave["seq"])
    prices = "SELECT p.code, c.price FROM choice c JOIN product p ON p.id = c.product"
    assert shop.rows(prices) == [("B", 950)]


@story
async def test_undo_goes_back_step_by_step(shop: Shop) -> None:
    await shop.begin(A=10)
    for price in (1100, 1200, 1300):
        await shop.order(SetPrice("s1", "A", price))
    for expected in ([(1200,)], [(1100,)], []):
        await _undo(shop)
        assert shop.rows("SELECT price FROM choice") == expected
    with pytest.raises(CommandRefused, match="nothing to undo"):
        await _undo(shop)


@story
async def test_what_can_not_be_undone_is_refused(shop: Shop) -> None:
    await shop.begin(A=10)
    done = await shop.order(SetPrice("s1", "A", 1100))
    await _undo(shop)
    with pytest.raises(CommandRefused, match="undone already"):
        await _undo(shop, event=done["seq"])
    with pytest.raises(CommandRefused, match="no part of anything"):
        await _undo(shop, event=2)


@story
async def test_any_event_of_an_act_names_it(shop: Shop) -> None:
    await shop.begin(A=10, B=5)
    wave = await shop.order(SetPrices("s1", (("A", 1200), ("B", 900))))
    for seq in range(wave["seq"] - 2, wave["seq"] + 1):
        assert (await shop.order(Undo(seq)))["act"] == wave["seq"]


@story
async def test_prices_that_the_erp_gave_are_taken_back_until_it_says_others(shop: Shop) -> None:
    await shop.begin(A=10, B=5)
    shop.erp.costs("A", 1100)
    await shop.pull()
    before, (act,) = _tables(shop), shop.rows("SELECT seq FROM act WHERE kind = 'import'")[-1]
    told = await _undo(shop, event=act)
    assert told["changes"] == 1
    assert shop.rows("SELECT minor, said FROM price ORDER BY product") == [(1000, 1100), (1000, None)]
    await shop.pull()
    assert shop.rows("SELECT minor FROM price ORDER BY product") == [(1000,), (1000,)], "it was taken in again"
    shop.erp.costs("A", 1200)
    await shop.pull()
    assert shop.rows("SELECT minor, said FROM price ORDER BY product") == [(1200, None), (1000, None)]
    assert before["price"] != _tables(shop)["price"]


@story
async def test_rules_go_back_and_stay_so_until_the_configuration_says_others(shop: Shop) -> None:
    await shop.begin(A=10)
    old, new = shop.rules["s1"], msgspec.structs.replace(shop.rules["s1"], buffer=3000)
    newer = msgspec.structs.replace(new, buffer=4000)
    await _configured(shop, old)
    before = _tables(shop)
    await _configured(shop, new)
    assert _wanted(shop) == 7000
    await _undo(shop)
    assert _wanted(shop) == 10_000
    after = _tables(shop)
    assert {**after, "store": ()} == {**before, "store": ()}
    await _configured(shop, new)
    assert _wanted(shop) == 10_000, "the same configuration came back at the next start"
    await _configured(shop, newer)
    assert _wanted(shop) == 6000


async def _configured(shop: Shop, rules: Any) -> None:
    """A start of the daemon with these rules for s1."""
    shop.rules["s1"] = rules
    await shop.log.transact(shop.engine()._declare)


def _wanted(shop: Shop) -> int:
    ((wanted,),) = shop.rows("SELECT wanted FROM figure WHERE store = 's1' AND kind = 'stock'")
    return int(wanted)


@story
async def test_a_link_taken_away_is_given_back(shop: Shop) -> None:
    await shop.begin(A=10, B=5)
    before = _tables(shop, *_OF_STORES)
    await shop.order(Link("s1", "rA", ""))
    assert _tables(shop, *_OF_STORES) != before
    await _undo(shop)
    assert _tables(shop, *_OF_STORES) == before


@story
async def test_a_link_is_taken_back_with_the_order_lines_that_it_had_found(shop: Shop) -> None:
    shop.s1.listed["r9"] = Shown("strange")
    await shop.begin(A=10)
    shop.erp.adds("B", 5)
    await shop.pull()
    shop.s1.tell(shop.s1.sell("1001", strange=2))
    await shop.take()
    await shop.settle()
    assert shop.set_aside("s1")
    before = _tables(shop)
    await shop.order(Link("s1", "r9", "B"))
    assert (shop.reserved("B"), shop.set_aside("s1")) == (2, {})
    await _undo(shop)
    assert (shop.reserved("B"), len(shop.set_aside("s1"))) == (0, 1)
    after = _tables(shop)
    # The quarantine counts its days anew, and that somebody bought remains a sale.
    aside: dict[str, Any] = {"quarantine": (), "sale_speed": ()}
    assert {**after, **aside} == {**before, **aside}

"""A preview says what a bulk act would send, hold and call off, and does none of it."""

from __future__ import annotations

import msgspec
import pytest

from omnisync.errors import CommandRefused, SourceProblem
from omnisync.explain.plan import plan_lines
from omnisync.log.plan import Plan
from omnisync.model.commands import Bulk, Exclude, Preview, Release, Repair, Retry, SetPrice, SetPrices, Undo
from omnisync.model.drift import Cause
from omnisync.model.events import Drift, DriftFound, Kind
from omnisync.model.rules import GuardRules

from .shop import Shop, story


async def look(shop: Shop, *commands: Bulk) -> Plan:
    """What would happen; and nothing has."""
    before = shop.count(), shop.rows("SELECT * FROM figure ORDER BY product, store, kind")
    found = msgspec.convert((await shop.order(Preview(commands)))["plan"], Plan)
    assert before == (shop.count(), shop.rows("SELECT * FROM figure ORDER BY product, store, kind"))
    return found


@story
async def test_prices_are_previewed_with_their_effect_and_the_strangest_first(shop: Shop) -> None:
    await shop.begin(A=10, B=2, C=1)
    wave = SetPrices("s1", (("A", 900), ("B", 100), ("C", 1000)))
    (effect,) = (await look(shop, wave)).stores
    assert (effect.store, effect.sends, effect.price_down, effect.same) == ("s1", 2, 2, 0)
    assert effect.effect == 10 * -100 + 2 * -900
    said = [*plan_lines(await look(shop, wave))]
    assert said[0] == "s1: 2 figures would be sent"
    assert said[2] == "  goods worth 28.00 TRY less would be offered"
    assert "B  price 10.00 → 1.00  (−90.0 %)" in said[5]
    await shop.order(wave)
    await shop.settle()
    assert (shop.s1.price("A"), shop.s1.price("B")) == (900, 100), "it does what was said"


@story
async def test_what_the_guard_would_hold_is_said_beforehand(shop: Shop) -> None:
    await shop.begin(many={f"P{at:02}": 5 for at in range(30)})
    codes = tuple(f"P{at:02}" for at in range(25))
    await shop.order(Exclude("s1", codes, stock=False, price=True))
    for code in codes:
        shop.erp.costs(code, 1100)
    await shop.pull()
    again = Exclude("s1", codes, stock=False, price=True, on=False)
    assert [(each.sends, each.held) for each in (await look(shop, again)).stores] == [(25, 0)]
    await shop.set_rules("s1", guard=GuardRules(changes_count=20))
    assert [(each.sends, each.held) for each in (await look(shop, again)).stores] == [(0, 25)]
    assert "25 figures are held" in "\n".join(plan_lines(await look(shop, again)))


@story
async def test_an_undo_is_previewed_with_what_it_sends_and_what_it_calls_off(shop: Shop) -> None:
    await shop.begin(A=10, B=10)
    await shop.order(SetPrices("s1", (("A", 900), ("B", 900))))
    (effect,) = (await look(shop, Undo(go=True))).stores
    assert (effect.sends, effect.called_off) == (0, 2)
    assert "2 changes on their way are called off" in "\n".join(plan_lines(await look(shop, Undo(go=True))))
    await shop.settle()
    (effect,) = (await look(shop, Undo(go=True))).stores
    assert (effect.sends, effect.price_up, effect.effect, effect.called_off) == (2, 2, 2000, 0)


@story
async def test_exclusions_call_off_and_their_end_sends(shop: Shop) -> None:
    await shop.begin(A=10, B=10)
    shop.erp.counts("A", 7)
    await shop.pull()
    stop = Exclude("s1", ("A", "B"), stock=True, price=True)
    (effect,) = (await look(shop, stop)).stores
    assert (effect.sends, effect.excluded, effect.called_off) == (0, 4, 1)
    await shop.order(stop)
    (effect,) = (await look(shop, msgspec.structs.replace(stop, on=False))).stores
    assert (effect.sends, effect.stock_down) == (1, 1)


@story
async def test_several_commands_are_looked_at_together(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.refuses = {"rA": "barcode is locked"}
    await shop.set_rules("s2", guard=GuardRules(price_down_percent=10))
    shop.erp.costs("A", 600)
    await shop.pull()
    await shop.settle()
    found = await look(shop, Retry("s1"), Release(store="s2", kind=Kind.PRICE))
    assert [(each.store, each.sends) for each in found.stores] == [("s1", 1), ("s2", 1)]
    assert [*plan_lines(await look(shop, Retry("s2")))] == ["Nothing would be sent to any store."]


@story
async def test_a_repair_is_told_from_what_the_store_was_seen_to_show(shop: Shop) -> None:
    await shop.begin(A=10)
    await shop.log.append(DriftFound("s1", (Drift("A", Kind.STOCK, 10_000, 25_000, Cause.BY_HAND),)))
    found = await look(shop, Repair("s1"))
    assert [(move.code, move.shown, move.wanted) for move in found.moves] == [("A", 25_000, 10_000)]


@story
async def test_what_would_be_refused_is_refused_and_the_next_order_finds_everything_as_it_was(shop: Shop) -> None:
    await shop.begin(A=10)
    with pytest.raises(CommandRefused, match="no product NOPE"):
        await look(shop, SetPrices("s1", (("NOPE", 100),)))
    await look(shop, SetPrices("s1", (("A", 900),)))
    await shop.order(SetPrice("s1", "A", 950))
    await shop.settle()
    assert shop.s1.price("A") == 950


@story
async def test_a_held_read_is_read_again_to_say_what_a_yes_would_do(shop: Shop) -> None:
    await shop.begin(many={f"P{at:02}": 5 for at in range(60)})
    await shop.set_rules("s1", guard=GuardRules(zeros_count=1000))
    for at in range(30):
        shop.erp.counts(f"P{at:02}", 0)
    await shop.pull()
    (hold,) = [each for (each,) in shop.rows("SELECT id FROM hold WHERE state = 'held'")]
    found = await look(shop, Release(hold))
    assert [(each.store, each.stock_zero, each.effect, each.held) for each in found.stores] == [
        ("s1", 30, -30 * 5 * 1000, 0), ("s2", 0, 0, 30),
    ]  # fmt: skip
    assert shop.rows("SELECT state FROM hold") == [("held",)]
    shop.erp.broken = SourceProblem("stock.csv is being written just now.")
    with pytest.raises(CommandRefused, match="being written"):
        await look(shop, Release(hold))

"""A row of the ERP that can't be read is mended by a person: it counts for now, and the ERP keeps the last word."""

from __future__ import annotations

import json
from typing import Any

import pytest

from omnisync.connect.erp import RowProblem
from omnisync.errors import CommandRefused
from omnisync.explain.happened import sentence
from omnisync.explain.why import explain
from omnisync.log import set_aside
from omnisync.log.reader import Reader
from omnisync.log.story import why
from omnisync.model.commands import Dismiss, Replay, Reply, Undo
from omnisync.model.events import BalancesCounted, PricesRead

from .shop import Shop, story
from .test_erp import sold

STOCK = "row:balances:stock.csv:17"


async def broken(shop: Shop, feed: str = "balances", source: str = "stock.csv", **row: str) -> None:
    """The row can't be read, and the file says so at each read."""
    text = " ".join(f"{value!r} is no number" for name, value in row.items() if name == "number")
    shop.erp.problems[feed] = [RowProblem(source, 17, text or "it can't be read", json.dumps(row))]
    shop.erp.complete = False
    shop.erp.changed()
    await shop.pull()


def payload(shop: Shop, subject: str = STOCK) -> dict[str, Any]:
    with Reader(shop.path) as reader:
        (aside,) = set_aside.found(reader, subject)
        found = set_aside.content(reader, aside)
        assert found.editable
        told: dict[str, Any] = json.loads(found.payload)
        return told


async def mend(shop: Shop, subject: str = STOCK, **row: str) -> Reply:
    return await shop.order(Replay("erp", subject, json.dumps(payload(shop, subject) | row)))


async def unreadable(shop: Shop) -> None:
    """Of ten pieces that we know the stock file now says "twelve"."""
    await shop.begin(A=10)
    del shop.erp.stock["A", "W"]
    await broken(shop, code="A", house="W", number="twelve")


@story
async def test_a_mended_quantity_goes_in_and_says_that_a_person_said_it(shop: Shop) -> None:
    await unreadable(shop)
    assert payload(shop) == {"code": "A", "house": "W", "number": "twelve"}
    assert shop.available("A") == 10, "the balance stays"
    assert await mend(shop, number="12") == {"mended": True, "reason": ""}
    await shop.settle()
    assert (shop.available("A"), shop.s1.shows("A"), shop.set_aside()) == (12, 12, {})
    counted = shop.events("erp.balances")[-1]
    assert isinstance(counted, BalancesCounted)
    assert (counted.corrected, counted.counts[0].line, counted.released) == (True, 17, ())
    assert shop.one("SELECT actor FROM event WHERE type = 'erp.balances' ORDER BY seq DESC") == "ayse"
    assert sentence(counted) == "a person corrected a row of stock.csv: A W 12"
    with Reader(shop.path) as reader:
        found = why(reader, 1, "s1")
    assert found is not None
    said = [step.text for step in explain(found, shop.clock.now()).steps]
    assert any(each.startswith("a person said W 12, because the row can't be read") for each in said), said


@story
async def test_while_the_row_stays_as_it_is_it_is_not_set_aside_again(shop: Shop) -> None:
    await unreadable(shop)
    await mend(shop, number="12")
    for _ in range(2):
        shop.erp.changed()
        await shop.pull()
    assert (shop.available("A"), shop.set_aside()) == (12, {})
    await broken(shop, code="A", house="W", number="dozen")
    assert list(shop.set_aside()) == [STOCK], "the row says something else"


@story
async def test_a_right_row_takes_the_place_of_the_mended_one(shop: Shop) -> None:
    await unreadable(shop)
    await mend(shop, number="12")
    shop.erp.problems, shop.erp.complete = {}, True
    shop.erp.counts("A", 9)
    await shop.pull()
    assert shop.available("A") == 9
    del shop.erp.stock["A", "W"]
    await broken(shop, code="A", house="W", number="twelve")
    assert list(shop.set_aside()) == [STOCK], "a yes to the error of last week is none to today's"
    assert shop.available("A") == 9


@story
async def test_what_is_still_wrong_is_said_and_nothing_goes_in(shop: Shop) -> None:
    await unreadable(shop)
    before = shop.count()
    reply = await mend(shop, number="a dozen")
    assert (reply["mended"], "a dozen" in reply["reason"]) == (False, True)
    for wrong in ({"number": "12", "code": "NOPE"}, {"number": "12", "house": "Nowhere"}):
        reply = await mend(shop, **wrong)
        assert (reply["mended"], "no product, warehouse" in reply["reason"]) == (False, True)
    assert (shop.count(), shop.available("A"), list(shop.set_aside())) == (before, 10, [STOCK])


@story
async def test_a_mended_quantity_ends_no_reservation(shop: Shop) -> None:
    """Whether the posted order is in the figure that a person typed, nobody knows (P8)."""
    await shop.begin(A=10)
    await sold(shop, A=3)
    shop.erp.posts("s1-1001")
    readable = dict(shop.erp.stock)
    del shop.erp.stock["A", "W"]
    await broken(shop, code="A", house="W", number="seven")
    await mend(shop, number="7")
    shop.erp.changed()
    await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (3, 4), "too little until the row is right, never too much"
    shop.erp.stock, shop.erp.problems, shop.erp.complete = readable, {}, True
    shop.erp.changed()
    await shop.pull()
    assert (shop.reserved("A"), shop.available("A")) == (0, 7)


@story
async def test_a_held_read_is_still_held_after_a_row_was_mended(shop: Shop) -> None:
    await shop.begin(many={f"P{at:02}": 5 for at in range(60)}, A=10)
    for at in range(30):
        shop.erp.counts(f"P{at:02}", 0)
    del shop.erp.stock["A", "W"]
    await broken(shop, code="A", house="W", number="twelve")
    held = shop.rows("SELECT reason FROM hold WHERE state = 'held'")
    assert held == [("many-zeros",)]
    await mend(shop, number="12")
    assert shop.rows("SELECT reason FROM hold WHERE state = 'held'") == held


@story
async def test_a_mended_price_goes_in_and_can_be_undone(shop: Shop) -> None:
    await shop.begin(A=10)
    del shop.erp.prices_of["A"]
    row = "row:prices:prices.csv:17"
    await broken(shop, "prices", "prices.csv", code="A", list="retail", number="12,5,0")
    await mend(shop, row, number="1250")
    await shop.settle()
    (read,) = [event for event in shop.events("erp.prices") if isinstance(event, PricesRead) and event.corrected]
    assert (read.prices[0].minor, read.prices[0].was, shop.s1.price("A")) == (1250, 1000, 1250)
    await shop.order(Undo(go=True))
    await shop.settle()
    assert shop.s1.price("A") == 1000
    await broken(shop, "prices", "prices.csv", code="A", list="retail", number="1,2,5")
    assert (await mend(shop, row, number="1250"))["mended"]
    await shop.settle()
    assert shop.s1.price("A") == 1250, "said again after it was taken back"
    await broken(shop, "prices", "prices.csv", code="A", list="retail", number="1,2,5,0")
    before = len(shop.events("erp.prices"))
    assert (await mend(shop, row, number="1250"))["mended"]
    assert len(shop.events("erp.prices")) == before, "what is so already is no news"


@pytest.mark.parametrize(
    ("feed", "wrong", "right", "asked", "found"),
    [
        ("products", {"code": "A", "name": "A", "number": "x"}, {"name": "B", "number": "1"}, "SELECT name FROM product", "B"),
        ("order_states", {"key": "s1-1001", "state": "gone"}, {"state": "shipped"}, "SELECT erp_state FROM shop_order", "shipped"),
        ("customers", {"code": "C1", "name": "Ay", "number": "x"}, {"number": "1"}, "SELECT count(*) FROM customer WHERE id = 'erp:C1'", 1),
    ],
)  # fmt: skip
@story
async def test_a_row_of_every_feed_can_be_mended(
    shop: Shop, feed: str, wrong: dict[str, str], right: dict[str, str], asked: str, found: Any
) -> None:
    await shop.begin(A=10)
    await sold(shop, A=1)
    subject = f"row:{feed}:file.csv:17"
    await broken(shop, feed, "file.csv", **wrong)
    assert list(shop.set_aside("erp")) == [subject]
    assert (await mend(shop, subject, **right))["mended"]
    assert shop.one(asked) == found
    assert shop.set_aside("erp") == {}


@story
async def test_what_is_tried_again_as_it_is_is_read_anew_though_nothing_changed(shop: Shop) -> None:
    await unreadable(shop)
    shop.erp.calls.clear()
    shop.erp.problems, shop.erp.complete, shop.erp.stock["A", "W"] = {}, True, 8
    await shop.pull()
    assert shop.available("A") == 10, "the mark says that nothing has changed"
    await shop.order(Replay("erp", STOCK))
    await shop.pull()
    assert (shop.available("A"), shop.set_aside()) == (8, {})


@story
async def test_a_dismissed_row_is_asked_about_again_once_it_was_right(shop: Shop) -> None:
    await unreadable(shop)
    await shop.order(Dismiss("erp", STOCK, "the clerk knows"))
    shop.erp.changed()
    await shop.pull()
    assert shop.set_aside() == {}
    with pytest.raises(CommandRefused, match="Nothing is set aside"):
        await shop.order(Replay("erp", STOCK, json.dumps({"code": "A", "house": "W", "number": "12"})))

"""What is set aside is seen, mended and tried again, mapped or dismissed by a person, and names nobody in plain text."""

from __future__ import annotations

import json

import msgspec
import pytest

from omnisync.errors import CommandRefused
from omnisync.log import forget, set_aside
from omnisync.log.reader import Reader
from omnisync.model.commands import Dismiss, Forget, MapCode, Replay
from omnisync.model.events import CodeMapped
from omnisync.model.order import OrderState
from omnisync.model.payload import fields, mended

from .shop import Shop, story


async def _unreadable(shop: Shop) -> str:
    """Order 2 can't be read; what was told of it."""
    await shop.begin(A=10)
    shop.s1.sell("2", A=2)
    shop.s1.unreadable = {"2"}
    await shop.take()
    return _payload(shop)


def _payload(shop: Shop) -> str:
    with Reader(shop.path) as reader:
        (aside,) = set_aside.found(reader, "order:2")
        return set_aside.content(reader, aside).payload


@story
async def test_a_mended_order_is_taken_in_and_does_not_come_back(shop: Shop) -> None:
    payload = await _unreadable(shop)
    assert ("pieces.A", "two") in [(field.path, field.value) for field in fields(payload)]
    reply = await shop.order(Replay("s1", "order:2", mended(payload, "pieces.A", "2")))
    assert reply == {"mended": True}
    assert (shop.reserved("A"), shop.set_aside("s1")) == (2, {})
    for _ in range(2):
        await shop.take()
    assert shop.set_aside("s1") == {}, "the same telling was settled"


@story
async def test_what_is_still_wrong_is_said_and_kept_with_what_was_mended(shop: Shop) -> None:
    payload = await _unreadable(shop)
    reply = await shop.order(Replay("s1", "order:2", mended(payload, "pieces.A", "three")))
    assert reply["mended"] is False
    assert "three" in reply["reason"]
    assert "three" in shop.set_aside("s1")["order:2"]
    assert json.loads(_payload(shop))["pieces"] == {"A": "three"}
    with pytest.raises(CommandRefused, match="can't be changed"):
        await shop.order(Replay("s1", "order:2", json.dumps({"number": "3", "pieces": {"A": 1}})))


@story
async def test_what_was_told_of_an_order_names_nobody_in_plain_text_and_can_be_forgotten(shop: Shop) -> None:
    await _unreadable(shop)
    assert "Kaya" in _payload(shop)
    assert not shop.rows("SELECT seq FROM event WHERE payload LIKE '%Kaya%'")
    assert not shop.rows("SELECT subject FROM quarantine WHERE sealed LIKE '%Kaya%'")
    with Reader(shop.path) as reader:
        (person,) = forget.find(reader, "ayse kaya")
    await shop.order(Forget((person.id,)))
    assert _payload(shop) == ""


@story
async def test_what_was_dismissed_stays_away_until_something_else_is_told(shop: Shop) -> None:
    await shop.begin(A=10)
    part = shop.s1.sell("2", A=2)
    shop.s1.unreadable = {"2"}
    await shop.take()
    await shop.order(Dismiss("s1", "order:2", "a test order"))
    await shop.take()
    assert shop.set_aside("s1") == {}
    assert shop.events("quarantine.out")[-1].why == "a test order"  # type: ignore[union-attr]
    with pytest.raises(CommandRefused, match="Nothing is set aside"):
        await shop.order(Dismiss("s1", "order:2", "again"))
    shop.s1.tell(msgspec.structs.replace(part, state=OrderState.SHIPPED, modified_at=shop.clock.now()))
    await shop.wait(5)
    await shop.take()
    assert list(shop.set_aside("s1")) == ["order:2"]


@story
async def test_an_unknown_code_is_mapped_to_a_product_for_good(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.sell("1", X=3)
    await shop.take()
    (subject,) = shop.set_aside("s1")
    with Reader(shop.path) as reader:
        (aside,) = set_aside.found(reader, subject)
        assert json.loads(set_aside.content(reader, aside).payload)["codes"] == ["X"]
    await shop.order(MapCode("s1", subject, "A"))
    assert (shop.reserved("A"), shop.set_aside("s1"), shop.events("person.code")) == (3, {}, [CodeMapped("X", "A")])
    shop.erp.changed()
    shop.erp.cards["A"] = type(shop.erp.cards["A"])("A", "another name")
    await shop.pull()
    shop.s2.sell("9", X=1)
    await shop.take("s2")
    assert (shop.reserved("A"), shop.set_aside()) == (4, {}), "the ERP's new card takes nothing away"
    with pytest.raises(CommandRefused, match="Nothing is set aside"):
        await shop.order(MapCode("s1", subject, "A"))

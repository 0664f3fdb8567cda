"""Trouble of the settings waits for a person, in one list with all else, and goes by itself; passing trouble does not."""

from __future__ import annotations

import asyncio

import pytest
from tests.sync.fakes import FakeStore, Shown, raises
from tests.sync.shop import Shop, story

from omnisync.connect.check import Finding, Grade
from omnisync.errors import AuthFailed, CommandRefused, ConnectorError, Moved, Unavailable
from omnisync.model.commands import Dismiss, Go, Pull, Replay
from omnisync.model.secrecy import Secrets
from omnisync.sync.commands import Commands

CURRENCY = Finding(Grade.PROBLEM, "The shop sells in HUF, not in TRY.", 'Set currency = "HUF".', "currency")
AUDIT = 2 * 1800
"""Seconds within which a connection is tested again."""

SOON = 6 * 60
"""The same as long as something about it waits for a person."""


@story
async def test_a_store_with_another_currency_waits_for_a_person_and_goes_when_it_is_mended(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.found = [CURRENCY]
    async with shop.running():
        await shop.wait(60)
        assert shop.set_aside() == {"setting:currency": 'The shop sells in HUF, not in TRY. Set currency = "HUF".'}
        events = shop.count()
        await shop.wait(3 * AUDIT)
        assert shop.count() == events, "it is told once"
        shop.s1.found = []
        await shop.wait(SOON)
        assert shop.set_aside() == {}


@story
async def test_one_that_was_mended_in_the_configuration_is_gone_after_the_start(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.found = [CURRENCY]
    async with shop.running():
        await shop.wait(60)
    await shop.restart()
    shop.s1.found = []
    async with shop.running():
        assert shop.set_aside() != {}
        await shop.wait(60)
        assert shop.set_aside() == {}


@story
async def test_nothing_is_sent_for_the_first_time_to_a_store_with_another_currency(shop: Shop) -> None:
    await shop.begin(A=10)
    new = shop.stores["s3"] = FakeStore(shop.clock)
    new.listed, new.found = {"rA": Shown("A")}, [CURRENCY]
    await shop.restart(killed=False, live=False)
    async with shop.running():
        await shop.wait(60)
        with pytest.raises(CommandRefused, match="sells in HUF, not in TRY"):
            await shop.order(Go("s3"))
        await shop.order(Dismiss("s3", "setting:currency", "the numbers are the same"))
        await shop.order(Go("s3"))
        await shop.wait(60)
        assert new.shows("A") == 10


@pytest.mark.parametrize("how", ["try again", "ask the store"])
@story
async def test_a_person_has_it_looked_at_at_once(shop: Shop, how: str) -> None:
    await shop.begin(A=10)
    shop.s1.found = [CURRENCY]
    async with shop.running() as engine:
        await shop.wait(60)
        shop.s1.found = []
        order = Replay("s1", "setting:currency") if how == "try again" else Pull("s1")
        await Commands(engine).run(order, actor="ayse", id="1")
        await shop.wait(5)
        assert shop.set_aside() == {}


@story
async def test_what_a_person_can_live_with_stays_away_as_long_as_it_is_the_same(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.found = [CURRENCY]
    async with shop.running():
        await shop.wait(60)
        await shop.order(Dismiss("s1", "setting:currency", "the numbers are the same"))
        await shop.wait(AUDIT)
        assert shop.set_aside() == {}
        shop.s1.found = [Finding(Grade.PROBLEM, "The shop sells in RON.", topic="currency")]
        await shop.wait(AUDIT)
        assert shop.set_aside() == {"setting:currency": "The shop sells in RON."}


@story
async def test_a_store_that_does_not_answer_waits_for_nobody_and_settles_nothing(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.found = [CURRENCY]
    async with shop.running():
        await shop.wait(60)
        shop.s1.found, shop.s1.down = [], Unavailable("502")
        shop.s2.down = Unavailable("503")
        await shop.wait(3 * AUDIT)
        assert list(shop.set_aside()) == ["setting:currency"], "nobody could look whether it is mended"
        assert shop.syncs["s2"].health.state == "down"
        shop.s1.down, shop.s1.found = None, [Finding(Grade.WARNING, "It asks to wait; nothing was tested.")]
        await shop.wait(AUDIT)
        assert list(shop.set_aside()) == ["setting:currency"], "nor did this test come to it"
        shop.s1.found = []
        await shop.wait(AUDIT)
        assert shop.set_aside() == {}


@pytest.mark.parametrize(
    ("error", "subject"),
    [
        (AuthFailed("the key is wrong"), "access:keys"),
        (Moved("it has moved (301)", for_good=True), "access:address"),
        (Moved("it has moved (302)", for_good=False), ""),
        (Unavailable("502"), ""),
    ],
)
@story
async def test_a_refused_key_and_a_new_address_wait_until_calls_go_well_again(
    shop: Shop, error: ConnectorError, subject: str
) -> None:
    await shop.begin(A=10)
    async with shop.running():
        await shop.wait(60)
        shop.s1.down = error
        await shop.wait(AUDIT)
        assert shop.set_aside("s1") == ({subject: str(error)} if subject else {})
        told = shop.count()
        await shop.wait(AUDIT)
        assert shop.count() == told, "it is told once"
        shop.s1.down = None
        await shop.wait(AUDIT)
        assert shop.set_aside() == {}


@story
async def test_calls_that_go_well_again_are_enough_where_the_test_itself_is_refused(shop: Shop) -> None:
    """A key that may not read the shop's settings is good for orders and figures."""
    await shop.begin(A=10)
    shop.s1.found = [Finding(Grade.PROBLEM, "This key may not read the settings.")]
    async with shop.running():
        await shop.wait(60)
        shop.s1.down = AuthFailed("the key is wrong")
        await shop.wait(60)
        assert list(shop.set_aside()) == ["access:keys"]
        shop.s1.down = None
        await shop.wait(AUDIT)
        assert shop.set_aside() == {}


@story
async def test_a_key_that_may_only_read_waits_as_long_as_nothing_can_be_written(shop: Shop) -> None:
    await shop.begin(A=10)
    async with shop.running():
        await shop.wait(60)
        shop.s1.mishaps.extend([raises(AuthFailed("this key may not write"))] * 4)
        shop.erp.counts("A", 5)
        await shop.wait(1800)
        assert shop.set_aside() == {"access:keys": "this key may not write"}
        await shop.wait(3 * AUDIT)
        assert (shop.s1.shows("A"), shop.set_aside()) == (5, {})


@story
async def test_a_refused_key_that_the_kill_of_a_daemon_has_forgotten_does_not_wait_for_ever(shop: Shop) -> None:
    await shop.begin(A=10)
    async with shop.running():
        await shop.wait(60)
        shop.s1.down = AuthFailed("the key is wrong")
        await shop.wait(1000)
    shop.rows("DELETE FROM health")
    shop.s1.down = None
    await shop.restart()
    async with shop.running():
        await shop.wait(60)
        assert shop.set_aside() == {}


@story
async def test_a_warehouse_and_a_price_list_that_the_erp_does_not_have_wait(shop: Shop) -> None:
    await shop.begin(A=10)
    await shop.pull()
    assert shop.set_aside() == {}
    await shop.set_rules("s1", warehouses=("W", "DEPOO"), price_list="retial", floor_list="flor")
    await shop.pull()
    assert shop.set_aside("s2") == {}
    assert shop.set_aside("s1") == {
        "name:warehouses": "The ERP has no warehouse DEPOO, so this store would sell nothing from it. It has: W. "
        "Change warehouses in the configuration.",
        "name:price-list": "The ERP has no price list retial, so no price is sent. It has: retail. "
        "Change price_list in the configuration.",
        "name:floor-list": "The ERP has no price list flor, so no product has a floor. It has: retail. "
        "Change floor_list in the configuration.",
    }
    await shop.set_rules("s1", floor_list="", price_list="retail", currency="HUF")
    await shop.pull()
    assert shop.set_aside("s1")["name:price-list"] == (
        "The price list retail is in TRY and this store sells in HUF, so no price is sent. "
        "It has none that fits: look at its data, or change price_list in the configuration."
    )
    await shop.set_rules("s1", push_price=False)
    shop.erp.counts("A", 3, "DEPOO")
    await shop.pull()
    assert shop.set_aside() == {}


@story
async def test_an_empty_export_is_no_reason_to_doubt_the_names(shop: Shop) -> None:
    """It is held; what the ERP has is what it had before."""
    await shop.begin(A=10)
    shop.erp.stock.clear()
    shop.erp.changed()
    await shop.pull()
    assert shop.rows("SELECT feed FROM hold WHERE state = 'held'") == [("balances",)]
    assert shop.set_aside() == {}


@story
async def test_what_a_store_waited_for_goes_with_the_store(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.found = [CURRENCY]
    async with shop.running():
        await shop.wait(60)
    del shop.syncs["s1"], shop.pushers["s1"]
    async with shop.running():
        await shop.wait(1)
        assert shop.set_aside() == {}


@story
async def test_no_secret_goes_into_the_log_with_what_a_test_finds(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.found = [Finding(Grade.PROBLEM, "The key sesame-opens sells in HUF.", "Not sesame-opens.", "currency")]
    engine = shop.engine()
    engine.hidden = Secrets(["sesame-opens"])
    task = asyncio.create_task(engine.run())
    await shop.wait(60)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    (reason,) = shop.set_aside().values()
    assert "sesame" not in reason


@story
async def test_a_connection_whose_test_fails_stops_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(_store: FakeStore) -> list[Finding]:
        raise Unavailable("nobody thought of that")

    await shop.begin(A=10)
    monkeypatch.setattr(FakeStore, "check", check)
    async with shop.running() as engine:
        await shop.wait(0.75 * AUDIT)
        assert engine.surprises == 4, "at the start and at each test, not twice a minute"
        engine.surprises = 0

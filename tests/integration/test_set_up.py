"""Setting a shop up against a pretended store over real HTTP: looks tell the truth, and nothing is written or sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from omnisync.connect.check import Grade
from omnisync.connect.sandbox import Profile
from omnisync.demo.place import STORES, Place
from omnisync.demo.serve import Wish
from omnisync.demo.stores import StoreLine, open_store
from omnisync.guide.setup import SetUp
from omnisync.settings import load_settings

pytestmark = pytest.mark.slow

STORE = STORES[1]


@pytest_asyncio.fixture
async def line(tmp_path: Path) -> AsyncIterator[StoreLine]:
    place = Place(tmp_path)
    place.furnish(60, 1)
    wish = Wish(
        STORE.platform,
        profile=Profile.INSTANT,
        seed=1,
        currency=STORE.currency,
        products=str(place.listing_file(STORE)),
    )
    async with open_store(STORE, wish) as opened:
        yield opened


def answers(folder: Path, line: StoreLine) -> dict[str, str]:
    key = f"stores.{STORE.name}"
    return {
        "shop.name": "Demir", "shop.currency": "TRY", "erp.folder": str(Place(folder).erp), "stores": f"{STORE.name}={STORE.platform}",
        **{f"{key}.{name}": value for name, value in line.opened.options.items()},
    }  # fmt: skip


async def test_the_whole_way(tmp_path: Path, line: StoreLine) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())  # noqa: ASYNC240
    guide = SetUp(tmp_path / "omnisync.toml", {"LANG": "tr_TR.UTF-8"})
    given = answers(tmp_path, line)

    look = await guide.look_at_erp(given)
    assert look.good
    assert (look.products, len(look.warehouses)) == (60, 5)
    assert look.lists["perakende"] == ("TRY", 60)

    # The shop's prices are in another currency than one of the lists: the test goes by the one that fits.
    found = await guide.test_store(STORE.name, given, ["EUR", "TRY"])
    assert all(each.grade is not Grade.PROBLEM for each in found)
    refused = await guide.test_store(STORE.name, given | {f"stores.{STORE.name}.consumer_key": "ck_wrong"}, ["TRY"])
    assert any(each.grade is Grade.PROBLEM and each.advice for each in refused)
    assert not any("ck_wrong" in each.text for each in refused)

    given |= {
        f"stores.{STORE.name}.warehouses": ", ".join(STORE.warehouses), f"stores.{STORE.name}.price_list": STORE.price_list,
        f"stores.{STORE.name}.currency": "TRY",
    }  # fmt: skip
    shown = await line.figures()
    (plan,) = await guide.plan(given)
    assert not plan.problem
    assert plan.matched > 40
    assert plan.plan is not None
    assert plan.plan.changes + plan.held + plan.same == plan.matched * 2
    assert plan.held > 0
    assert await line.figures() == shown, "nothing may be sent"
    assert sorted(path.name for path in tmp_path.iterdir()) == before, "nothing may be written"  # noqa: ASYNC240

    await guide.write(given)
    assert load_settings(guide.config, environment={}).stores[STORE.name].warehouses == STORE.warehouses


async def test_a_store_that_can_not_be_read_stops_only_its_own_plan(tmp_path: Path, line: StoreLine) -> None:
    guide = SetUp(tmp_path / "omnisync.toml", {})
    given = answers(tmp_path, line)
    key = f"stores.{STORE.name}"
    given |= {
        f"{key}.warehouses": "Merkez",
        f"{key}.price_list": "perakende",
        f"{key}.currency": "TRY",
        f"{key}.consumer_key": "ck_wrong",
    }
    (plan,) = await guide.plan(given)
    assert "Consumer key" in plan.problem or "key" in plan.problem

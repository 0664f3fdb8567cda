"""How much goes out at once: as much as a store takes, less where it is slow or gives no answer, and more again later."""

from __future__ import annotations

from collections.abc import Sequence

from tests.sync.fakes import AT_ONCE, FakeStore, lost
from tests.sync.shop import BOTH, Shop, story

from omnisync.connect.store import Capabilities, PushAnswer, PushItem
from omnisync.errors import UnknownOutcome

_CODES = [f"P{n:02}" for n in range(41)]


async def _change_all(shop: Shop, pieces: int, seconds: float = 7200) -> list[int]:
    """Every product has so many pieces; answers the sizes of the batches that the first store got."""
    for code in _CODES:
        shop.erp.counts(code, pieces)
    await shop.pull()
    shop.s1.pushed.clear()
    await shop.settle(seconds, "s1")
    return [len(each) for each in shop.s1.pushed]


async def _begin(shop: Shop, can: Capabilities = AT_ONCE) -> None:
    await shop.begin(can, many=dict.fromkeys(_CODES, 9))


@BOTH
@story
async def test_after_one_time_out_the_same_batch_goes_again_whole(shop: Shop, can: Capabilities) -> None:
    await _begin(shop, can)
    shop.s1.mishaps.append(lost(applied=False))
    assert await _change_all(shop, 8) == [41, 41]


@BOTH
@story
async def test_a_batch_that_is_too_much_for_a_store_goes_in_parts(shop: Shop, can: Capabilities) -> None:
    def dies(store: FakeStore, items: Sequence[PushItem]) -> PushAnswer:
        """Its time limit comes after twenty."""
        answer = store.carry_out(items[:20])
        if len(items) > 20:
            raise UnknownOutcome("500")
        return answer

    await _begin(shop, can)
    shop.s1.mishaps += [dies] * 99
    assert await _change_all(shop, 8) == [41, 41, 20, 20, 1]
    assert {shop.s1.shows(code) for code in _CODES} == {8}
    # What was too much is not tried again at once, but some time later: it may have been a bad hour.
    assert await _change_all(shop, 7) == [20, 20, 1]
    shop.s1.mishaps.clear()
    await shop.wait(3600)
    assert await _change_all(shop, 6) == [20, 21]


@BOTH
@story
async def test_one_product_that_breaks_a_store_stands_alone_in_the_end(shop: Shop, can: Capabilities) -> None:
    def breaks(store: FakeStore, items: Sequence[PushItem]) -> PushAnswer:
        if any(item.ref.remote_id == "rP20" for item in items):
            raise UnknownOutcome("500")
        return store.carry_out(items)

    await _begin(shop, can)
    shop.s1.mishaps += [breaks] * 999
    await _change_all(shop, 8)
    assert {shop.s1.shows(code) for code in _CODES if code != "P20"} == {8}
    assert shop.s1.shows("P20") == 9
    assert shop.s1.pushed[-1].keys() == {"rP20"}, "it is tried on and on"
    shop.s1.mishaps.clear()
    await shop.settle(7200, "s1")
    assert shop.s1.shows("P20") == 8


@story
async def test_a_slow_store_gets_smaller_batches_and_larger_ones_once_it_is_quick(shop: Shop) -> None:
    await _begin(shop)
    shop.s1.seconds_per_item = 0.6
    assert await _change_all(shop, 8) == [41]
    assert shop.pushers["s1"]._most == 50
    shop.s1.seconds_per_item = 2
    assert await _change_all(shop, 7) == [41]
    assert await _change_all(shop, 6) == [25, 12, 4]
    shop.s1.seconds_per_item = 0
    assert await _change_all(shop, 5) == [10, 20, 11]

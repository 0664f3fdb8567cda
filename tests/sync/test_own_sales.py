"""A store's own sale: nothing is written for it, unless a write of ours may have undone it (P3)."""

from __future__ import annotations

from pathlib import Path

from tests.sync.figures_log import order, told

from omnisync.model.events import ExclusionSet
from omnisync.model.order import OrderState


async def test_a_store_is_not_written_to_for_its_own_sale(tmp_path: Path) -> None:
    async with told(tmp_path) as shop:
        shop.clock.advance(60)
        await shop.tell(order("1", shop.clock.now()))
        assert not shop.dirty
        assert shop.figure().confirmed == 9000
        await shop.look(9)
        assert (shop.dirty, shop.figure().check_at) == (False, 0)


async def test_a_sale_that_our_write_has_overwritten_is_written_anew(tmp_path: Path) -> None:
    """The buyer came between the making of the batch and its arrival; the order is told of after it."""
    async with told(tmp_path) as shop:
        await shop.count(8)
        assert await shop.push() == 8
        await shop.tell(order("1", shop.clock.now() - 200), after=0.3)
        assert shop.dirty, "the store may go on selling the piece that it has just sold"
        assert await shop.push() == 7


async def test_a_sale_told_of_while_a_write_is_under_way_is_written_after_it(tmp_path: Path) -> None:
    async with told(tmp_path) as shop:
        await shop.count(8)
        await shop.push(during=(order("1", shop.clock.now()),))
        assert shop.dirty
        assert await shop.push() == 7


async def test_a_sale_that_the_catalogue_showed_already_is_not_taken_off_twice(tmp_path: Path) -> None:
    """The listing was read after the sale, so what it shows contains it."""
    async with told(tmp_path) as shop:
        shop.clock.advance(60)
        before = shop.clock.now() - 300_000
        await shop.tell(order("1", before))
        assert shop.dirty
        assert await shop.push() == 9
        assert shop.figure().confirmed == 9000


async def test_a_cancelled_sale_raises_what_is_expected(tmp_path: Path) -> None:
    async with told(tmp_path) as shop:
        shop.clock.advance(60)
        placed = shop.clock.now()
        await shop.tell(order("1", placed))
        shop.clock.advance(60)
        await shop.tell(order("1", placed, state=OrderState.CANCELLED, modified_at=shop.clock.now()))
        assert (shop.dirty, shop.figure().confirmed) == (False, 10_000)


async def test_a_lagging_read_does_not_pass_for_the_figure_that_is_wanted_again(tmp_path: Path) -> None:
    """10, then 8 was accepted, then 10 is wanted again; the read side still shows the first 10."""
    async with told(tmp_path, by_reading=True) as shop:
        await shop.count(8)
        await shop.push()
        await shop.count(10)
        await shop.look(10)
        assert shop.dirty, "the store has 8, whatever its read side says"
        assert await shop.push() == 10
        await shop.look(10)
        assert (shop.dirty, shop.figure().check_at) == (False, 0)


async def test_of_an_excluded_listing_what_a_read_finds_is_believed_at_once(tmp_path: Path) -> None:
    async with told(tmp_path) as shop:
        await shop.tell(ExclusionSet("shop", ("A-1",), stock=True))
        shop.clock.advance(60)
        await shop.look(4)
        row = shop.figure()
        assert (row.mode, row.confirmed, row.check_at) == ("excluded", 4000, 0)


async def test_a_new_figure_is_looked_for_at_once_however_long_the_last_was_not_seen(tmp_path: Path) -> None:
    async with told(tmp_path) as shop:
        shop.clock.advance(60)
        await shop.tell(order("1", shop.clock.now()))
        for _ in range(3):
            await shop.look(10)
        assert shop.figure().checks == 3
        await shop.count(5)
        assert shop.figure().checks == 0


async def test_a_sale_that_our_write_may_have_overwritten_is_in_doubt_whatever_is_wanted_then(tmp_path: Path) -> None:
    """What the store shows is not known: that the same is wanted again as was sent proves nothing."""
    async with told(tmp_path) as shop:
        await shop.count(8)
        assert await shop.push() == 8
        await shop.tell(order("1", shop.clock.now() - 200), after=0.3)
        await shop.count(9)
        assert shop.dirty, "the store may show 7"
        assert await shop.push() == 8
        assert not shop.dirty

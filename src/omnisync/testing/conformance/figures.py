"""Whether the figures that a push carries are the figures that the store then shows."""

from __future__ import annotations

from collections.abc import Mapping

from omnisync.connect.sandbox import Profile
from omnisync.connect.store import ItemResult, PushItem, ReadBack, RemoteListing
from omnisync.model.money import Money
from omnisync.model.quantity import PIECE
from omnisync.testing.conformance.result import Checks, Failed, expect
from omnisync.testing.conformance.store_bench import Bench, Shop

CHECKS: Checks[Bench] = Checks("figures")

_PRICES = (1, 29, 1999, 8990, 10_010, 123_456, 9_999_999)
"""Minor units in which a calculation with floats goes wrong sooner or later."""

_LONGEST_LAG = 900
"""Seconds after which a figure that was taken must be seen."""


@CHECKS.add
async def stock_and_price_arrive(bench: Bench) -> None:
    """A push of stock and price sets both, on products and on variants, and is told as taken."""
    async with bench.open() as shop:
        groups: dict[str, list[RemoteListing]] = {}
        for listing in (await shop.by_code()).values():
            groups.setdefault(listing.ref.group if shop.can.grouped else "", []).append(listing)
        for number, members in enumerate(groups.values()):
            items = [_item(each, 7 * PIECE, Money(12_345, shop.currency)) for each in members]
            taken(await shop.push(items, f"k{number}"))
            for listing, item in zip(members, items, strict=True):
                await shows(shop, listing, item)


@CHECKS.add
async def a_figure_that_is_none_stays(bench: Bench) -> None:
    """A push of stock alone leaves the price as it is, and one of a price the stock: they may be excluded one by one."""
    async with bench.open() as shop:
        first, second = await shop.simple(2)
        before = shop.price(first), shop.stock(second)
        taken(await shop.push([PushItem(first.ref, stock=3 * PIECE)]))
        taken(await shop.push([PushItem(second.ref, price=Money(7777, shop.currency))], "k2"))
        after = shop.price(first), shop.stock(second)
        expect(before == after, f"price and stock were {before} and are now {after}, although nobody pushed them")
        await shows(shop, first, PushItem(first.ref, stock=3 * PIECE))
        await shows(shop, second, PushItem(second.ref, price=Money(7777, shop.currency)))


@CHECKS.add
async def zero_is_a_figure(bench: Bench) -> None:
    """A stock of 0 is sent and shown as 0, because a listing that stays in stock by mistake is sold."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        item = PushItem(listing.ref, stock=0)
        taken(await shop.push([item]))
        await shows(shop, listing, item)


@CHECKS.add
async def stock_is_absolute(bench: Bench) -> None:
    """The figure is what the listing should show, whatever it shows now: never a difference to be added."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        for number, (meanwhile, wanted) in enumerate(((10, 7), (5, 8), (8, 8))):
            shop.sandbox.edit(listing.ref.remote_id, stock=meanwhile)
            # A price makes the body a new one where the same is refused twice.
            item = PushItem(listing.ref, stock=wanted * PIECE, price=Money(5000 + number, shop.currency))
            taken(await shop.push([item], f"k{number}"))
            await shows(shop, listing, item)


@CHECKS.add
async def prices_are_exact(bench: Bench) -> None:
    """Every price arrives to the minor unit, from 0.01 to 99,999.99: a cent more or less is a wrong price."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        for minor in _PRICES:
            item = PushItem((await shop.simple(1))[0].ref, price=Money(minor, shop.currency))
            taken(await shop.push([item], f"k{minor}"))
            await shows(shop, listing, item)


@CHECKS.add
async def prices_without_decimals_are_sent_whole(bench: Bench) -> None:
    """In a currency without decimals (HUF) 2990 forints are sent as 2990, not as 29.90 or 299000."""
    async with bench.open(currency="HUF") as shop:
        (listing,) = await shop.simple(1)
        item = PushItem(listing.ref, price=Money(2990, "HUF"))
        taken(await shop.push([item]))
        await shows(shop, listing, item)


@CHECKS.add
async def never_more_than_was_asked(bench: Bench) -> None:
    """A stock between two steps is rounded down or refused, never up: what is not there can't be sold."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        shop.sandbox.edit(listing.ref.remote_id, stock=0)
        wanted = 2 * PIECE - 1 if shop.can.quantity_step == PIECE else PIECE + shop.can.quantity_step
        result = (await shop.push([PushItem(listing.ref, stock=wanted)]))[listing.ref.remote_id]
        # The sandbox's figures are whole pieces; only the connector reads smaller steps.
        shown = shop.stock(listing) if shop.can.quantity_step == PIECE else await _read_stock(shop, listing)
        allowed = (0,) if result.refused else (wanted // shop.can.quantity_step * shop.can.quantity_step,)
        expect(shown in allowed, f"{wanted} thousandths were asked for, the store shows {shown}")


@CHECKS.add
async def the_largest_figure_fits(bench: Bench) -> None:
    """max_quantity is taken and shown, because the engine cuts larger figures down to it and trusts that."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        item = PushItem(listing.ref, stock=shop.can.max_quantity)
        taken(await shop.push([item]))
        await shows(shop, listing, item)


@CHECKS.add
async def slow_stores_get_there_too(bench: Bench) -> None:
    """On an ordinary day, with the platform's own delays, results come and the figures can be seen a little later."""
    async with bench.open(profile=Profile.REALISTIC) as shop:
        listings = await shop.simple(3)
        items = [_item(each, 6 * PIECE, Money(4321, shop.currency)) for each in listings]
        # Some stores refuse single items for a moment on an ordinary day.
        results = await shop.push(items)
        lasting = [each.refused for each in results.values() if each.refused and not each.temporary]
        expect(not lasting, f"refused: {lasting}")
        await shop.clock.sleep(_LONGEST_LAG)
        for listing, item in zip(listings, items, strict=True):
            if not results[listing.ref.remote_id].refused:
                await shows(shop, listing, item)


def _item(listing: RemoteListing, stock: int, price: Money) -> PushItem:
    """The figures that this listing takes."""
    return PushItem(listing.ref, stock if listing.takes_stock else None, price if listing.takes_price else None)


def taken(results: Mapping[str, ItemResult]) -> None:
    """Raise Failed when an item was refused."""
    refused = [f"{each.remote_id}: {each.refused}" for each in results.values() if each.refused]
    expect(not refused, f"refused: {'; '.join(refused)}")


async def shows(shop: Shop, listing: RemoteListing, item: PushItem) -> None:
    """Raise Failed unless the store shows the item's figures, both in itself and to a read."""
    if item.stock is not None:
        expect(shop.stock(listing) == item.stock, f"stock {item.stock} was pushed, the store has {shop.stock(listing)}")
    if item.price is not None:
        expect(shop.price(listing) == item.price, f"price {item.price} was pushed, the store has {shop.price(listing)}")
    if shop.can.read_back is ReadBack.NONE:
        return
    found = (await shop.read([listing])).get(listing.ref.remote_id)
    if found is None:
        raise Failed("read() does not give the listing that was pushed")
    expect(item.stock in (None, found.stock), f"stock {item.stock} was pushed, read() shows {found.stock}")
    expect(item.price in (None, found.price), f"price {item.price} was pushed, read() shows {found.price}")


async def _read_stock(shop: Shop, listing: RemoteListing) -> int | None:
    return (await shop.read([listing]))[listing.ref.remote_id].stock

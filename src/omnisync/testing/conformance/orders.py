"""Whether every order of the store comes in, in the right state, and how much of it the store has counted itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from omnisync.connect.sandbox import Profile
from omnisync.model.money import Money
from omnisync.model.order import OrderPart, OrderState
from omnisync.model.quantity import PIECE
from omnisync.testing.conformance.result import Checks, expect, listed
from omnisync.testing.conformance.store_bench import Bench, Shop, code_of, range_of

CHECKS: Checks[Bench] = Checks("orders")

_MANY = 230
"""Orders: more than a page of any platform that is known, of both that are shipped."""

_MINUTE = 60_000


@CHECKS.add
async def an_order_is_found(bench: Bench) -> None:
    """An order that a buyer places is in orders() with its number, and placed and changed when it was."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        now = shop.clock.now()
        parts = await shop.parts(shop.buy(listing, 2))
        for part in parts:
            expect(part.state in (OrderState.NEW, OrderState.PREPARING), f"a paid order is told as {part.state}")
            for name, at in (("placed", part.placed_at), ("changed", part.modified_at)):
                expect(abs(at - now) <= _MINUTE, f"it was {name} {(at - now) / 60_000:.0f} minutes from when it was")


@CHECKS.add
async def lines_name_listings(bench: Bench) -> None:
    """A line names its listing by the remote_id of listings(), for variants too, with pieces and price of one."""
    async with bench.open() as shop:
        for listing in (await shop.by_code()).values():
            if not listing.takes_price:
                continue
            (line,) = [line for part in await shop.parts(shop.buy(listing, 2)) for line in part.lines]
            expect(line.remote_id == listing.ref.remote_id, f"{listing.ref.remote_id} was bought, not {line.remote_id}")
            expect(line.quantity == 2 * PIECE, f"2 pieces were bought, the line has {line.quantity} thousandths")
            expect(line.price == listing.price, f"it cost {listing.price} each, the line says {line.price}")
            expect(line.line_id, "the line has no id, so its repetition can't be known")


@CHECKS.add
async def totals_are_what_the_buyer_pays(bench: Bench) -> None:
    """A part's total is its lines, its shipping and nothing else, because the ERP's books are made from it."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        for part in await shop.parts(shop.buy(listing, 3)):
            goods = sum(line.price.minor * line.quantity // PIECE for line in part.lines)
            total = Money(goods + (part.shipping.minor if part.shipping else 0), shop.currency)
            expect(part.total == total, f"lines and shipping make {total}, the total is {part.total}")


@CHECKS.add
async def many_orders_are_all_found(bench: Bench) -> None:
    """Every one of many orders is found, even if all were placed in one second; a lost one is sold twice."""
    async with bench.open(products=range_of(2, variants=False, stock=1000)) as shop:
        listing = (await shop.by_code())[code_of(0)]
        placed = {shop.buy(listing) for _ in range(_MANY)}
        _all_there(placed, await shop.orders())


@CHECKS.add
async def an_order_asked_for_twice_is_the_same(bench: Bench) -> None:
    """The same part is told in the same words each time, under the same number, part and line: repeats are known by it."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        shop.buy(listing)
        first, second = _once(await shop.orders()), _once(await shop.orders())
        expect(first == second, f"first {first}, then {second}")
        lines = Counter((part.number, part.part, line.line_id) for part in first.values() for line in part.lines)
        expect(not lines or max(lines.values()) == 1, f"lines share an id: {listed(list(lines))}")


@CHECKS.add
async def unpaid_orders_wait(bench: Bench) -> None:
    """An order that is not paid or checked yet is told as waiting: its goods are reserved and nothing else."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        for part in await shop.parts(shop.buy(listing, paid=False)):
            expect(part.state is OrderState.WAITING, f"an unpaid order is told as {part.state}")


@CHECKS.add
async def what_became_of_it_is_told(bench: Bench) -> None:
    """An order that was shipped or cancelled comes again as such, changed when that happened: its reservation ends."""
    for state in (OrderState.SHIPPED, OrderState.CANCELLED):
        async with bench.open() as shop:
            (listing,) = await shop.simple(1)
            number = shop.buy(listing)
            await shop.clock.sleep(90)
            moved = shop.clock.now()
            shop.sandbox.move(number, state)
            await shop.clock.sleep(5)
            since = [part for part in await shop.orders(moved - 1000) if part.number == number]
            expect(since, f"after it was {state} the order is not among those that changed")
            told = [line.state or part.state for part in since if not part.dead for line in part.lines]
            expect(all(each is state or (each.left and state.left) for each in told), f"it was {state}, told as {told}")


@CHECKS.add
async def taken_is_what_the_store_counted(bench: Bench) -> None:
    """`taken` is by how much the store has lowered its own figure, else pieces are counted twice or not at all."""
    for state in (None, OrderState.SHIPPED, OrderState.CANCELLED):
        for paid in (True, False):
            async with bench.open() as shop:
                await _counted(shop, state, paid=paid)


async def _counted(shop: Shop, state: OrderState | None, *, paid: bool) -> None:
    (listing,) = await shop.simple(1)
    before = shop.stock(listing)
    number = shop.buy(listing, 2, paid=paid)
    if state is not None:
        shop.sandbox.move(number, state)
    lowered = before - shop.stock(listing)
    taken = sum(line.taken for part in await shop.parts(number) for line in part.lines)
    what = f"{'a paid' if paid else 'an unpaid'} order{f' that was {state}' if state else ''}"
    expect(taken == lowered, f"for {what} the store's figure is {lowered} lower, taken is {taken}")
    if paid and state is None:
        expect(bool(lowered) is shop.can.lowers_own_stock, f"lowers_own_stock is {shop.can.lowers_own_stock}")


@CHECKS.add
async def long_windows_are_sliced(bench: Bench) -> None:
    """A window as long as orders_history gives the first and the last order in it, whatever one request may span."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        began = shop.clock.now()
        placed = {shop.buy(listing)}
        for _ in range(3):
            await shop.clock.sleep(shop.can.orders_history * 0.3)
            placed.add(shop.buy(listing))
        _all_there(placed, await shop.orders(began - _MINUTE, shop.clock.now()))


@CHECKS.add
async def windows_have_two_ends(bench: Bench) -> None:
    """An order that did not change in the window is left out or at least harmless, and an empty window is no error."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        now = shop.clock.now()
        expect(not await shop.orders(now - _MINUTE, now), "a store without orders gives some")
        shop.buy(listing)
        await shop.clock.sleep(7200)
        late = [part for part in await shop.orders(shop.clock.now() - _MINUTE) if part.modified_at > now + 2 * _MINUTE]
        expect(not late, "an order from two hours ago is told as changed just now")


@CHECKS.add
async def late_orders_are_caught_by_the_overlap(bench: Bench) -> None:
    """When pulls overlap by orders_overlap, an order that the store shows late is still found by one of them."""
    async with bench.open(products=range_of(2, variants=False, stock=1000), profile=Profile.HOSTILE) as shop:
        shop.sandbox.rates.clear()
        listing = (await shop.by_code())[code_of(0)]
        placed: set[str] = set()
        found: list[OrderPart] = []
        until = shop.clock.now()
        for turn in range(40 + int(shop.can.orders_overlap) // 30):
            if turn < 40:
                placed.add(shop.buy(listing))
            await shop.clock.sleep(30)
            since, until = until - int(shop.can.orders_overlap * 1000), shop.clock.now()
            found += await shop.orders(since, until)
        _all_there(placed, found)


@CHECKS.add
async def buyers_have_names(bench: Bench) -> None:
    """An order carries its buyer with a name and an address to ship to, because a parcel needs both."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        for part in await shop.parts(shop.buy(listing)):
            buyer = part.customer
            expect(buyer.name or buyer.shipping.name, "the buyer has no name")
            address = buyer.shipping if buyer.shipping.street else buyer.billing
            expect(address.street and address.city, f"the address has no street or city: {address}")


def _once(parts: Sequence[OrderPart]) -> dict[tuple[str, str], OrderPart]:
    return {(part.number, part.part): part for part in parts}


def _all_there(placed: set[str], found: Sequence[OrderPart]) -> None:
    missing = placed - {part.number for part in found}
    expect(not missing, f"{len(missing)} of {len(placed)} orders are missing: {listed(missing)}")

"""Pushes as a whole: what is refused, what is repeated, what a receipt is worth."""

from __future__ import annotations

from omnisync.connect.store import PushItem, ReadBack
from omnisync.errors import Rejected, Repeated
from omnisync.model.money import Money
from omnisync.model.quantity import PIECE
from omnisync.testing.conformance.figures import shows, taken
from omnisync.testing.conformance.listings import stranger_to
from omnisync.testing.conformance.result import Checks, Failed, NotApplicable, expect
from omnisync.testing.conformance.store_bench import Bench, Shop

CHECKS: Checks[Bench] = Checks("push")

_LARGEST = 1000
"""Items in one push that are tried, however many the platform takes."""


@CHECKS.add
async def one_unknown_item_is_refused_alone(bench: Bench) -> None:
    """An item that the store does not have is refused in words, and the others of the same push are taken."""
    stranger = await stranger_to(bench)
    async with bench.open() as shop:
        known = await shop.simple(2)
        items = [PushItem(each.ref, stock=5 * PIECE) for each in known]
        results = await shop.push([items[0], PushItem(stranger, stock=5 * PIECE), items[1]])
        alien = results.pop(stranger.remote_id)
        expect(alien.refused.strip(), "an item that the store does not have is told as taken")
        expect(not alien.temporary, "an item that the store does not have is told as refused for now only")
        taken(results)
        for listing, item in zip(known, items, strict=True):
            await shows(shop, listing, item)


@CHECKS.add
async def answers_carry_the_stored_figures(bench: Bench) -> None:
    """With ReadBack.ANSWER the results carry what is stored now, because then nothing else confirms a figure."""
    async with bench.open() as shop:
        if shop.can.read_back is not ReadBack.ANSWER:
            raise NotApplicable("its answers carry no figures")
        (listing,) = await shop.simple(1)
        item = PushItem(listing.ref, stock=9 * PIECE, price=Money(1234, shop.currency))
        result = (await shop.push([item]))[listing.ref.remote_id]
        expect((result.stock, result.price) == (item.stock, item.price), f"pushed {item}, told {result}")


@CHECKS.add
async def takes_as_many_as_it_says(bench: Bench) -> None:
    """A push of max_batch items goes out in one call and gives one result each, because the engine fills its batches."""
    async with bench.open() as small:
        most = min(small.can.max_batch, _LARGEST)
    async with bench.open(count=most, variants=False) as shop:
        listings = await shop.simple(most)
        taken(await shop.push([PushItem(each.ref, stock=6 * PIECE) for each in listings]))
        wrong = [figure.code for figure in shop.sandbox.figures() if figure.stock != 6]
        expect(not wrong, f"{len(wrong)} of {most} listings do not show what was pushed")


@CHECKS.add
async def the_same_again_does_no_harm(bench: Bench) -> None:
    """The same push under the same key changes nothing more, or is Repeated where the platform refuses repetitions."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        item = PushItem(listing.ref, stock=5 * PIECE, price=Money(6543, shop.currency))
        taken(await shop.push([item]))
        try:
            taken(await shop.push([item]))
        except Repeated as error:
            expect(shop.can.repeat_window, "it raises Repeated, but its repeat_window is 0")
            await _accepted_later(shop, item, error.until)
        await shows(shop, listing, item)


@CHECKS.add
async def a_repetition_can_be_known(bench: Bench) -> None:
    """With a repeat_window the same body is told as Repeated: it arrived, and only the answer got lost."""
    async with bench.open() as shop:
        if not shop.can.repeat_window:
            raise NotApplicable("its platform takes the same body at any time")
        (listing,) = await shop.simple(1)
        items = [PushItem(listing.ref, stock=5 * PIECE)]
        await shop.push(items)
        try:
            await shop.patiently(lambda: shop.store.push(items, "k1"))
        except Repeated:
            return
        raise Failed("the same body came twice within repeat_window and was not told as Repeated")


@CHECKS.add
async def receipts_are_settled(bench: Bench) -> None:
    """results() answers the same again when asked again, because a crash may come between the answer and the log."""
    async with bench.open() as shop:
        _with_receipts(shop)
        (listing,) = await shop.simple(1)
        items = [PushItem(listing.ref, stock=5 * PIECE)]
        answer = await shop.store.push(items, "k1")
        once, twice = await shop.settled(answer, items), await shop.settled(answer, items)
        expect(once == twice, f"first {once}, then {twice}")


@CHECKS.add
async def lost_receipts_are_rejected(bench: Bench) -> None:
    """results() raises Rejected for a receipt that the store does not know or has forgotten: then it is looked up."""
    async with bench.open() as shop:
        _with_receipts(shop)
        (listing,) = await shop.simple(1)
        items = [PushItem(listing.ref, stock=5 * PIECE)]
        answer = await shop.store.push(items, "k1")
        await _refused_receipt(shop, f"{answer.receipt}0", items, "unknown")
        await shop.clock.sleep(shop.can.receipt_life + 60)
        await _refused_receipt(shop, answer.receipt, items, "expired")


def _with_receipts(shop: Shop) -> None:
    if not shop.can.receipt:
        raise NotApplicable("its platform gives no receipts")


async def _refused_receipt(shop: Shop, receipt: str, items: list[PushItem], what: str) -> None:
    try:
        results = await shop.patiently(lambda: shop.store.results(receipt, items))
    except Rejected:
        return
    raise Failed(f"asked with an {what} receipt it gives {results}")


async def _accepted_later(shop: Shop, item: PushItem, until: int) -> None:
    """The same body after the time that Repeated named."""
    wait = (until - shop.clock.now()) / 1000
    expect(0 < wait <= shop.can.repeat_window + 60, f"Repeated names a time {wait} seconds from now")
    await shop.clock.sleep(wait)
    taken(await shop.push([item]))

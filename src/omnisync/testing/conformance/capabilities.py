"""Whether a store's capabilities fit together: the engine plans by them and asks nothing else."""

from __future__ import annotations

from omnisync.connect.store import ReadBack
from omnisync.model.quantity import PIECE
from omnisync.testing.conformance.result import Checks, NotApplicable, expect
from omnisync.testing.conformance.store_bench import Bench

CHECKS: Checks[Bench] = Checks("capabilities")

_DAY = 86_400


@CHECKS.add
async def asks_nobody_to_connect(bench: Bench) -> None:
    """connect() and capabilities ask nothing of the store, so that the shop starts while a store is down."""
    async with bench.open() as shop:
        shop.line.unplugged = True
        expect(shop.can == shop.store.capabilities, "the capabilities change from one look to the next")
        expect(not shop.line.asked, f"it asked for {shop.line.asked[:1]} before anything was wanted")


@CHECKS.add
async def batches_have_a_size(bench: Bench) -> None:
    """max_batch is at least 1, and read_batch too where figures can be read back; else nothing would ever be sent."""
    async with bench.open() as shop:
        expect(shop.can.max_batch >= 1, f"max_batch is {shop.can.max_batch}")
        needed = 0 if shop.can.read_back is ReadBack.NONE else 1
        expect(shop.can.read_batch >= needed, f"read_batch is {shop.can.read_batch}, read_back {shop.can.read_back}")


@CHECKS.add
async def receipts_say_when_to_ask(bench: Bench) -> None:
    """A receipt goes with receipt_polls and receipt_life, so that a result is asked for in time and not for ever."""
    async with bench.open() as shop:
        can = shop.can
        if can.receipt:
            expect(can.receipt_polls and min(can.receipt_polls) > 0, f"receipt_polls is {can.receipt_polls}")
            expect(can.receipt_life > max(can.receipt_polls), f"receipt_life is {can.receipt_life}")
        else:
            expect(not can.receipt_polls and not can.receipt_life, "there are no receipts, but times to ask with them")
        expect(can.repeat_window >= 0, f"repeat_window is {can.repeat_window}")


@CHECKS.add
async def quantities_have_a_step(bench: Bench) -> None:
    """quantity_step is a part of a piece or one piece, and max_quantity a multiple of it, or stock can't be rounded."""
    async with bench.open() as shop:
        step, most = shop.can.quantity_step, shop.can.max_quantity
        expect(step > 0 and PIECE % step == 0, f"quantity_step is {step}; a piece is {PIECE}")
        expect(most >= PIECE and most % step == 0, f"max_quantity is {most}, quantity_step {step}")


@CHECKS.add
async def order_times_make_sense(bench: Bench) -> None:
    """orders_overlap lies above 0 and within orders_history, which is at least a day: a shop may be closed that long."""
    async with bench.open() as shop:
        overlap, history = shop.can.orders_overlap, shop.can.orders_history
        expect(overlap > 0, f"orders_overlap is {overlap}: orders change while they are being read")
        expect(history >= max(_DAY, overlap), f"orders_history is {history}, orders_overlap {overlap}")


@CHECKS.add
async def allowances_are_known_without_asking(bench: Bench) -> None:
    """allowances() asks nobody and never shows more than there is, because a screen asks for it all the time."""
    async with bench.open() as shop:
        allowances = getattr(shop.store, "allowances", None)
        if allowances is None:
            raise NotApplicable("it does not tell what is left of its rate limits")
        await shop.listings()
        shop.line.listen()
        for each in allowances():
            expect(0 <= each.left <= each.calls and each.seconds > 0, f"{each} can't be")
        expect(not shop.line.asked, "it asked the store")

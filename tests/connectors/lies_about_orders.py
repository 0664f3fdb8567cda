"""Lies about orders."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import msgspec
from tests.connectors.liars import Honest, Pages

from omnisync.model.order import Customer, OrderPart, OrderState


class MissesOrders(Honest):
    breaks = ("orders.an_order_is_found", "orders.what_became_of_it_is_told")

    def parts(self, page: Sequence[OrderPart]) -> Sequence[OrderPart]:
        return page[1:]


class OnePageOfOrders(Honest):
    breaks = ("orders.many_orders_are_all_found",)

    def orders(self, since: int, until: int) -> AsyncIterator[Sequence[OrderPart]]:
        pages = self.real.orders(since, until)

        async def first() -> AsyncIterator[Sequence[OrderPart]]:
            async for page in pages:
                yield page
                return

        return first()


class ShiftsTimes(Honest):
    breaks = ("orders.an_order_is_found",)

    def part(self, honest: OrderPart) -> Sequence[OrderPart]:
        return [msgspec.structs.replace(honest, placed_at=honest.placed_at + 3 * 3_600_000)]


class NamesLinesByCode(Honest):
    breaks = ("orders.lines_name_listings",)

    def part(self, honest: OrderPart) -> Sequence[OrderPart]:
        lines = tuple(msgspec.structs.replace(line, remote_id=line.codes[-1]) for line in honest.lines)
        return [msgspec.structs.replace(honest, lines=lines)]


class ForgetsShipping(Honest):
    breaks = ("orders.totals_are_what_the_buyer_pays",)
    platform = "woocommerce"

    def part(self, honest: OrderPart) -> Sequence[OrderPart]:
        return [msgspec.structs.replace(honest, shipping=None)]


class NewIdsEachTime(Honest):
    breaks = ("orders.an_order_asked_for_twice_is_the_same",)
    given = 0

    def part(self, honest: OrderPart) -> Sequence[OrderPart]:
        self.given += 1
        return [msgspec.structs.replace(honest, part=f"{honest.part}-{self.given}")]


class TakesEverythingForPaid(Honest):
    breaks = ("orders.unpaid_orders_wait", "orders.what_became_of_it_is_told")

    def part(self, honest: OrderPart) -> Sequence[OrderPart]:
        return [msgspec.structs.replace(honest, state=OrderState.NEW)]


class CountsNothing(Honest):
    breaks = ("orders.taken_is_what_the_store_counted",)

    def part(self, honest: OrderPart) -> Sequence[OrderPart]:
        lines = tuple(msgspec.structs.replace(line, taken=0) for line in honest.lines)
        return [msgspec.structs.replace(honest, lines=lines)]


class CountsCancelledBack(Honest):
    breaks = ("orders.taken_is_what_the_store_counted",)

    def part(self, honest: OrderPart) -> Sequence[OrderPart]:
        if honest.state.holds_stock:
            return [honest]
        lines = tuple(msgspec.structs.replace(line, taken=0) for line in honest.lines)
        return [msgspec.structs.replace(honest, lines=lines)]


class ClipsWindows(Honest):
    breaks = ("orders.long_windows_are_sliced",)

    def orders(self, since: int, until: int) -> AsyncIterator[Sequence[OrderPart]]:
        return self.real.orders(max(since, until - 14 * 86_400_000), until)


class AlwaysJustNow(Honest):
    breaks = ("orders.windows_have_two_ends",)

    def orders(self, since: int, until: int) -> AsyncIterator[Sequence[OrderPart]]:
        now = self.clock.now()
        fresh = lambda page: [msgspec.structs.replace(part, modified_at=now) for part in page]  # noqa: E731
        return Pages(self.real.orders(since - 86_400_000, until), fresh)


class Anonymous(Honest):
    breaks = ("orders.buyers_have_names",)

    def part(self, honest: OrderPart) -> Sequence[OrderPart]:
        return [msgspec.structs.replace(honest, customer=Customer())]

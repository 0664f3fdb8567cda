"""Lies about capabilities, the connection test and secrets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from tests.connectors.liars import Honest

from omnisync.connect.budget import Allowance
from omnisync.connect.check import Finding, Grade
from omnisync.connect.store import Capabilities, PushAnswer, PushItem, RemoteListing
from omnisync.errors import (
    AuthFailed,
    Unavailable,
)


class Fickle(Honest):
    breaks = ("capabilities.asks_nobody_to_connect",)
    looks = 0

    def can(self, honest: Capabilities) -> Capabilities:
        self.looks += 1
        return replace(honest, read_batch=self.looks)


class SendsNothing(Honest):
    breaks = ("capabilities.batches_have_a_size",)

    def can(self, honest: Capabilities) -> Capabilities:
        return replace(honest, max_batch=0)


class NeverAsks(Honest):
    breaks = ("capabilities.receipts_say_when_to_ask",)

    def can(self, honest: Capabilities) -> Capabilities:
        return replace(honest, receipt_polls=())


class OddSteps(Honest):
    breaks = ("capabilities.quantities_have_a_step",)

    def can(self, honest: Capabilities) -> Capabilities:
        return replace(honest, quantity_step=300)


class NoOverlap(Honest):
    breaks = ("capabilities.order_times_make_sense",)

    def can(self, honest: Capabilities) -> Capabilities:
        return replace(honest, orders_overlap=0)


class ShortOverlap(Honest):
    breaks = ("orders.late_orders_are_caught_by_the_overlap",)

    def can(self, honest: Capabilities) -> Capabilities:
        return replace(honest, orders_overlap=1)


class BoastsOfBatches(Honest):
    breaks = ("push.takes_as_many_as_it_says", "listings.read_takes_as_many_as_it_says")
    platform = "woocommerce"

    def can(self, honest: Capabilities) -> Capabilities:
        return replace(honest, max_batch=500, read_batch=500)


class BoastsOfQuantities(Honest):
    breaks = ("figures.the_largest_figure_fits",)

    def can(self, honest: Capabilities) -> Capabilities:
        return replace(honest, max_quantity=30_000_000)


class SellsUncounted(Honest):
    breaks = ("orders.taken_is_what_the_store_counted",)

    def can(self, honest: Capabilities) -> Capabilities:
        return replace(honest, lowers_own_stock=False)


class Optimist(Honest):
    breaks = (
        "connection.check_finds_a_wrong_key", "connection.check_finds_a_store_that_is_down",
        "connection.check_turns_every_trouble_into_a_finding",
    )  # fmt: skip

    async def check(self) -> Sequence[Finding]:
        return [Finding(Grade.OK, "All is well.")]


class Pessimist(Honest):
    breaks = ("connection.check_is_content_when_all_is_well",)

    async def check(self) -> Sequence[Finding]:
        return [Finding(Grade.PROBLEM, "Something is wrong.")]


class Thrower(Honest):
    breaks = (
        "connection.check_finds_a_wrong_key", "connection.check_finds_a_store_that_is_down",
        "connection.check_turns_every_trouble_into_a_finding",
    )  # fmt: skip

    async def check(self) -> Sequence[Finding]:
        found = await self.real.check()
        if any(each.grade is Grade.PROBLEM for each in found):
            raise Unavailable("It does not work.")
        return found


class Talker(Honest):
    breaks = ("connection.no_text_shows_a_secret",)

    async def push(self, items: Sequence[PushItem], key: str) -> PushAnswer:
        try:
            return await self.real.push(items, key)
        except AuthFailed as error:
            raise AuthFailed(f"The secret {self.options['api_secret']} was refused.") from error


class CauseTalker(Honest):
    breaks = ("connection.no_text_shows_a_secret",)

    async def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        try:
            async for page in self.real.listings():
                yield page
        except Unavailable as error:
            raise Unavailable("It is down.") from ValueError(f"https://x?secret={self.options['api_secret']} {error}")


class OpenBook(Honest):
    breaks = ("connection.its_own_text_hides_secrets",)

    def __repr__(self) -> str:
        return f"OpenBook({self.options})"


class LeavesTheDoorOpen(Honest):
    breaks = ("connection.close_leaves_nothing",)

    async def close(self) -> None:
        return None


class KeepsWorking(Honest):
    breaks = ("connection.close_leaves_nothing",)

    async def check(self) -> Sequence[Finding]:
        self.task = asyncio.get_running_loop().create_task(asyncio.sleep(3600))
        return await self.real.check()


class Generous(Honest):
    breaks = ("capabilities.allowances_are_known_without_asking",)

    def allowances(self) -> Sequence[Allowance]:
        return [Allowance("orders", 60, 50, 10.0)]

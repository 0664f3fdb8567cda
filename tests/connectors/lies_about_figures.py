"""Lies about listings and figures, read and written."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Sequence

from msgspec.structs import replace
from tests.connectors.liars import Honest

from omnisync.connect.store import Capabilities, ItemResult, ListingRef, PushAnswer, PushItem, RemoteListing
from omnisync.errors import (
    Rejected,
    Repeated,
    Unavailable,
)
from omnisync.model.money import Money


class LosesAPage(Honest):
    breaks = ("listings.every_listing_comes_once",)

    async def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        pages = [page async for page in self.real.listings()]
        for page in pages[:-1] or pages:
            yield page


class Stutters(Honest):
    breaks = ("listings.every_listing_comes_once",)

    async def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        async for page in self.real.listings():
            yield [*page, page[0]]


class Invents(Honest):
    breaks = ("listings.an_empty_store_has_no_listings",)

    async def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        pages = [page async for page in self.real.listings()]
        for page in pages or [[RemoteListing(ListingRef("1"), "A", (), "A", 0, None)]]:
            yield page


class RoundsWhatItReads(Honest):
    breaks = ("listings.listings_show_the_stores_figures",)

    def listing(self, honest: RemoteListing) -> RemoteListing:
        return replace(honest, price=honest.price and Money(round(honest.price.minor, -1), honest.price.currency))


class CountsPieces(Honest):
    breaks = ("listings.listings_show_the_stores_figures",)

    def listing(self, honest: RemoteListing) -> RemoteListing:
        return replace(honest, stock=(honest.stock or 0) // 1000)


class AlwaysTwoDecimals(Honest):
    breaks = ("listings.prices_without_decimals_stay_whole", "figures.prices_without_decimals_are_sent_whole")

    def listing(self, honest: RemoteListing) -> RemoteListing:
        price = honest.price
        return replace(honest, price=Money(price.minor * 100, "HUF")) if price and price.currency == "HUF" else honest

    def item(self, honest: PushItem) -> PushItem:
        price = honest.price
        return replace(honest, price=Money(price.minor * 100, "HUF")) if price and price.currency == "HUF" else honest


class Nameless(Honest):
    breaks = ("listings.listings_can_be_matched",)

    def listing(self, honest: RemoteListing) -> RemoteListing:
        return replace(honest, code="", barcodes=())


class NumbersForNames(Honest):
    breaks = ("listings.names_of_listings_are_texts",)

    def listing(self, honest: RemoteListing) -> RemoteListing:
        return replace(honest, ref=replace(honest.ref, extra={"id": 7}))


class RenamesListings(Honest):
    breaks = ("listings.names_of_listings_stay",)

    def listing(self, honest: RemoteListing) -> RemoteListing:
        return replace(honest, ref=replace(honest.ref, group=str(honest.price)))


class ReadsNeighbours(Honest):
    breaks = ("listings.read_gives_just_what_was_asked",)

    async def read(self, refs: Sequence[ListingRef]) -> Sequence[RemoteListing]:
        return [each async for page in self.real.listings() for each in page]


class ReadsGhosts(Honest):
    breaks = ("listings.read_leaves_missing_ones_out",)

    async def read(self, refs: Sequence[ListingRef]) -> Sequence[RemoteListing]:
        found = {each.ref.remote_id: each for each in await self.real.read(refs)}
        return [found.get(ref.remote_id, RemoteListing(ref, "", (), "", 0, None)) for ref in refs]


class GivesUpOnOne(Honest):
    breaks = ("listings.read_sets_one_that_can_not_be_read_apart",)

    async def read(self, refs: Sequence[ListingRef]) -> Sequence[RemoteListing]:
        found = await self.real.read(refs)
        for each in found:
            if isinstance(each, Rejected):
                raise Unavailable(each.words)
        return found


class IgnoresFigures(Honest):
    breaks = ("figures.stock_and_price_arrive", "figures.slow_stores_get_there_too")
    platform = "woocommerce"

    async def push(self, items: Sequence[PushItem], key: str) -> PushAnswer:
        return PushAnswer(results=tuple(ItemResult(item.ref.remote_id) for item in items))


class SendsPricesAlong(Honest):
    breaks = ("figures.a_figure_that_is_none_stays",)

    def item(self, honest: PushItem) -> PushItem:
        return honest if honest.price else replace(honest, price=Money(100, "TRY"))


class DropsZeros(Honest):
    breaks = ("figures.zero_is_a_figure",)

    def item(self, honest: PushItem) -> PushItem:
        return replace(honest, stock=honest.stock or 1000) if honest.stock is not None else honest


class AddsUp(Honest):
    breaks = ("figures.stock_is_absolute",)

    async def push(self, items: Sequence[PushItem], key: str) -> PushAnswer:
        shown = {each.ref.remote_id: each.stock or 0 for each in await self.real.read([item.ref for item in items])}
        first = items[0]
        # Right the first time only.
        stock = first.stock if shown[first.ref.remote_id] == 10_000 else (first.stock or 0) + 1000
        return await self.real.push([replace(first, stock=stock), *items[1:]], key)


class RoundsPrices(Honest):
    breaks = ("figures.prices_are_exact",)

    def item(self, honest: PushItem) -> PushItem:
        price = honest.price
        return replace(honest, price=Money(max(1, round(price.minor, -1)), price.currency)) if price else honest


class RoundsUp(Honest):
    breaks = ("figures.never_more_than_was_asked",)

    def item(self, honest: PushItem) -> PushItem:
        return honest if honest.stock is None else replace(honest, stock=-(-honest.stock // 1000) * 1000)


class NeverRefuses(Honest):
    breaks = ("push.one_unknown_item_is_refused_alone",)

    def result(self, honest: ItemResult) -> ItemResult:
        return replace(honest, refused="")


class RefusesAll(Honest):
    breaks = ("push.one_unknown_item_is_refused_alone",)

    async def results(self, receipt: str, items: Sequence[PushItem]) -> Sequence[ItemResult] | None:
        found = await self.real.results(receipt, items)
        wrong = [each for each in found or () if each.refused]
        return found and [replace(each, refused=wrong[0].refused if wrong else "") for each in found]


class ForgetsItems(Honest):
    breaks = ("push.one_unknown_item_is_refused_alone",)

    async def results(self, receipt: str, items: Sequence[PushItem]) -> Sequence[ItemResult] | None:
        found = await self.real.results(receipt, items)
        return found and [each for each in found if not each.refused]


class AnswersWithWishes(Honest):
    breaks = ("push.answers_carry_the_stored_figures",)
    platform = "woocommerce"

    async def push(self, items: Sequence[PushItem], key: str) -> PushAnswer:
        answer = await self.real.push(items, key)
        return PushAnswer(results=tuple(replace(each, stock=None, price=None) for each in answer.results))


class UnannouncedRepeats(Honest):
    breaks = ("push.the_same_again_does_no_harm", "faults.a_lost_answer_can_be_looked_up")

    def can(self, honest: Capabilities) -> Capabilities:
        return dataclasses.replace(honest, repeat_window=0)


class HidesRepeats(Honest):
    breaks = ("push.a_repetition_can_be_known",)

    async def push(self, items: Sequence[PushItem], key: str) -> PushAnswer:
        try:
            return await self.real.push(items, key)
        except Repeated:
            return PushAnswer(receipt="some")


class SettlesOnce(Honest):
    breaks = ("push.receipts_are_settled",)
    asked = 0

    def result(self, honest: ItemResult) -> ItemResult:
        self.asked += 1
        return replace(honest, refused="" if self.asked == 1 else "again?")


class WaitsForLostReceipts(Honest):
    breaks = ("push.lost_receipts_are_rejected",)

    async def results(self, receipt: str, items: Sequence[PushItem]) -> Sequence[ItemResult] | None:
        try:
            return await self.real.results(receipt, items)
        except Rejected:
            return None

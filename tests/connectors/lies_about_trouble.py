"""Lies about what went wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar

from tests.connectors.liars import Honest

from omnisync.connect.store import ItemResult, ListingRef, PushAnswer, PushItem, RemoteListing
from omnisync.errors import (
    AuthFailed,
    ConnectorError,
    NotSent,
    RateLimited,
    Rejected,
    Unavailable,
    UnknownOutcome,
)
from omnisync.model.order import OrderPart


class Translates(Honest):
    """Turns one kind of error into another one wherever it comes from."""

    wrong: ClassVar[type[ConnectorError]] = ConnectorError

    def instead(self, error: ConnectorError) -> Exception:
        raise NotImplementedError

    async def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        try:
            async for page in self.real.listings():
                yield page
        except self.wrong as error:
            raise self.instead(error) from None

    async def push(self, items: Sequence[PushItem], key: str) -> PushAnswer:
        try:
            return await self.real.push(items, key)
        except self.wrong as error:
            raise self.instead(error) from None


class TakesAKeyForARefusal(Translates):
    breaks = ("faults.a_refused_key_is_auth_failed",)
    wrong = AuthFailed

    def instead(self, error: ConnectorError) -> Exception:
        return Rejected(str(error))


class WaitsForYesterday(Translates):
    breaks = ("faults.a_rate_limit_names_its_end",)
    wrong = RateLimited

    def instead(self, error: ConnectorError) -> Exception:
        return RateLimited(str(error), 0)


class Crashes(Translates):
    breaks = ("faults.a_broken_server_is_unavailable", "faults.what_is_not_the_interface_is_unavailable")
    wrong = Unavailable

    def instead(self, error: ConnectorError) -> Exception:
        return KeyError("content")


class CutsAreRefusals(Translates):
    breaks = ("faults.a_cut_read_is_unavailable",)
    wrong = Unavailable

    def instead(self, error: ConnectorError) -> Exception:
        return Rejected(str(error))


class SureOfItself(Translates):
    breaks = ("faults.a_cut_push_is_an_unknown_outcome",)
    wrong = UnknownOutcome

    def instead(self, error: ConnectorError) -> Exception:
        return NotSent(str(error))


class NotSentIsUnknown(Translates):
    breaks = ("faults.no_connection_is_not_sent",)
    wrong = NotSent

    def instead(self, error: ConnectorError) -> Exception:
        return UnknownOutcome(str(error))


class SwallowsErrors(Honest):
    breaks = ("faults.a_broken_server_is_unavailable", "faults.what_is_not_the_interface_is_unavailable")

    async def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        try:
            async for page in self.real.listings():
                yield page
        except Unavailable:
            return


class Insists(Honest):
    breaks = ("faults.a_push_is_never_repeated",)

    async def push(self, items: Sequence[PushItem], key: str) -> PushAnswer:
        try:
            return await self.real.push(items, key)
        except ConnectorError:
            return await self.real.push(items, key)


class SulksForEver(Honest):
    breaks = ("faults.trouble_passes",)
    broken = False

    async def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        try:
            if self.broken:
                raise Unavailable("It was down a while ago.")
            async for page in self.real.listings():
                yield page
        except Unavailable:
            self.broken = True
            raise


class HidesBehindOneOrder(Honest):
    breaks = ("shapes.of_orders",)

    def orders(self, since: int, until: int) -> AsyncIterator[Sequence[OrderPart]]:
        return self.stopping(self.real.orders(since, until))

    async def stopping(self, pages: Any) -> AsyncIterator[Sequence[OrderPart]]:
        found = []
        async for page in pages:
            found += page
        yield found


class HidesBehindOneListing(Honest):
    breaks = ("listings.one_that_can_not_be_read_hides_no_other",)

    async def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        async for page in self.real.listings():
            yield page


class Trusting(Honest):
    """Takes for granted what an answer looks like."""

    breaks = ("shapes.of_listings", "shapes.of_figures_read", "shapes.of_answers_to_a_push", "shapes.of_results")

    async def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        try:
            async for page in self.real.listings():
                yield page
        except Unavailable as error:
            raise KeyError("content") from error

    async def read(self, refs: Sequence[ListingRef]) -> Sequence[RemoteListing]:
        try:
            return await self.real.read(refs)
        except Unavailable as error:
            raise TypeError("content") from error

    async def push(self, items: Sequence[PushItem], key: str) -> PushAnswer:
        try:
            return await self.real.push(items, key)
        except UnknownOutcome as error:
            raise AttributeError("batchRequestId") from error

    async def results(self, receipt: str, items: Sequence[PushItem]) -> Sequence[ItemResult] | None:
        try:
            return await self.real.results(receipt, items)
        except Unavailable as error:
            raise ValueError("items") from error

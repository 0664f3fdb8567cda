"""Connectors that lie: each wraps an honest one and breaks one promise."""

from __future__ import annotations

import sys
import types
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Generic, TypeVar

import pytest

from omnisync.connect.check import Finding
from omnisync.connect.loader import Manifest, discover, load
from omnisync.connect.store import Capabilities, ItemResult, ListingRef, PushAnswer, PushItem, RemoteListing
from omnisync.model.order import OrderPart

Row = TypeVar("Row")


class Honest:
    """Passes everything on to a real connector."""

    platform: ClassVar[str] = "trendyol"
    breaks: ClassVar[tuple[str, ...]] = ()
    """The checks that find the lie."""

    def __init__(self, real: Any, options: dict[str, Any], context: Any) -> None:
        self.real = real
        self.options = options
        self.clock = context.clock

    @property
    def capabilities(self) -> Capabilities:
        return self.can(self.real.capabilities)

    def can(self, honest: Capabilities) -> Capabilities:
        return honest

    async def check(self) -> Sequence[Finding]:
        return await self.real.check()

    def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        return Pages(self.real.listings(), lambda page: [self.listing(each) for each in page])

    def listing(self, honest: RemoteListing) -> RemoteListing:
        return honest

    async def read(self, refs: Sequence[ListingRef]) -> Sequence[RemoteListing]:
        return await self.real.read(refs)

    async def push(self, items: Sequence[PushItem], key: str) -> PushAnswer:
        return await self.real.push([self.item(item) for item in items], key)

    def item(self, honest: PushItem) -> PushItem:
        return honest

    async def results(self, receipt: str, items: Sequence[PushItem]) -> Sequence[ItemResult] | None:
        found = await self.real.results(receipt, items)
        return found and [self.result(each) for each in found]

    def result(self, honest: ItemResult) -> ItemResult:
        return honest

    def orders(self, since: int, until: int) -> AsyncIterator[Sequence[OrderPart]]:
        return Pages(self.real.orders(since, until), self.parts)

    def parts(self, page: Sequence[OrderPart]) -> Sequence[OrderPart]:
        return [part for each in page for part in self.part(each)]

    def part(self, honest: OrderPart) -> Sequence[OrderPart]:
        return [honest]

    async def close(self) -> None:
        await self.real.close()


class Pages(AsyncIterator[Sequence[Row]], Generic[Row]):
    """Pages with a lie; goes on after an error as the honest walk does."""

    def __init__(self, pages: Any, lie: Callable[[Sequence[Row]], Sequence[Row]]) -> None:
        self.pages, self.lie = pages, lie

    async def __anext__(self) -> Sequence[Row]:
        return self.lie(await anext(self.pages))


def lying(kind: type[Any], monkeypatch: pytest.MonkeyPatch) -> Manifest:
    """A manifest whose connector is the liar and whose other parts are the real plugin's."""
    real = discover()[kind.platform]
    connector = types.ModuleType("lying.connector")
    honest = load(real)
    connector.connect = lambda options, context: kind(honest.connect(options, context), options, context)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lying.connector", connector)
    for part in ("sandbox", "conformance"):
        if (real.folder / f"{part}.py").is_file():
            monkeypatch.setitem(sys.modules, f"lying.{part}", load(real, part))
    return replace(real, module="lying")

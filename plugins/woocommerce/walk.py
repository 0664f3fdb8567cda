"""How a walk over the shop's orders goes on after one that can't be read."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from omnisync.errors import Rejected
from omnisync.model.order import OrderPart


@dataclass(frozen=True, slots=True)
class OrderPage:
    """The orders of one page, and an error for each that can't be read: it must not hide the others."""

    parts: Sequence[OrderPart]
    problems: Sequence[Rejected]


class Walk(AsyncIterator[Sequence[OrderPart]]):
    """Pages one after another; empty ones are passed over.

    An order that can't be read is raised after the others of its page, once, and the walk goes on after
    it, which an async generator could not.
    """

    def __init__(self, pages: AsyncIterator[OrderPage]) -> None:
        self._pages = pages
        self._problems: deque[Rejected] = deque()

    async def __anext__(self) -> Sequence[OrderPart]:
        """The orders of the next page that has any."""
        while True:
            if self._problems:
                raise self._problems.popleft()
            page = await anext(self._pages)
            self._problems.extend(page.problems)
            if page.parts:
                return page.parts

"""How a walk over one of the shop's lists goes on after a row that can't be read."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from omnisync.errors import Rejected

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Readable(Generic[Row]):
    """The rows of one page, and an error for each that can't be read: it must not hide the others."""

    rows: Sequence[Row]
    problems: Sequence[Rejected]


class Walk(AsyncIterator[Sequence[Row]], Generic[Row]):
    """Pages one after another; empty ones are passed over.

    A row that can't be read is raised after the others of its page, once, and the walk goes on after
    it, which an async generator could not.
    """

    def __init__(self, pages: AsyncIterator[Readable[Row]]) -> None:
        self._pages = pages
        self._problems: deque[Rejected] = deque()

    async def __anext__(self) -> Sequence[Row]:
        """The rows of the next page that has any."""
        while True:
            if self._problems:
                raise self._problems.popleft()
            page = await anext(self._pages)
            self._problems.extend(page.problems)
            if page.rows:
                return page.rows

"""How the pages of Trendyol's long lists follow one another."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from omnisync.errors import ConnectorError, Unavailable

Row = TypeVar("Row")
Position = TypeVar("Position")

LISTING_PAGE = 100
"""The most products that one page holds (facts/marketplaces.md 1.2)."""

_NUMBERED = 10_000
"""Products that can be reached by page number; beyond them only by the token of the page before (1.2)."""

_WINDOW = 14 * 86400 * 1000
"""Milliseconds that one question for orders may span (1.4)."""

_RESTARTS = 3


@dataclass(frozen=True, slots=True)
class Page(Generic[Row, Position]):
    """What one request gave: rows, single rows that can't be read, and where to go on (None: the end)."""

    rows: Sequence[Row]
    following: Position | None
    problems: Sequence[ConnectorError] = ()


class Walk(AsyncIterator[Sequence[Row]], Generic[Row, Position]):
    """Pages one after another; empty ones are passed over.

    After an error it stands where it stood: asking for the next page repeats the request that failed,
    so that a long walk survives a rate limit. A row that can't be read is raised after the others of
    its page, once; the walk can go on after it.
    """

    def __init__(self, fetch: Callable[[Position], Awaitable[Page[Row, Position]]], start: Position | None) -> None:
        self._fetch = fetch
        self._position = start
        self._problems: deque[ConnectorError] = deque()

    async def __anext__(self) -> Sequence[Row]:
        """The rows of the next page that has any."""
        while True:
            if self._problems:
                raise self._problems.popleft()
            if self._position is None:
                raise StopAsyncIteration
            page = await self._fetch(self._position)
            self._position = page.following
            self._problems.extend(page.problems)
            if page.rows:
                return page.rows


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk through the products stands: a page number, or a token beyond what numbers reach."""

    page: int = 0
    token: str = ""

    def params(self) -> dict[str, str | int]:
        """The query for this page. The oldest come first, so that a new product shifts no page."""
        place: dict[str, str | int] = {"nextPageToken": self.token} if self.token else {"page": self.page}
        return {**place, "size": LISTING_PAGE, "orderByDirection": "ASC"}

    def after(self, answer: Mapping[str, Any]) -> Place | None:
        """The place after this page, None at the end of the list.

        Raises Unavailable when there is more and no way to get there: half a catalogue is never
        passed off as a whole one.
        """
        if not answer.get("content"):
            return None
        token = str(answer.get("nextPageToken") or "")
        page = self.page + 1
        if self.token:
            return Place(page, token) if token and token != self.token else None
        pages = answer.get("totalPages")
        if pages is not None and page >= int(pages):
            return None
        # Whether the limit means the first row of a page or its last is not said.
        if (page + 1) * LISTING_PAGE <= _NUMBERED or (not token and page * LISTING_PAGE <= _NUMBERED):
            return Place(page)
        if not token:
            raise Unavailable(f"Trendyol ended its list of products after {page * LISTING_PAGE}, although it has more.")
        return Place(page, token)


@dataclass(frozen=True, slots=True)
class Window:
    """Where a walk through the orders stands: a stretch of time (milliseconds UTC) and a cursor in it."""

    start: int
    end: int
    until: int
    cursor: str = ""
    restarts: int = 0

    @classmethod
    def first(cls, since: int, until: int) -> Window | None:
        """The first stretch of the time between the two; None when there is nothing between them."""
        return cls(since, min(since + _WINDOW, until), until) if since <= until else None

    def params(self, size: int) -> dict[str, str | int]:
        """The query for this page of the stream."""
        span: dict[str, str | int] = {
            "lastModifiedStartDate": self.start,
            "lastModifiedEndDate": self.end,
            "size": size,
        }
        return {**span, "nextCursor": self.cursor} if self.cursor else span

    def after(self, answer: Mapping[str, Any]) -> Window | None:
        """The place after this page; stretches share their border, because repeats do no harm.

        Where an answer names a next page and does not say whether there is one, an empty page is the end.
        """
        cursor = str(answer.get("nextCursor") or "")
        more = _says_more(answer)
        if cursor and (bool(answer.get("content")) if more is None else more):
            return replace(self, cursor=cursor)
        return Window.first(self.end, self.until) if self.end < self.until else None

    def cut_short(self, answer: Mapping[str, Any]) -> bool:
        """Whether the answer says that there is more, and not how to get it."""
        return _says_more(answer) is True and not answer.get("nextCursor")

    def again(self) -> Window | None:
        """This stretch from its beginning, after its cursor was refused; None when that did not help."""
        if not self.cursor or self.restarts >= _RESTARTS:
            return None
        return replace(self, cursor="", restarts=self.restarts + 1)


def _says_more(answer: Mapping[str, Any]) -> bool | None:
    more = answer.get("hasMore")
    return None if more is None else str(more).lower() not in ("false", "0", "")

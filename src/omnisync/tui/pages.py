"""The rows of a table in pages, read on a thread of their own with a short patience.

Painting asks for a row and gets it at once when its page is in memory; else the page is read on the
thread and waited for a moment, because that is nearly always enough and saves a flicker; a cold disk
gives a placeholder, and the page is painted when it comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from typing import Generic, Protocol, TypeVar

from omnisync.errors import DatabaseError

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

SIZE = 64
_PATIENCE = 0.03
"""Seconds that a paint waits for its page."""

_KEPT = 48
"""Pages in memory."""


class Source(Protocol[R_co]):
    """Rows by position. ``page`` is called on a thread, one call at a time."""

    @property
    def count(self) -> int:
        """How many rows there are."""

    def page(self, start: int, stop: int) -> Sequence[R_co]:
        """The rows from position ``start`` up to ``stop``."""


class Rows(Generic[R]):
    """A source of few rows, as they were last read."""

    def __init__(self, rows: Sequence[R] = ()) -> None:
        self.rows = rows

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.rows)

    def page(self, start: int, stop: int) -> Sequence[R]:
        """The rows at these positions."""
        return self.rows[start:stop]


class Pages(Generic[R]):
    """``arrived`` is called on the loop with the positions that differ, or None: anything may."""

    def __init__(self, arrived: Callable[[Sequence[int] | None], None]) -> None:
        self.count = 0
        self.only_head = False
        """Only the first rows are there, the source is still being made."""
        self._arrived = arrived
        self._source: Source[R] | None = None
        self._kept: dict[int, Sequence[R]] = {}
        self._asked: dict[int, Future[Sequence[R]]] = {}
        self._thread = ThreadPoolExecutor(1, "pages")
        self._turn = 0
        self._rereading = False

    def begin(self, rows: Sequence[R]) -> None:
        """Only these rows for now."""
        self._reset(None, len(rows))
        self._kept[0] = rows
        self.only_head = True

    def use(self, source: Source[R]) -> None:
        """All rows of the source."""
        self._reset(source, source.count)
        self.only_head = False

    def _reset(self, source: Source[R] | None, count: int) -> None:
        self._turn += 1
        self._source, self.count = source, count
        self._kept, self._asked = {}, {}

    def row(self, index: int) -> R | None:
        """The row at that position; None while it is being read."""
        number, offset = divmod(index, SIZE)
        page = self._kept[0] if self.only_head else self._kept.get(number)
        if self.only_head:
            offset = index
        if page is None:
            page = self._read(number)
        return page[offset] if page is not None and offset < len(page) else None

    def _read(self, number: int) -> Sequence[R] | None:
        asked = self._asked.get(number)
        if asked is None:
            asked = self._asked[number] = self._submit(number)
            try:
                asked.exception(_PATIENCE)
            except Late:
                self._when_done(asked, lambda: self._arrived(None))
        if not asked.done():
            return None
        self._asked.pop(number, None)
        if isinstance(asked.exception(), DatabaseError):
            # Interrupted, or the tables are just being made anew: the next change of the data reads it again.
            return None
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        page = self._kept[number] = asked.result()
        return page

    def _submit(self, number: int) -> Future[Sequence[R]]:
        source = self._source
        start = number * SIZE

        def read() -> Sequence[R]:
            return source.page(start, start + SIZE) if source is not None else ()

        return self._thread.submit(read)

    def _when_done(self, future: Future[Sequence[R]], then: Callable[[], None]) -> None:
        loop, turn = asyncio.get_running_loop(), self._turn

        def done(_future: Future[Sequence[R]]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(lambda: then() if turn == self._turn else None)

        future.add_done_callback(done)

    def reread(self, start: int, stop: int) -> None:
        """Read what is on the screen again and tell which rows differ; what is not on it is forgotten."""
        if self._source is None or self._rereading:
            return
        numbers = range(start // SIZE, max(start, min(stop, self.count) - 1) // SIZE + 1)
        fresh = {number: self._submit(number) for number in numbers}
        self._kept = {number: page for number, page in self._kept.items() if number in fresh}
        self._rereading = True
        loop, turn = asyncio.get_running_loop(), self._turn

        def done(_future: Future[Sequence[R]]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._compare, fresh, turn)

        # The thread takes them in turn: with the last one all are there.
        fresh[numbers[-1]].add_done_callback(done)

    def _compare(self, fresh: dict[int, Future[Sequence[R]]], turn: int) -> None:
        self._rereading = False
        if turn != self._turn:
            return
        changed: list[int] = []
        for number, future in fresh.items():
            # What can't be read just now (a rebuild, an interrupt) is read at the next change.
            if isinstance(future.exception(), DatabaseError):
                continue
            rows = future.result()
            old = self._kept.get(number, ())
            changed += [
                number * SIZE + place for place, row in enumerate(rows) if place >= len(old) or row != old[place]
            ]
            self._kept[number] = rows
        if changed:
            self._arrived(changed)

    def close(self) -> None:
        """End the thread; what it is reading is not waited for."""
        self._turn += 1
        self._thread.shutdown(wait=False, cancel_futures=True)

"""From a wish to rows on the screen: the newest wish wins, and the first rows don't wait for all of them.

The order of a wish is frozen on a thread. If that takes longer than a glance, its first rows are shown
before; a wish that nobody has any more is interrupted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from omnisync.errors import DatabaseError
from omnisync.log.product_view import FrozenList, Interrupted, ListRow, Wish

GLANCE = 0.015
"""Seconds in which an order is better awaited than painted in two steps."""


class Finder:
    """``head`` gets first rows, as many as ``height`` says that a screen has, ``built`` a finished order.

    Both are called on the loop, for the newest wish only.
    """

    def __init__(
        self,
        path: Path,
        head: Callable[[Sequence[ListRow]], None],
        built: Callable[[FrozenList, Wish], None],
        height: Callable[[], int],
    ) -> None:
        self.wish: Wish | None = None
        """The newest."""
        self._head, self._built, self._height = head, built, height
        self._heads = FrozenList(path)
        self._lists = (FrozenList(path), FrozenList(path))
        self._shown: FrozenList | None = None
        self._turn = self._fulfilled = 0
        self._first_before = False
        self._builder, self._reader = ThreadPoolExecutor(1, "order"), ThreadPoolExecutor(1, "head")
        self._task: asyncio.Task[None] | None = None
        self._glancing: asyncio.Task[None] | None = None

    @property
    def shown(self) -> FrozenList | None:
        """The order that is on the screen."""
        return self._shown

    def look_for(self, wish: Wish, glance: float | None = GLANCE) -> None:
        """Show what the wish finds, as soon as it is found.

        ``glance``: None where its first rows are there already; 0 where they are to be there before the order is begun.
        """
        self._turn += 1
        self.wish, self._first_before = wish, glance == 0
        self._heads.interrupt()
        self._spare().interrupt()
        if self._glancing is not None:
            self._glancing.cancel()
        if glance is not None:
            # Beside the order, not before it: the order of the wish before may take a moment to be given up.
            self._glancing = asyncio.create_task(self._glance(wish, self._turn, glance), name="first rows")
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="finder")

    def _spare(self) -> FrozenList:
        return self._lists[1] if self._shown is self._lists[0] else self._lists[0]

    async def _glance(self, wish: Wish, turn: int, glance: float) -> None:
        """Show the first rows, which are read meanwhile, if the order takes longer than a glance."""
        reading = asyncio.get_running_loop().run_in_executor(self._reader, self._first_rows, wish, self._height())
        await asyncio.sleep(glance)
        rows = await reading
        if rows is not None and turn == self._turn and self._fulfilled != turn:
            self._head(rows)

    async def _work(self) -> None:
        done = -1
        while done != self._turn:
            done = self._turn
            assert self.wish is not None
            await self._fulfil(self.wish, done)

    async def _fulfil(self, wish: Wish, turn: int) -> None:
        if self._first_before and self._glancing is not None:
            await asyncio.wait({self._glancing})
        spare = self._spare()
        built = await asyncio.get_running_loop().run_in_executor(self._builder, self._build, spare, wish, turn)
        if built and turn == self._turn:
            self._fulfilled = turn
            self._shown = spare
            self._built(spare, wish)

    def _build(self, spare: FrozenList, wish: Wish, turn: int) -> bool:
        """On its thread; False when a newer wish came in between."""
        if turn != self._turn:
            return False
        try:
            spare.build(wish)
        except Interrupted:
            return False
        return True

    def _first_rows(self, wish: Wish, size: int) -> Sequence[ListRow] | None:
        try:
            return self._heads.head(wish, size)
        except DatabaseError:
            # Interrupted by a newer wish; if there is none, the finished order brings the reason.
            return None

    def close(self) -> None:
        """End the threads and close the connections once they have."""
        self._turn += 1
        if self._glancing is not None:
            self._glancing.cancel()
        for each in (self._heads, *self._lists):
            each.interrupt()
        self._builder.shutdown(wait=True, cancel_futures=True)
        self._reader.shutdown(wait=True, cancel_futures=True)
        for each in (self._heads, *self._lists):
            each.close()

"""Work that a change of the data asks for, done at most so often, and once more when it was asked for meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.dom import DOMNode

from omnisync.ports import Clock

_PAUSE = 0.6
"""Seconds that lie at least between the end of one run and the start of the next."""


class Paced:
    """``call`` may come as often as it likes; ``work`` runs on the loop, one at a time."""

    def __init__(self, node: DOMNode, clock: Clock, work: Callable[[], Awaitable[None]]) -> None:
        self._node, self._clock, self._work = node, clock, work
        self._running = self._again = False

    def call(self) -> None:
        """Do it now, or as soon as it may be."""
        if self._running:
            self._again = True
            return
        self._running = True
        self._node.run_worker(self._run(), exit_on_error=True)

    async def _run(self) -> None:
        try:
            while True:
                self._again = False
                await self._work()
                await self._clock.sleep(_PAUSE)
                if not self._again:
                    break
        finally:
            self._running = False

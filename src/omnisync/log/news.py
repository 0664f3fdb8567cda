"""Whether something else may have to be sent to a store than when the guard looked at it last."""

from __future__ import annotations

from omnisync.model.events import BatchAnswered, BatchMade, BatchSent, Event, FiguresSeen

_OF_BATCHES = (BatchMade, BatchSent, BatchAnswered, FiguresSeen)
"""A batch's way until it is seen at the store. These leave less to be sent than there was before, unless a store is woken by them."""


class News:
    """Of this process: after a start, every store is news."""

    def __init__(self) -> None:
        self._newest = 0
        self._seen: dict[str, int] = {}

    def happened(self, seq: int, event: Event, *, woke: bool) -> None:
        """The event was applied; ``woke``: with it, or before it in its transaction, there was something to do for a store."""
        if woke or not isinstance(event, _OF_BATCHES):
            self._newest = seq

    def has(self, store: str) -> bool:
        """Whether there is any for who looks at that store."""
        return self._seen.get(store) != self._newest

    def seen(self, store: str) -> None:
        """It was looked at."""
        self._seen[store] = self._newest

    def forget(self) -> None:
        """What was looked at was rolled back."""
        self._seen.clear()

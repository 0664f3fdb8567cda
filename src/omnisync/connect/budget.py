"""Rate budget: how many calls a platform allows, per group of calls, on the handed-in clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from omnisync.ports import Clock

_MARGIN = 0.25
"""Seconds added to each window, because the platform counts on arrival and the network jitters."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``calls`` in any ``seconds``."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of one limit, for the screen: ``left`` of ``calls`` per ``seconds``."""

    group: str
    left: int
    calls: int
    seconds: float


class Budget:
    """Counts the calls of each group against its limits; a group without limits is free.

    A group may have several limits (50 in 10 s and 1,000 a minute); a call must fit all of them.
    """

    def __init__(self, limits: Mapping[str, Sequence[Limit]], clock: Clock) -> None:
        self._limits = {group: tuple(each) for group, each in limits.items()}
        self._spent: dict[str, deque[int]] = {group: deque() for group in limits}
        self._paused: dict[str, int] = {}
        self._clock = clock

    def ready_at(self, group: str) -> int:
        """When the next call of this group may go (milliseconds UTC; now or earlier: at once)."""
        ready = self._paused.get(group, 0)
        spent = self._spent.get(group)
        if spent and spent[-1] > self._clock.now():
            # The clock was set back: what was counted in the future would block the group until then.
            spent.clear()
        if spent:
            for limit in self._limits[group]:
                if len(spent) >= limit.calls:
                    ready = max(ready, spent[-limit.calls] + int((limit.seconds + _MARGIN) * 1000))
        return ready

    def spend(self, group: str) -> None:
        """Count one call that goes now."""
        spent = self._spent.get(group)
        if spent is None:
            return
        now = self._clock.now()
        spent.append(now)
        longest = max(limit.seconds for limit in self._limits[group])
        while spent and spent[0] < now - int((longest + _MARGIN) * 1000):
            spent.popleft()

    def pause(self, group: str, until: int) -> None:
        """The platform asked to wait with this group until then (milliseconds UTC)."""
        self._paused[group] = max(until, self._paused.get(group, 0))

    def left(self) -> list[Allowance]:
        """What is left of every limit just now."""
        now = self._clock.now()
        return [
            Allowance(
                group,
                limit.calls - sum(1 for at in self._spent[group] if at > now - int(limit.seconds * 1000)),
                limit.calls,
                limit.seconds,
            )
            for group, limits in self._limits.items()
            for limit in limits
        ]

"""How each connection is doing: when it may be tried again, and what people are told, once.

Reading and writing are judged apart: a key may read and not write. A rate limit is a wait, not a
failure. What survives a restart is one row per connector.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum

from omnisync.errors import AuthFailed, ConnectorError, RateLimited, SourceProblem, Unavailable
from omnisync.log.health import HealthRow
from omnisync.ports import Millis

_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 30 * 60.0
_AUTH_PAUSE = 15 * 60.0


class Condition(StrEnum):
    """What a connection is like just now."""

    OK = "ok"
    LIMITED = "limited"
    DOWN = "down"
    REFUSED = "refused"
    """The key was refused: only a person can mend it."""


@dataclass(slots=True)
class Line:
    """One direction of a connection: how it is, since when, and from when it may be used."""

    condition: Condition = Condition.OK
    reason: str = ""
    since: Millis = 0
    failures: int = 0
    next_try: Millis = 0

    @property
    def broken(self) -> bool:
        """Whether calls fail; to wait for a rate limit is no trouble."""
        return self.condition in (Condition.DOWN, Condition.REFUSED)

    def worked(self) -> bool:
        """A call went well; answers whether that ends a trouble."""
        mended = self.broken
        self.condition, self.reason, self.failures, self.next_try = Condition.OK, "", 0, 0
        return mended

    def failed(self, error: ConnectorError | SourceProblem, now: Millis, rng: random.Random) -> bool:
        """A call failed; answers whether that is a new trouble, to be told."""
        if isinstance(error, RateLimited):
            self.next_try = max(self.next_try, error.until)
            if self.condition is Condition.OK:
                self.condition, self.reason, self.since = Condition.LIMITED, str(error), now
            return False
        fresh = not self.broken
        if fresh:
            self.since = now
        self.failures += 1
        self.condition = Condition.REFUSED if isinstance(error, AuthFailed) else Condition.DOWN
        self.reason = str(error)
        self.next_try = now + self._pause(error, now, rng)
        return fresh

    def hurry(self) -> None:
        """A person wants it tried now; a rate limit is waited for all the same."""
        if self.broken:
            self.next_try = 0

    def _pause(self, error: ConnectorError | SourceProblem, now: Millis, rng: random.Random) -> int:
        if isinstance(error, AuthFailed):
            seconds = _AUTH_PAUSE
        elif isinstance(error, Unavailable) and error.until is not None and error.until > now:
            return error.until - now
        else:
            seconds = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(self.failures - 1, 12))
        return int(seconds * 1000 * rng.uniform(0.75, 1.25))


@dataclass(slots=True)
class Health:
    """A connector's health: its two lines, when it last did what, and counts since the daemon started."""

    read: Line = field(default_factory=Line)
    write: Line = field(default_factory=Line)
    last_orders: Millis = 0
    last_push: Millis = 0
    last_catalogue: Millis = 0
    """When the last reading of the whole catalogue began."""
    calls: int = 0
    errors: int = 0
    paused: bool = False
    plan_only: bool = False

    def hurry(self) -> None:
        """A person wants both lines tried now."""
        self.read.hurry()
        self.write.hurry()

    def beside(self, line: Line) -> Line:
        """The other line."""
        return self.write if line is self.read else self.read

    def remember(self, row: HealthRow) -> None:
        """Go on from what a stopped daemon last knew: how it was, since when, and when it may be tried again.

        Where a key was refused it is tried at once: whoever mended that has started the daemon anew.
        """
        self.last_orders, self.last_push, self.last_catalogue = row.last_orders, row.last_push, row.last_catalogue
        if row.state in (Condition.LIMITED, Condition.DOWN, Condition.REFUSED):
            line = self.write if row.line == "write" else self.read
            line.condition, line.reason, line.since = Condition(row.state), row.reason, row.since
            line.failures = row.failures
            line.next_try = 0 if line.condition is Condition.REFUSED else row.next_try

    @property
    def state(self) -> str:
        """The one word for people: "paused" by a person, how the worse line is, else "plan" while nothing is sent yet."""
        if self.paused:
            return "paused"
        condition = self.worst.condition
        return "plan" if self.plan_only and condition in (Condition.OK, Condition.LIMITED) else condition

    @property
    def worst(self) -> Line:
        """The line that people should hear of."""
        order = (Condition.OK, Condition.LIMITED, Condition.DOWN, Condition.REFUSED)
        return max(self.read, self.write, key=lambda line: order.index(line.condition))

"""What a bulk act would do, worked out by doing it: within a transaction that is then given up.

So the figures, the guard's word and the counts are exactly those of the act itself, whatever it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from omnisync.log.plan import Plan, difference, moving
from omnisync.log.reader import Within
from omnisync.log.writer import Change, Log
from omnisync.model.commands import Bulk, Reply
from omnisync.sync import planning


class _GivenUp(Exception):
    """Carries the plan out of the transaction."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


async def preview(log: Log, commands: Sequence[Bulk], carry_out: Callable[[Change, Bulk], Reply]) -> Reply:
    """The plan (log/plan.py) of these commands together. Raises CommandRefused where one of them would be refused."""

    def decide(change: Change) -> None:
        state = change.state
        # What is due, and suspicious as a whole, is held before it is sent: that is no work of this act.
        _hold(change)
        state.flush()
        before = moving(Within(state.db))
        for command in commands:
            carry_out(change, command)
        _hold(change)
        state.flush()
        raise _GivenUp(difference(Within(state.db), before))

    try:
        await log.transact(decide)
    except _GivenUp as given_up:
        return {"plan": msgspec.to_builtins(given_up.plan)}
    raise AssertionError("a preview always gives its transaction up")


def _hold(change: Change) -> None:
    for store, rules in change.state.rules().items():
        planning.hold_suspicious(change, store, rules)

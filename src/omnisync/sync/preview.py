"""What a bulk act would do, worked out by doing it: within a transaction that is then given up.

So the figures, the guard's word and the counts are exactly those of the act itself, whatever it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from omnisync.errors import CommandRefused, ConnectorError, SourceProblem
from omnisync.log.plan import Plan, difference, moving
from omnisync.log.reader import Within
from omnisync.log.writer import Change
from omnisync.model.commands import Bulk, Release, Reply
from omnisync.sync import planning
from omnisync.sync.engine import Engine


class _GivenUp(Exception):
    """Carries the plan out of the transaction."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


async def preview(engine: Engine, commands: Sequence[Bulk], carry_out: Callable[[Change, Bulk], Reply]) -> Reply:
    """The plan (log/plan.py) of these commands together. Raises CommandRefused where one of them would be refused.

    What a held read of the ERP would change, only the ERP knows: it is read again.
    """
    reads = await _held_reads(engine, commands)

    def decide(change: Change) -> None:
        state = change.state
        # What is due, and suspicious as a whole, is held before it is sent: that is no work of this act.
        _hold(change)
        state.flush()
        before = moving(Within(state.db))
        for command in commands:
            carry_out(change, command)
        for take_in in reads:
            take_in(change)
        _hold(change)
        state.flush()
        raise _GivenUp(difference(Within(state.db), before))

    try:
        await engine.log.transact(decide)
    except _GivenUp as given_up:
        return {"plan": msgspec.to_builtins(given_up.plan)}
    raise AssertionError("a preview always gives its transaction up")


async def _held_reads(engine: Engine, commands: Sequence[Bulk]) -> list[Callable[[Change], object]]:
    asked = {each.hold for each in commands if isinstance(each, Release) and each.hold and not each.no}
    if not asked or engine.erp is None:
        return []

    def feeds(change: Change) -> list[str]:
        rows = [change.state.holds.get(hold) for hold in sorted(asked)]
        return [row.feed for row in rows if row is not None and row.state == "held"]

    try:
        return [await engine.erp.sync.again(feed) for feed in await engine.log.transact(feeds)]
    except (ConnectorError, SourceProblem) as error:
        raise CommandRefused(str(error)) from error


def _hold(change: Change) -> None:
    for store, rules in change.state.rules().items():
        planning.hold_suspicious(change, store, rules)

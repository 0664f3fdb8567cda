"""Why a store shows another figure than the one we hold confirmed: the judgement of an audit. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """What made a store's figure another one than we knew."""

    SOLD_THERE = "sold-there"
    """Orders of the store explain the gap."""
    SILENTLY_REFUSED = "silently-refused"
    """The store said that it took our figure, and shows another one all the same, such as the one from before."""
    LATE_BATCH = "late-batch"
    """The store shows a figure that we sent earlier: that batch was carried out after a newer one."""
    BY_HAND = "by-hand"
    """Somebody changed it at the store: a person there, or another program."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the log knows of a figure that the store shows differently (thousandths or minor units).

    ``believed`` is what we held confirmed when the store was read, ``shown`` what was read, ``expected`` what we
    hold confirmed once the orders of that moment are taken in. ``proven``: a read has seen ``believed`` at the store
    since it was sent. ``before`` is what the store showed before that was sent, None when that is not known;
    ``earlier`` are the other figures that were sent not long before it. ``untouched``: the store says that it has not
    changed the figure since before ``believed`` was sent.
    """

    believed: int
    shown: int
    expected: int
    proven: bool
    before: int | None = None
    earlier: frozenset[int] = frozenset()
    untouched: bool = False


def judge(evidence: Evidence) -> Cause:
    """The cause for which there is evidence; where there is none, somebody changed it at the store."""
    if evidence.shown == evidence.expected != evidence.believed:
        return Cause.SOLD_THERE
    if not evidence.proven and (evidence.untouched or evidence.shown == evidence.before):
        return Cause.SILENTLY_REFUSED
    if evidence.shown in evidence.earlier:
        return Cause.LATE_BATCH
    return Cause.BY_HAND

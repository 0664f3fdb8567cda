"""The cause of a drift: judged by evidence, and by nothing else."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnisync.model.drift import Cause, Evidence, judge

_figures = st.integers(0, 6)
_evidence = st.builds(
    Evidence, believed=_figures, shown=_figures, expected=_figures, proven=st.booleans(),
    before=st.none() | _figures, earlier=st.frozensets(_figures),
)  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "cause"),
    [
        (Evidence(5, 3, 3, proven=True), Cause.SOLD_THERE),
        (Evidence(5, 3, 5, proven=True), Cause.BY_HAND),
        (Evidence(5, 3, 4, proven=True), Cause.BY_HAND),
        (Evidence(5, 8, 5, proven=False, before=8), Cause.SILENTLY_REFUSED),
        (Evidence(5, 8, 5, proven=True, before=8), Cause.BY_HAND),
        (Evidence(5, 8, 5, proven=True, before=8, earlier=frozenset({8})), Cause.LATE_BATCH),
        (Evidence(5, 7, 5, proven=False, before=8, earlier=frozenset({8})), Cause.BY_HAND),
    ],
    ids=["order", "nothing", "part-of-it", "before", "before-but-proven", "earlier", "something-else"],
)
def test_each_cause_has_its_evidence(evidence: Evidence, cause: Cause) -> None:
    assert judge(evidence) is cause


@given(_evidence)
def test_what_orders_explain_is_never_somebody_s_fault(evidence: Evidence) -> None:
    explained = evidence.shown == evidence.expected != evidence.believed
    assert (judge(evidence) is Cause.SOLD_THERE) == explained


@given(_evidence)
def test_a_proven_figure_was_not_refused(evidence: Evidence) -> None:
    assert judge(dataclasses.replace(evidence, proven=True)) is not Cause.SILENTLY_REFUSED


@given(_evidence)
def test_a_figure_that_we_never_sent_was_changed_there(evidence: Evidence) -> None:
    strange = dataclasses.replace(evidence, shown=99, expected=evidence.believed)
    assert judge(strange) is Cause.BY_HAND

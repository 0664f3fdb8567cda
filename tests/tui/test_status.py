"""The status line: one look tells whether all is well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from omnisync.log.drift_list import FiguresAge
from omnisync.log.pulse import Pulse, StorePulse
from omnisync.tui.backend import Presence
from omnisync.tui.widgets.status import StatusLine

_NOW = 1_795_000_000_000
_STORE = StorePulse(
    "shop",
    "ok",
    "",
    heard=_NOW,
    waiting=0,
    held=0,
    refused=0,
    live=True,
    drifts=0,
    age=FiguresAge("shop", _NOW, old=False),
)
_PULSE = Pulse((_STORE,), held=0, refused=0, quarantined=0, erp="ok", erp_reason="")


def _said(pulse: Pulse, presence: Presence = Presence.HOSTED) -> str:
    return "  ".join(text for _look, text in StatusLine("Demir")._said(pulse, presence, _NOW))


def test_all_is_well_while_every_connection_stands_and_nothing_waits_for_a_person() -> None:
    assert "all well" in _said(_PULSE)
    assert "all well" in _said(replace(_PULSE, stores=(replace(_STORE, waiting=3, health="limited"),)))


@pytest.mark.parametrize(
    "store",
    [replace(_STORE, health="down"), replace(_STORE, health="refused"), replace(_STORE, health="paused"),
     replace(_STORE, drifts=1), replace(_STORE, age=FiguresAge("shop", 1, old=True))],
    ids=["down", "refused", "paused", "differs", "old"],
)  # fmt: skip
def test_all_is_not_well_with_a_store_that_has_a_trouble(store: StorePulse) -> None:
    """A store that could not be reached stood beside "all well"."""
    assert "all well" not in _said(replace(_PULSE, stores=(store,)))


def test_all_is_not_well_without_the_erp_or_the_daemon() -> None:
    assert "all well" not in _said(replace(_PULSE, erp="down"))
    assert "all well" not in _said(_PULSE, Presence.LOST)
    assert "all well" not in _said(_PULSE, Presence.FAILED)
    assert "all well" not in _said(replace(_PULSE, held=1))


def test_all_is_not_well_while_the_daemon_can_not_write() -> None:
    told = _PULSE.told({}, "The disk is full.")
    assert "✗ can't write" in _said(told)
    assert "all well" not in _said(told)
    assert "all well" in _said(told.told({}))

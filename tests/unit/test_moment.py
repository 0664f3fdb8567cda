"""Moments as people write them, in the shop's own time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from omnisync.moment import past_moment, said
from omnisync.text import speak

NOW = 1_795_350_600_000
"""2026-11-22 15:30:00 in Istanbul."""


@pytest.fixture(autouse=True)
def _istanbul() -> Iterator[None]:
    speak("en", "Europe/Istanbul")
    yield
    speak("en", "UTC")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("14:03", "2026-11-22 14:03:00"),
        ("14.03", "2026-11-22 14:03:00"),
        (" 9:05:07 ", "2026-11-22 09:05:07"),
        ("today 14:03", "2026-11-22 14:03:00"),
        ("Yesterday 14:03", "2026-11-21 14:03:00"),
        ("yesterday", "2026-11-21 00:00:00"),
        ("2026-11-20 14:03", "2026-11-20 14:03:00"),
        ("2026-11-20T14:03:09", "2026-11-20 14:03:09"),
        ("2026-11-20T14:03Z", "2026-11-20 17:03:00"),
        ("2026-11-20", "2026-11-20 00:00:00"),
        ("20.11.2026 14:03", "2026-11-20 14:03:00"),
        ("20/11/2026", "2026-11-20 00:00:00"),
    ],
)
def test_a_moment_is_read_as_the_shop_means_it(text: str, moment: str) -> None:
    assert said(past_moment(text, NOW)) == moment


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "14:60", "2026-13-01", "31.11.2026", "yesterday noon", "14", "0"]
)
def test_what_is_no_time_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        past_moment(text, NOW)


@pytest.mark.parametrize("text", ["16:00", "2027-01-01", "today 23:59"])
def test_the_future_is_not_told(text: str) -> None:
    with pytest.raises(ValueError, match="still to come"):
        past_moment(text, NOW)

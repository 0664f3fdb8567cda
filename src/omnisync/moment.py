"""A moment as a person writes it: "14:03", "yesterday 14:03", "2026-11-20 14:03", in the shop's time zone."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from omnisync.text import _, local

_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::(\d{2}))?")
_DOTTED = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")


def past_moment(text: str, now: int) -> int:
    """The moment in milliseconds UTC; ``now`` is the time of asking.

    Accepts a time of today, "yesterday" or "today" with a time, a date (2026-11-20 or 20.11.2026) with or without
    one, and ISO 8601 with its own zone. A date alone is its midnight. Raises ValueError with the words for the
    person who wrote it, also when the moment is still to come.
    """
    found = _read(text.strip().casefold(), local(now))
    if found is None:
        raise ValueError(
            _('"{text}" is no time. Write it like 14:03, "yesterday 14:03" or "2026-11-20 14:03".').format(text=text)
        )
    moment = int(found.timestamp() * 1000)
    if moment > now:
        raise ValueError(_("{time} is still to come.").format(time=said(moment)))
    return moment


def said(moment: int) -> str:
    """A moment as it is written above what is told of it."""
    return local(moment).strftime("%Y-%m-%d %H:%M:%S")


def _read(text: str, today: datetime) -> datetime | None:
    days = {"today": 0, _("today"): 0, "yesterday": 1, _("yesterday"): 1}
    word, _space, rest = text.partition(" ")
    try:
        if word in days:
            return _joined(today.date() - timedelta(days=days[word]), rest, today)
        if dotted := _DOTTED.fullmatch(word):
            day, month, year = map(int, dotted.groups())
            return _joined(date(year, month, day), rest, today)
        if _CLOCK.fullmatch(text):
            return _joined(today.date(), text, today)
        found = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=today.tzinfo)


def _joined(day: date, clock: str, today: datetime) -> datetime | None:
    if not clock:
        return datetime.combine(day, time(), today.tzinfo)
    found = _CLOCK.fullmatch(clock.strip())
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups())
    return datetime.combine(day, time(hour, minute, second), today.tzinfo)

"""Every text, number, amount and time that a person reads passes here, so that it can be translated.

The marks of numbers stand here and are held equal to Babel's by a test: a screen writes a thousand
numbers at a time, and at its start.
"""

from __future__ import annotations

import gettext as _gettext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from omnisync.model.money import Money, minor_digits
from omnisync.model.quantity import PIECE


class _Marks(NamedTuple):
    decimal: str
    group: str


_MARKS = {
    "en": _Marks(".", ","),
    "tr": _Marks(",", "."),
    "hu": _Marks(",", "\u00a0"),
    "ro": _Marks(",", "."),
    "sl": _Marks(",", "."),
}

_language = "en"
_zone = ZoneInfo("UTC")
_catalogue: _gettext.NullTranslations = _gettext.NullTranslations()


def speak(language: str, timezone: str) -> None:
    """Choose the language ("tr", "hu", "en" ...) and the time zone of everything shown from here on."""
    global _language, _zone, _catalogue  # noqa: PLW0603
    _language, _zone = language if language in _MARKS else "en", ZoneInfo(timezone)
    _catalogue = _gettext.translation("omnisync", Path(__file__).parent / "locale", [language], fallback=True)


def _(message: str) -> str:
    """The message in the chosen language."""
    return _catalogue.gettext(message)


def plural(one: str, many: str, count: int, **fields: str) -> str:
    """The form that fits the count, with ``{n}`` replaced by the count as people write it, and the fields filled in."""
    return _catalogue.ngettext(one, many, count).format(n=number(count), **fields)


def number(value: int) -> str:
    """A whole number with the language's grouping: 12,480 or 12.480."""
    return str(value) if -1000 < value < 1000 else _grouped(abs(value), value < 0)


def quantity(thousandths: int) -> str:
    """A quantity: whole pieces as 136, weighed goods as 12,350 with the language's decimal mark."""
    whole, rest = divmod(abs(thousandths), PIECE)
    if not rest:
        return number(thousandths // PIECE)
    return f"{_grouped(whole, thousandths < 0)}{_MARKS[_language].decimal}{rest:03}"


def money(amount: Money, *, with_currency: bool = False) -> str:
    """An amount with the currency's decimals in the language's way; the currency only where asked for."""
    digits = minor_digits(amount.currency)
    whole, rest = divmod(abs(amount.minor), 10**digits)
    text = _grouped(whole, amount.minor < 0)
    if digits:
        text += f"{_MARKS[_language].decimal}{rest:0{digits}}"
    return f"{text} {amount.currency}" if with_currency else text


def tenths(value: float) -> str:
    """A figure with one decimal, for what is only estimated."""
    whole, rest = divmod(round(abs(value) * 10), 10)
    return f"{_grouped(whole, value < 0)}{_MARKS[_language].decimal}{rest}"


def percent(share: float) -> str:
    """A share (0 to 1) as a percentage with one decimal."""
    return _("{n} %").format(n=tenths(share * 100))


def _grouped(whole: int, negative: bool) -> str:
    text = f"{whole:,}".replace(",", _MARKS[_language].group)
    return f"-{text}" if negative else text


def local(at: int) -> datetime:
    """A time in milliseconds UTC as the shop's local time."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(_zone)


def when(at: int | None, now: int) -> str:
    """A time as people say it: the hour if it is of today, else the date too; a dash for never."""
    if not at:
        return "–"
    moment = local(at)
    return moment.strftime("%H:%M:%S" if moment.date() == local(now).date() else "%Y-%m-%d %H:%M")


def age(since: int | None, now: int) -> str:
    """How long ago: 12 s, 4 min, 3 h, 2 d; a dash for never."""
    if not since:
        return "–"
    return span(max(0, now - since) / 1000)


def span(seconds: float) -> str:
    """A stretch of time: 12 s, 4 min, 3 h, 2 d."""
    passed = timedelta(seconds=seconds)
    if passed < timedelta(seconds=100):
        return _("{n} s").format(n=int(passed.total_seconds()))
    if passed < timedelta(minutes=100):
        return _("{n} min").format(n=int(passed.total_seconds() // 60))
    if passed < timedelta(hours=48):
        return _("{n} h").format(n=int(passed.total_seconds() // 3600))
    return _("{n} d").format(n=passed.days)

"""Money: whole minor units with a currency; never a float."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

import msgspec

_WITHOUT_DECIMALS = frozenset({"HUF", "JPY", "KRW", "ISK"})
"""Currencies whose shops price in whole units (ISO 4217 gives HUF two decimals; no shop uses them)."""

_MOST_DIGITS = 12
"""Digits before the decimals that no amount or quantity of a shop has: it is a code, or nonsense."""

_GROUPED = re.compile(r"[+-]?\d{1,3}([.,]\d{3})+")

_ALIASES = {"TL": "TRY", "TRL": "TRY", "₺": "TRY", "YTL": "TRY", "FT": "HUF", "LEI": "RON", "€": "EUR", "$": "USD"}


def minor_digits(currency: str) -> int:
    """How many decimals the currency's minor unit has: 2, or 0 for e.g. HUF."""
    return 0 if currency in _WITHOUT_DECIMALS else 2


def currency_code(text: str) -> str:
    """The ISO 4217 code for what an ERP or a person wrote ("TL", "Ft", "eur").

    Raises ValueError when it is not three letters.
    """
    code = text.strip().upper()
    code = _ALIASES.get(code, code)
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise ValueError(f"{text!r} is not a currency")
    return code


class Money(msgspec.Struct, frozen=True, gc=False):
    """An amount in whole minor units (kuruş, bani; whole forints) of an ISO 4217 currency."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Money:
        """The amount in major units, rounded half up to the currency's minor unit.

        Raises ValueError when it is larger than any amount is.
        """
        return cls(scaled(amount, 10 ** minor_digits(currency)), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with exactly the currency's decimals."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def __str__(self) -> str:
        """Plain ASCII with a point, for wires and logs: ``104.90``; screens format through text.py."""
        return str(self.amount)


@lru_cache(maxsize=65536)
def parse_decimal(text: str, mark: str = "") -> Decimal:
    """A number as people and ERPs write it: ``1.234,50``, ``1,234.50``, ``1 290``, ``31,5``.

    With ``mark`` ("," or ".") given, that is the decimal mark and the other one groups thousands.
    Without it: when both occur the last one is the decimal mark, one that occurs more than once
    groups thousands, a single one is a decimal mark. Groups have three digits. Raises ValueError for
    anything else.
    """
    plain = text.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace("'", "")
    mark = mark or _decimal_mark(plain)
    whole, _, rest = plain.partition(mark)
    group = "." if mark == "," else ","
    if group in rest or "_" in plain or (group in whole and not _GROUPED.fullmatch(whole)):
        # 31.12.2026, or 12.5 where the comma is the decimal mark: better no figure than a wrong one.
        raise ValueError(f"{text!r} is not a number")
    try:
        number = Decimal(plain.replace(group, "").replace(mark, "."))
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None
    if not number.is_finite():
        raise ValueError(f"{text!r} is not a number")
    return number


def scaled(number: Decimal, scale: int) -> int:
    """The number times ``scale``, rounded half up to a whole one.

    Raises ValueError when it is larger than any amount or quantity is, so that it can't overflow anywhere.
    """
    if number and number.adjusted() >= _MOST_DIGITS:
        raise ValueError(f"{number} is too large; it looks like a code")
    return int((number * scale).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _decimal_mark(plain: str) -> str:
    commas, points = plain.count(","), plain.count(".")
    if commas and points:
        return "." if plain.rfind(".") > plain.rfind(",") else ","
    if commas:
        return "," if commas == 1 else "."
    return "." if points == 1 else ","

"""Money: whole minor units with a currency; never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

_WITHOUT_DECIMALS = frozenset({"HUF", "JPY", "KRW", "ISK"})
"""Currencies whose shops price in whole units (ISO 4217 gives HUF two decimals; no shop uses them)."""

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


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units (kuruş, bani; whole forints) of an ISO 4217 currency."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Money:
        """The amount in major units, rounded half up to the currency's minor unit."""
        digits = minor_digits(currency)
        scaled = amount.scaleb(digits).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return cls(int(scaled), currency)

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
    groups thousands, a single one is a decimal mark. Raises ValueError for anything else.
    """
    plain = text.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace("'", "")
    mark = mark or _decimal_mark(plain)
    plain = plain.replace("." if mark == "," else ",", "").replace(mark, ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None
    if not number.is_finite():
        raise ValueError(f"{text!r} is not a number")
    return number


def _decimal_mark(plain: str) -> str:
    commas, points = plain.count(","), plain.count(".")
    if commas and points:
        return "." if plain.rfind(".") > plain.rfind(",") else ","
    if commas:
        return "," if commas == 1 else "."
    return "." if points == 1 else ","

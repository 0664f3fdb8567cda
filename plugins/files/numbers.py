"""Numbers of one file: which sign stands before the decimals, then quantities and prices, each text read once.

A figure such as 1.250 can mean 1250 or 1.25. The other figures of the same file usually tell (89,90 or
1.234,50 can be read in one way only), else the delimiter does: programs that part columns by a comma
write decimals with a point, and those that part them by a semicolon mostly do so because the comma is
taken by the decimals. What stays doubtful is told to the reader, who decides what is safe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import islice

from omnisync.model.money import Money, currency_code, minor_digits, parse_decimal
from omnisync.model.quantity import PIECE

from .table import Cell

_KNOWN_CURRENCIES = frozenset(
    {"TRY", "EUR", "USD", "GBP", "HUF", "RON", "CHF", "BGN", "PLN", "CZK", "RSD", "MKD", "BAM", "UAH", "MDL", "GEL", "AZN",
     "SEK", "NOK", "DKK"}
)  # fmt: skip
"""Those that shops here price in; any three letters would else be one ("KDV", "net")."""
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_WITH_CURRENCY = re.compile(r"([^\d\s.,'+-]*)\s*([-+]?\d[\d.,'\s]*)([^\d\s.,'+-]*)")
_LONGEST = 10
"""Digits before the decimals from which on a figure is taken for a barcode in the wrong column."""
_DOUBTFUL = re.compile(r"\s*[+-]?[1-9]\d{0,2}[.,]\d{3}\s*")
"""One sign with three digits behind: decimals or thousands."""
_SPACES = str.maketrans("", "", " '\u00a0\u202f")


@dataclass(frozen=True, slots=True)
class Decimals:
    """How the figures of one file are read; ``sign`` is "" when each figure speaks for itself.

    ``doubtful`` says that a figure with three digits after its only sign can be read in two ways.
    """

    sign: str
    doubtful: bool = False

    def doubts(self, cell: Cell) -> bool:
        """Whether that figure can be read in two ways."""
        return self.doubtful and isinstance(cell, str) and _DOUBTFUL.fullmatch(cell) is not None

    def quantity(self, cell: Cell) -> int:
        """Thousandths. Raises ValueError when it is not a number, or too large; an empty cell is no 0."""
        if is_empty(cell):
            raise ValueError("the cell is empty, and empty is not 0")
        return int((self.number(cell) * PIECE).quantize(Decimal(1), rounding=ROUND_HALF_UP))

    def money(self, cell: Cell, currency: str) -> Money:
        """An amount; a currency written beside it (₺, 12 EUR) counts. Raises ValueError when it is not a number."""
        try:
            return Money.of(self.number(cell), currency)
        except ValueError:
            split = _WITH_CURRENCY.fullmatch(str(cell).strip())
            if split is None or not (written := known_currency(split[1] or split[3])):
                raise
            return Money.of(self.number(split[2]), written)

    def plain_quantities(self, cells: Iterable[Cell]) -> dict[Cell, int]:
        """Those cells that are plain quantities (12, or 12,350), all at once: most are, and it is ten times faster."""
        found: dict[Cell, int] = {}
        texts = [cell for cell in cells if isinstance(cell, str)]
        whole = list(filter(_WHOLE.fullmatch, texts))
        found.update(zip(whole, [number * PIECE for number in map(int, whole)], strict=True))
        if self.sign:
            parts = list(filter(_fraction(self.sign, 3), texts))
            found.update(zip(parts, [int(text.replace(self.sign, "")) for text in parts], strict=True))
        return found

    def plain_money(self, cells: Iterable[Cell], currency: str) -> dict[Cell, Money]:
        """Those cells that are plain amounts (104,90), all at once, as plain_quantities does."""
        digits = minor_digits(currency)
        if not self.sign or not digits:
            return {}
        plain = list(filter(_fraction(self.sign, digits), [cell for cell in cells if isinstance(cell, str)]))
        return {text: Money(int(text.replace(self.sign, "")), currency) for text in plain}

    def number(self, cell: Cell) -> Decimal:
        """The number in a cell of any kind. Raises ValueError when there is none, or a code by its length."""
        if isinstance(cell, float):
            number = Decimal(repr(cell))
        else:
            text = str(cell).strip().translate(_SPACES)
            if self.sign and not _grouped_well(text, self.sign):
                raise ValueError(f"{cell!r} is not a number")
            number = parse_decimal(text, self.sign)
        if not number.is_finite() or number.adjusted() >= _LONGEST:
            raise ValueError(f"{str(cell)!r} is too large; it looks like a code")
        return number


@lru_cache
def _fraction(sign: str, digits: int) -> Callable[[str], object]:
    return re.compile(rf"[0-9]{{1,9}}{re.escape(sign)}[0-9]{{{digits}}}").fullmatch


def is_empty(cell: Cell) -> bool:
    """Whether nothing stands in the cell."""
    return isinstance(cell, str) and not cell.strip()


def decimals(cells: Iterable[Cell], wanted: str, delimiter: str) -> Decimals:
    """How these figures write their decimals; ``wanted`` is the sign where the configuration gives it."""
    if wanted:
        return Decimals(wanted)
    signed = [cell for cell in set(cells) if isinstance(cell, str) and ("," in cell or "." in cell)]
    points = [cell for cell in signed if "." in cell]
    if points and any("," in cell for cell in signed):
        clear = set(_proofs(signed))
    else:
        # With one sign only in the whole file, one clear figure of a kind is proof enough: all of a kind say the same.
        several = {cell for cell in signed if cell.count(".") + cell.count(",") > 1}
        once = (cell for cell in signed if cell not in several)
        clear = {*islice(_proofs(once), 1), *islice(_proofs(several), 1)}
    if len(clear) == 1:
        return Decimals(clear.pop())
    doubtful = [cell for cell in signed if _DOUBTFUL.fullmatch(cell)]
    if not clear and delimiter == ",":
        return Decimals(".")
    if not clear and delimiter == ";" and not any("." in cell for cell in doubtful):
        return Decimals(",")
    return Decimals("", doubtful=bool(doubtful))


@lru_cache(maxsize=1024)
def known_currency(text: str) -> str:
    """The ISO code of a currency that shops here use ("TL", "lei", "€"), "" for anything else."""
    try:
        code = currency_code(text)
    except ValueError:
        return ""
    return code if code in _KNOWN_CURRENCIES else ""


def currency_of(text: str, usual: str) -> str:
    """The currency written there, ``usual`` where nothing is. Raises ValueError for a word that is none."""
    if not text:
        return usual
    if not (code := known_currency(text)):
        raise ValueError(f"'{text}' is no currency")
    return code


def _proofs(cells: Iterable[str]) -> Iterator[str]:
    """The decimal sign of each that is a figure and can be read in one way only; "n.a." or a date proves nothing."""
    for cell in cells:
        figure = None if _DOUBTFUL.fullmatch(cell) else _WITH_CURRENCY.fullmatch(cell.strip())
        if figure is not None and _grouped_well(figure[2].translate(_SPACES), sign := _sign(figure[2])):
            yield sign


def _sign(text: str) -> str:
    """The decimal sign of a figure with signs that can be read in one way only."""
    commas, points = text.count(","), text.count(".")
    if commas and points:
        return "," if text.rfind(",") > text.rfind(".") else "."
    if commas + points > 1:
        return "." if commas else ","
    return "," if commas else "."


def _grouped_well(text: str, sign: str) -> bool:
    """Whether the sign that isn't the decimal one parts groups of three digits, as it must."""
    other = "." if sign == "," else ","
    whole, *rest = text.split(sign, 1)
    first, *groups = whole.lstrip("+-").split(other)
    if any(other in part for part in rest):
        return False
    return not groups or (len(first) <= 3 and all(len(group) == 3 for group in groups))

"""Quantities: whole thousandths of the product's unit (1 piece = 1000, 12.350 kg = 12350)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from omnisync.model.money import parse_decimal

PIECE = 1000
"""One whole unit, in thousandths."""


@lru_cache(maxsize=65536)
def parse_quantity(text: str, mark: str = "") -> int:
    """Thousandths from a number as people and ERPs write it; an empty text is 0.

    ``mark`` is the decimal mark where it is known, see parse_decimal.

    Raises ValueError when it is not a number.
    """
    if not text.strip():
        return 0
    return int((parse_decimal(text, mark) * PIECE).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def floor_to(quantity: int, step: int) -> int:
    """The largest multiple of ``step`` that is not above the quantity (both in thousandths)."""
    return quantity - quantity % step

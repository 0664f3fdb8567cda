"""Quantities: whole thousandths of the product's unit (1 piece = 1000, 12.350 kg = 12350)."""

from __future__ import annotations

from functools import lru_cache

from omnisync.model.money import parse_decimal, scaled

PIECE = 1000
"""One whole unit, in thousandths."""


@lru_cache(maxsize=65536)
def parse_quantity(text: str, mark: str = "") -> int:
    """Thousandths from a number as people and ERPs write it; an empty text is 0.

    ``mark`` is the decimal mark where it is known, see parse_decimal.

    Raises ValueError when it is not a number, or larger than any quantity is.
    """
    if not text.strip():
        return 0
    return scaled(parse_decimal(text, mark), PIECE)


def floor_to(quantity: int, step: int) -> int:
    """The largest multiple of ``step`` that is not above the quantity (both in thousandths)."""
    return quantity - quantity % step

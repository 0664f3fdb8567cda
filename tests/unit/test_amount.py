"""Amounts as people in these countries type them."""

from __future__ import annotations

import pytest

from omnisync.amount import parse_amount


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("104,90", "TRY", 10490), ("104.90", "TRY", 10490), ("104,9", "TRY", 10490), ("1.290", "TRY", 129000),
        ("1,290", "TRY", 129000), ("1.290,50", "TRY", 129050), ("1 290,50", "TRY", 129050), ("104,90 TL", "TRY", 10490),
        ("₺104,90", "TRY", 10490), ("TRY 89.5", "TRY", 8950), ("1.290", "HUF", 1290), ("1 290 Ft", "HUF", 1290),
        ("1290", "HUF", 1290), ("12,990", "HUF", 12990), ("1290,00", "HUF", 1290), ("12\u00a0990", "HUF", 12990),
    ],
)  # fmt: skip
def test_is_understood(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency).minor == minor
    assert parse_amount(text, currency).currency == currency


@pytest.mark.parametrize(
    ("text", "currency"),
    [("", "TRY"), ("abc", "TRY"), ("104,90 EUR", "TRY"), ("1290,50", "HUF"), ("1,2345", "TRY"), ("0", "TRY"),
     ("-5", "TRY"), ("1e5", "TRY"), ("NaN", "TRY"), ("5 5x", "TRY"), ("1..2", "TRY")],
)  # fmt: skip
def test_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_amount(text, currency)

"""Numbers and amounts look as each language writes them: Babel is the judge."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from babel.numbers import format_decimal

from omnisync import text
from omnisync.folders import LANGUAGES
from omnisync.model.money import Money


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    text.speak(request.param, "UTC")
    yield request.param
    text.speak("en", "UTC")


@pytest.mark.parametrize("value", [0, 7, 999, 1000, -1000, -7, 12_480, 1_234_567])
def test_whole_numbers(language: str, value: int) -> None:
    assert text.number(value) == format_decimal(value, locale=language)


@pytest.mark.parametrize("thousandths", [0, 1000, 12_350, -12_350, -500, 1_234_567_001, 5, -136_000])
def test_quantities(language: str, thousandths: int) -> None:
    wanted = "#,##0.000" if thousandths % 1000 else "#,##0"
    assert text.quantity(thousandths) == format_decimal(thousandths / 1000, format=wanted, locale=language)


@pytest.mark.parametrize("minor", [0, 5, 10_490, 123_456_789, -205])
def test_amounts(language: str, minor: int) -> None:
    assert text.money(Money(minor, "TRY")) == format_decimal(minor / 100, format="#,##0.00", locale=language)
    assert text.money(Money(minor, "HUF")) == format_decimal(minor, format="#,##0", locale=language)
    assert text.money(Money(minor, "TRY"), with_currency=True).endswith(" TRY")

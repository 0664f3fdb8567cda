"""Markup and rounding: the price that a listing should show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnisync.model.money import Money
from omnisync.model.price import parse_rounding, wanted_price


@pytest.mark.parametrize(
    ("minor", "currency", "markup", "rounding", "wanted"),
    [
        (10000, "TRY", 0, "", 10000),
        (10000, "TRY", 1250, "", 11250),
        (10001, "TRY", 1250, "", 11251),  # 112.51125
        (10000, "TRY", -1000, "", 9000),
        (10420, "TRY", 0, ".99", 10399),
        (10449, "TRY", 0, ".99", 10499),  # as near to 103.99 as to 104.99: up
        (10448, "TRY", 0, ".99", 10399),
        (10450, "TRY", 0, ".99", 10499),
        (10433, "TRY", 0, "0.05", 10435),
        (10432, "TRY", 0, "0.05", 10430),
        (10433, "TRY", 0, "1", 10400),
        (10433, "TRY", 0, "10", 10000),
        (10500, "TRY", 0, "10", 11000),
        (12345, "TRY", 0, "x9.90", 11990),
        (1284, "HUF", 0, "x90", 1290),
        (1239, "HUF", 0, "x90", 1190),
        (1240, "HUF", 0, "x90", 1290),
        (1240, "HUF", 0, "x990", 990),
        (1282, "HUF", 0, "5", 1280),
        (1283, "HUF", 0, "5", 1285),
        (20, "TRY", 0, ".99", 20),  # what would round to nothing or less stays as it is
        (2, "HUF", 0, "10", 2),
        (0, "TRY", 0, ".99", 0),
    ],
)
def test_markup_then_rounding_give_the_expected_price(
    minor: int, currency: str, markup: int, rounding: str, wanted: int
) -> None:
    assert wanted_price(Money(minor, currency), markup, rounding) == Money(wanted, currency)


_steps = st.sampled_from([("0.05", "TRY"), ("0.10", "EUR"), ("1", "TRY"), ("10", "HUF"), ("5", "HUF"), ("0.01", "RON")])
_endings = st.sampled_from(
    [(".99", "TRY"), (".90", "EUR"), (".9", "EUR"), ("x9", "HUF"), ("x90", "HUF"), ("x9.99", "RON")]
)
_prices = st.integers(1, 10**9)
_markups = st.integers(-9_000, 50_000)


@given(_prices, _markups, _steps)
def test_a_step_gives_the_nearest_multiple(minor: int, markup: int, rule: tuple[str, str]) -> None:
    rounding, currency = rule
    step, ending = parse_rounding(rounding, currency)
    assert ending == 0
    _check_nearest(minor, markup, rounding, currency, step, 0)


@given(_prices, _markups, _endings)
def test_an_ending_gives_the_nearest_price_that_ends_so(minor: int, markup: int, rule: tuple[str, str]) -> None:
    rounding, currency = rule
    step, ending = parse_rounding(rounding, currency)
    _check_nearest(minor, markup, rounding, currency, step, ending)


def _check_nearest(minor: int, markup: int, rounding: str, currency: str, step: int, ending: int) -> None:
    exact = wanted_price(Money(minor, currency), markup, "").minor
    rounded = wanted_price(Money(minor, currency), markup, rounding).minor
    if rounded % step != ending % step:
        assert rounded == exact, "only a price that would vanish stays as it is"
        assert exact < step
        return
    assert abs(rounded - exact) * 2 <= step
    if abs(rounded - exact) * 2 == step:
        assert rounded > exact, "halves go up"


@given(_prices, st.integers(-10_000, 50_000))
def test_a_price_never_falls_below_nothing(minor: int, markup: int) -> None:
    assert wanted_price(Money(minor, "TRY"), markup, ".99").minor >= 0


@pytest.mark.parametrize("rounding", ["x", ".", "abc", "0", "-1", "0.001", "1,5", ".999", "x.", "1e2", " 5", "x-9"])
def test_a_rounding_rule_that_is_none_is_refused(rounding: str) -> None:
    with pytest.raises(ValueError, match="rounding"):
        parse_rounding(rounding, "TRY")


@pytest.mark.parametrize("rounding", [".99", "0.05", "x9.90"])
def test_a_rule_finer_than_the_currency_is_refused(rounding: str) -> None:
    with pytest.raises(ValueError, match="finer than HUF"):
        parse_rounding(rounding, "HUF")

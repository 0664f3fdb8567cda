"""Amounts: what people and ERPs write becomes whole minor units, or an error, never a wrong figure."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnisync.model.money import Money, currency_code, minor_digits, parse_decimal


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"), ("12", "12"), ("12.5", "12.5"), ("12,5", "12.5"), ("104,90", "104.90"), ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"), ("1 290", "1290"), ("1\u00a0290,5", "1290.5"), ("1\u202f290,5", "1290.5"),
        ("1'234.50", "1234.50"), ("1.234.567", "1234567"), ("1,234,567", "1234567"), ("1.234.567,89", "1234567.89"),
        ("-3,5", "-3.5"), ("+3", "3"), (" 31,5 ", "31.5"), (".5", "0.5"), (",5", "0.5"), ("5.", "5"),
        ("1,5E+3", "1500"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text: str, number: str) -> None:
    assert parse_decimal(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", "abc", "12 TL", "12,5 kg", "1.2.3", "31.12.2026", "1..2", "1,2,3", "1.234,567,8", "1,234.567.8",
        "12.34,5", "1_000", "0x10", "NaN", "Infinity", "-inf", "1e", "--1", "1-", "=1+1",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        parse_decimal(text)


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [("1.234", ",", "1234"), ("1.234", ".", "1.234"), ("1,234", ",", "1.234"), ("1,234", ".", "1234"), ("12", ",", "12"),
     ("1.234,5", ",", "1234.5"), ("1,234.5", ".", "1234.5"), ("1.234.567", ",", "1234567")],
)  # fmt: skip
def test_a_known_decimal_mark_decides_what_a_single_sign_means(text: str, mark: str, number: str) -> None:
    assert parse_decimal(text, mark) == Decimal(number)


@pytest.mark.parametrize(("text", "mark"), [("12.5", ","), ("104,9", "."), ("1234.567", ","), ("12,34,567", ".")])
def test_a_number_that_contradicts_the_known_mark_is_refused_and_not_ten_times_too_large(text: str, mark: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        parse_decimal(text, mark)


@pytest.mark.parametrize("text", ["1e30", "1e999999999", "9" * 29, "8690000000000000"])
def test_an_absurd_amount_is_an_error_of_its_row_and_never_an_overflow(text: str) -> None:
    with pytest.raises(ValueError, match="too large"):
        Money.of(parse_decimal(text), "TRY")


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "text"),
    [("104.90", "TRY", 10490, "104.90"), ("104.905", "TRY", 10491, "104.91"), ("104.904", "RON", 10490, "104.90"),
     ("1290", "HUF", 1290, "1290"), ("1289.5", "HUF", 1290, "1290"), ("-0.005", "EUR", -1, "-0.01"), ("0", "EUR", 0, "0.00")],
)  # fmt: skip
def test_an_amount_is_rounded_half_up_to_what_its_currency_has(
    amount: str, currency: str, minor: int, text: str
) -> None:
    money = Money.of(Decimal(amount), currency)
    assert (money.minor, str(money)) == (minor, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [("TL", "TRY"), ("₺", "TRY"), ("ytl", "TRY"), ("Ft", "HUF"), ("lei", "RON"), ("€", "EUR"), (" eur ", "EUR")],
)
def test_currencies_are_known_by_what_people_call_them(text: str, code: str) -> None:
    assert currency_code(text) == code


@pytest.mark.parametrize("text", ["", "TR", "EURO", "12", "ŁŁŁ", "£"])
def test_what_is_no_currency_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a currency"):
        currency_code(text)


def test_forint_and_yen_have_no_decimals_and_others_have_two() -> None:
    assert [minor_digits(each) for each in ("HUF", "JPY", "TRY", "EUR", "RON")] == [0, 0, 2, 2, 2]


@given(st.integers(-(10**11), 10**11), st.sampled_from(["TRY", "HUF", "EUR"]))
def test_an_amount_written_plainly_is_read_back_the_same(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.of(parse_decimal(str(money), "."), currency) == money


@given(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from([(".", ","), (",", "."), (" ", ",")]))
def test_grouped_thousands_are_read_in_either_way_of_writing(whole: int, cents: int, signs: tuple[str, str]) -> None:
    group, mark = signs
    text = f"{whole:,}".replace(",", group) + f"{mark}{cents:02}"
    assert parse_decimal(text) == Decimal(whole) + Decimal(cents) / 100

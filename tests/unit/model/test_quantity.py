"""Quantities are whole thousandths, so that weighed goods add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnisync.model.quantity import PIECE, floor_to, parse_quantity


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [
        ("", 0),
        ("  ", 0),
        ("3", 3000),
        ("12,350", 12350),
        ("0.0005", 1),
        ("-2", -2000),
        ("1.234,5", 1_234_500),
        ("1e2", 100_000),
    ],
)
def test_quantities_are_read_in_thousandths(text: str, thousandths: int) -> None:
    assert parse_quantity(text) == thousandths


@pytest.mark.parametrize("text", ["x", "1.2.3", "8690000000000", "1e30", "1e999999999", "9" * 40])
def test_a_barcode_or_nonsense_in_the_quantity_column_is_an_error_of_its_row(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a number|too large"):
        parse_quantity(text)


@given(st.integers(-(10**12), 10**12), st.sampled_from([1, 250, PIECE, 6 * PIECE]))
def test_floor_to_gives_the_largest_multiple_not_above(quantity: int, step: int) -> None:
    floored = floor_to(quantity, step)
    assert floored % step == 0
    assert floored <= quantity < floored + step

"""The one availability function (P3) and the price guard (P7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnisync.model.money import Money
from omnisync.model.quantity import PIECE
from omnisync.model.rules import GuardRules, StoreRules, floor_of, suspicious_price, wanted_stock

_quantities = st.integers(-(10**9), 10**9)


@st.composite
def _rules(draw: st.DrawFn) -> StoreRules:
    return StoreRules(
        "any",
        "TRY",
        buffer=draw(st.integers(0, 20_000)),
        cap=draw(st.one_of(st.just(0), st.integers(1, 50_000))),
        exempt_figure=draw(st.integers(0, 10**6)),
        step=draw(st.sampled_from([1, 250, PIECE, 6 * PIECE])),
        max_quantity=draw(st.integers(PIECE, 10**9)),
    )


@given(_rules(), _quantities, st.booleans(), st.booleans())
def test_a_wanted_figure_is_never_negative_and_keeps_every_limit(
    rules: StoreRules, available: int, exempt: bool, active: bool
) -> None:
    wanted = wanted_stock(rules, available, exempt=exempt, active=active)
    assert wanted >= 0
    assert wanted % rules.step == 0
    assert wanted <= rules.max_quantity
    assert not rules.cap or wanted <= rules.cap
    assert active or wanted == 0


@given(_rules(), _quantities)
def test_without_an_exemption_no_more_is_shown_than_there_is_less_the_buffer(rules: StoreRules, available: int) -> None:
    assert wanted_stock(rules, available, exempt=False, active=True) <= max(0, available - rules.buffer)


@given(_rules(), _quantities, st.integers(0, 10**6))
def test_more_available_never_shows_less(rules: StoreRules, available: int, more: int) -> None:
    less = wanted_stock(rules, available, exempt=False, active=True)
    assert less <= wanted_stock(rules, available + more, exempt=False, active=True)


@given(_rules(), _quantities, _quantities)
def test_an_exempt_figure_does_not_depend_on_the_balance(rules: StoreRules, one: int, other: int) -> None:
    assert wanted_stock(rules, one, exempt=True, active=True) == wanted_stock(rules, other, exempt=True, active=True)


def test_examples_that_an_owner_would_check_by_hand() -> None:
    rules = StoreRules("any", "TRY", buffer=2 * PIECE, cap=10 * PIECE, exempt_figure=99 * PIECE)
    show = [wanted_stock(rules, n * PIECE, exempt=False, active=True) // PIECE for n in (-1, 0, 2, 3, 11, 12, 13, 500)]
    assert show == [0, 0, 0, 1, 9, 10, 10, 10]
    assert wanted_stock(rules, 3_999, exempt=False, active=True) == PIECE, "a part of a piece can't be sold"


def _money(minor: int, currency: str = "TRY") -> Money:
    return Money(minor, currency)


@pytest.mark.parametrize(
    ("new", "last", "cost", "word"),
    [
        (10000, 10000, None, ""),
        (5000, 10000, None, ""),  # just the half
        (4999, 10000, None, "price-down"),
        (20000, 10000, None, ""),  # just the double
        (20001, 10000, None, "price-up"),
        (10000, None, None, ""),
        (10000, None, 10000, ""),
        (9999, None, 10000, "below-cost"),
        (9999, 10000, 10000, "below-cost"),
        (0, None, None, "no-worth"),  # nobody gives goods away by mistake
        (0, 10000, None, "no-worth"),
        (-5, None, None, "no-worth"),
    ],
)
def test_a_price_far_from_the_last_or_under_cost_waits_for_a_person(
    new: int, last: int | None, cost: int | None, word: str
) -> None:
    assert (
        suspicious_price(GuardRules(), _money(new), last, None if cost is None else _money(cost)).partition(":")[0]
        == word
    )


def test_a_cost_in_another_currency_is_not_compared() -> None:
    assert suspicious_price(GuardRules(), _money(100), None, _money(5000, "EUR")) == ""


def test_every_check_can_be_switched_off() -> None:
    free = GuardRules(price_down_percent=0, price_up_percent=0, below_cost=False)
    assert [suspicious_price(free, _money(new), 10000, _money(5000)) for new in (1, 10**9)] == ["", ""]


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 99), st.integers(1, 500))
def test_the_price_guard_speaks_exactly_past_its_percents(new: int, last: int, down: int, up: int) -> None:
    guard = GuardRules(price_down_percent=down, price_up_percent=up, below_cost=False)
    word = suspicious_price(guard, _money(new), last, None).partition(":")[0]
    assert (word == "price-down") == (new * 100 < last * (100 - down))
    assert (word == "price-up") == (new * 100 > last * (100 + up))


def test_a_product_s_own_floor_goes_before_its_category_s() -> None:
    rules = StoreRules("any", "TRY", floors=(("pens", 500), ("books", 900)))
    assert floor_of(rules, "pens", None) == 500
    assert floor_of(rules, "pens", _money(300)) == 300
    assert floor_of(rules, "pens", _money(300, "EUR")) == 500, "another currency says nothing"
    assert floor_of(rules, "", None) is None
    said = [suspicious_price(GuardRules(), _money(new), None, None, 500) for new in (500, 499, 250)]
    assert said == ["", "under-floor:1", "under-floor:50"]


def test_a_price_must_be_so_much_over_cost() -> None:
    guard = GuardRules(margin_percent=20)
    said = [suspicious_price(guard, _money(new), None, _money(10_000)) for new in (12_000, 11_999, 9_900)]
    assert said == ["", "low-margin:19:20", "below-cost:1"]

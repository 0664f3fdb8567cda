"""Which store offers the last pieces, what the others keep back, and how likely a piece is sold twice."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnisync.model.last_piece import LastPieceRules, Offer, Speed, blind_time, kept_for_sales, oversell_risk, shares

HOUR = 3_600_000
DAY = 24 * HOUR


def offer(
    available: int, *, rank: int = 0, under: int = 3, follow: bool = False, speed: float = 0.0, at: str = "W"
) -> Offer:
    rules = LastPieceRules(under * 1000, rank, follow, 60, 10)
    return Offer(rules, frozenset(at.split("+")), available * 1000, speed)


def kept(offers: Mapping[str, Offer]) -> dict[str, int]:
    return {store: share.kept // 1000 for store, share in shares(offers).items()}


def test_with_enough_left_every_store_offers_everything() -> None:
    assert kept({"a": offer(3), "b": offer(3)}) == {"a": 0, "b": 0}


def test_the_last_pieces_are_the_preferred_stores() -> None:
    assert kept({"a": offer(2, rank=1), "b": offer(2, rank=0), "c": offer(2, rank=1)}) == {"a": 2, "b": 0, "c": 2}


def test_without_a_preference_the_store_that_sells_best_has_them() -> None:
    assert kept({"a": offer(1, speed=0.5), "b": offer(1, speed=2.0)}) == {"a": 1, "b": 0}


def test_equal_stores_are_chosen_by_name_so_that_it_does_not_change_by_itself() -> None:
    assert kept({"b": offer(1), "a": offer(1)}) == {"a": 0, "b": 1}


def test_a_single_store_keeps_nothing_from_itself() -> None:
    assert kept({"a": offer(1, follow=True, speed=50)}) == {"a": 0}


def test_stores_with_shelves_of_their_own_are_no_rivals() -> None:
    assert kept({"a": offer(1, at="W"), "b": offer(1, at="V")}) == {"a": 0, "b": 0}
    assert kept({"a": offer(1, at="W+V"), "b": offer(1, at="V")}) == {"a": 0, "b": 1}


def test_what_is_owed_beyond_the_shelf_keeps_nothing_more() -> None:
    assert kept({"a": offer(-2), "b": offer(-2)}) == {"a": 0, "b": 0}


def test_a_slow_seller_keeps_nothing_back_and_a_quick_one_does() -> None:
    slow = {name: offer(10, under=0, follow=True, speed=0.05) for name in "ab"}
    quick = {name: offer(10, under=0, follow=True, speed=10.0) for name in "ab"}
    assert kept(slow) == {"a": 0, "b": 0}
    assert kept(quick) == {"a": 0, "b": 2}


@given(st.floats(0, 200), st.integers(10, 900))
def test_hardly_ever_more_sells_than_is_kept_back(per_hour: float, blind: int) -> None:
    pieces = kept_for_sales(per_hour, blind) // 1000
    expected = per_hour * blind / 3600

    def beyond(n: int) -> float:
        return 1 - sum(math.exp(-expected) * expected**k / math.factorial(k) for k in range(n + 1))

    assert beyond(pieces) <= 0.0100001
    assert not pieces or beyond(pieces - 1) >= 0.0099999, "and not a piece more than needed"


@pytest.mark.parametrize(
    ("available", "offering", "risk"),
    [(0, 2, 1 - math.exp(-1)), (1, 2, 1 - 2 * math.exp(-1)), (1, 1, 0.0), (50, 3, 0.0), (-1, 3, 0.0)],
)
def test_the_risk_is_that_of_more_sales_than_pieces_in_the_blind_time(
    available: int, offering: int, risk: float
) -> None:
    assert oversell_risk(60.0, 60, available * 1000, offering) == pytest.approx(risk)


def test_the_blind_time_is_the_slowest_look_and_the_slowest_write() -> None:
    assert (
        blind_time([LastPieceRules(sees_after=60, shows_after=90), LastPieceRules(sees_after=300, shows_after=10)])
        == 390
    )


def test_a_steady_seller_has_its_true_speed_soon_and_keeps_it() -> None:
    speed = Speed(0, 0, 0)
    for hour in range(24 * 20):
        speed = speed.sold(3000, hour * HOUR)
        if hour >= 24:
            assert speed.per_hour(hour * HOUR) == pytest.approx(3, rel=0.1)


def test_what_no_longer_sells_fades() -> None:
    speed = Speed(0, 0, 0).sold(10_000, 0)
    assert speed.per_hour(DAY) < speed.per_hour(0) / 2
    assert speed.per_hour(30 * DAY) < 0.001


def test_a_first_sale_is_no_rush() -> None:
    assert Speed(0, 0, 0).sold(1000, 0).per_hour(0) < 0.2


def test_a_sale_that_is_told_late_counts_as_well() -> None:
    late = Speed(0, DAY, DAY).sold(1000, DAY).sold(1000, 0)
    assert (late.weight, late.at, late.since) == (2000, DAY, 0)

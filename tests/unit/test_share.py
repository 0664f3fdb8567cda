"""Of an event that tells of many products, a product's own sheet tells what concerns it."""

from __future__ import annotations

from omnisync.explain.happened import sentence
from omnisync.explain.share import share_of
from omnisync.model.events import BalancesCounted, Count, FiguresSeen, SeenFigure, StorePaused, UpdateOrdered


def test_only_the_product_s_own_counts_are_told() -> None:
    event = BalancesCounted("stock.csv", 1, tuple(Count(f"C-{at}", "DEPO", at * 1000, at) for at in range(500)))
    said = sentence(share_of(event, "C-7", {}))
    assert said == "ERP counted 1 balance anew: C-7 DEPO 7 (stock.csv)"


def test_a_listing_is_known_by_its_id_at_that_store() -> None:
    event = FiguresSeen("woo", (SeenFigure("1", 5000), SeenFigure("2", 6000)))
    own = share_of(event, "C-7", {"woo": "2", "other": "1"})
    assert own == FiguresSeen("woo", (SeenFigure("2", 6000),))


def test_what_names_no_product_stays_as_it_is() -> None:
    for event in (StorePaused("woo", on=True), UpdateOrdered("woo", ()), UpdateOrdered("woo", ("A", "B"))):
        assert share_of(event, "C-7", {}) == event

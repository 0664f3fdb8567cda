"""Every bench runs, tiny, and prints well-formed lines; how fast it is does not matter here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.bench.catalogue import ALL, Bench, chosen
from tests.bench.figure import at_least_share, at_most
from tests.bench.size import TINY

UNITS = {"ms", "MB", "kB", "%", "count", "ratio"}


@pytest.mark.parametrize(("names", "bench"), ALL, ids=lambda each: each[0] if isinstance(each, tuple) else "")
def test_a_tiny_run_prints_one_line_for_each_of_its_names(
    names: tuple[str, ...], bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    figures = [json.loads(figure.line()) for figure in bench(TINY)]
    assert tuple(figure["bench"] for figure in figures) == names
    for figure in figures:
        assert figure.keys() == {"bench", "value", "unit", "floor", "ratio", "limit", "ok"}
        assert figure["unit"] in UNITS
        assert isinstance(figure["ok"], bool)
        assert figure["value"] >= 0 <= figure["floor"]
        if figure["unit"] == "count" and figure["limit"] == 0:
            assert figure["ok"], figure


def test_benches_are_chosen_by_how_their_figures_names_begin() -> None:
    assert len(chosen([])) == len(ALL)
    assert len(chosen(["push_10k_woo", "page_1m"])) == 2
    assert chosen(["nosuch"]) == []


def test_a_figure_is_judged_by_its_limit_and_its_floor() -> None:
    assert at_most("x", 10, "ms", floor=5, limit=10).ok
    assert not at_most("x", 10, "ms", floor=2, limit=10, times=4).ok
    assert at_least_share("x", 30, "count", floor=100, limit=0.25).ok
    assert not at_least_share("x", 20, "count", floor=100, limit=0.25).ok
    assert json.loads(at_most("x", 1, "count", floor=0, limit=1).line())["ratio"] is None

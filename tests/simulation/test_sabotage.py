"""The simulation finds every fault that is put into the program on purpose, and finds none where there is none."""

from __future__ import annotations

import re

import pytest
from tests.simulation.place import in_memory
from tests.simulation.sabotage import SABOTAGES, Sabotage
from tests.simulation.world import play


def _found(sabotage: Sabotage) -> str:
    with in_memory() as folder:
        try:
            play(folder, sabotage.seed, sabotage.hours, sabotage.shape())
        except AssertionError as broken:
            return str(broken)
    return ""


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_fault_of_the_program_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sabotage = SABOTAGES[name]
    sabotage.breaks(monkeypatch)
    assert re.search(sabotage.found, _found(sabotage)), f"nobody noticed that {name}: {sabotage.breaks.__doc__}"


_WORLDS = {(each.seed, each.hours, each.shape.__name__): each for each in SABOTAGES.values()}


@pytest.mark.parametrize("world", _WORLDS, ids=str)
def test_the_same_worlds_are_sound_without_it(world: tuple[int, float, str]) -> None:
    assert _found(_WORLDS[world]) == ""

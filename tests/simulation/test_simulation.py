"""The whole shop for hours under every fault of the table, with many seeds; what does not hold can be repeated by its seed."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from tests.simulation.place import in_memory
from tests.simulation.world import play

_HOURS = 4.0
_SETTING = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def holds(seed: int) -> None:
    """Play the world of that seed; say how to repeat it where something does not hold."""
    with in_memory() as folder:
        try:
            play(folder, seed, _HOURS)
        except BaseException:
            print(f'Again: make sim ARGS="--seed {seed} --days {_HOURS / 24:g}"')
            raise


@pytest.mark.parametrize("seed", range(1, 21))
def test_what_was_promised_holds_in_the_known_worlds(seed: int) -> None:
    holds(seed)


@pytest.mark.parametrize("_which", range(4))
def test_what_was_promised_holds_in_new_worlds(_which: int) -> None:
    holds(1_000 + secrets.randbelow(10**9))


def test_a_world_ends_though_its_last_life_was_rounded(tmp_path: Path) -> None:
    """It once went on for ever in the last billionth of a second."""
    world = play(tmp_path, 1, (900 + 1e-9) / 3600)
    assert world.process.starts < 5


def test_the_same_seed_gives_the_same_trace_in_every_process() -> None:
    last_lines = set()
    for hash_seed in ("1", "2"):
        command = [sys.executable, "-m", "tests.simulation", "--seed", "6", "--days", "0.15"]
        done = subprocess.run(
            command, env={**_SETTING, "PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True
        )
        last_lines.add(done.stdout.splitlines()[-1])
    assert len(last_lines) == 1
    assert re.fullmatch(r"seed 6 days 0\.15 orders \d+ requests \d+ trace [0-9a-f]{16}", last_lines.pop())

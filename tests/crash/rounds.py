"""Start, kill, start again, so many times; then let the shop settle and prove it."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path

from tests.crash.proof import behind, nothing_lost, unsettled
from tests.crash.street import Street, open_street
from tests.crash.victim import Victim, readable

from omnisync.folders import DATABASE
from omnisync.log.reader import Reader

CATCH_UP = 5.0
"""Seconds in which a daemon must have caught up after its start."""

_COLD = 0.08
"""The share of starts that import everything anew."""

_STILLBORN = 3
"""Kills before the shop's first day."""

_SETTLE = 200.0
"""Seconds in which everything must have ended that was going on; a drift alone takes two minutes."""

_MANY = 200
"""From so many kills on the buyers cancel too, and the end takes minutes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rounds were like; times in seconds."""

    kills: int
    seed: int
    orders: int
    caught_up: int
    slowest: float

    def line(self) -> str:
        """The one line that is printed at the end."""
        return (
            f"kills {self.kills} seed {self.seed} orders {self.orders} caught_up {self.caught_up} times "
            f"slowest {self.slowest:.2f} s: nothing lost, nothing twice, nothing stuck, verify equal"
        )


def play(folder: Path, kills: int, seed: int) -> Outcome:
    """Kill a daemon so many times. Raises AssertionError with what went wrong."""
    rng = random.Random(seed)
    with open_street(folder, seed, sorry=kills >= _MANY) as street:
        victim = Victim(street, rng)
        try:
            _be_born(street, victim)
            catches = [took for _ in range(kills - _STILLBORN) if (took := _round(street, victim, rng))]
            victim.start(cold=True)
            catches.append(_caught_up(street, victim))
            _settle(street, victim)
            victim.end()
        finally:
            victim.kill()
        nothing_lost(street, victim)
    return Outcome(kills, seed, len(street.bought), len(catches), max(catches))


def _be_born(street: Street, victim: Victim) -> None:
    """Killed while the database is made, a few times; then connected, before which an order would be history."""
    for _ in range(_STILLBORN):
        victim.start(cold=False)
        victim.while_starting()
        victim.alive()
        victim.kill()
    victim.start(cold=True)
    victim.go()
    victim.kill()
    victim.start(cold=False)
    _caught_up(street, victim)
    victim.kill()


def _round(street: Street, victim: Victim, rng: random.Random) -> float:
    """One life and death; the seconds it took to catch up, 0 where it did not live so long."""
    for _ in range(rng.randint(0, 4)):
        street.happens()
    for store in street.stores.values():
        store.rest()
    victim.start(cold=rng.random() < _COLD)
    took, draw = 0.0, rng.random()
    if draw < 0.25:
        victim.while_starting()
    elif draw < 0.5:
        victim.within_a_commit()
    elif draw < 0.75:
        victim.with_work_unfinished()
    else:
        took = _caught_up(street, victim)
        for _ in range(rng.randint(0, 5)):
            street.happens()
            time.sleep(rng.uniform(0, 0.05))
    victim.alive()
    victim.kill()
    return took


def _caught_up(street: Street, victim: Victim) -> float:
    """Wait until the daemon has caught up; the seconds since it was started."""
    left = "everything"
    while (age := victim.age()) < CATCH_UP:
        victim.alive()
        if readable(street.data / DATABASE):
            with Reader(street.data / DATABASE) as reader:
                left = behind(reader, street)
            if not left:
                return age
        time.sleep(0.02)
    raise AssertionError(f"{CATCH_UP} s after its start the daemon was still behind with {left}; {victim.said()}")


def _settle(street: Street, victim: Victim) -> None:
    """The clerk posts everything, and every reservation ends."""
    limit = time.monotonic() + _SETTLE
    with Reader(street.data / DATABASE) as reader:
        while (left := behind(reader, street)) or street.waiting() or (left := unsettled(reader)):
            assert time.monotonic() < limit, f"stuck: {left}"
            victim.alive()
            if street.waiting():
                street.post()
            time.sleep(0.05)

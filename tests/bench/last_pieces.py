"""oversold_*, lost_*: what is sold twice, with and without the rules for the last pieces, in the simulation.

Three stores with asynchronous batches (1 to 90 s), 90 orders an hour, 30 products of which six get half of the sales, no
faults; the real engine, connectors and sandboxes under a virtual clock. ``oversold_60`` is how many of 10,000 sold pieces
were not there, with orders pulled every 60 seconds and no rules; ``oversold_60_rules`` the same of the same buyers with
``follow_sales``, its floor the one without. ``lost_60_rules`` are pieces refused to a buyer while they
were there which were still unsold when the next delivery came, in percent of what was sold; its floor the same without.

Only 60 seconds with the rules has a limit that can be missed. Five seeds of twelve hours give about 2,000 sales, so that one oversold piece more or less is 5 in 10,000.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import product

from tests.bench.figure import Figure, at_most
from tests.bench.folder import scratch
from tests.bench.size import Size
from tests.simulation.market import Tally
from tests.simulation.shape import three_stores
from tests.simulation.world import play

EVERY = (15, 60, 300)
"""Seconds between two looks at the orders."""

_RULES = "[last_pieces]\nfollow_sales = true\n"


def names(every: int) -> tuple[str, ...]:
    """The figures of that interval."""
    return tuple(f"{what}_{every}{rules}" for rules in ("", "_rules") for what in ("oversold", "lost"))


def run(every: int, size: Size) -> Iterator[Figure]:
    without, ruled = _tallies(every, "", size), _tallies(every, _RULES, size)
    floors = (0.0, 0.0)
    for name, tallies in (("", without), ("_rules", ruled)):
        judged = bool(name) and every == 60
        oversold, lost = _per(10_000, "oversold", tallies), _per(100, "lost", tallies)
        yield at_most(f"oversold_{every}{name}", oversold, "count", floor=floors[0], limit=10 if judged else 10_000)
        yield at_most(f"lost_{every}{name}", lost, "%", floor=floors[1], limit=1 if judged else 100)
        floors = oversold, lost


def _per(many: int, what: str, tallies: Sequence[Tally]) -> float:
    return many * sum(getattr(each, what) for each in tallies) / sum(each.sold for each in tallies)


def _tallies(every: int, configuration: str, size: Size) -> list[Tally]:
    worlds = list(product([every], [configuration], range(size.worlds), [size.hours]))
    # Time is virtual: that two run beside each other changes nothing but the wait.
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(_tally, *zip(*worlds, strict=True)))


def _tally(every: int, configuration: str, seed: int, hours: float) -> Tally:
    with scratch() as folder:
        return play(folder.resolve(), seed, hours, three_stores(orders_every=every, configuration=configuration)).tally

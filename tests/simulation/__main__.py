"""`make sim ARGS="--seed N --days D"`: play one shop, and say what happened; the last line holds its trace."""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulation.place import in_memory
from tests.simulation.world import play, what_happened


def main() -> int:
    """Play; answers the exit code."""
    parser = argparse.ArgumentParser(prog="make sim", description="Play a whole shop under a virtual clock.")
    parser.add_argument("--seed", type=int, default=1, help="which shop, and everything that happens to it")
    parser.add_argument("--days", type=float, default=1.0, help="how long, in days of the shop")
    parser.add_argument("--log", action="store_true", help="print the program's own log")
    wish = parser.parse_args()
    began = time.process_time()
    with in_memory() as folder:
        try:
            world = play(folder, wish.seed, wish.days * 24, log=wish.log)
        except AssertionError as broken:
            print(broken, file=sys.stderr)
            print(
                f'This does not hold. Again: make sim ARGS="--seed {wish.seed} --days {wish.days:g}"', file=sys.stderr
            )
            return 1
        tally = world.tally
        took = time.process_time() - began
        print(f"{world.loop.passed / 3600:.0f} hours in {took:.0f} s of processor time, {world.process.starts} starts")
        print(f"pieces sold {tally.sold}, oversold {tally.oversold}, refused {tally.refused}, lost {tally.lost}")
        print(", ".join(f"{name} {count}" for name, count in sorted(what_happened(world).items())))
        print(world.summary(wish.days * 24))
    return 0


if __name__ == "__main__":
    sys.exit(main())

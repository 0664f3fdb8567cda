"""``python -m tests.bench [NAME...]``: every bench, or those whose figures' names begin with one of these."""

from __future__ import annotations

import sys

from tests.bench.catalogue import as_the_daemon, chosen
from tests.bench.size import FULL


def main() -> int:
    """Run, print a line per figure; 1 when a limit was missed, 2 when there is no such bench."""
    benches = chosen(sys.argv[1:])
    if not benches:
        print(f"There is no bench of that name: {' '.join(sys.argv[1:])}", file=sys.stderr)
        return 2
    as_the_daemon()
    good = True
    for bench in benches:
        for figure in bench(FULL):
            print(figure.line(), flush=True)
            good = good and figure.ok
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

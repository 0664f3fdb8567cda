"""``python -m tests.crash --kills N --seed N``: kill the daemon so many times and prove that nothing came of it."""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from tests.crash.rounds import play


def main() -> int:
    """Run; 1 when something was wrong, and then the shop's folder stays for a look."""
    arguments = argparse.ArgumentParser(prog="make crash")
    arguments.add_argument("--kills", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    wish = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="omnisync-crash-"))
    try:
        print(play(folder, wish.kills, wish.seed).line())
    except AssertionError as error:
        print(f"{error}\nThe shop is in {folder}. Again: make crash ARGS='--kills {wish.kills} --seed {wish.seed}'")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())

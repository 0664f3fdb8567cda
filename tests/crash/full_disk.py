"""``python -m tests.crash.full_disk FOLDER``: a shop whose disk fills up, and then can only be read.

Runs in a mount namespace of its own (``unshare --mount``, with ``--user --map-root-user`` where one isn't root), so
that the small disk is seen by nobody else and goes with it.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.crash.proof import behind, nothing_lost, unsettled
from tests.crash.street import Street, open_street
from tests.crash.victim import Victim, readable

from omnisync.folders import DATABASE, SOCKET
from omnisync.log.reader import Reader

LIMIT = 20.0
"""Seconds in which whatever is waited for must have happened."""

_SIZE = "12m"

NO_ROOM = "The disk is full: nothing more can be written. Free some room; the daemon goes on by itself."


def main(folder: Path) -> None:
    """Play it through; what is wrong is raised."""
    with open_street(folder, 1) as street:
        street.data.mkdir(mode=0o700)
        _mount(street.data, f"size={_SIZE},mode=700")
        victim = Victim(street, random.Random(1))
        try:
            _story(street, victim)
            victim.end()
        finally:
            victim.kill()
        nothing_lost(street, victim)


def _story(street: Street, victim: Victim) -> None:
    victim.start(cold=False)
    victim.go()
    _until(victim, lambda: _in_step(street), "it has caught up")
    filler = street.data / "holiday-photos"
    _fill(filler)

    # Things go on happening; the daemon lives, says so in one sentence, and takes nothing in by half.
    for _ in range(12):
        street.happens()
    _until(victim, lambda: NO_ROOM in _update(victim), "a command is answered with what is wrong")
    _until(victim, lambda: "nothing more can be written" in victim.said(), "the daemon says so")
    assert victim.said().count('"event": "database"') == 1, "it is said once"
    time.sleep(1)
    victim.alive()
    filler.unlink()
    _until(victim, lambda: _in_step(street), "it has caught up by itself")
    assert '"database.recovered"' in victim.said()

    # The disk fills up again, and the power goes.
    for _ in range(5):
        street.happens()
    _fill(filler)
    victim.kill()
    for _ in range(5):
        street.happens()
    for store in street.stores.values():
        store.rest()
    victim.start(cold=False)
    time.sleep(1.5)
    _one_sentence(victim)
    victim.kill()
    filler.unlink()

    # A disk that can only be read, as after a fault of it: the start says so and leaves everything as it is.
    _mount(street.data, "remount,ro")
    done = victim.omnisync("daemon")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "can't be written" in done.stderr, done.stderr
    _mount(street.data, "remount,rw")
    victim.start(cold=True)
    _until(victim, lambda: _in_step(street) and (street.data / SOCKET).exists(), "it has caught up")
    _until(victim, lambda: _settled(street), "everything has ended that was going on")


def _mount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)


def _fill(filler: Path) -> None:
    """Write until there is no room, not for one byte."""
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def _update(victim: Victim) -> str:
    """What somebody is told who wants a product sent now."""
    done = victim.omnisync("update", "--product", "A-30", "--wait", "0")
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


def _one_sentence(victim: Victim) -> None:
    """The daemon either lives on, or has ended with one sentence and an exit code for systemd."""
    said = victim.said()
    assert "Traceback" not in said, said


def _in_step(street: Street) -> bool:
    if not readable(street.data / DATABASE):
        return False
    with Reader(street.data / DATABASE) as reader:
        return not behind(reader, street)


def _settled(street: Street) -> bool:
    if street.waiting():
        street.post()
    with Reader(street.data / DATABASE) as reader:
        return not behind(reader, street) and not unsettled(reader)


def _until(victim: Victim, so: Callable[[], bool], what: str) -> None:
    limit = time.monotonic() + LIMIT
    while not so():
        victim.alive()
        assert time.monotonic() < limit, f"waited in vain until {what}: {victim.said()}"
        time.sleep(0.1)


if __name__ == "__main__":
    assert os.geteuid() == 0, "run it through unshare"
    main(Path(sys.argv[1]))

"""P9, for real: SIGKILL at any moment, a full disk, a disk that can only be read. `make crash` kills a thousand times."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = 50

_NAMESPACE = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
"""A program of util-linux that gives the test a disk of its own."""


@pytest.mark.slow
def test_fifty_kills_lose_nothing_double_nothing_and_leave_nothing_stuck() -> None:
    seed = secrets.randbelow(1_000_000)
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash", "--kills", str(KILLS), "--seed", str(seed)],
        capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"kills {KILLS} seed {seed} ")


@pytest.mark.slow
def test_a_full_disk_and_one_that_can_only_be_read_are_said_once_and_lose_nothing(tmp_path: Path) -> None:
    if not _can_mount(tmp_path):
        pytest.skip("this machine lets nobody but root mount a small disk (unshare --user --mount)")
    done = subprocess.run(
        [*_NAMESPACE, sys.executable, "-m", "tests.crash.full_disk", str(tmp_path)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def _can_mount(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    attempt = [*_NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", str(folder)]
    return subprocess.run(attempt, capture_output=True, check=False).returncode == 0

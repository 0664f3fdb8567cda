"""The demo in its screens, on a real terminal: whoever leaves them ends it, and so does a line that is cut."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


class Terminal:
    """A terminal with the demo in it, and all that it has shown."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ours, theirs = pty.openpty()
        environment = {**os.environ, "TMPDIR": str(folder), "TERM": "xterm-256color"}
        termios.tcsetwinsize(ours, (30, 100))
        command = [
            sys.executable,
            "-c",
            "from omnisync.cli import main; main()",
            "demo",
            "--products",
            "40",
            "--profile",
            "instant",
        ]
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
        )
        os.close(theirs)
        self._fd = ours
        self.seen = ""

    def until(self, text: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while text not in self.seen:
            assert time.monotonic() < end, self.seen[-3000:]
            if select.select([self._fd], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self._fd, 65536).decode("utf-8", "replace")
                except OSError:
                    break
        assert text in self.seen

    def press(self, key: str) -> None:
        os.write(self._fd, key.encode())

    def cut(self) -> None:
        """The line is gone: first the terminal, then the kernel tells whoever sat at it."""
        os.close(self._fd)
        self._fd = -1
        self.process.send_signal(signal.SIGHUP)

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self._fd >= 0:
            os.close(self._fd)

    def children(self) -> list[int]:
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        return [int(each) for each in found.stdout.split()]


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    # Not pytest's own folder: a socket's path must be shorter than a test's name may be.
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        made = Terminal(Path(folder))
        yield made
        made.close()


def _gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_leaving_the_screens_ends_the_demo_with_its_summary(terminal: Terminal) -> None:
    terminal.until("40 products")
    children = terminal.children()
    assert len(children) >= 3
    terminal.press("\x11")
    terminal.until("Rebuilding every table", 120)
    assert terminal.process.wait(20) == 0
    assert list(terminal.folder.iterdir()) == []
    assert _gone(children)


@pytest.mark.parametrize("moment", ["Setting up", "40 products", "The screens are closed"])
def test_a_line_that_is_cut_ends_everything(terminal: Terminal, moment: str) -> None:
    if moment == "The screens are closed":
        terminal.until("40 products")
        terminal.press("\x11")
    terminal.until(moment)
    children = terminal.children()
    terminal.cut()
    assert terminal.process.wait(30) != 0
    assert list(terminal.folder.iterdir()) == []
    assert _gone(children)

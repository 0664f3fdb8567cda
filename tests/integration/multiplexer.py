"""A program in a real terminal emulator: tmux, asked what is on its screen."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PATIENCE = 30.0

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is missing: apt-get install tmux")


@dataclass
class Tmux:
    """One session on a server of its own."""

    socket: Path

    def run(self, *arguments: str) -> str:
        """A command of tmux."""
        done = subprocess.run(
            ["tmux", "-S", str(self.socket), "-f", "/dev/null", *arguments], capture_output=True, text=True, timeout=20, check=False
        )  # fmt: skip
        return done.stdout

    def screen(self) -> str:
        """What a person sees."""
        return self.run("capture-pane", "-p", "-t", "s")

    def pid(self) -> int:
        """The process in the session."""
        return int(self.run("list-panes", "-t", "s", "-F", "#{pane_pid}"))

    def type(self, text: str) -> None:
        """All of it in one burst."""
        self.run("send-keys", "-t", "s", "-l", text)

    def press(self, *keys: str) -> None:
        """Keys by tmux's names."""
        self.run("send-keys", "-t", "s", *keys)

    def until(self, true: Callable[[str], object], what: str) -> str:
        """Wait until the screen is so."""
        limit = time.monotonic() + PATIENCE
        while not true(shown := self.screen()):
            assert time.monotonic() < limit, f"waited in vain until {what}:\n{shown}"
            time.sleep(0.1)
        return shown

    def shows(self, *wanted: str) -> str:
        """Wait until all of this is on the screen."""
        return self.until(lambda shown: all(each in shown for each in wanted), f"{wanted} is shown")

    def resize(self, columns: int, lines: int) -> None:
        """Another size of the window."""
        self.run("resize-window", "-t", "s", "-x", str(columns), "-y", str(lines))


@contextmanager
def tmux(
    folder: Path, command: list[str], size: tuple[int, int], environment: Mapping[str, str] | None = None
) -> Iterator[Tmux]:
    """The program in a new session, which is ended afterwards."""
    made = Tmux(folder / "tmux")
    given = [f"{name}={value}" for name, value in {"LANG": "C.UTF-8", **(environment or {})}.items()]
    columns, lines = map(str, size)
    line = shlex.join(["env", *given, *command])
    made.run("new-session", "-d", "-s", "s", "-x", columns, "-y", lines, f"exec {line}")
    try:
        yield made
    finally:
        made.run("kill-server")

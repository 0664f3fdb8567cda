"""The start is felt over SSH: what is imported before the first rows, and how the program ends with its line."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.tui.hardware_shop import fill

LATER = ("httpx", "pydantic", "structlog", "click", "apscheduler", "aiosqlite", "cryptography", "babel", "starlette")

_PROGRAM = """
import sys
from pathlib import Path
from omnisync.screen import open_screen
import omnisync.screen as screen

folder = Path(sys.argv[1])
import omnisync.tui.app as app
painted = app.OmniSync._painted
def first(self):
    (folder / "imported").write_text(" ".join(sys.modules))
    painted(self)
app.OmniSync._painted = first
open_screen(folder / "omnisync.toml", {})
"""


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A shop whose configuration names no store that could be asked."""
    (tmp_path / "erp").mkdir()
    (tmp_path / "omnisync.toml").write_text(
        '[shop]\nname = "Demir"\ndata_folder = "data"\n[erp]\nconnector = "files"\nfolder = "erp"\n', "utf-8"
    )
    (tmp_path / "data").mkdir()
    await fill(tmp_path / "data")
    return tmp_path


class Terminal:
    """The program in a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        self.master, slave = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "30"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(folder)], stdin=slave, stdout=slave, stderr=slave, env=environment,
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def read_until(self, wanted: bytes, seconds: float = 20.0) -> bytes:
        found, end = b"", time.monotonic() + seconds
        while wanted not in found and time.monotonic() < end:
            if select.select([self.master], [], [], 0.1)[0]:
                found += os.read(self.master, 65536)
        assert wanted in found, found[-2000:].decode("utf-8", "replace")
        return found


def test_the_first_rows_need_neither_the_engine_nor_the_command_line(folder: Path) -> None:
    terminal = Terminal(folder)
    terminal.read_until(b"running here")
    terminal.process.send_signal(signal.SIGTERM)
    terminal.process.wait(20)
    imported = set((folder / "imported").read_text().split())
    assert not imported & set(LATER)


def test_a_line_that_drops_ends_the_screen_and_the_daemon_in_it(folder: Path) -> None:
    terminal = Terminal(folder)
    terminal.read_until(b"running here")
    assert (folder / "data" / "omnisync.sock").exists()
    os.close(terminal.master)
    terminal.process.send_signal(signal.SIGHUP)
    assert terminal.process.wait(20) == 128 + signal.SIGHUP
    assert not (folder / "data" / "omnisync.sock").exists()

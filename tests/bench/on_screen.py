"""What the screens' benches share: a folder with a large database, and a terminal with the screens or an empty app."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import alone
from tests.terminal import Terminal

from omnisync.folders import DATABASE

# No line is held back for a frame: what open_screen sets comes too late where Textual was imported to be measured.
_LIKE_OURS = {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_FPS": "500"}


@contextmanager
def folder_of(database: Path) -> Iterator[Path]:
    """A data folder beside a configuration, with that database in it."""
    # Not under the project: a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="omnisync-") as name:
        folder = Path(name)
        (folder / "data").mkdir()
        (folder / "erp").mkdir()
        (folder / "data" / DATABASE).symlink_to(database.resolve())
        (folder / "omnisync.toml").write_text(
            '[shop]\nname = "Bench"\ndata_folder = "data"\n[erp]\nconnector = "files"\nfolder = "erp"\n', "utf-8"
        )
        yield folder


@contextmanager
def screens(folder: Path) -> Iterator[Terminal]:
    """The screens without a daemon, at rest with their first rows."""
    (folder / "report").unlink(missing_ok=True)
    with Terminal(_command("screens", folder), _LIKE_OURS) as terminal:
        terminal.until_written(alone.FIRST_CODE.encode())
        terminal.until_quiet(0.4)
        yield terminal


@contextmanager
def empty(folder: Path) -> Iterator[Terminal]:
    """An empty Textual app, at rest."""
    (folder / "report").unlink(missing_ok=True)
    with Terminal(_command("empty", folder), _LIKE_OURS) as terminal:
        terminal.until_written(alone.EMPTY.encode())
        terminal.until_quiet(0.2)
        yield terminal


def _command(kind: str, folder: Path) -> list[str]:
    return [
        sys.executable,
        "-P",
        str(Path(alone.__file__)),
        kind,
        str(folder / "omnisync.toml"),
        str(folder / "report"),
    ]


def reported(folder: Path) -> float:
    """Milliseconds from mount to the first content."""
    return float((folder / "report").read_text("ascii"))


def peak(pid: int) -> float:
    """The most megabytes that the process has had resident so far."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"))
    assert found is not None
    return int(found[1]) / 1024


def ticks(pid: int) -> float:
    """Seconds of processor time that the process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

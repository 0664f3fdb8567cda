"""The log file is the owner's alone over every rotation, and holds no secret, whoever wrote the line."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from omnisync.daemon import logs
from omnisync.folders import LOG
from omnisync.model.secrecy import Secrets

SECRET = "cs_kanarya_4711"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.start_logging(tmp_path, Secrets([SECRET]), echo=False)
    yield tmp_path
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)


def test_no_line_holds_a_secret_also_not_a_library_s_or_a_traceback(folder: Path) -> None:
    told = structlog.get_logger()
    told.info("x", text=SECRET, deep=[{"a": SECRET}], key=f"Basic {SECRET}")
    try:
        raise ValueError(SECRET)
    except ValueError:
        told.exception("surprise")
        logging.getLogger("somebody").exception("it said %s", SECRET)
    written = (folder / LOG).read_text("utf-8")
    assert SECRET not in written
    assert written.count("ValueError: •••") == 2
    assert len(written.splitlines()) > 3


def test_every_file_of_a_rotation_is_the_owner_s_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_LARGEST", 200)
    (tmp_path / LOG).touch(mode=0o644)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.start_logging(tmp_path, Secrets(), echo=False)
    for n in range(20):
        structlog.get_logger().info("line", n=n, text="x" * 50)
    for handler in root.handlers:
        handler.close()
    root.handlers[:], root.level = before, level
    files = [*tmp_path.glob(f"{LOG}*")]
    assert len(files) > 3
    assert {each.stat().st_mode & 0o777 for each in files} == {0o600}


def test_half_a_letter_is_written_as_an_escape(tmp_path: Path) -> None:
    handler = logs._Private(tmp_path / LOG, encoding="utf-8", errors="backslashreplace")
    handler.emit(logging.makeLogRecord({"msg": "Kupa \ud83d"}))
    handler.close()
    assert (tmp_path / LOG).read_text("utf-8") == "Kupa \\ud83d\n"

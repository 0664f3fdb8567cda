"""P11: whoever reads can't write, sees only whole transactions, and is told when there is nothing to read."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest
from tests.log.opened import opened

from omnisync.errors import DatabaseError
from omnisync.log.reader import Reader
from omnisync.log.writer import Change
from omnisync.model.events import StoreBroke


@pytest.fixture
def path(tmp_path: Path) -> Path:
    # Signs that mean something in an address.
    folder = tmp_path / "a folder #1 ?mode=rwc 100%"
    folder.mkdir()
    return folder / "omnisync.db"


async def test_writing_through_a_reader_fails_even_past_its_own_switch(path: Path) -> None:
    async with opened(path):
        with Reader(path) as reader:
            for sql in (
                "DELETE FROM event",
                "INSERT INTO meta VALUES ('a', 'b')",
                "DROP TABLE event",
                "PRAGMA user_version = 7",
            ):
                with pytest.raises(DatabaseError, match=r"readonly|read-only|can't be read"):
                    reader.rows(sql)
            reader.db.execute("PRAGMA query_only = OFF")
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                reader.db.execute("DELETE FROM meta")


async def test_a_reader_sees_a_transaction_whole_and_notices_that_there_is_news(path: Path) -> None:
    async with opened(path) as log:
        with Reader(path) as reader:
            before = reader.version()
            seen_within: list[int] = []

            def decide(change: Change) -> None:
                for _ in range(10):
                    change.append(StoreBroke("s1", "x"))
                change.state.flush()
                seen_within.append(reader.one("SELECT count(*) FROM event"))

            await log.transact(decide)
            assert seen_within == [0]
            assert reader.one("SELECT count(*) FROM event") == 10
            assert reader.version() != before
            assert reader.version() == reader.version()


async def test_readers_do_not_hold_the_writer_up(path: Path) -> None:
    async with opened(path) as log:
        await log.append(StoreBroke("s1", "x"))
        with Reader(path) as reader:
            reader.db.execute("BEGIN")
            assert reader.one("SELECT count(*) FROM event") == 1
            await log.append(StoreBroke("s1", "y"))
            assert reader.one("SELECT count(*) FROM event") == 1, "one picture from begin to end"
            reader.db.execute("COMMIT")
            assert reader.one("SELECT count(*) FROM event") == 2


def _how_opened(path: Path) -> list[int]:
    """How each of this process's handles on that file may be used."""
    modes = []
    for handle in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            if handle.readlink() == path:
                flags = Path(f"/proc/self/fdinfo/{handle.name}").read_text().split("flags:")[1].split()[0]
                modes.append(int(flags, 8) & os.O_ACCMODE)
    return sorted(modes)


async def test_the_writer_uses_one_connection_and_readers_open_the_file_read_only(path: Path) -> None:
    async with opened(path):
        with Reader(path):
            assert _how_opened(path) == [os.O_RDONLY, os.O_RDWR]


def test_no_database_yet_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="`omnisync init` sets a shop up"):
        Reader(tmp_path / "omnisync.db")
    assert list(tmp_path.iterdir()) == [], "asking makes no file"


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "omnisync.db"
    path.write_text("hello " * 1000)
    with pytest.raises(DatabaseError, match="can't be read: file is not a database"):
        Reader(path)
    files = [each for each in Path("/proc/self/fd").iterdir() if each.exists() and each.samefile(path)]
    assert not files, "nothing is left open"

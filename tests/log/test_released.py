"""The database of every released version is brought to this one: copied first, nothing lost, never left half-way."""

from __future__ import annotations

import lzma
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.log.released.make import FOLDER as RELEASED

from omnisync import __version__
from omnisync.log import apply, migrate, stored
from omnisync.log.kept_backups import FOLDER, kept
from omnisync.log.migrate import migrations
from omnisync.log.reader import Reader
from omnisync.log.rebuild import verify
from omnisync.log.writer import Log
from omnisync.testing.clock import ManualClock

VERSIONS = sorted(RELEASED.glob("*.db.xz"))

_OPENS = """
import asyncio, sys
from pathlib import Path
from omnisync.log import apply, migrate
from omnisync.log.writer import Log
from omnisync.ports import SystemClock

apply.TABLES_VERSION = migrate.TABLES_VERSION = 1000
import omnisync.log.rebuild
omnisync.log.rebuild.TABLES_VERSION = 1000
steps = [*migrate.migrations(), "CREATE TABLE later AS SELECT * FROM event;", "CREATE TABLE last (n INTEGER);"]
migrate.migrations = lambda: steps
print("ready", flush=True)

async def main():
    log = await Log.open(Path(sys.argv[1]), SystemClock())
    await log.close()

asyncio.run(main())
"""
"""Opens a database as a version would that has two more migrations and other tables."""


def _unpacked(version: Path, folder: Path) -> Path:
    path = folder / "omnisync.db"
    path.write_bytes(lzma.decompress(version.read_bytes()))
    return path


def _contents(path: Path) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    with Reader(path) as reader:
        return reader.ask(lambda db: [*stored.newest(db, 10_000)]), reader.rows("SELECT * FROM cursor")


def test_this_version_has_its_file() -> None:
    """Made at the release: python -m tests.log.released.make"""
    assert RELEASED / f"{__version__}.db.xz" in VERSIONS


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
async def test_its_database_is_copied_brought_up_to_date_and_equal(version: Path, tmp_path: Path) -> None:
    path = _unpacked(version, tmp_path)
    with closing(sqlite3.connect(path)) as db, db:
        schema = db.execute("PRAGMA user_version").fetchone()[0]
        tables = db.execute("SELECT value FROM meta WHERE key = 'tables'").fetchone()[0]
    db.close()
    before = _contents(path)
    log = await Log.open(path, ManualClock())
    try:
        assert await log.query(verify) == []
        assert await log.query(lambda db: db.execute("PRAGMA user_version").fetchone()[0]) == len(migrations())
    finally:
        await log.close()
    assert _contents(path) == before, "no event and no cursor is lost or changed"
    older = schema < len(migrations()) or tables != str(apply.TABLES_VERSION)
    assert len(kept(tmp_path / FOLDER)) == older


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_a_kill_in_the_middle_leaves_the_old_file_or_the_new_one(version: Path, tmp_path: Path) -> None:
    path = _unpacked(version, tmp_path)
    before = _contents(path)
    seen: set[int] = set()
    for turn in range(40):
        process = subprocess.Popen([sys.executable, "-c", _OPENS, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.002 * turn)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with closing(sqlite3.connect(path)) as db, db:
            step = db.execute("PRAGMA user_version").fetchone()[0]
            there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE name IN ('later', 'last')")}
            assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)
        db.close()
        seen.add(step)
        assert there == {"later", "last"} & {*(["later", "last"][: max(0, step - len(migrations()))])}
        assert _contents(path) == before
        with Reader(path) as reader:
            if reader.one("SELECT value FROM meta WHERE key = 'tables'") == "1000":
                break
    done = subprocess.run([sys.executable, "-c", _OPENS, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with Reader(path) as reader:
        assert reader.one("PRAGMA user_version") == len(migrations()) + 2
        assert verify(reader.db) == []
    assert _contents(path) == before
    assert kept(tmp_path / FOLDER), "a copy was kept before"


async def test_the_copy_from_before_an_update_can_be_restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _unpacked(VERSIONS[0], tmp_path)
    before = _contents(path)
    later = [*migrations(), "CREATE TABLE later (n INTEGER);"]
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "migrations", lambda: later)
        await (await Log.open(path, ManualClock())).close()
    (copy,) = kept(tmp_path / FOLDER)
    assert _contents(copy.path) == before

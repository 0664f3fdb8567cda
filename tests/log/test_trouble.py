"""A disk or a file that can't be written: one clear sentence, nothing half, and work goes on when it is mended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.log.opened import opened

from omnisync.errors import DatabaseError, DatabaseReadOnly, DatabaseTooNew, DiskFull
from omnisync.log import migrate as migrating
from omnisync.log.reader import Reader
from omnisync.log.rebuild import verify
from omnisync.log.writer import Log
from omnisync.model.events import BalancesCounted, Card, Count, ProductsRead, StoreBroke
from omnisync.testing.clock import ManualClock


def _some_rows(number: int) -> tuple[ProductsRead, BalancesCounted]:
    codes = [f"{number}-{n}" for n in range(200)]
    return (
        ProductsRead("p.csv", tuple(Card(code, f"a rather long name of {code}" * 3) for code in codes)),
        BalancesCounted("b.csv", number, tuple(Count(code, "w1", 1000) for code in codes)),
    )


def _sound(path: Path, products: int) -> None:
    with Reader(path) as reader:
        assert reader.one("SELECT count(*) FROM product") == products
        assert reader.one("SELECT count(*) FROM balance") == products
        assert verify(reader.db) == []
        assert reader.one("PRAGMA integrity_check") == "ok"


async def _leave_little_room(log: Log) -> None:
    pages = await log.query(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    await log.query(lambda db: db.execute(f"PRAGMA max_page_count = {pages + 5}").fetchone())


async def test_a_full_database_says_so_keeps_nothing_half_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "log"
    async with opened(path) as log:
        await log.append(*_some_rows(0))
        await _leave_little_room(log)
        with pytest.raises(DiskFull, match="Free some room"):
            await log.append(*_some_rows(1))
        with pytest.raises(DiskFull):
            await log.append(*_some_rows(2))
        _sound(path, 200)
        await log.query(lambda db: db.execute("PRAGMA max_page_count = 1000000").fetchone())
        await log.append(*_some_rows(3))
    _sound(path, 400)


async def test_in_a_group_only_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log"
    async with opened(path) as log:
        await log.append(*_some_rows(0))
        await _leave_little_room(log)
        answers = await asyncio.gather(
            log.append(StoreBroke("s1", "small")), log.append(*_some_rows(1)), log.append(StoreBroke("s1", "small")),
            return_exceptions=True,
        )  # fmt: skip
    assert [type(each) for each in answers] == [type(None), DiskFull, type(None)]
    _sound(path, 200)


ON_A_SMALL_DISK = """
import asyncio, contextlib, sys
from pathlib import Path
from omnisync.errors import DiskFull
from omnisync.log.reader import Reader
from omnisync.log.rebuild import verify
from tests.log.opened import opened
from tests.log.test_trouble import _some_rows, _sound

async def main(folder):
    path, ballast = folder / "log", folder / "ballast"
    async with opened(path) as log:
        await log.append(*_some_rows(0))
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        try:
            for number in range(1, 50):
                await log.append(*_some_rows(number))
        except DiskFull as error:
            print(error)
        with Reader(path) as reader:
            kept = reader.one("SELECT count(*) FROM product")
        assert kept % 200 == 0
        _sound(path, kept)
        ballast.unlink()
        await log.append(*_some_rows(99))
    _sound(path, kept + 200)

asyncio.run(main(Path(sys.argv[1])))
"""


def test_a_full_disk_says_so_keeps_nothing_half_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """In a mount namespace of its own, so that the small disk is gone with the process."""
    unshare = shutil.which("unshare")
    if unshare is None or os.getuid() != 0:
        pytest.skip("a small disk can be mounted by root only")
    mounted = f"mount -t tmpfs -o size=2m tmpfs {tmp_path} || exit 77; "
    script = [
        unshare,
        "-m",
        "sh",
        "-c",
        mounted + 'exec "$@"',
        "sh",
        sys.executable,
        "-c",
        ON_A_SMALL_DISK,
        str(tmp_path),
    ]
    done = subprocess.run(
        script, timeout=60, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    if done.returncode == 77:
        pytest.skip("no disk can be mounted here")
    assert done.returncode == 0, done.stderr
    assert "the daemon goes on by itself" in done.stdout


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that another user can reach, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="omnisync-test-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextlib.contextmanager
def _as_nobody() -> Iterator[None]:
    """Root may write everything; the rights of a file are felt by others only."""
    if os.getuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def _lock_up(folder: Path) -> None:
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)


async def _opened_once(path: Path) -> None:
    async with opened(path) as log:
        await log.append(StoreBroke("s1", "x"))


@pytest.mark.parametrize("what", ["file", "folder"])
async def test_a_database_that_may_not_be_written_says_whose_rights_to_look_at(shared_folder: Path, what: str) -> None:
    path = shared_folder / "log"
    if what == "file":
        await _opened_once(path)
    _lock_up(shared_folder)
    with _as_nobody(), pytest.raises(DatabaseReadOnly, match=r"owner and the rights of its folder"):
        await Log.open(path, ManualClock())


async def test_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseReadOnly, match="unable to open"):
        await Log.open(tmp_path / "nowhere" / "log", ManualClock())


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a letter to grandmother " * 50)
    with pytest.raises(DatabaseError, match="file is not a database"):
        await Log.open(path, ManualClock())
    assert path.read_bytes() == b"a letter to grandmother " * 50


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log"
    await _opened_once(path)
    newer = len(migrating.migrations()) + 1
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"PRAGMA user_version = {newer}")
    db.close()
    with pytest.raises(DatabaseTooNew, match="Update OmniSync"):
        await Log.open(path, ManualClock())
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute("PRAGMA user_version").fetchone() == (newer,)
        assert db.execute("SELECT count(*) FROM event").fetchone() == (1,)
    db.close()


async def test_each_migration_runs_once_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    await _opened_once(path)
    steps = [*migrating.migrations(), "CREATE TABLE later (n INTEGER);", "INSERT INTO later VALUES (1);"]
    monkeypatch.setattr(migrating, "migrations", lambda: steps)
    for _ in range(3):
        await _opened_once(path)
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute("SELECT n FROM later").fetchall() == [(1,)]
        assert db.execute("PRAGMA user_version").fetchone() == (len(steps),)
        assert db.execute("SELECT count(*) FROM event").fetchone() == (4,)
    db.close()


async def test_a_migration_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    await _opened_once(path)
    ours = migrating.migrations()
    with monkeypatch.context() as patched:
        patched.setattr(migrating, "migrations", lambda: [*ours, "CREATE TABLE half (n INTEGER); SELECT nonsense;"])
        with pytest.raises(DatabaseError, match="nonsense"):
            await Log.open(path, ManualClock())
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(ours),)
        assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)
    db.close()
    await _opened_once(path)


async def test_tables_of_another_version_are_made_anew_from_the_log(tmp_path: Path) -> None:
    path = tmp_path / "log"
    async with opened(path) as log:
        await log.append(*_some_rows(0))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE meta SET value = '0' WHERE key = 'tables'")
        db.execute("DROP TABLE balance")
        db.execute("ALTER TABLE product DROP COLUMN unit")
        db.execute("INSERT INTO cursor VALUES ('s1', 'orders', '5', 1)")
    db.close()
    await _opened_once(path)
    _sound(path, 200)
    with Reader(path) as reader:
        assert reader.rows("SELECT mark FROM cursor") == [("5",)], "what is not made from events is kept"


async def test_only_the_first_start_makes_the_sites_id(tmp_path: Path) -> None:
    sites = []
    for _ in range(2):
        async with opened(tmp_path / "log") as log:
            sites.append(log.site)
    assert sites[0] == sites[1]

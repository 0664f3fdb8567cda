"""Which backups are kept, and a copy before every update."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from tests.log.opened import opened
from tests.log.shop import fill

from omnisync.errors import CommandRefused, DatabaseError, DiskFull
from omnisync.log import apply, make_backup, migrate, writer
from omnisync.log.kept_backups import FOLDER, Kept, kept, name, surplus
from omnisync.log.make_backup import Wish, make
from omnisync.log.reader import Reader
from omnisync.log.rebuild import verify
from omnisync.log.writer import Log
from omnisync.testing.clock import ManualClock

_DAY = 86_400_000
_NOW = 1_795_000_000_000


def _made(days: float, *, before_update: bool = False) -> Kept:
    at = _NOW - round(days * _DAY)
    return Kept(Path(name(at, before_update=before_update)), at, 1, before_update)


def test_the_last_days_and_months_are_kept() -> None:
    every = [_made(days / 2) for days in range(800)]
    gone = surplus(every, daily=14, monthly=12)
    left = [each for each in every if each not in gone]
    days = {make_day(each) for each in left}
    assert len(days) == len(left) == 14 + 12 - 1, "the first of this month is one of the last days"
    assert [each for each in left if _NOW - each.at > 366 * _DAY] == []
    assert every[0] in left or every[1] in left


def make_day(backup: Kept) -> str:
    return backup.path.name[9:17]


def test_making_it_every_day_and_removing_what_is_surplus_comes_to_the_same() -> None:
    """A rule that looked right on a full shelf must not eat the monthly ones while it fills."""
    shelf: list[Kept] = []
    for day in range(400, -1, -1):
        shelf = [_made(day), *shelf]
        gone = surplus(shelf, daily=14, monthly=12)
        shelf = [each for each in shelf if each not in gone]
    assert len(shelf) in (14 + 11, 14 + 12)
    assert len({make_day(each)[:6] for each in shelf}) == 12


def test_copies_from_before_updates_are_kept_apart_and_the_newest_is_never_removed() -> None:
    updates = [_made(30 * n, before_update=True) for n in range(5)]
    old = _made(3000)
    assert surplus([*updates, old], daily=1, monthly=0) == updates[3:]


async def test_a_backup_is_proven_before_it_has_its_name(tmp_path: Path) -> None:
    async with opened(tmp_path / "omnisync.db") as log:
        await fill(log, ["zero", "one"])
        folder = tmp_path / "disk"
        folder.mkdir()
        (folder / "omnisync-20200101T000000Z.db.part").write_text("cut off")
        made = make(Wish(str(log.path), str(folder), _NOW, 14, 12))
        assert [each.path for each in kept(folder)] == [Path(made.path)]
        assert [each.name for each in folder.iterdir() if not each.name.endswith(("-shm", "-wal"))] == [name(_NOW)]
        with Reader(Path(made.path)) as reader:
            assert verify(reader.db) == []
            assert made.events == reader.one("SELECT count(*) FROM event")
        await log.query(lambda db: db.execute("UPDATE product SET on_hand = on_hand + 1"))
        with pytest.raises(DatabaseError, match="are not what the log says"):
            make(Wish(str(log.path), str(folder), _NOW + _DAY, 14, 12))
        assert len(kept(folder)) == 1, "what is not proven does not push a good one out"


async def test_a_backup_never_takes_the_last_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path / "omnisync.db") as log:
        monkeypatch.setattr(make_backup, "_RESERVE", 10**18)
        with pytest.raises(DiskFull, match="not enough room"):
            make(Wish(str(log.path), str(tmp_path / "disk"), _NOW, 14, 12))
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(CommandRefused, match="can't be written"):
            make(Wish(str(log.path), str(tmp_path / "file"), _NOW, 14, 12))


async def test_an_older_file_is_copied_before_it_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "omnisync.db"
    async with opened(path) as log:
        await fill(log, ["zero", "one"])
    assert kept(tmp_path / FOLDER) == [], "there was nothing to update"
    for module in (apply, migrate):
        monkeypatch.setattr(module, "TABLES_VERSION", 1000)
    async with opened(path) as log:
        assert await log.query(verify) == []
    (copy,) = kept(tmp_path / FOLDER)
    assert copy.before_update
    with Reader(copy.path) as reader:
        assert reader.one("SELECT value FROM meta WHERE key = 'tables'") != "1000"
    async with opened(path):
        assert len(kept(tmp_path / FOLDER)) == 1, "once"


async def test_without_a_copy_the_file_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "omnisync.db"
    async with opened(path):
        pass
    (tmp_path / FOLDER).write_text("a file where the folder would be")
    monkeypatch.setattr(migrate, "migrations", lambda: [*itertools.chain(_steps(), ["CREATE TABLE later (a);"])])
    with pytest.raises(DatabaseError, match="left as it is, because it could not be copied"):
        await Log.open(path, ManualClock(), writer.open_on_thread)
    with Reader(path) as reader:
        assert reader.one("PRAGMA user_version") == len(_steps())


_steps = migrate.migrations

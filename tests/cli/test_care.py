"""Care for the data: verify, rebuild, backup, restore."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest
from tests.cli.conftest import Shop
from tests.cli.shop import Daemon, build
from tests.log.opened import opened

from omnisync.daemon.lock import only_one
from omnisync.folders import DATABASE
from omnisync.log.kept_backups import FOLDER, STREAM
from omnisync.log.make_backup import Wish, make
from omnisync.log.reader import Reader
from omnisync.model.events import BackupWritten, Event, Quarantined


def change(path: Path, sql: str) -> None:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(sql)
    db.close()


def names(folder: Path) -> list[str]:
    """What is in the folder; a read-only connection that is closed last leaves SQLite's empty -wal and -shm behind."""
    return sorted(each.name for each in folder.iterdir() if not each.name.endswith(("-wal", "-shm")))


def test_verify_of_sound_tables(shop: Shop) -> None:
    assert "Equal" in shop.ok("verify")
    assert shop.json("verify") == {"equal": True, "tables": []}


def test_verify_names_the_table_that_differs_and_rebuild_mends_it(shop: Shop) -> None:
    change(shop.folder / DATABASE, "UPDATE balance SET on_hand = 1 WHERE warehouse = 'IZM'")
    result = shop.run("verify")
    assert result.exit_code == 1
    assert "balance: 1 rows are only in the table, 1 only in the log's" in result.stdout
    assert "Rebuilt from 16 events." in shop.ok("rebuild")
    assert "Equal" in shop.ok("verify")


@pytest.mark.parametrize("words", [["rebuild"], ["restore", "backup.db"]], ids=" ".join)
def test_while_a_daemon_runs_the_tables_are_not_touched(shop: Shop, words: list[str]) -> None:
    with only_one(shop.folder):
        assert "A daemon is already running" in shop.refused(*words)


def test_a_backup_is_whole_private_and_taken_while_the_daemon_writes(
    shop: Shop, daemon: Daemon, tmp_path: Path
) -> None:
    target = tmp_path / "monday.db"
    shop.ok("price", "BRU-0150", "80", "--store", "trendyol")
    assert "is written and proven" in shop.ok("backup", str(target))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.glob("monday*")] == ["monday.db"]
    with Reader(target) as reader:
        assert reader.one("SELECT count(*) FROM event WHERE type = 'person.price'") == 1


def test_the_database_is_the_owners_alone_whatever_the_folder(empty: Shop) -> None:
    build(empty.folder)
    assert stat.S_IMODE((empty.folder / DATABASE).stat().st_mode) == 0o600


def test_a_backup_never_overwrites(shop: Shop, tmp_path: Path) -> None:
    target = tmp_path / "monday.db"
    target.write_text("precious")
    assert "stays as it is" in shop.refused("backup", str(target))
    assert target.read_text() == "precious"
    assert "can't be written" in shop.refused("backup", str(tmp_path / "nowhere" / "x.db"))


def test_a_restore_brings_the_backup_back_and_keeps_what_was_there(shop: Shop, tmp_path: Path) -> None:
    backup = tmp_path / "monday.db"
    database = shop.folder / DATABASE
    change(
        database, "INSERT INTO cursor VALUES ('trendyol', 'orders', '1795000000000', 1), ('erp', 'balances', 'x', 1)"
    )
    shop.ok("backup", str(backup))
    with Daemon(shop.folder, answers=False).running():
        shop.ok("exclude", "BRU-0150", "--store", "trendyol")
    assert "exclusion" in shop.ok("events", "--json")
    shown = shop.ok("restore", str(backup), "--yes")
    assert "16 events" in shown
    assert "exclusion" not in shop.ok("events", "--json")
    assert "Equal" in shop.ok("verify")
    kept = list(shop.folder.glob("omnisync-before-restore-*.db"))
    assert len(kept) == 1
    with Reader(kept[0]) as reader:
        assert reader.one("SELECT count(*) FROM event WHERE type = 'person.exclusion'") == 1
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert names(shop.folder) == sorted([DATABASE, "omnisync.lock", kept[0].name])


def test_a_restored_database_knows_that_it_is_one(shop: Shop, tmp_path: Path) -> None:
    backup = tmp_path / "monday.db"
    database = shop.folder / DATABASE
    change(
        database, "INSERT INTO cursor VALUES ('trendyol', 'orders', '1795000000000', 1), ('erp', 'balances', 'x', 1)"
    )
    shop.ok("backup", str(backup))
    shop.ok("restore", str(backup), "--yes")
    with Reader(database) as reader:
        assert reader.one("SELECT value FROM meta WHERE key = 'generation'") == "2"
        assert reader.rows("SELECT connector, mark FROM cursor") == [("trendyol", str(1_795_000_000_000 - 86_400_000))]
        pushed = reader.rows("SELECT check_at FROM figure WHERE mode = 'push'")
        assert pushed
        assert all(check_at > 0 for (check_at,) in pushed)
        assert reader.one("SELECT count(*) FROM batch WHERE state IN ('made', 'sent', 'lost')") == 0
    assert shop.json("events", "--limit", "1")[0]["type"] == "log.restored"


@pytest.mark.parametrize("damage", ["garbage", "cut", "tables", "missing", "itself"])
def test_what_is_no_sound_backup_is_refused_and_nothing_changes(shop: Shop, tmp_path: Path, damage: str) -> None:
    backup, database = tmp_path / "monday.db", shop.folder / DATABASE
    shop.ok("backup", str(backup))
    if damage == "garbage":
        backup.write_bytes(b"no database" * 1000)
    elif damage == "cut":
        backup.write_bytes(backup.read_bytes()[:50_000])
    elif damage == "tables":
        change(backup, "UPDATE product SET on_hand = 1")
    elif damage == "missing":
        backup.unlink()
    else:
        backup = database
    before = database.read_bytes()
    assert str(backup) in shop.refused("restore", str(backup), "--yes")
    assert database.read_bytes() == before
    assert names(shop.folder) == [DATABASE, "omnisync.lock"]


def test_a_restore_into_an_empty_folder(shop: Shop, tmp_path: Path) -> None:
    backup = tmp_path / "monday.db"
    shop.ok("backup", str(backup))
    (shop.folder / DATABASE).unlink()
    assert "is kept" not in shop.ok("restore", str(backup))
    assert len(shop.json("products")) == 3


def test_the_backups_are_listed_and_a_failed_one_is_said(shop: Shop) -> None:
    assert "There is no backup in" in shop.ok("backups")
    asyncio.run(_kept(shop.folder, BackupWritten("omnisync-20261122T031500Z.db", 5_000_000, 14)))
    made = make(Wish(str(shop.folder / DATABASE), str(shop.folder / FOLDER), 1_795_000_000_000, 14, 12))
    listed = shop.json("backups")
    assert [each["path"] for each in listed["backups"]] == [made.path]
    assert (listed["problem"], listed["backups"][0]["at"]) == ("", 1_795_000_000_000)
    assert Path(made.path).name in shop.ok("backups")

    asyncio.run(_kept(shop.folder, Quarantined(STREAM, "backup", "the second disk is gone")))
    assert "The last backup failed: the second disk is gone" in shop.refused("backups")


async def _kept(folder: Path, event: Event) -> None:
    """What the daemon says of its backups."""
    async with opened(folder / DATABASE) as log:
        await log.transact(lambda change: change.append(event, STREAM))

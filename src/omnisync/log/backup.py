"""A copy of the database in one file, and putting such a copy back in its place.

A backup is taken from a read-only connection while the daemon works; it is the whole database, with
the keys of customers' personal fields, so the file is the owner's alone.

A restore never works on the file it was given: that one is copied beside the database, examined,
brought up to this version, and compared with its own log. Then it is told that it is a restored one:

* ``meta.generation`` grows, so that events of the lost future are never taken for those that come now;
* the event ``Restored`` closes open batches and has every figure seen at its store before anything is
  sent, because what the stores show may be newer than what the backup believes;
* every store's orders are asked for again from a day before the backup's own mark (an order that is
  known already is not taken in twice), and the ERP is read as a whole.

Only then does it take the database's place in one rename; the old database stays beside it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from omnisync.errors import CommandRefused, DatabaseError, DatabaseTooNew
from omnisync.log.apply import TABLES_VERSION
from omnisync.log.copying import copy_out, discard, in_words, sync
from omnisync.log.examine import Condition, examine
from omnisync.log.forget import again, erasures, scrub
from omnisync.log.migrate import migrations
from omnisync.log.reader import Reader
from omnisync.log.rebuild import Progress, verify
from omnisync.log.writer import Change, Log
from omnisync.model.events import Restored
from omnisync.ports import Clock
from omnisync.text import _

_OVERLAP = 86_400_000
"""Milliseconds by which orders are asked for from before the backup."""


def backup(source: Path, target: Path, progress: Progress = lambda _done, _total: None) -> None:
    """Write a copy of the database to a new file, and prove it. Raises CommandRefused, DatabaseError, DiskFull."""
    if target.exists():
        raise CommandRefused(_("{path} is there already and stays as it is. Name another file.").format(path=target))

    def prove(copy: sqlite3.Connection) -> None:
        # What a restore will ask of it.
        if differences := verify(copy, progress):
            tables = ", ".join(each.table for each in differences)
            raise DatabaseError(
                _("The tables are not what the log says ({tables}). Run: omnisync rebuild").format(tables=tables)
            )

    Reader(source).close()
    # Not the reader's own connection: SQLite takes a copy for a write where only queries are allowed.
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as db:
        copy_out(db, target, prove)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A copy of a backup that is fit to take the database's place."""

    path: Path
    condition: Condition


def prepare(backup_file: Path, database: Path, progress: Progress = lambda _done, _total: None) -> Prepared:
    """Copy a backup beside the database and examine the copy; the database itself is not touched.

    Raises CommandRefused with what is wrong with the backup.
    """
    if not backup_file.is_file():
        raise CommandRefused(_("There is no file {path}.").format(path=backup_file))
    if database.exists() and backup_file.samefile(database):
        raise CommandRefused(_("{path} is the database itself, not a backup.").format(path=backup_file))
    copy = database.with_name(database.name + ".restoring")
    discard(copy)
    with (
        in_words(copy),
        backup_file.open("rb") as source,
        os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target,
    ):
        shutil.copyfileobj(source, target, 1024 * 1024)
    try:
        return Prepared(copy, _examined(copy, backup_file, progress))
    except BaseException:
        discard(copy)
        raise


def _examined(copy: Path, backup_file: Path, progress: Progress) -> Condition:
    try:
        with Reader(copy) as reader:
            if reader.one("PRAGMA user_version") > len(migrations()):
                raise DatabaseTooNew(_("This backup was written by a newer OmniSync. Update OmniSync to restore it."))
            condition = examine(reader)
            if condition.faults:
                raise CommandRefused(
                    _("{path} is damaged: {faults}").format(path=backup_file, faults="; ".join(condition.faults))
                )
            # The tables of another version are made anew from the log when the copy is opened.
            differences = verify(reader.db, progress) if _of_this_version(reader) else []
    except (DatabaseTooNew, CommandRefused):
        raise
    except (DatabaseError, sqlite3.Error) as error:
        raise CommandRefused(
            _("{path} is no backup of OmniSync ({reason})").format(path=backup_file, reason=error)
        ) from error
    if differences:
        tables = ", ".join(each.table for each in differences)
        raise CommandRefused(
            _("{path} is damaged: its tables are not what its log says ({tables}).").format(
                path=backup_file, tables=tables
            )
        )
    return condition


def _of_this_version(reader: Reader) -> bool:
    tables = reader.one("SELECT value FROM meta WHERE key = 'tables'")
    return bool(tables == str(TABLES_VERSION) and reader.one("PRAGMA user_version") == len(migrations()))


async def restore(prepared: Prepared, database: Path, clock: Clock, actor: str) -> Path | None:
    """Put a prepared copy in the database's place; answers where the old database is kept, None if there was none.

    The caller holds the lock of the data folder.
    """
    erased = erasures(database)
    try:
        # The backup itself stays where it is: no other copy is needed before this one is brought up to date.
        log = await Log.open(prepared.path, clock, keep=lambda _db, _now: None)
        try:
            await log.transact(lambda change: _tell(change, prepared.condition.newest), actor)
            # An older backup must not bring anybody back who has been erased since.
            if await log.transact(lambda change: again(change, erased), actor):
                await log.query(scrub)
        finally:
            await log.close()
        with in_words(database):
            return _exchange(prepared.path, database, clock.now())
    finally:
        discard(prepared.path)


def _tell(change: Change, newest: int) -> None:
    """Have the copy know that it is a restored one."""
    change.append(Restored(newest))
    db = change.state.db
    db.execute("UPDATE meta SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE key = 'generation'")
    sql = """UPDATE cursor SET mark = CAST(min(CAST(mark AS INTEGER), ?) - ? AS TEXT)
        WHERE feed = 'orders' AND connector IN (SELECT name FROM store)"""
    db.execute(sql, (newest, _OVERLAP))
    db.execute("DELETE FROM cursor WHERE connector NOT IN (SELECT name FROM store)")
    db.execute("DELETE FROM health")


def _exchange(copy: Path, database: Path, now: int) -> Path | None:
    kept = None
    if database.exists():
        _settle(database)
        kept = _free_name(database, now)
        os.link(database, kept)
        # What could not be settled belongs to the old database, and would spoil the new one.
        for ending in ("-wal", "-shm"):
            if (rest := Path(f"{database}{ending}")).exists():
                rest.rename(f"{kept}{ending}")
    sync(copy)
    copy.replace(database)
    sync(database.parent)
    return kept


def _settle(database: Path) -> None:
    """Bring everything that was written into the one file, so that a second name for it holds it all."""
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error:
        # A damaged database is the very reason for many a restore; it is kept as it is, with its write-ahead log.
        return


def _free_name(database: Path, now: int) -> Path:
    from omnisync.text import local

    stem = f"{database.stem}-before-restore-{local(now):%Y%m%d-%H%M%S}"
    path, number = database.with_name(f"{stem}{database.suffix}"), 1
    while path.exists():
        number += 1
        path = database.with_name(f"{stem}-{number}{database.suffix}")
    return path

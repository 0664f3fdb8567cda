"""Brings a database file to this version: the log by numbered migrations, the tables by a rebuild."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from omnisync.errors import DatabaseError, DatabaseTooNew, OmniSyncError
from omnisync.log.apply import TABLES_VERSION
from omnisync.log.copying import PART, copy_out, discard, in_words
from omnisync.log.kept_backups import FOLDER, name
from omnisync.log.rebuild import make_tables, rebuild
from omnisync.log.transaction import transaction
from omnisync.text import _

Keep = Callable[[sqlite3.Connection, int], None]
"""Told, with the time, before a file that an older OmniSync wrote is changed."""


def prepare(db: sqlite3.Connection, now: int, keep: Keep) -> str:
    """Make or update everything in the file; answers the site's id.

    Each step is one transaction together with its number, so a crash leaves the old file or the new one.
    Raises DatabaseTooNew when a newer OmniSync wrote it, sqlite3.Error for what SQLite says, what ``keep`` raises.
    """
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA temp_store = MEMORY")
    if _is_older(db):
        keep(db, now)
    migrate(db)
    version = db.execute("SELECT value FROM meta WHERE key = 'tables'").fetchone()
    if version is None:
        _first(db, now)
    elif int(version[0]) != TABLES_VERSION:
        rebuild(db)
    return str(db.execute("SELECT value FROM meta WHERE key = 'site'").fetchone()[0])


def keep_copy(db: sqlite3.Connection, now: int) -> None:
    """Put a copy of the file as it is beside it, in the folder for backups. Raises DatabaseError when that can't be."""
    (path,) = (file for _seq, schema, file in db.execute("PRAGMA database_list").fetchall() if schema == "main")
    folder = Path(path).parent / FOLDER
    try:
        with in_words(folder):
            folder.mkdir(mode=0o700, exist_ok=True)
            for cut_off in folder.glob(f"*-before-update.db{PART}"):
                discard(cut_off)
        # Its tables can't be compared with its log by a program of another version; that the file is sound can be seen.
        copy_out(db, folder / name(now, before_update=True), lambda _copy: None)
    except OmniSyncError as error:
        raise DatabaseError(
            _("The database was left as it is, because it could not be copied before the update: {reason}").format(
                reason=error
            )
        ) from error


def _is_older(db: sqlite3.Connection) -> bool:
    """Whether an older OmniSync wrote the file; a new one is not older."""
    done = int(db.execute("PRAGMA user_version").fetchone()[0])
    if not done or done > len(migrations()):
        return False
    tables = db.execute("SELECT value FROM meta WHERE key = 'tables'").fetchone()
    return tables is not None and (done < len(migrations()) or int(tables[0]) != TABLES_VERSION)


def migrations() -> list[str]:
    """The log's migrations in order."""
    folder = files("omnisync.log").joinpath("sql", "migrations")
    return [each.read_text("utf-8") for each in sorted(folder.iterdir(), key=lambda each: each.name)]


def migrate(db: sqlite3.Connection) -> None:
    """Run the migrations that this file has not seen, each in one transaction with its number."""
    steps = migrations()
    done = int(db.execute("PRAGMA user_version").fetchone()[0])
    if done > len(steps):
        raise DatabaseTooNew(_("This database was written by a newer OmniSync. Update OmniSync to open it."))
    for number, step in enumerate(steps[done:], start=done + 1):
        db.executescript(f"BEGIN IMMEDIATE;\n{step}\nPRAGMA user_version = {number};\nCOMMIT;")


def _first(db: sqlite3.Connection, now: int) -> None:
    with transaction(db):
        make_tables(db)
        meta = {"tables": str(TABLES_VERSION), "site": secrets.token_hex(8), "generation": "1", "made_at": str(now)}
        db.executemany("INSERT INTO meta VALUES (?, ?)", list(meta.items()))

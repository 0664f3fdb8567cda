"""Brings a database file to this version: the log by numbered migrations, the tables by a rebuild."""

from __future__ import annotations

import secrets
import sqlite3
from importlib.resources import files

from omnisync.errors import DatabaseTooNew
from omnisync.log.apply import TABLES_VERSION
from omnisync.log.rebuild import make_tables, rebuild
from omnisync.log.transaction import transaction
from omnisync.text import _


def prepare(db: sqlite3.Connection, now: int) -> str:
    """Make or update everything in the file; answers the site's id.

    Raises DatabaseTooNew when a newer OmniSync wrote it, sqlite3.Error for what SQLite says.
    """
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA temp_store = MEMORY")
    migrate(db)
    version = db.execute("SELECT value FROM meta WHERE key = 'tables'").fetchone()
    if version is None:
        _first(db, now)
    elif int(version[0]) != TABLES_VERSION:
        rebuild(db)
    return str(db.execute("SELECT value FROM meta WHERE key = 'site'").fetchone()[0])


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

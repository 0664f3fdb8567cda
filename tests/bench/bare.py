"""The floor: the same rows into the same tables with nothing but sqlite3 and executemany."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.measure import took

from omnisync.log.migrate import migrate, migrations
from omnisync.log.rebuild import make_tables, statements, table_names

Rows = dict[str, list[tuple[Any, ...]]]
"""Everything that stands in the log and in the tables made from it, by table."""


def empty(path: Path) -> sqlite3.Connection:
    """A database with our tables, set up as the writer sets its own up."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA temp_store = MEMORY")
    migrate(db)
    make_tables(db)
    return db


def schema() -> str:
    """A short name for the tables as they are now."""
    return hashlib.blake2b("".join((*migrations(), *statements())).encode(), digest_size=4).hexdigest()


def rows_of(path: Path) -> Rows:
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return {name: db.execute(_select(name)).fetchall() for name in ["event", *table_names(db)]}
    finally:
        db.close()


def added(after: Rows, before: Rows) -> Rows:
    """The rows that were not there before, or not so."""
    return {name: sorted(set(rows).difference(before[name])) for name, rows in after.items()}


def fill(db: sqlite3.Connection, rows: Rows) -> None:
    """Write them in one transaction."""
    db.execute("BEGIN IMMEDIATE")
    for name, some in rows.items():
        if some:
            db.executemany(_insert(name, some[0]), some)
    db.execute("COMMIT")


def filling(folder: Path, rows: Rows, before: Rows | None = None) -> float:
    """Milliseconds to write these rows into a new database, or into one that has those of ``before``."""
    path = folder / "bare.db"
    remove(path)
    db = empty(path)
    try:
        if before:
            fill(db, before)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with took() as time:
            fill(db, rows)
    finally:
        db.close()
    return time.wall


def remove(path: Path) -> None:
    """The database and what stands beside it."""
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)


def _select(table: str) -> str:
    return f"SELECT {'rowid, text' if table == 'search' else '*'} FROM {table}"


def _insert(table: str, row: Sequence[Any]) -> str:
    columns = " (rowid, text)" if table == "search" else ""
    return f"INSERT OR REPLACE INTO {table}{columns} VALUES ({', '.join('?' * len(row))})"

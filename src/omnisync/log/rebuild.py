"""The tables from nothing: made anew from the log in place, or beside it to compare (P1)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from omnisync.log.apply import TABLES_VERSION, apply
from omnisync.log.state import State
from omnisync.model.events import decode

_STEP = 20_000
"""Events between two write-backs: bounds the memory of a rebuild."""

Progress = Callable[[int, int], None]
"""Told now and then: events done, events in all."""


@lru_cache
def _tables_sql() -> str:
    return files("omnisync.log").joinpath("sql", "tables.sql").read_text("utf-8")


def statements() -> list[str]:
    """The statements of tables.sql one by one (executescript would commit a transaction)."""
    found: list[str] = []
    text = ""
    for line in _tables_sql().splitlines():
        text += line + "\n"
        if sqlite3.complete_statement(text):
            found.append(text)
            text = ""
    return found


def make_tables(db: sqlite3.Connection) -> None:
    """Make the empty tables."""
    for statement in statements():
        db.execute(statement)


def table_names(db: sqlite3.Connection) -> list[str]:
    """The tables made from events, in name order (the search index by its virtual table)."""
    scratch = sqlite3.connect(":memory:")
    make_tables(scratch)
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'search_*' ORDER BY name"
    names = [name for (name,) in scratch.execute(sql).fetchall()]
    scratch.close()
    return names


def rebuild(db: sqlite3.Connection, progress: Progress = lambda _done, _total: None) -> int:
    """Drop the tables and make them anew from the log, in one transaction; answers the number of events."""
    db.execute("BEGIN IMMEDIATE")
    try:
        for name in table_names(db):
            db.execute(f"DROP TABLE IF EXISTS {name}")
        make_tables(db)
        done = replay(db, db, progress)
        db.execute("INSERT OR REPLACE INTO meta VALUES ('tables', ?)", (str(TABLES_VERSION),))
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    return done


def replay(source: sqlite3.Connection, target: sqlite3.Connection, progress: Progress, until: int | None = None) -> int:
    """Apply the log of one connection to the tables of another, up to a seq if one is given; the number of events."""
    total = int(source.execute("SELECT count(*) FROM event").fetchone()[0])
    state = State(target)
    done, after = 0, 0
    while True:
        sql = "SELECT seq, at, payload FROM event WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
        events = source.execute(sql, (after, until or 2**62, _STEP)).fetchall()
        if not events:
            return done
        for seq, at, payload in events:
            apply(state, seq, at, decode(payload))
        state.flush()
        state.trim()
        after = events[-1][0]
        done += len(events)
        progress(done, total)


@dataclass(frozen=True, slots=True)
class Difference:
    """A table that a rebuild would change: rows only in the live one, rows only in the rebuilt one."""

    table: str
    live_only: int
    rebuilt_only: int


def verify(db: sqlite3.Connection, progress: Progress = lambda _done, _total: None) -> list[Difference]:
    """Rebuild in memory and compare with the live tables; writes nothing. Empty means equal.

    ``db`` is read within one snapshot, so a daemon may write meanwhile.
    """
    beside = sqlite3.connect(":memory:", isolation_level=None)
    try:
        make_tables(beside)
        db.execute("BEGIN")
        beside.execute("BEGIN")
        replay(db, beside, progress)
        return [found for name in table_names(db) if (found := _compare(name, db, beside))]
    finally:
        beside.close()
        if db.in_transaction:
            db.execute("COMMIT")


def _compare(table: str, live: sqlite3.Connection, rebuilt: sqlite3.Connection) -> Difference | None:
    columns = "rowid, text" if table == "search" else "*"
    sql = f"SELECT {columns} FROM {table}"
    ours, theirs = set(live.execute(sql).fetchall()), set(rebuilt.execute(sql).fetchall())
    if ours == theirs:
        return None
    return Difference(table, len(ours - theirs), len(theirs - ours))

"""The tables from nothing: made anew from the log in place, or beside it to compare (P1)."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from omnisync.log import stored
from omnisync.log.apply import TABLES_VERSION, apply
from omnisync.log.state import State
from omnisync.model.events import decode_all

_MOST_DOCUMENTS, _MOST_OTHERS = 50_000, 500_000
"""Rows of one table that stay in memory: of orders and batches, and of everything else."""

_MOST_NOTED = 1_000_000
"""Traces, and changes of one table, that wait to be written."""

_NEEDED = ("listing_product", "reservation_product", "batch_open")
"""Indexes which the state itself looks things up by; they are small."""

_PAGES = -64_000
"""SQLite's cache during a rebuild, in its own terms: 64 MB."""

Progress = Callable[[int, int], None]
"""Told now and then: events done, events in all."""


@lru_cache
def statements() -> tuple[str, ...]:
    """The statements of tables.sql one by one (executescript would commit a transaction)."""
    found: list[str] = []
    text = ""
    for line in files("omnisync.log").joinpath("sql", "tables.sql").read_text("utf-8").splitlines():
        text += line + "\n"
        if sqlite3.complete_statement(text):
            found.append(text)
            text = ""
    return tuple(found)


def make_tables(db: sqlite3.Connection) -> None:
    """Make the empty tables."""
    for statement in statements():
        db.execute(statement)


def table_names(db: sqlite3.Connection) -> list[str]:
    """The tables made from events, in name order (the search index by its virtual table)."""
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'search_*' ORDER BY name"
    with closing(sqlite3.connect(":memory:")) as scratch:
        make_tables(scratch)
        return [name for (name,) in scratch.execute(sql).fetchall()]


def rebuild(db: sqlite3.Connection, progress: Progress = lambda _done, _total: None) -> int:
    """Drop the tables and make them anew from the log, in one transaction; answers the number of events."""
    cache = db.execute("PRAGMA cache_size").fetchone()[0]
    db.execute(f"PRAGMA cache_size = {_PAGES}")
    db.execute("BEGIN IMMEDIATE")
    try:
        for name in table_names(db):
            db.execute(f"DROP TABLE IF EXISTS {name}")
        done = fill(db, db, progress)
        db.execute("INSERT OR REPLACE INTO meta VALUES ('tables', ?)", (str(TABLES_VERSION),))
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    finally:
        db.execute(f"PRAGMA cache_size = {cache}")
    return done


def fill(source: sqlite3.Connection, target: sqlite3.Connection, progress: Progress, until: int | None = None) -> int:
    """Make the tables in ``target`` from the log of ``source``, up to a seq if one is given; the number of events."""
    # Indexes come last: sorting once is several times quicker than keeping order all the time.
    later = [each for each in statements() if _is_index(each) and not any(name in each for name in _NEEDED)]
    for statement in statements():
        if statement not in later:
            target.execute(statement)
    with _without_collector():
        done = _replay(source, target, progress, until)
    for statement in later:
        target.execute(statement)
    return done


def _is_index(statement: str) -> bool:
    return "CREATE INDEX" in statement or "CREATE UNIQUE INDEX" in statement


@contextmanager
def _without_collector() -> Iterator[None]:
    """Looking for cycles among a million rows that are all in use takes longer than making them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _replay(source: sqlite3.Connection, target: sqlite3.Connection, progress: Progress, until: int | None) -> int:
    total = stored.count(source)
    state = State(target, empty=True, indexes=False)
    done = 0
    for events in stored.facts(source, until=until):
        decoded = decode_all([payload for _, _, payload in events])
        for (seq, at, _), event in zip(events, decoded, strict=True):
            apply(state, seq, at, event)
        state.spill(_MOST_DOCUMENTS, _MOST_OTHERS, _MOST_NOTED)
        done += len(events)
        progress(done, total)
    state.flush()
    # Its rows refer to each other in circles: left to the collector, they would take as long as a tenth of all this.
    state.forget()
    return done


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
        db.execute("BEGIN")
        beside.execute("BEGIN")
        fill(db, beside, progress)
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

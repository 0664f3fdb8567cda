"""How the database file itself is: readable, sound, how large; asked by `omnisync check`, backup and restore."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from omnisync.log import stored
from omnisync.log.reader import Reader

_MENDED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
"""The first version of each line of SQLite in which a write from two programs at once can't damage a database."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What an examination found; ``faults`` is empty when SQLite finds the file sound."""

    faults: tuple[str, ...]
    events: int
    newest: int
    generation: int


def examine(reader: Reader) -> Condition:
    """Check the whole file (a second per gigabyte) and count."""
    faults = quick_check(reader.db)
    if faults:
        return Condition(faults, 0, 0, 0)
    events, newest = reader.ask(lambda db: (stored.count(db), stored.newest_at(db)))
    generation = reader.one("SELECT value FROM meta WHERE key = 'generation'")
    return Condition((), events, newest, int(generation or 1))


def quick_check(db: sqlite3.Connection) -> tuple[str, ...]:
    """What SQLite finds wrong with the file."""
    try:
        found = [str(text) for (text,) in db.execute("PRAGMA quick_check(10)").fetchall()]
    except sqlite3.Error as error:
        return (str(error),)
    return () if found == ["ok"] else tuple(found)


def needs_one_writer(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite could damage a database that a second program writes to at the same time."""
    return not any(version[:2] == mended[:2] and version >= mended for mended in _MENDED) and version < _MENDED[-1]

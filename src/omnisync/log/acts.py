"""What was done as one: which act an event belongs to, which was the last, and the events of one."""

from __future__ import annotations

import sqlite3
from typing import Any

from omnisync.log import stored
from omnisync.log.rows import ActRow
from omnisync.log.state import State
from omnisync.model.events import ActKind, Event, decode


def last(state: State) -> ActRow | None:
    """The last act of a person that is in force and is no undo itself."""
    sql = "SELECT seq FROM act WHERE undone_by = 0 AND kind NOT IN (?, ?) ORDER BY seq DESC LIMIT 1"
    return _row(state, state.select(sql, ActKind.UNDO, ActKind.IMPORT))


def of_event(state: State, seq: int) -> ActRow | None:
    """The act that the event belongs to, if it belongs to one."""
    found = _row(state, state.select("SELECT seq FROM act WHERE seq >= ? ORDER BY seq LIMIT 1", seq))
    return found if found is not None and found.first <= seq else None


def _row(state: State, found: list[tuple[Any, ...]]) -> ActRow | None:
    return state.acts.get(found[0][0]) if found else None


def events(db: sqlite3.Connection, act: ActRow) -> list[Event]:
    """The events of an act, the newest first, without the one that closes it."""
    found = [decode(payload) for some in stored.facts(db, act.first - 1, act.seq - 1) for _seq, _at, payload in some]
    return found[::-1]


def done_at(db: sqlite3.Connection, act: ActRow) -> tuple[int, str]:
    """When an act was done (milliseconds UTC), and by whom."""
    return next(((each.at, each.actor) for each in stored.at(db, [act.seq])), (0, ""))

"""The health rows: what a stopped daemon last knew of its connections."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from omnisync.log.transaction import transaction


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One connector's health; ``state`` is ok, limited, down, refused or paused; times in milliseconds UTC.

    ``line`` says which way is meant, "read" or "write".
    """

    connector: str
    state: str
    reason: str
    since: int
    failures: int
    next_try: int
    last_orders: int
    last_push: int
    last_catalogue: int
    calls: int
    errors: int
    line: str = "read"


def save_health(db: sqlite3.Connection, rows: Sequence[HealthRow]) -> None:
    """Keep these rows, where they changed."""
    known = {row.connector: row for row in load_health(db)}
    changed = [astuple(row) for row in rows if known.get(row.connector) != row]
    if changed:
        with transaction(db):
            db.executemany(f"INSERT OR REPLACE INTO health VALUES ({', '.join('?' * 12)})", changed)


def load_health(db: sqlite3.Connection) -> list[HealthRow]:
    """The rows as last saved."""
    return [HealthRow(*values) for values in db.execute("SELECT * FROM health ORDER BY connector").fetchall()]

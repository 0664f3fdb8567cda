"""A transaction that never stays open, whatever happens within it or at its end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Everything within is written together, or nothing.

    On a full disk SQLite sometimes rolls back by itself and sometimes leaves that to the caller, who would
    keep every later transaction from starting by forgetting it.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise

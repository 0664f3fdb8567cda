"""Read-only sight of the database, for the command line and the screens, in the daemon's process or another.

Every call reads everything at once: an open cursor would keep the write-ahead log growing. Imports
nothing but the standard library, so that the first rows are on the screen at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self, TypeVar

from omnisync.errors import DatabaseError
from omnisync.text import _

T = TypeVar("T")


class Reader:
    """A connection in ``mode=ro``. Raises DatabaseError when there is no database, or none that can be read."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise DatabaseError(
                _(
                    "There is no data yet in {folder}. `omnisync init` sets a shop up, `omnisync daemon` runs it; "
                    "`omnisync demo` shows a sample shop."
                ).format(folder=path.parent)
            )
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with ExitStack() as unless_it_goes_well:
            try:
                self.db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
                unless_it_goes_well.callback(self.db.close)
                self.db.execute("PRAGMA query_only = ON")
                self.db.execute("SELECT 1 FROM meta").fetchone()
            except sqlite3.Error as error:
                raise _unreadable(path, error) from error
            unless_it_goes_well.pop_all()
        self.path = path

    def close(self) -> None:
        """Close the connection."""
        self.db.close()

    def __enter__(self) -> Self:
        """The reader itself."""
        return self

    def __exit__(self, *_exc: object) -> None:
        """Close the connection."""
        self.close()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        try:
            return self.db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise _unreadable(self.path, error) from error

    def one(self, sql: str, *values: Any) -> Any:
        """The first column of the first row, or None."""
        found = self.rows(sql, *values)
        return found[0][0] if found else None

    def ask(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """What the function reads, all of it at one moment."""
        outermost = not self.db.in_transaction
        try:
            if outermost:
                self.db.execute("BEGIN")
            return function(self.db)
        except sqlite3.Error as error:
            raise _unreadable(self.path, error) from error
        finally:
            if outermost and self.db.in_transaction:
                self.db.execute("COMMIT")

    def complete(self) -> bool:
        """Whether all tables are there: a database that is just being made shows itself before they are."""
        return self.one("SELECT 1 FROM meta WHERE key = 'tables'") is not None

    def version(self) -> int:
        """A number that changes whenever the database does (3 microseconds)."""
        return int(self.db.execute("PRAGMA data_version").fetchone()[0])


class Within(Reader):
    """What stands on a connection that is open already, such as the writer's within its transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.path = Path()


def _unreadable(path: Path, error: sqlite3.Error) -> DatabaseError:
    return DatabaseError(_("The database {path} can't be read: {reason}").format(path=path, reason=error))

"""Old events packed: closed ranges of the log, each compressed into one row, so that years of it stay small.

Nothing is lost by it: an event comes back from its range with the very payload that it had, and whoever
reads events goes through `log.stored`, which looks in both places. A range is small enough to be unpacked in
a fraction of a millisecond, because the story of one product may lie in dozens of them.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from omnisync.log.transaction import transaction


class Stored(NamedTuple):
    """One event as it stands in the log: the columns of the table ``event`` in their order."""

    seq: int
    site: str
    stream: str
    type: str
    at: int
    actor: str
    payload: str


_MOST_EVENTS, _MOST_BYTES = 200, 64_000
"""How large a range may grow, before it is compressed."""

_Columns = tuple[list[int], list[str], list[str], list[str], list[int], list[str], list[str]]


def pack(events: Sequence[Stored]) -> bytes:
    """The events column by column, compressed."""
    import msgspec  # Here, because the first screen asks for the newest number only and must not wait for it.

    return zlib.compress(msgspec.msgpack.encode(tuple(zip(*events, strict=True))), 9)


def columns(packed: bytes) -> _Columns:
    """The columns of a packed range. Raises sqlite3.DatabaseError when it is damaged."""
    import msgspec

    try:
        found: _Columns = msgspec.msgpack.decode(zlib.decompress(packed), type=_Columns)
    except (zlib.error, msgspec.DecodeError) as error:
        raise sqlite3.DatabaseError(f"a range of archived events is damaged: {error}") from error
    return found


def unpack(packed: bytes) -> list[Stored]:
    """The events of a packed range. Raises sqlite3.DatabaseError when it is damaged."""
    return list(map(Stored._make, zip(*columns(packed), strict=True)))


def archive_next(db: sqlite3.Connection, before: int) -> int:
    """Pack the oldest range of events that are older than ``before``, in a transaction; answers how many.

    Zero when no whole range is that old. The newest event always stays where it is: it tells the next number.
    """
    sql = "SELECT * FROM event WHERE seq < (SELECT max(seq) FROM event) ORDER BY seq LIMIT ?"
    events = _range([Stored._make(row) for row in db.execute(sql, (_MOST_EVENTS,)).fetchall()])
    if not events or max(event.at for event in events) >= before:
        return 0
    first, last = events[0].seq, events[-1].seq
    streams = sorted({event.stream for event in events})
    with transaction(db):
        row = (first, last, max(event.at for event in events), len(events), pack(events))
        db.execute("INSERT INTO event_archive VALUES (?, ?, ?, ?, ?)", row)
        db.executemany("INSERT INTO event_archive_stream VALUES (?, ?)", [(stream, first) for stream in streams])
        db.execute("DELETE FROM event WHERE seq <= ?", (last,))
    return len(events)


def _range(events: list[Stored]) -> list[Stored]:
    """The first events that make a whole range; none when they are too few for one."""
    size = 0
    for at, event in enumerate(events, start=1):
        size += len(event.payload)
        if size >= _MOST_BYTES:
            return events[:at]
    return events if len(events) == _MOST_EVENTS else []

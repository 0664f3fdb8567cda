"""The one way to read events back: by number, by product, by stream, by time; archived or not makes no difference.

Nobody else reads the tables ``event`` and ``event_archive``. Each of these functions looks into both, and must see
both at one moment: outside the writer, call them through `Reader.ask`.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain, islice
from typing import TypeAlias

from omnisync.log.archive import Stored, columns, unpack

Fact: TypeAlias = tuple[int, int, str]
"""An event as a replay needs it: seq, time, payload."""

_STEP = 5_000
"""Events read at once."""

_LAST = 2**62


def head(db: sqlite3.Connection) -> int:
    """The number of the newest event, 0 in an empty log."""
    return int(db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])


def newest_at(db: sqlite3.Connection) -> int:
    """When the newest event happened, 0 in an empty log."""
    found = db.execute("SELECT at FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    return int(found[0]) if found else 0


def count(db: sqlite3.Connection) -> int:
    """How many events there are in all."""
    sql = "SELECT (SELECT count(*) FROM event) + (SELECT coalesce(sum(events), 0) FROM event_archive)"
    return int(db.execute(sql).fetchone()[0])


def facts(db: sqlite3.Connection, after: int = 0, until: int | None = None) -> Iterator[list[Fact]]:
    """Every event after one and up to another, the oldest first, in lists of some thousand: for a replay."""
    last = _LAST if until is None else until
    reached = after
    for packed in _ranges(db, after, last):
        seqs, _sites, _streams, _types, times, _actors, payloads = columns(packed)
        some = list(zip(seqs, times, payloads, strict=True))
        if seqs[0] <= after or seqs[-1] > last:
            some = [fact for fact in some if after < fact[0] <= last]
        if some:
            reached = some[-1][0]
            yield some
    sql = "SELECT seq, at, payload FROM event WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
    while some := db.execute(sql, (reached, last, _STEP)).fetchall():
        reached = some[-1][0]
        yield some


def _ranges(db: sqlite3.Connection, after: int, last: int) -> Iterator[bytes]:
    """The packed ranges that may hold events after one and up to another, the oldest first."""
    sql = (
        "SELECT first_seq, last_seq, packed FROM event_archive WHERE first_seq > ? AND first_seq <= ? AND last_seq > ?"
    )
    sql += " ORDER BY first_seq LIMIT 1"
    found = db.execute("SELECT max(first_seq) FROM event_archive WHERE first_seq <= ?", (after,)).fetchone()
    reached = (found[0] or 0) - 1
    while row := db.execute(sql, (reached, last, after)).fetchone():
        reached = row[0]
        yield row[2]


def newest(db: sqlite3.Connection, limit: int, before: int = _LAST) -> list[Stored]:
    """The newest events with a number under ``before``, the newest first."""
    sql = "SELECT * FROM event WHERE seq < ? ORDER BY seq DESC LIMIT ?"
    live = map(Stored._make, db.execute(sql, (before, limit)).fetchall())
    old = (event for event in _backwards(db, "", before) if event.seq < before)
    return list(islice(chain(live, old), limit))


def of_stream(db: sqlite3.Connection, stream: str, limit: int, before: int = _LAST) -> list[Stored]:
    """The newest events of a stream with a number under ``before``, the newest first."""
    sql = "SELECT * FROM event WHERE stream = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
    live = map(Stored._make, db.execute(sql, (stream, before, limit)).fetchall())
    old = (event for event in _backwards(db, stream, before) if event.stream == stream and event.seq < before)
    return list(islice(chain(live, old), limit))


def of_streams(
    db: sqlite3.Connection, streams: Collection[str], before: int = _LAST, without: Collection[str] = ()
) -> list[Stored]:
    """Every event of these streams with a number under ``before``, in no order, but for those ``without`` types."""
    asked = json.dumps([*streams])
    sql = f"SELECT * FROM event WHERE stream IN (SELECT value FROM json_each(?)) AND seq < ?{_no(without)}"
    found = list(map(Stored._make, db.execute(sql, (asked, before, *without)).fetchall()))
    sql = """SELECT packed FROM event_archive WHERE first_seq IN (SELECT first_seq FROM event_archive_stream
        WHERE stream IN (SELECT value FROM json_each(?)) AND first_seq < ?)"""
    for (packed,) in db.execute(sql, (asked, before)).fetchall():
        some = (event for event in unpack(packed) if event.stream in streams and event.seq < before)
        found += [event for event in some if event.type not in without]
    return found


def _no(types: Collection[str]) -> str:
    return f" AND type NOT IN ({', '.join('?' * len(types))})" if types else ""


def of_product(db: sqlite3.Connection, product: int, limit: int, before: int = _LAST) -> list[Stored]:
    """The newest events that touched a product (by id) with a number under ``before``, the newest first."""
    sql = "SELECT seq FROM event_product WHERE product = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
    return at(db, [seq for (seq,) in db.execute(sql, (product, before, limit)).fetchall()])


def at(db: sqlite3.Connection, seqs: Iterable[int], without: Collection[str] = ()) -> list[Stored]:
    """The events of these numbers, the newest first, but for those ``without`` types.

    A number that there is not is left out.
    """
    wanted = sorted(set(seqs), reverse=True)
    sql = f"SELECT * FROM event WHERE seq IN (SELECT value FROM json_each(?)){_no(without)} ORDER BY seq DESC"
    found = [Stored._make(row) for row in db.execute(sql, (json.dumps(wanted), *without)).fetchall()]
    oldest = db.execute("SELECT coalesce(min(seq), ?) FROM event", (_LAST,)).fetchone()[0]
    missing = [seq for seq in wanted if seq < oldest]
    sql = "SELECT first_seq, packed FROM event_archive WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1"
    while missing:
        row = db.execute(sql, (missing[0],)).fetchone()
        if row is None:
            break
        mine = {seq for seq in missing if seq >= row[0]}
        found += [event for event in reversed(unpack(row[1])) if event.seq in mine and event.type not in without]
        missing = missing[len(mine) :]
    return found


def _backwards(db: sqlite3.Connection, stream: str, before: int) -> Iterator[Stored]:
    """Archived events, the newest first, of all ranges or of those that have the stream."""
    source = "event_archive a"
    condition = "a.first_seq < ?"
    if stream:
        source = "event_archive_stream s JOIN event_archive a ON a.first_seq = s.first_seq"
        condition = "s.stream = ? AND s.first_seq < ?"
    order = "s.first_seq" if stream else "a.first_seq"
    sql = f"SELECT a.first_seq, a.packed FROM {source} WHERE {condition} ORDER BY {order} DESC LIMIT 1"
    while row := db.execute(sql, (stream, before) if stream else (before,)).fetchone():
        before = row[0]
        yield from reversed(unpack(row[1]))


def seq_at(db: sqlite3.Connection, moment: int) -> int:
    """The number of the last event that had happened at that time (milliseconds UTC), 0 when there was none."""
    oldest = db.execute("SELECT at FROM event ORDER BY seq LIMIT 1").fetchone()
    if oldest is not None and oldest[0] <= moment:
        return _bisect(db, "SELECT seq, at FROM event WHERE seq <= ? ORDER BY seq DESC LIMIT 1", head(db), moment)
    last = db.execute("SELECT coalesce(max(last_seq), 0) FROM event_archive").fetchone()[0]
    by_range = "SELECT last_seq, last_at FROM event_archive WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1"
    whole = _bisect(db, by_range, last, moment)
    row = db.execute("SELECT packed FROM event_archive WHERE first_seq > ? ORDER BY first_seq LIMIT 1", (whole,))
    for (packed,) in row.fetchall():
        seqs, _sites, _streams, _types, times, _actors, _payloads = columns(packed)
        if within := bisect_right(times, moment):
            return seqs[within - 1]
    return whole


def _bisect(db: sqlite3.Connection, sql: str, last: int, moment: int) -> int:
    """The greatest number that the query gives together with a time up to the moment; times grow with numbers."""
    probe: Callable[[int], tuple[int, int] | None] = lambda seq: db.execute(sql, (seq,)).fetchone()  # noqa: E731
    low, high = 0, last
    while low < high:
        middle = (low + high + 1) // 2
        found = probe(middle)
        if found is None or found[1] <= moment:
            low = middle
        else:
            high = middle - 1
    found = probe(low)
    return found[0] if found is not None and found[1] <= moment else 0

"""The one writer: events and the tables made from them, in one transaction, on one thread (P11).

A caller hands over a function that looks at the state and appends events; everything that is
waiting when the writer comes round shares one transaction and one fsync (group commit), and each
caller is answered when its own events are on disk. A cancelled caller drops the waiting, not the work.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import aiosqlite

from omnisync.errors import DatabaseError, DatabaseReadOnly, DiskFull, OmniSyncError
from omnisync.log import stored
from omnisync.log.apply import apply
from omnisync.log.migrate import Keep, keep_copy, prepare
from omnisync.log.state import State
from omnisync.model.events import Event, encode, tag
from omnisync.ports import Clock
from omnisync.text import _

T = TypeVar("T")

Opener = Callable[[Callable[[], sqlite3.Connection]], Awaitable["WriterConnection"]]
"""Opens the writer's connection; a simulation hands in one that needs no thread."""


class WriterConnection(aiosqlite.Connection):
    """aiosqlite's connection and thread, with one method more: a whole transaction in one hop."""

    async def hop(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run the function with the connection on its thread."""
        return await self._execute(function, self._conn)  # type: ignore[no-any-return,no-untyped-call]

    def wait_for_thread(self) -> None:
        """Return when the thread, which was told to stop, has ended."""
        self._thread.join()


async def open_on_thread(connector: Callable[[], sqlite3.Connection]) -> WriterConnection:
    """The ordinary way: a connection on a thread of its own."""
    connection = WriterConnection(connector, iter_chunk_size=64)
    try:
        await connection
    except BaseException:
        # It was told to stop and not waited for: it would speak to a loop that may be closed by then.
        connection.wait_for_thread()
        raise
    return connection


@dataclass(slots=True)
class Change:
    """What a caller may do within a transaction: look at ``state``, append events, move cursors.

    Everything is on disk, or nothing, when ``Log.transact`` returns.
    """

    state: State
    site: str
    at: int
    actor: str
    next_seq: int
    rows: list[tuple[Any, ...]]

    def append(self, event: Event, stream: str = "") -> int:
        """Append the event and apply it at once; answers its seq. ``stream`` groups it with its story."""
        seq = self.next_seq
        self.next_seq += 1
        payload = encode(event).decode()
        self.rows.append((seq, self.site, stream or _stream(event), tag(event), self.at, self.actor, payload))
        apply(self.state, seq, self.at, event)
        self.state.news.happened(seq, event, woke=bool(self.state.woken))
        return seq

    def set_cursor(self, connector: str, feed: str, mark: str) -> None:
        """A feed was read up to there."""
        self.state.db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?)", (connector, feed, mark, self.at))

    def cursor(self, connector: str, feed: str) -> str:
        """How far a feed was read, "" for never."""
        sql = "SELECT mark FROM cursor WHERE connector = ? AND feed = ?"
        found = self.state.db.execute(sql, (connector, feed)).fetchone()
        return found[0] if found else ""

    def answered(self, command: str) -> str | None:
        """The stored answer (JSON) to a command of that id, if it was carried out before."""
        found = self.state.db.execute("SELECT result FROM command WHERE id = ?", (command,)).fetchone()
        return found[0] if found else None

    def answer(self, command: str, result: str) -> None:
        """Remember the answer to a command, in the transaction that carries it out."""
        self.state.db.execute("INSERT INTO command VALUES (?, ?, ?)", (command, self.at, result))


def _stream(event: Event) -> str:
    store = getattr(event, "store", "") or getattr(event, "connector", "")
    number = getattr(event, "number", "")
    if number:
        return f"order:{store}:{number}"
    return f"store:{store}" if store else "erp"


@dataclass(slots=True)
class _Job(Generic[T]):
    decide: Callable[[Change], T]
    actor: str
    done: asyncio.Future[T]


class Log:
    """The event log and its tables, open for writing. Made by ``Log.open``; there is one per process."""

    def __init__(self, connection: WriterConnection, path: Path, site: str, clock: Clock) -> None:
        self.path = path
        self.site = site
        self.clock = clock
        self.on_commit: Callable[[set[str]], None] = lambda _: None
        """Called on the loop after each commit that woke a store (by name) or the ERP ("")."""
        self._connection = connection
        self._waiting: list[_Job[Any]] = []
        self._wake = asyncio.Event()
        self._woken: set[str] = set()
        self._pump: asyncio.Task[None]
        self._closed = False
        self._state: State
        self._next_seq = 0
        self._rested_at = 0

    @classmethod
    async def open(cls, path: Path, clock: Clock, opener: Opener = open_on_thread, keep: Keep = keep_copy) -> Log:
        """Open (or make) the database and bring it up to date, after a copy was kept. Raises DatabaseError."""
        connection = await opener(lambda: _connect(path))
        try:
            site = await connection.hop(lambda db: _translated(lambda: prepare(db, clock.now(), keep)))
            log = cls(connection, path, site, clock)
            log._next_seq = await connection.hop(log._begin)
        except BaseException:
            await connection.close()
            raise
        log._pump = asyncio.get_running_loop().create_task(log._run(), name="log writer")
        return log

    @property
    def is_new(self) -> bool:
        """Whether nothing has ever happened in this shop."""
        return self._next_seq == 1

    def _begin(self, db: sqlite3.Connection) -> int:
        last = stored.head(db)
        self._state = State(db, empty=not last)
        return last + 1

    async def transact(self, decide: Callable[[Change], T], actor: str = "daemon") -> T:
        """Run the function within a transaction and give its result once everything is on disk.

        Its exception is raised here, and then nothing of it was written. Raises DiskFull,
        DatabaseReadOnly and DatabaseError for what the database says.
        """
        if self._closed or self._pump.done():
            raise DatabaseError(_("The database is closed."))
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Job(decide, actor, done))
        self._wake.set()
        return await done

    async def append(self, *events: Event, actor: str = "daemon") -> None:
        """Append these events in one transaction."""

        def decide(change: Change) -> None:
            for event in events:
                change.append(event)

        await self.transact(decide, actor)

    async def query(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run something on the writer's own connection between transactions (health rows, maintenance)."""

        def run(db: sqlite3.Connection) -> T:
            return _translated(lambda: function(db))

        return await self._connection.hop(run)

    async def reset(self) -> None:
        """The tables were replaced under the state: read everything anew."""
        await self._connection.hop(lambda _: self._state.forget())

    async def rest(self) -> bool:
        """Drop rows from memory if nothing was appended since the last call; answers whether that was so."""
        quiet, self._rested_at = self._rested_at == self._next_seq, self._next_seq
        if quiet:
            await self._connection.hop(self._rest)
        return quiet

    def _rest(self, db: sqlite3.Connection) -> None:
        self._state.trim(0)
        db.execute("PRAGMA shrink_memory")

    async def close(self) -> None:
        """Finish what is waiting, then close; safe against cancellation."""
        if not self._closed:
            self._closed = True
            self._wake.set()
            await asyncio.shield(self._shut())

    async def _shut(self) -> None:
        await self._pump
        await self._connection.close()

    async def _run(self) -> None:
        jobs: list[_Job[Any]] = []
        try:
            while not self._closed or self._waiting:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    jobs, self._waiting = self._waiting, []
                    await self._commit(jobs)
                    # What they brought along may be a whole catalogue: it is not kept until the next one comes.
                    jobs = []
        finally:
            # However this ends, nobody may be left waiting for an answer.
            for job in (*jobs, *self._waiting):
                if not job.done.done():
                    job.done.set_exception(DatabaseError(_("The database is closed.")))

    async def _commit(self, jobs: list[_Job[Any]]) -> None:
        answers = await self._connection.hop(lambda db: self._group(db, jobs))
        woken, self._woken = self._woken, set()
        for job, (result, error) in zip(jobs, answers, strict=True):
            if job.done.done():
                continue
            if error is not None:
                job.done.set_exception(error)
            else:
                job.done.set_result(result)
        if woken:
            self.on_commit(woken)

    def _group(self, db: sqlite3.Connection, jobs: list[_Job[Any]]) -> list[tuple[Any, BaseException | None]]:
        """All jobs in one transaction; if one fails, each in its own, so that it fails alone."""
        try:
            return [(result, None) for result in self._together(db, jobs)]
        except Exception as error:
            if len(jobs) == 1:
                return [(None, _ours(error))]
        return [answer for job in jobs for answer in self._group(db, [job])]

    def _together(self, db: sqlite3.Connection, jobs: list[_Job[Any]]) -> list[Any]:
        state = self._state
        change = Change(state, self.site, self.clock.now(), "", self._next_seq, [])
        db.execute("BEGIN IMMEDIATE")
        try:
            results = []
            for job in jobs:
                change.actor = job.actor
                results.append(job.decide(change))
            state.flush()
            if change.rows:
                db.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", change.rows)
            db.execute("COMMIT")
        except BaseException:
            state.forget()
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        self._next_seq = change.next_seq
        # Kept apart from the state, which the failure of the next job would have forget everything.
        self._woken |= state.woken
        state.woken.clear()
        state.trim()
        return results


def _connect(path: Path) -> sqlite3.Connection:
    with suppress(OSError):  # It is there already; and what is wrong with the folder, SQLite says next.
        # Customers and their keys stand in it: nobody else may read it, not even in a folder that others can enter.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise _ours(error) from error
    db.execute("PRAGMA busy_timeout = 5000")
    return db


def _translated(function: Callable[[], T]) -> T:
    try:
        return function()
    except sqlite3.Error as error:
        raise _ours(error) from error


def _ours(error: BaseException) -> BaseException:
    """SQLite's error in words for a person; what is not SQLite's stays as it is."""
    if not isinstance(error, sqlite3.Error) or isinstance(error, OmniSyncError):
        return error
    text = str(error)
    ours: DatabaseError
    if "full" in text:
        ours = DiskFull(
            _("The disk is full: nothing more can be written. Free some room; the daemon goes on by itself.")
        )
    elif "readonly" in text or "unable to open" in text:
        ours = DatabaseReadOnly(
            _("The database can't be written ({reason}). Check the owner and the rights of its folder.").format(
                reason=text
            )
        )
    else:
        ours = DatabaseError(_("The database answered: {reason}").format(reason=text))
    ours.__cause__ = error
    return ours

"""Erasing a person's data in the running daemon: the key first, then its remains in every file that is known."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import partial

from omnisync.log import forget
from omnisync.log.writer import Log
from omnisync.told import structlog


@dataclass(frozen=True, slots=True)
class Left:
    """What the erasure came to: backups that had a key, what could not be reached, whether the database is clean."""

    backups: int
    unreached: tuple[str, ...]
    clean: bool


async def leave_nothing(log: Log) -> Left:
    """Remove what is left of destroyed keys from the database and its backups; what fails is tried at each start."""
    left = await log.query(partial(_leave_nothing, log=log))
    if not left.clean or left.unreached:
        told = structlog.get_logger()
        told.warning("forget.unfinished", unreached=list(left.unreached), database_clean=left.clean)
    return left


def _leave_nothing(db: sqlite3.Connection, log: Log) -> Left:
    clean = forget.scrub(db)
    wiped, failed = forget.wipe(forget.backups_of(log.path), forget.erasures(log.path))
    if clean and not failed:
        forget.finished(db)
    return Left(wiped, tuple(failed), clean)


async def go_on(log: Log) -> None:
    """Finish an erasure that was cut off, or that could not reach every backup."""
    if await log.query(forget.unfinished):
        await leave_nothing(log)

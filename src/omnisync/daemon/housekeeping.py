"""What the daemon does for its own data, once a day: a proven backup, and old events packed away.

Neither ever stops the sync. A backup is written and proven by a process of its own at the lowest priority;
when it fails, that waits for the owner like anything else that was set aside, and is tried again every hour.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from omnisync.errors import DatabaseError
from omnisync.log.archive import archive_next
from omnisync.log.kept_backups import FOLDER_ROW, STREAM, kept
from omnisync.log.make_backup import Made, Wish
from omnisync.log.writer import Change, Log
from omnisync.model.events import BackupWritten
from omnisync.ports import Clock
from omnisync.sync.quarantine import set_aside, take_out
from omnisync.told import structlog

_LOOK_EVERY = 300.0
_BETWEEN_RANGES = 0.1
"""Seconds: the writer is there for the shop first."""

_DAY, _HOUR = 86_400_000, 3_600_000
_SUBJECT = "backup"


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept: backups of so many days and months in that folder, and events unpacked for so many days."""

    folder: Path
    daily: int
    monthly: int
    unpacked_days: int
    language: str


class Housekeeper:
    """Does what is due; ``failed_at`` is when a backup last could not be made, 0 for never."""

    def __init__(self, log: Log, clock: Clock, keeping: Keeping) -> None:
        self._log, self._clock, self._keeping = log, clock, keeping
        self._failed_at = 0
        self._told = structlog.get_logger()

    async def run(self) -> None:
        """For ever, beginning some minutes after the start, when the shop is in step again."""
        while True:
            await self._clock.sleep(_LOOK_EVERY)
            # A full disk is told by whoever has orders to write; here it is tried again next time.
            with suppress(DatabaseError):
                await self.look()

    async def look(self) -> None:
        """Do what is due just now."""
        await self._say_where()
        await self._archive()
        now = self._clock.now()
        newest = max((each.at for each in kept(self._keeping.folder) if not each.before_update), default=0)
        if now - newest >= _DAY and now - self._failed_at >= _HOUR:
            await self._back_up(now)

    async def _archive(self) -> None:
        before = self._clock.now() - self._keeping.unpacked_days * _DAY
        packed = 0
        while some := await self._log.query(lambda db: archive_next(db, before)):
            packed += some
            await self._clock.sleep(_BETWEEN_RANGES)
        if packed:
            self._told.info("archived", events=packed)

    async def _say_where(self) -> None:
        folder = str(self._keeping.folder)
        known = await self._log.query(
            lambda db: db.execute("SELECT value FROM meta WHERE key = ?", (FOLDER_ROW,)).fetchone()
        )
        if known is None or known[0] != folder:
            sql = "INSERT OR REPLACE INTO meta VALUES (?, ?)"
            await self._log.query(lambda db: db.execute(sql, (FOLDER_ROW, folder)))

    async def _back_up(self, now: int) -> None:
        keeping = self._keeping
        wish = Wish(str(self._log.path), str(keeping.folder), now, keeping.daily, keeping.monthly, keeping.language)
        made = await _in_a_process(wish)

        def decide(change: Change) -> None:
            if made.problem:
                set_aside(change, STREAM, _SUBJECT, made.problem)
            else:
                take_out(change, STREAM, _SUBJECT)
                change.append(BackupWritten(made.path, made.size, made.events), STREAM)

        await self._log.transact(decide)
        if made.problem:
            self._failed_at = now
            self._told.error("backup.failed", reason=made.problem)
        else:
            self._told.info("backup.written", path=made.path, events=made.events)


async def _in_a_process(wish: Wish) -> Made:
    """Make the backup; the process ends with this one."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "omnisync.log.make_backup", msgspec.json.encode(wish).decode(),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        said, complained = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        return Made(problem=complained.decode("utf-8", "replace").strip().rpartition("\n")[2] or "?")
    return msgspec.json.decode(said, type=Made)

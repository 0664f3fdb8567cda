"""The backups that OmniSync makes by itself: how they are called, how many are kept, and how the last one went."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from omnisync.log import stored
from omnisync.log.reader import Reader
from omnisync.model.events import BackupWritten

FOLDER = "backups"
"""Where backups are kept unless the configuration names another folder: inside the data folder."""

FOLDER_ROW = "backups"
"""The row of ``meta`` that says where the daemon keeps them, so that whoever is forgotten is forgotten there too."""

STREAM = "backup"
"""The stream in the log of what was backed up."""

_NAME = re.compile(r"omnisync-(\d{8}T\d{6})Z(-before-update)?\.db")
_STAMP = "%Y%m%dT%H%M%S"

OLD = 2 * 86_400_000
"""Milliseconds after which the last good backup is too old: one a day is made."""

_BEFORE_UPDATES = 3
"""How many of the copies made before an update are kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One backup: when it was made (milliseconds UTC), how many bytes, whether before an update of OmniSync."""

    path: Path
    at: int
    size: int
    before_update: bool


def kept(folder: Path) -> list[Kept]:
    """The backups in the folder, the newest first; every one was proven before it got its name."""
    found = []
    for path in folder.glob("*.db") if folder.is_dir() else ():
        if match := _NAME.fullmatch(path.name):
            at = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
            found.append(Kept(path, int(at.timestamp() * 1000), path.stat().st_size, bool(match[2])))
    return sorted(found, key=lambda each: each.at, reverse=True)


def name(now: int, *, before_update: bool = False) -> str:
    """How a backup of that moment is called."""
    stamp = datetime.fromtimestamp(now / 1000, UTC).strftime(_STAMP)
    return f"omnisync-{stamp}Z{'-before-update' if before_update else ''}.db"


def surplus(backups: Sequence[Kept], daily: int, monthly: int) -> list[Kept]:
    """Which of these (newest first) are not kept any more.

    Kept are the newest of each of the last so many days and months that have one, and the last few from before updates.
    """
    ordinary = [each for each in backups if not each.before_update]
    days = {_day(each)[:10]: each for each in reversed(ordinary)}
    months = {_day(each)[:7]: each for each in reversed(ordinary)}
    good = [*list(days.values())[-daily:], *list(months.values())[-monthly:], *ordinary[:1]]
    good += [each for each in backups if each.before_update][:_BEFORE_UPDATES]
    return [each for each in backups if each not in good]


def _day(backup_: Kept) -> str:
    return datetime.fromtimestamp(backup_.at / 1000, UTC).date().isoformat()


def last_written(reader: Reader) -> tuple[int, BackupWritten] | None:
    """When (milliseconds UTC) the daemon last had a good backup, and which; None if it never had one."""
    for each in reader.ask(lambda db: stored.of_stream(db, STREAM, 1)):
        return each.at, msgspec.json.decode(each.payload, type=BackupWritten)
    return None


def trouble(reader: Reader) -> str:
    """Why there could be no backup lately, "" when the last one went well."""
    sql = "SELECT reason FROM quarantine WHERE connector = ? AND closed_at = 0"
    return reader.one(sql, STREAM) or ""


def folder_of(reader: Reader, default: Path) -> Path:
    """Where the daemon of this database keeps its backups."""
    found = reader.one("SELECT value FROM meta WHERE key = ?", FOLDER_ROW)
    return Path(found) if found else default

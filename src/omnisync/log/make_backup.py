"""Makes one backup, proves it, and removes those that are not kept any more.

``python -m omnisync.log.make_backup WISH`` (the wish as JSON) does so in a process of its own, at the lowest priority:
proving a backup replays the whole log, and the daemon must not feel it.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from omnisync.errors import DiskFull, OmniSyncError
from omnisync.log import stored
from omnisync.log.backup import backup
from omnisync.log.copying import PART, discard, in_words
from omnisync.log.kept_backups import kept, name, surplus
from omnisync.log.reader import Reader
from omnisync.log.rebuild import Progress
from omnisync.text import _, speak

_RESERVE = 50_000_000
"""Bytes that must stay free on the disk: a backup must not be what keeps the next order from being written."""


class Wish(msgspec.Struct, frozen=True):
    """A backup to be made: of which database, into which folder, named after which moment, and what is kept."""

    database: str
    folder: str
    now: int
    daily: int
    monthly: int
    language: str = "en"


class Made(msgspec.Struct, frozen=True):
    """What became of it: a proven backup, or ``problem`` in words."""

    path: str = ""
    size: int = 0
    events: int = 0
    problem: str = ""


def make(wish: Wish, progress: Progress = lambda _done, _total: None) -> Made:
    """Make one, prove it, and remove what is not kept any more. Raises CommandRefused, DatabaseError, DiskFull."""
    database, folder = Path(wish.database), Path(wish.folder)
    target = folder / name(wish.now)
    with in_words(target):
        folder.mkdir(mode=0o700, exist_ok=True)
        for cut_off in folder.glob(f"omnisync-*.db{PART}"):
            discard(cut_off)
        needed = database.stat().st_size + _RESERVE
        if shutil.disk_usage(folder).free < needed:
            text = _("There is not enough room in {folder} for a backup: {megabytes} MB are needed.")
            raise DiskFull(text.format(folder=folder, megabytes=needed // 1_000_000))
    backup(database, target, progress)
    with in_words(target):
        for each in surplus(kept(folder), wish.daily, wish.monthly):
            discard(each.path)
    with Reader(target) as reader:
        return Made(str(target), target.stat().st_size, stored.count(reader.db))


def main(arguments: Sequence[str]) -> None:
    """Make the backup that the JSON wish asks for; prints what became of it as one line of JSON."""
    wish = msgspec.json.decode(arguments[0], type=Wish)
    speak(wish.language, "UTC")
    os.nice(19)
    try:
        made = make(wish)
    except OmniSyncError as error:
        made = Made(problem=str(error))
    sys.stdout.write(msgspec.json.encode(made).decode())


if __name__ == "__main__":
    main(sys.argv[1:])

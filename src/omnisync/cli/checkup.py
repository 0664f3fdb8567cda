"""What `omnisync check` looks at on this machine, besides the configuration; each part answers findings."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from omnisync.cli.place import Place
from omnisync.connect.check import Finding, Grade
from omnisync.errors import DaemonNotRunning, DatabaseError
from omnisync.explain.words import health_words
from omnisync.folders import DATABASE, LOG, SOCKET
from omnisync.log.examine import examine, needs_one_writer
from omnisync.log.kept_backups import OLD, last_written, trouble
from omnisync.log.reader import Reader
from omnisync.model.commands import Status
from omnisync.text import _, local, number, plural, quantity

_LITTLE, _TOO_LITTLE = 1_000_000_000, 100_000_000
"""Free bytes under which a disk is worth a warning, and under which it is a problem."""


class Checked(NamedTuple):
    """A finding, and what it is about."""

    about: str
    finding: Finding


def rights(place: Place) -> Iterator[Checked]:
    """Whether anybody but the owner may read what is private."""
    about = _("files")
    private = [place.config, *(place.folder / name for name in (DATABASE, SOCKET, LOG))]
    guarded = place.folder.exists() and not _open(place.folder)
    found = False
    for path in private:
        inside = path.parent == place.folder
        if path.exists() and _open(path) and not (inside and guarded):
            found = True
            text = _("others on this machine can read {path}").format(path=path)
            yield Checked(about, Finding(Grade.WARNING, text, _("Run: chmod 600 {path}").format(path=path)))
        if path.exists() and path.stat().st_uid != os.geteuid():
            found = True
            text = _("{path} belongs to somebody else").format(path=path)
            advice = _("Run OmniSync and its commands as the same user.")
            yield Checked(about, Finding(Grade.WARNING, text, advice))
    if not found:
        yield Checked(about, Finding(Grade.OK, _("nobody but you can read the configuration and the data")))


def _open(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def database(place: Place) -> Iterator[Checked]:
    """Whether the database is there, sound, writable, and has room."""
    about, path = _("database"), place.folder / DATABASE
    if path.exists():
        yield from (Checked(about, finding) for finding in _soundness(path))
    else:
        text = _("there is no database in {folder} yet; the daemon makes it when it starts").format(folder=place.folder)
        yield Checked(about, Finding(Grade.OK, text))
    folder = _existing(place.folder)
    blocked = [each for each in (folder, path) if each.exists() and not os.access(each, os.W_OK)]
    for each in blocked:
        advice = _("Check its owner and rights.")
        yield Checked(about, Finding(Grade.PROBLEM, _("{path} can't be written").format(path=each), advice))
    yield Checked(about, _room(folder))
    yield Checked(about, _sqlite())


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def _soundness(path: Path) -> Iterator[Finding]:
    try:
        with Reader(path) as reader:
            found = examine(reader)
    except DatabaseError as error:
        yield Finding(Grade.PROBLEM, str(error), _("Restore a backup: omnisync restore FILE"))
        return
    for fault in found.faults:
        yield Finding(
            Grade.PROBLEM,
            _("the file is damaged: {fault}").format(fault=fault),
            _("Restore a backup: omnisync restore FILE"),
        )
    if not found.faults:
        size = quantity(round(path.stat().st_size / 1000))
        events = plural("{n} event", "{n} events", found.events)
        yield Finding(Grade.OK, _("{path} is sound: {events}, {size} MB").format(path=path, events=events, size=size))


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    text = _("{megabytes} MB are free on its disk").format(megabytes=number(free // 1_000_000))
    if free >= _LITTLE:
        return Finding(Grade.OK, text)
    grade = Grade.PROBLEM if free < _TOO_LITTLE else Grade.WARNING
    return Finding(grade, text, _("Make room: without it no order can be taken in."))


def _sqlite() -> Finding:
    text = f"SQLite {sqlite3.sqlite_version}"
    if needs_one_writer():
        # Not a warning: OmniSync itself writes through one connection only, so that nothing can happen.
        text += ": " + _("never open the database with another program that writes while the daemon runs")
    return Finding(Grade.OK, text)


def backups(place: Place) -> Iterator[Checked]:
    """Whether there is a good backup, and how old it is."""
    about, path = _("backup"), place.folder / DATABASE
    if not path.exists():
        return
    with Reader(path) as reader:
        last, reason = last_written(reader), trouble(reader)
    if reason:
        advice = _("It is tried again every hour. Look at [keeping] in the configuration.")
        yield Checked(about, Finding(Grade.PROBLEM, reason, advice))
    if last is None:
        text = _("there is no backup yet; the daemon makes one a day, the first some minutes after its start")
        yield Checked(about, Finding(Grade.OK, text))
        return
    at, written = last
    text = _("{path} is of {at}").format(path=written.path, at=local(at).strftime("%Y-%m-%d %H:%M"))
    old = place.now() - at > OLD
    advice = _("Let the daemon run, or make one: omnisync backup FILE") if old else ""
    yield Checked(about, Finding(Grade.WARNING if old else Grade.OK, text, advice))


def daemon_state(place: Place) -> Iterator[Checked]:
    """Whether a daemon answers, and what it says of its connections."""
    about = _("daemon")
    try:
        reply = place.run(Status())
    except DaemonNotRunning:
        text = _("the daemon is not running, so nothing is kept in step just now")
        yield Checked(about, Finding(Grade.WARNING, text, _("Start it: omnisync daemon, or omnisync service install")))
        return
    if reply["trouble"]:
        yield Checked(about, Finding(Grade.PROBLEM, str(reply["trouble"])))
    yield Checked(about, Finding(Grade.OK, _("the daemon is running and answers")))
    for row in reply["connectors"]:
        if row["state"] != "ok":
            text = f"{row['connector']}: {health_words(row['state'])}"
            text += f" ({row['reason']})" if row["reason"] else ""
            yield Checked(about, Finding(Grade.WARNING, text))

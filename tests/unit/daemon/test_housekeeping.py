"""A backup a day and old events packed, whatever happens to the disk that they go to."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.log.opened import opened
from tests.log.shop import fill

from omnisync.daemon.housekeeping import Housekeeper, Keeping
from omnisync.log import archive, stored
from omnisync.log.forget import backups_of
from omnisync.log.kept_backups import folder_of, kept, last_written, trouble
from omnisync.log.reader import Reader
from omnisync.log.writer import Log
from omnisync.testing.clock import ManualClock

_HOUR = 3600.0


@pytest_asyncio.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    async with opened(tmp_path / "omnisync.db") as log:
        await fill(log, ["zero", "one", "two"])
        yield log


def _clock(log: Log) -> ManualClock:
    assert isinstance(log.clock, ManualClock)
    return log.clock


def _keeper(log: Log, folder: Path) -> Housekeeper:
    return Housekeeper(log, log.clock, Keeping(folder, 14, 12, 30, "en"))


async def test_one_a_day_by_a_process_of_its_own(log: Log, tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    keeper = _keeper(log, folder)
    for _ in range(5):
        await keeper.look()
        _clock(log).advance(10 * _HOUR)
    assert len(kept(folder)) == 2
    with Reader(log.path) as reader:
        found = last_written(reader)
        assert found is not None
        assert Path(found[1].path) == kept(folder)[0].path
        assert (folder_of(reader, tmp_path), trouble(reader)) == (folder, "")
    assert {each.path for each in kept(folder)} <= set(backups_of(log.path)), "whoever is forgotten is forgotten there"


async def test_a_failing_one_waits_for_the_owner_and_is_tried_again_every_hour(log: Log, tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    folder.write_text("not a folder")
    keeper = _keeper(log, folder)
    await keeper.look()
    with Reader(log.path) as reader:
        assert "can't be written" in trouble(reader)
        events = reader.ask(stored.head)
        await keeper.look()
        assert reader.ask(stored.head) == events, "not before an hour has gone by"
    folder.unlink()
    _clock(log).advance(_HOUR + 1)
    await keeper.look()
    assert len(kept(folder)) == 1
    with Reader(log.path) as reader:
        assert trouble(reader) == ""


async def test_a_process_that_dies_is_a_failed_backup(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    await _keeper(log, tmp_path / "usb").look()
    with Reader(log.path) as reader:
        assert trouble(reader)


async def test_old_events_are_packed_and_young_ones_not(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_MOST_EVENTS", 2)
    keeper = _keeper(log, tmp_path / "usb")
    head = await log.query(stored.head)
    await keeper.look()
    with Reader(log.path) as reader:
        assert reader.one("SELECT count(*) FROM event_archive") == 0
        _clock(log).advance(31 * 24 * _HOUR)
        await keeper.look()
        assert reader.one("SELECT sum(events) FROM event_archive") >= head - 2

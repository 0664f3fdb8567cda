"""The client's end of the socket says in one sentence what is wrong with the other end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from omnisync.daemon.remote import RemoteCommands
from omnisync.errors import DaemonNotRunning
from omnisync.model.commands import Status


async def ask(path: Path) -> None:
    await RemoteCommands(path).run(Status(), actor="test", id="1")


async def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(DaemonNotRunning, match="The daemon is not running"):
        await ask(tmp_path / "omnisync.sock")


async def test_a_daemon_that_hangs_up_is_asked_once_more_and_then_given_up(tmp_path: Path) -> None:
    asked = 0

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        writer.close()

    async with await asyncio.start_unix_server(hang_up, tmp_path / "omnisync.sock"):
        with pytest.raises(DaemonNotRunning, match="stopped before it answered"):
            await ask(tmp_path / "omnisync.sock")
    assert asked == 2


async def test_a_path_that_can_be_no_socket(tmp_path: Path) -> None:
    with pytest.raises(DaemonNotRunning, match="can't be used"):
        await ask(tmp_path / ("x" * 200) / "omnisync.sock")

"""The client's end of the socket says in one sentence what is wrong with the other end."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from omnisync.daemon.remote import CommandServer, RemoteCommands
from omnisync.errors import CommandRefused, DaemonNotRunning
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


class Obedient:
    """Does whatever it is told."""

    def __init__(self) -> None:
        self.done = 0

    async def run(self, command: object, *, actor: str, id: str) -> dict[str, object]:  # noqa: A002
        self.done += 1
        return {"done": self.done}


async def test_only_the_owner_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, daemon = tmp_path / "omnisync.sock", Obedient()
    async with CommandServer(path, daemon):  # type: ignore[arg-type]
        assert path.stat().st_mode & 0o777 == 0o600
        await ask(path)
        # To the daemon, the one who asks is now somebody else.
        monkeypatch.setattr("omnisync.daemon.remote.os.getuid", lambda: 4711)
        monkeypatch.setattr("omnisync.daemon.remote._ALWAYS", frozenset())
        with pytest.raises(CommandRefused, match="owner is obeyed"):
            await ask(path)
    assert daemon.done == 1


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
async def test_another_user_is_refused_even_where_the_rights_were_loosened(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        os.chmod(folder, 0o777)  # noqa: PTH101 - a moment only
        path, daemon = folder / "s", Obedient()
        async with CommandServer(path, daemon):  # type: ignore[arg-type]
            path.chmod(0o666)
            program = (
                "import os, socket, sys; os.setuid(65534); s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
                's.sendall(b\'{"id":"1","actor":"x","do":{"command":"status"}}\\n\'); print(s.recv(1000).decode())'
            )
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-c", program, str(path), stdout=asyncio.subprocess.PIPE
            )
            told, _nothing = await child.communicate()
        assert b"owner is obeyed" in told
        assert daemon.done == 0
    finally:
        shutil.rmtree(folder)

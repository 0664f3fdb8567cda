"""Both ends of the Unix socket: commands as JSON lines, one answer each.

The socket has mode 0600 in a folder of the owner's, and whoever speaks is asked for by the system: only the
owner (and root) is answered, also where the folder's rights were loosened. A request carries an id, so that one repeated
after a broken line is answered and not done twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

from omnisync.errors import CommandRefused, DaemonNotRunning, OmniSyncError
from omnisync.model.commands import AnyCommand, Reply
from omnisync.text import _

if TYPE_CHECKING:
    from omnisync.sync.commands import Commands

_LONGEST_LINE = 4 * 1024 * 1024

_CREDENTIALS = struct.Struct("3i")
"""Process, user, group, as Linux tells them of the other end of a socket."""

_ALWAYS = frozenset({0})
"""Root can do everything here anyway."""


class Request(msgspec.Struct, frozen=True):
    """One line from a client."""

    id: str
    actor: str
    do: AnyCommand


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line back: the reply, or the sentence that says why not."""

    id: str
    reply: dict[str, Any] = {}
    refused: str = ""


_requests = msgspec.json.Decoder(Request)
_answers = msgspec.json.Decoder(Answer)


class CommandServer:
    """The daemon's end. Use as an async context manager."""

    def __init__(self, path: Path, commands: Commands) -> None:
        self._path = path
        self._commands = commands
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listen. A socket left over from a dead daemon is replaced; anything else of that name is not touched."""
        if self._path.exists() or self._path.is_symlink():
            if not stat.S_ISSOCK(self._path.lstat().st_mode):
                raise CommandRefused(_("{path} is in the way: it is not a socket.").format(path=self._path))
            self._path.unlink()
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, self._path, limit=_LONGEST_LINE)
        except OSError as error:
            # A path of more than about a hundred characters, or a disk that knows no sockets (some network drives).
            raise CommandRefused(
                _(
                    "The socket {path} can't be made: {reason}. Choose a shorter data folder on a disk of this machine."
                ).format(path=self._path, reason=error)
            ) from error
        finally:
            os.umask(before)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            owner = _is_owner(writer.get_extra_info("socket"))
            while line := await reader.readline():
                answer = (
                    await self._answer(line) if owner else Answer("", refused=_("Only the shop's owner is obeyed."))
                )
                writer.write(msgspec.json.encode(answer) + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError, asyncio.CancelledError):
            # The client went away, sent an endless line, or the daemon stops: nothing to answer any more.
            pass
        finally:
            with contextlib.suppress(ConnectionError):
                writer.close()

    async def _answer(self, line: bytes) -> Answer:
        try:
            request = _requests.decode(line)
        except msgspec.MsgspecError as error:
            return Answer("", refused=_("The daemon can't read this command: {reason}").format(reason=error))
        try:
            return Answer(request.id, await self._commands.run(request.do, actor=request.actor, id=request.id))
        except OmniSyncError as error:
            return Answer(request.id, refused=str(error))


def _is_owner(connection: socket.socket) -> bool:
    """Whether the other end is a process of the daemon's own user, or root.

    Where the system does not tell (other than Linux), the socket's rights alone have the say.
    """
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _process, user, _group = _CREDENTIALS.unpack(told)
    return user == os.getuid() or user in _ALWAYS


class RemoteCommands:
    """The client's end: the same ``run`` as Commands. Raises DaemonNotRunning when nobody listens."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def run(self, command: AnyCommand, *, actor: str, id: str) -> Reply:  # noqa: A002
        """Have the daemon carry out the command; a line that breaks is tried once more with the same id."""
        request = msgspec.json.encode(Request(id, actor, command)) + b"\n"
        try:
            answer = await self._ask(request)
        except (ConnectionResetError, BrokenPipeError, asyncio.IncompleteReadError):
            answer = await self._ask_again(request)
        if answer.refused:
            raise CommandRefused(answer.refused)
        return answer.reply

    async def _ask_again(self, request: bytes) -> Answer:
        try:
            return await self._ask(request)
        except (ConnectionResetError, BrokenPipeError, asyncio.IncompleteReadError) as error:
            raise DaemonNotRunning(_("The daemon stopped before it answered. `omnisync log` may say why.")) from error

    async def _ask(self, request: bytes) -> Answer:
        try:
            reader, writer = await asyncio.open_unix_connection(self._path, limit=_LONGEST_LINE)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise DaemonNotRunning(
                _("The daemon is not running. Start it with `omnisync daemon`, or `omnisync service install`.")
            ) from error
        except OSError as error:
            raise DaemonNotRunning(
                _("The daemon's socket {path} can't be used: {reason}").format(path=self._path, reason=error)
            ) from error
        try:
            writer.write(request)
            await writer.drain()
            line = await reader.readuntil(b"\n")
        finally:
            writer.close()
        return _answers.decode(line)

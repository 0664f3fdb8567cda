"""A plugin's sandbox as a server of its own: real HTTP on this machine only, until it is told to end.

``python -m omnisync.demo.serve WISH`` (the wish as JSON) runs one that also ends when its standard
input does, so that it never outlives whoever started it, whatever becomes of them.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from starlette.requests import ClientDisconnect

from omnisync.connect.loader import discover, load
from omnisync.connect.sandbox import ConnectionCut, Profile, Sandbox, product_of
from omnisync.errors import CommandRefused
from omnisync.ports import SystemClock
from omnisync.text import _

_HOST = "127.0.0.1"
_LAST_ANSWERS = 1
"""Seconds that answers under way are given when the server is told to end."""


class Wish(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which sandbox, and how: ``port`` 0 is a free one, ``seed`` None differs each time.

    ``products`` names a JSON file with the products to put on sale, "" for none.
    """

    platform: str
    port: int = 0
    profile: Profile = Profile.REALISTIC
    seed: int | None = None
    currency: str = "TRY"
    products: str = ""
    plugins: str = ""


class Opened(msgspec.Struct, frozen=True):
    """Where a sandbox can be reached, and the connector options that sign in to it."""

    platform: str
    port: int
    address: str
    options: dict[str, str]


def make(wish: Wish) -> Sandbox:
    """The sandbox with its products. Raises CommandRefused and PluginBroken."""
    manifests = discover([Path(wish.plugins)] if wish.plugins else [])
    able = [name for name, each in manifests.items() if (each.folder / "sandbox.py").is_file() and not each.broken]
    if wish.platform not in able:
        raise CommandRefused(
            _("There is no sandbox of {platform}; there are: {known}.").format(
                platform=wish.platform, known=", ".join(sorted(able))
            )
        )
    rng = random.Random(wish.seed)
    module = load(manifests[wish.platform], "sandbox")
    made: Sandbox = module.sandbox(clock=SystemClock(), rng=rng, profile=wish.profile, currency=wish.currency)
    if wish.products:
        made.seed([product_of(row) for row in _rows(Path(wish.products))])
    return made


def _rows(path: Path) -> Sequence[Mapping[str, Any]]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[dict[str, Any]])
    except OSError as error:
        raise CommandRefused(_("{path} can't be read: {reason}").format(path=path, reason=error.strerror)) from error
    except msgspec.MsgspecError as error:
        raise CommandRefused(_("{path} is no list of products: {reason}").format(path=path, reason=error)) from error


def serve(wish: Wish, ready: Callable[[Opened], None], *, leash: bool = False) -> None:
    """Run the sandbox until SIGTERM or SIGINT, with ``leash`` also until the standard input ends.

    ``ready`` is called once it answers. Raises CommandRefused when it can't be run.
    """
    sandbox = make(wish)
    listener = _listen(wish.port)
    port = listener.getsockname()[1]
    address = f"http://{_HOST}:{port}"
    options = {**sandbox.options, sandbox.address_option: address}
    _quieten()
    config = uvicorn.Config(
        sandbox.application(),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )
    server = _Server(config, lambda: ready(Opened(wish.platform, port, address, options)), leash=leash)
    try:
        asyncio.run(server.serve(sockets=[listener]))
    finally:
        listener.close()


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError as error:
        listener.close()
        raise CommandRefused(
            _("Port {port} can't be used: {reason}. Name another one with --port.").format(
                port=port, reason=error.strerror
            )
        ) from error
    return listener


class _Server(uvicorn.Server):
    """A server that tells when it answers, and that ends like any other program: with exit code 0."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], *, leash: bool) -> None:
        super().__init__(config)
        self._ready = ready
        self._leash = leash

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Uvicorn's own way raises the signal again at the end, so that the program would die of it."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        if self._leash:
            loop.add_reader(sys.stdin.fileno(), self._read_leash)
        yield

    def _read_leash(self) -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            self._end()

    def _end(self) -> None:
        self.should_exit = True


def _quieten() -> None:
    """A connection that the sandbox cuts on purpose, or its client does, is no error to be told of."""

    def told(record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], (ConnectionCut, ClientDisconnect)))

    logging.getLogger("uvicorn.error").addFilter(told)


def main(arguments: Sequence[str]) -> None:
    """Run the sandbox that the JSON wish asks for, on a leash; prints where it is as one line of JSON."""

    def ready(opened: Opened) -> None:
        print(msgspec.json.encode(opened).decode(), flush=True)

    serve(msgspec.json.decode(arguments[0], type=Wish), ready, leash=True)


if __name__ == "__main__":
    main(sys.argv[1:])

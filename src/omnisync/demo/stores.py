"""The demo's stores: sandboxes in processes of their own, spoken to over real HTTP by buyers and by the report."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from omnisync.connect.context import Context
from omnisync.connect.http import Http
from omnisync.connect.sandbox import SandboxFigure
from omnisync.demo.place import DemoStore
from omnisync.demo.serve import Opened, Wish
from omnisync.errors import OmniSyncError
from omnisync.log.compare import Shown
from omnisync.model.money import Money
from omnisync.model.order import OrderState
from omnisync.model.quantity import PIECE
from omnisync.text import _

_START_LIMIT = 30.0
_END_LIMIT = 3.0

_figures = msgspec.json.Decoder(list[SandboxFigure])
_bought = msgspec.json.Decoder(dict[str, str | None])


@dataclass(frozen=True, slots=True)
class StoreLine:
    """A running store, as its buyers and its owner's panel reach it: not through OmniSync."""

    store: DemoStore
    opened: Opened
    http: Http

    async def figures(self) -> list[SandboxFigure]:
        """What the store shows of every listing right now."""
        answer = await self.http.request("GET", "/_sim/figures", group="sim")
        return _figures.decode(answer.content)

    async def shown(self) -> dict[str, Shown]:
        """The same in thousandths and minor units, by listing."""
        return {
            each.remote_id: Shown(
                each.stock * PIECE, Money.of(Decimal(each.price), self.store.currency).minor if each.price else None
            )
            for each in await self.figures()
        }

    async def buy(self, lines: Sequence[tuple[str, int]]) -> str | None:
        """A buyer orders these listings; the order number, None when the store refuses (sold out)."""
        wish = {"lines": [{"remote_id": remote_id, "quantity": quantity} for remote_id, quantity in lines]}
        answer = await self.http.request("POST", "/_sim/buy", group="sim", body=wish)
        return _bought.decode(answer.content)["number"]

    async def cancel(self, number: str) -> None:
        """The buyer changes their mind."""
        wish = {"number": number, "state": OrderState.CANCELLED}
        await self.http.request("POST", "/_sim/move", group="sim", body=wish)


@asynccontextmanager
async def open_store(store: DemoStore, wish: Wish) -> AsyncIterator[StoreLine]:
    """Run the sandbox that the wish describes as long as the context is open.

    It is on a leash: when this process ends in whatever way, the sandbox does too.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "omnisync.demo.serve", msgspec.json.encode(wish).decode(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    http: Http | None = None
    try:
        opened = await _opened(process, store)
        http = Context(store.name, store.currency).http(opened.address, limits={})
        yield StoreLine(store, opened, http)
    finally:
        if http is not None:
            await http.close()
        await _end(process)


async def _opened(process: asyncio.subprocess.Process, store: DemoStore) -> Opened:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_START_LIMIT):
            line = await process.stdout.readline()
        return msgspec.json.decode(line, type=Opened)
    except (TimeoutError, msgspec.DecodeError) as error:
        raise OmniSyncError(_("The pretended store {name} could not be started.").format(name=store.name)) from error


async def _end(process: asyncio.subprocess.Process) -> None:
    """Let it end by itself, else end it with all that it may have started."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(_END_LIMIT):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

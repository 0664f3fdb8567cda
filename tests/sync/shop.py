"""A shop on a virtual loop: one ERP, two stores, and the engine's parts driven step by step by a test."""

from __future__ import annotations

import asyncio
import functools
import inspect
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

import msgspec
import pytest
from tests.sync.fakes import AT_ONCE, WITH_RECEIPT, FakeErp, FakeStore, Shown

from omnisync.connect.store import Capabilities, ReadBack
from omnisync.log.rebuild import verify
from omnisync.log.rows import FigureRow
from omnisync.log.writer import Log
from omnisync.model.commands import AnyCommand, Reply
from omnisync.model.events import Event, StoreLive, StoreRulesSet, decode
from omnisync.model.rules import ErpRules, StoreRules
from omnisync.ports import Ids
from omnisync.sync.commands import Commands
from omnisync.sync.engine import Engine, ErpPlan, StorePlan
from omnisync.sync.erp import ErpSync
from omnisync.sync.push import Pusher
from omnisync.sync.store import StoreSync
from omnisync.testing.virtual import InlineConnection, VirtualClock, VirtualLoop, VirtualTicker, open_inline, run

P = ParamSpec("P")

BOTH = pytest.mark.parametrize("can", [AT_ONCE, WITH_RECEIPT], ids=["at once", "with receipt"])
"""For a test of both kinds of platform."""
MANY = {f"P{n:02}": 5 for n in range(60)}
"""More products than the guard lets go at once."""

_BUSY = 500
"""Steps without time passing after which something turns in a circle."""


class Shop:
    """``s1`` and ``s2`` are the stores as they are; ``erp`` the books; everything else is ours."""

    def __init__(self, loop: VirtualLoop, folder: Path) -> None:
        self.loop = loop
        self.path = folder / "omnisync.db"
        self.clock = VirtualClock(loop)
        self.rng = random.Random(7)
        self.ids = Ids(random.Random(8))
        self.erp = FakeErp(self.clock)
        self.s1 = FakeStore(self.clock)
        self.s2 = FakeStore(self.clock)
        self.stores = {"s1": self.s1, "s2": self.s2}
        self.syncs: dict[str, StoreSync] = {}
        self.pushers: dict[str, Pusher] = {}
        self.log: Log
        self.connection: InlineConnection
        self.books: ErpSync
        self.rules: dict[str, StoreRules] = {}
        self.erp_rules = ErpRules("erp")
        self.shipped_releases = False

    # Starting.

    async def begin(
        self, can: Capabilities = AT_ONCE, /, *, erp: ErpRules | None = None, settle: bool = True,
        many: Mapping[str, int] | None = None, **pieces: int,
    ) -> None:  # fmt: skip
        """So many pieces of these products, each listed in both stores; pulled, matched, and pushed."""
        self.erp_rules = erp or self.erp_rules
        self.s1.capabilities = self.s2.capabilities = can
        for code, count in {**(many or {}), **pieces}.items():
            self.erp.adds(code, count)
            for store in self.stores.values():
                store.listed[f"r{code}"] = Shown(code)
        await self.start()
        await self.pull()
        for name in self.stores:
            assert await self.syncs[name].pull_catalogue()
            assert await self.syncs[name].pull_orders()
        if settle:
            await self.settle()
            for store in self.stores.values():
                store.pushed.clear()
                store.keys.clear()
            # A sale about the time at which a figure of ours arrived is a matter of its own.
            await self.wait(600)

    async def start(self, *, live: bool = True) -> None:
        """The daemon's parts come up on what is on the disk; stores that are new there are told to go if ``live``."""
        opened: list[InlineConnection] = []

        async def opener(connector: Callable[[], Any]) -> InlineConnection:
            opened.append(await open_inline(connector))
            return opened[-1]

        self.log = await Log.open(self.path, self.clock, opener)
        self.connection = opened[0]
        self.books = ErpSync(self.erp, self.erp_rules, self.log, self.clock, self.rng)
        for name, store in self.stores.items():
            sync = StoreSync(name, store, self.log, self.clock, self.rng, shipped_releases=self.shipped_releases)
            self.syncs[name], self.pushers[name] = sync, Pusher(sync, self.ids)
            new = name not in self.rules
            await self.set_rules(name)
            if new and live:
                await self.log.append(StoreLive(name))

    async def set_rules(self, name: str, **changes: Any) -> None:
        """The configuration gives the store these rules."""
        before = self.rules.get(name)
        usual = StoreRules(
            "fake", "TRY", ("W",), "W", "retail",
            checks_by_reading=self.stores[name].capabilities.read_back is ReadBack.READ,
        )  # fmt: skip
        self.rules[name] = msgspec.structs.replace(before or usual, **changes)
        if self.rules[name] != before or changes:
            await self.log.append(StoreRulesSet(name, self.rules[name]))

    async def restart(self, *, killed: bool = True, live: bool = True) -> None:
        """The process is gone, in the middle of whatever it did, and comes back."""
        if killed:
            self.connection.dead = True
            self.connection._db.close()
            self.log._pump.cancel()
            await asyncio.gather(self.log._pump, return_exceptions=True)
        else:
            await self.log.close()
        await self.start(live=live)

    # Doing.

    async def pull(self) -> bool:
        """Read the ERP; some milliseconds pass before and after, as they do."""
        await asyncio.sleep(0.05)
        done = await self.books.pull()
        await asyncio.sleep(0.05)
        return done

    async def take(self, name: str = "s1") -> bool:
        """Take the store's orders in."""
        await asyncio.sleep(0.05)
        return await self.syncs[name].pull_orders()

    async def export(self) -> None:
        await asyncio.sleep(0.05)
        await self.books.export()
        await asyncio.sleep(0.05)

    async def settle(self, seconds: float = 3600, *only: str) -> None:
        """Push until nothing is left to do, at most so long."""
        end = self.clock.now() + int(seconds * 1000)
        busy = 0
        while True:
            began = self.clock.now()
            times = [await self.pushers[name].step() for name in only or self.pushers]
            due = [time for time in times if time is not None]
            if not due or min(due) > end:
                return
            await asyncio.sleep(max(0.0, (min(due) - self.clock.now()) / 1000))
            busy = busy + 1 if self.clock.now() == began else 0
            assert busy < _BUSY, "it turns in a circle"

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def engine(self, ticker: VirtualTicker | None = None) -> Engine:
        """The engine of these parts, not yet at work."""
        plans = {name: StorePlan(sync, self.rules[name], 30, 1800) for name, sync in self.syncs.items()}
        books = ErpPlan(self.books, 60, 600, 60, 5)
        return Engine(self.log, self.clock, self.rng, self.ids, ticker or VirtualTicker(self.rng), books, plans)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Engine]:
        """The whole engine at work."""
        ticker = VirtualTicker(self.rng)
        engine = self.engine(ticker)
        task = asyncio.create_task(engine.run())
        try:
            yield engine
            assert not engine.surprises
        finally:
            for each in (task, *ticker.tasks):
                each.cancel()
            await asyncio.gather(task, *ticker.tasks, return_exceptions=True)
        if not task.cancelled() and (error := task.exception()):
            raise error

    async def order(self, command: AnyCommand, id: str = "") -> Reply:  # noqa: A002
        """A person orders something."""
        return await Commands(self.engine()).run(command, actor="ayse", id=id or self.ids.new())

    # Looking.

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.connection._db.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        found = self.rows(sql, *values)
        return found[0][0] if found else None

    def figure(self, store: str, code: str, kind: str = "stock") -> FigureRow:
        sql = "SELECT f.* FROM figure f JOIN product p ON p.id = f.product WHERE p.code = ? AND f.store = ? AND f.kind = ?"
        return FigureRow(*self.rows(sql, code, store, kind)[0])

    def reserved(self, code: str) -> int:
        """Pieces that are promised to buyers."""
        return int(self.one("SELECT reserved FROM product WHERE code = ?", code)) // 1000

    def available(self, code: str) -> int:
        return int(self.one("SELECT available FROM product WHERE code = ?", code)) // 1000

    def events(self, *types: str) -> list[Event]:
        """The events of these types, oldest first; without types all."""
        every = self.rows("SELECT type, payload FROM event ORDER BY seq")
        return [decode(payload) for type_, payload in every if not types or type_ in types]

    def count(self) -> int:
        return int(self.one("SELECT count(*) FROM event"))

    def set_aside(self, connector: str = "") -> dict[str, str]:
        """What is in quarantine: the words by subject."""
        sql = "SELECT subject, reason FROM quarantine WHERE closed_at = 0 AND (? = '' OR connector = ?)"
        return dict(self.rows(sql, connector, connector))


def story(
    function: Callable[Concatenate[Shop, P], Coroutine[Any, Any, None]],
) -> Callable[..., None]:
    """Makes a test of a coroutine that is given a shop; when it ends, the log must give the same tables (P1)."""
    asked = inspect.signature(function)
    _shop, *others = asked.parameters.values()

    def test(tmp_path: Path, **arguments: Any) -> None:
        async def tell(loop: VirtualLoop) -> None:
            shop = Shop(loop, tmp_path)
            await function(shop, **arguments)  # type: ignore[call-arg]
            assert verify(shop.connection._db) == []
            await shop.log.close()

        run(tell)

    functools.update_wrapper(test, function)
    del test.__wrapped__  # type: ignore[attr-defined]
    parameter = inspect.Parameter("tmp_path", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    test.__signature__ = inspect.Signature([parameter, *others])  # type: ignore[attr-defined]
    return test

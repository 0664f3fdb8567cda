"""A row of the stock file that can't be read is seen whole, mended field by field, and taken in."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.connectors.files_shop import FilesShop
from tests.tui.hardware_shop import FakeDaemon, opened, shown, until
from textual.widgets import Input

from omnisync.explain.matters import mended_words
from omnisync.folders import DATABASE
from omnisync.log.reader import Reader
from omnisync.log.writer import Log
from omnisync.model.commands import AnyCommand, Replay, Reply
from omnisync.model.rules import ErpRules
from omnisync.ports import Ids, SystemClock
from omnisync.sync.commands import Commands
from omnisync.sync.engine import Engine, ErpPlan
from omnisync.sync.erp import ErpSync
from omnisync.tui.screens.aside import AsideSheet
from omnisync.tui.screens.matters import MattersPage

HOSTILE = "\x1b[2J\u202e[b]on iki"


class _NoTicker:
    def every(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        """Nothing happens by itself."""


@dataclass
class _Daemon(FakeDaemon):
    """Carries commands out with the files connector on the folder ``export``."""

    replies: list[Reply] = field(default_factory=list)

    @asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        log, rng = await Log.open(self.folder / DATABASE, SystemClock()), random.Random(1)
        erp = ErpSync(FilesShop(self.folder / "export").connector(), ErpRules("erp"), log, SystemClock(), rng)
        try:
            yield Engine(log, SystemClock(), rng, Ids(rng), _NoTicker(), ErpPlan(erp, 60, 60, 60, 1), {})
        finally:
            await log.close()

    async def run(self, command: AnyCommand, *, actor: str, id: str) -> Reply:  # noqa: A002
        async with self.engine() as engine:
            reply = await Commands(engine).run(command, actor=actor, id=id)
        if isinstance(command, Replay):
            self.replies.append(reply)
        return reply


async def test_a_row_is_mended_on_its_sheet(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    files = FilesShop(tmp_path / "export")
    files.put("products.csv", "kod;ad\nA;Vana\nB;Boru\n")
    files.put("stock.csv", f"kod;depo;miktar\nA;Merkez;{HOSTILE}\nB;Merkez;3\n")
    daemon = _Daemon(tmp_path)
    async with daemon.engine() as engine:
        assert engine.erp is not None
        assert await engine.erp.sync.pull()
    async with opened(tmp_path, daemon, size=(100, 30)) as (app, pilot):
        app.push_screen(MattersPage(""))
        await until(lambda: isinstance(app.screen, MattersPage) and app.screen.composed and app.screen.table.count == 1)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, AsideSheet) and "depo    Merkez" in shown(app))
        assert "stock.csv, line 2" in shown(app)
        assert "\x1b" not in shown(app)
        assert "choose product" not in shown(app)
        await pilot.press("f5")
        await until(lambda: len(daemon.replies) == 1)
        assert daemon.replies[0]["mended"] is False
        assert "Enter edit field" in shown(app), "it stays open with what was wrong"
        await pilot.press("end", "enter")
        await until(lambda: bool(app.screen.query(Input)))
        app.screen.query_one(Input).value = "12,5"
        await pilot.press("enter")
        await until(lambda: "miktar  12,5" in shown(app))
        await pilot.press("home", "enter")
        await until(lambda: bool(app.screen.query(Input)))
        first = app.screen.query_one(Input).value
        app.screen.query_one(Input).value = ""
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, AsideSheet) and f"  {first}" not in shown(app))
        await pilot.press("enter")
        await until(lambda: bool(app.screen.query(Input)))
        app.screen.query_one(Input).value = first
        await pilot.press("enter")
        await until(lambda: f"  {first}" in shown(app))
        await pilot.press("f5")
        await until(lambda: "set aside 0" in shown(app))
        with Reader(tmp_path / DATABASE) as reader:
            assert reader.rows("SELECT code, on_hand FROM product ORDER BY code") == [("A", 12_500), ("B", 3_000)]
            assert reader.one("SELECT count(*) FROM quarantine WHERE closed_at = 0") == 0
    assert "once it is right there, it counts again" in mended_words("row:balances:stock.csv:2")

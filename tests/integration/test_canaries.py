"""P10: a secret never comes to rest anywhere, whatever goes wrong and whoever says it back to us.

The real connectors and the real engine work with secrets that can be told from anything else. In between stands
a line which fails in every way there is and repeats the whole request each time: in error bodies, redirects,
pages, headers, product names, in the words of network errors. Afterwards every byte that was written or shown
is searched for the secrets, in every form in which they travel.
"""

from __future__ import annotations

import asyncio
import base64
import html
import json
import logging
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import pytest
from click.testing import CliRunner
from tests.tui.hardware_shop import FakeDaemon, opened, shown, until

from omnisync.cli.group import omnisync
from omnisync.connect.in_process import InProcess
from omnisync.connect.loader import discover, load
from omnisync.connect.sandbox import Profile, Sandbox, SandboxOrderLine, SandboxProduct
from omnisync.daemon.logs import start_logging
from omnisync.folders import DATABASE
from omnisync.log.backup import backup
from omnisync.log.reader import Reader
from omnisync.log.story import events
from omnisync.log.writer import Log
from omnisync.model.commands import Go, Pull, Status, Update
from omnisync.settings import load_settings
from omnisync.shop import Shop
from omnisync.sync.commands import Commands
from omnisync.testing.virtual import VirtualClock, VirtualLoop, VirtualTicker, inline, open_inline, run

CANARIES = {
    "stores.ty.api_key": "KanaryaTyAnahtar/4711+x",
    "stores.ty.api_secret": "KanaryaTyGizli=8822&y",
    "stores.woo.consumer_key": "ck_KanaryaWooAnahtar93",
    "stores.woo.consumer_secret": 'cs_KanaryaWoo"Gizli<74',
    "stores.plain.consumer_key": "ck_KanaryaDuzAnahtar51",
    "stores.plain.consumer_secret": "cs_KanaryaDuzGizli62",
}

CONFIG = """
[shop]
name = "Kanarya"
timezone = "Europe/Istanbul"
currency = "TRY"
data_folder = "data"
secrets_folder = "secrets"

[erp]
connector = "files"
folder = "export"

[stores.ty]
connector = "trendyol"
address = "https://ty.test"
seller_id = "4711"
warehouses = ["main"]
price_list = "retail"

[stores.woo]
connector = "woocommerce"
address = "https://woo.test"
warehouses = ["main"]
price_list = "retail"

[stores.plain]
connector = "woocommerce"
address = "http://plain.test"
warehouses = ["main"]
price_list = "retail"
"""


def forms() -> list[bytes]:
    """Everything that would give one of them away: also each half of one, as far as it is long enough."""
    found: set[str] = set()
    for secret in CANARIES.values():
        core = secret[3:15]
        found |= {core, quote(secret), quote_plus(secret), html.escape(secret), json.dumps(secret)[1:-1], core.lower()}
        found |= {base64.b64encode(b"\0" * n + core.encode()).decode()[(n * 8 + 5) // 6 : 16] for n in range(3)}
    return [form.encode() for form in found]


def leaks(content: bytes) -> list[bytes]:
    return [form for form in forms() if form in content]


class Echo(InProcess):
    """Between the connectors and their sandboxes; ``fails`` names the way in which every request fails."""

    def __init__(self, sandboxes: Mapping[str, Sandbox], clock: VirtualClock) -> None:
        super().__init__({host: box.application() for host, box in sandboxes.items()}, clock)
        self._sandboxes = sandboxes
        self.fails = ""
        self.asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry it, or fail and say back all of it."""
        self.asked += 1
        said = _everything(request)
        if self.fails:
            return WAYS[self.fails](request, said)
        box = self._sandboxes[request.url.host]
        if request.url.scheme == "https":
            user, password = [box.options[name] for name in _keys(box)]
            request.headers["authorization"] = httpx.BasicAuth(user, password)._auth_header
        return await super().handle_async_request(request)


def _keys(box: Sandbox) -> list[str]:
    return [name for name in box.options if name.endswith(("_key", "_secret"))]


def _everything(request: httpx.Request) -> str:
    """The request with all secrets, plain and as they travelled."""
    head = "\r\n".join(f"{name}: {value}" for name, value in request.headers.items())
    return f"{request.method} {request.url}\r\n{head}\r\n{request.content!r} {' '.join(_known_to(request))}"


def _known_to(request: httpx.Request) -> list[str]:
    store = request.url.host.removesuffix(".test")
    return [secret for name, secret in CANARIES.items() if name.startswith(f"stores.{store}.")]


def _fail(error: Callable[[str], Exception]) -> Callable[[httpx.Request, str], httpx.Response]:
    def answer(_request: httpx.Request, said: str) -> httpx.Response:
        raise error(said)

    return answer


def _json(status: int, **headers: str) -> Callable[[httpx.Request, str], httpx.Response]:
    def answer(_request: httpx.Request, said: str) -> httpx.Response:
        body = {"code": said, "message": said, "errors": [{"message": said, "key": said}], "data": {"status": status}}
        return httpx.Response(status, json=body, headers={**headers, "x-echo": quote(said)})

    return answer


def _page(status: int) -> Callable[[httpx.Request, str], httpx.Response]:
    return lambda _request, said: httpx.Response(status, html=f"<html><h1>{html.escape(said)}</h1>{said}</html>")


def _text(text: Callable[[str], str], status: int = 200) -> Callable[[httpx.Request, str], httpx.Response]:
    return lambda _request, said: httpx.Response(status, text=text(said))


def _moved(request: httpx.Request, said: str) -> httpx.Response:
    secret = _known_to(request)[1]
    return httpx.Response(
        302, headers={"location": f"https://u:{secret}@x.test/{quote(secret)}/{quote(said)}?k={secret}"}
    )


def _rows(_request: httpx.Request, said: str) -> httpx.Response:
    """A list in which every text is an echo: it goes in like any other."""
    row = {"id": 7, "name": said, "sku": said, "title": said, "barcode": said, "status": said, "number": said,
           "orderNumber": said, "lines": said, "line_items": said, "type": said}  # fmt: skip
    return httpx.Response(200, json={"content": [row], "page": 0, "totalPages": 1, "size": 1, "totalElements": 1})


WAYS: dict[str, Callable[[httpx.Request, str], httpx.Response]] = {
    "400": _json(400), "401": _json(401), "403 page": _page(403), "404": _json(404), "409": _json(409),
    "429": _json(429, **{"retry-after": "3"}), "500": _json(500), "502 page": _page(502),
    "503": _json(503, **{"retry-after": "2"}), "moved": _moved, "page": _page(200),
    "cut json": _text(lambda said: json.dumps([{"name": said}])[:-3]), "junk": _text(lambda said: said + " []"),
    "base64": _text(lambda said: base64.b64encode(said.encode()).decode()), "rows": _rows,
    "other json": lambda _request, said: httpx.Response(200, json=said),
    "list": lambda _request, said: httpx.Response(200, json=[{"id": 5, "name": said, "sku": said, "status": said}]),
    "time-out": _fail(lambda said: httpx.ReadTimeout(f"timed out: {said}")),
    "cut": _fail(lambda said: httpx.RemoteProtocolError(f"peer closed: {said}")),
    "nobody": _fail(lambda said: httpx.ConnectError(f"refused: {said}")),
    "certificate": _fail(lambda said: httpx.ConnectError(f"[SSL: CERTIFICATE_VERIFY_FAILED] {said}")),
    "fault of ours": _fail(RuntimeError),
}  # fmt: skip


def _write_shop(root: Path) -> Path:
    config = root / "omnisync.toml"
    config.write_text(CONFIG)
    config.chmod(0o600)
    (root / "secrets").mkdir(mode=0o700)
    for name, secret in CANARIES.items():
        path = root / "secrets" / name
        path.touch(mode=0o600)
        path.write_text(secret)
    (root / "export").mkdir()
    codes = [f"A-{n}" for n in range(8)]
    (root / "export" / "products.csv").write_text("code;name\n" + "".join(f"{code};Boru {code}\n" for code in codes))
    (root / "export" / "stock.csv").write_text(
        "code;warehouse;quantity\n" + "".join(f"{code};main;{n + 3}\n" for n, code in enumerate(codes))
    )
    (root / "export" / "prices.csv").write_text(
        "code;price list;price\n" + "".join(f"{code};retail;1{n},90\n" for n, code in enumerate(codes))
    )
    return config


def _sandbox(platform: str, clock: VirtualClock) -> Sandbox:
    box: Sandbox = load(discover()[platform], "sandbox").sandbox(
        clock=clock, rng=random.Random(3), profile=Profile.INSTANT, currency="TRY"
    )
    box.seed([SandboxProduct(f"A-{n}", f"Boru {n}", "9.90", 50, f"869000000000{n}") for n in range(8)])
    return box


async def _live(loop: VirtualLoop, config: Path, told: list[str]) -> None:
    """Every trouble in turn, with peace before each, and buyers all the while."""
    clock = VirtualClock(loop)
    boxes = {"ty.test": _sandbox("trendyol", clock), "woo.test": _sandbox("woocommerce", clock),
             "plain.test": _sandbox("woocommerce", clock)}  # fmt: skip
    echo = Echo(boxes, clock)
    shop = Shop(
        load_settings(config, environment={}), clock=clock, rng=random.Random(1), blocking=inline, transport=echo
    )
    shop.folder.mkdir(mode=0o700)
    start_logging(shop.folder, shop.hidden, echo=False)
    async with AsyncExitStack() as stack:
        log = await Log.open(shop.folder / DATABASE, clock, open_inline)
        stack.push_async_callback(log.close)
        ticker = VirtualTicker(random.Random(2))
        engine = await shop.engine(log, ticker, stack)
        commands = Commands(engine)
        task = asyncio.create_task(engine.run())
        await asyncio.sleep(1)
        for name in engine.stores:
            await commands.run(Go(name), actor="test", id=f"go {name}")
        try:
            for number, way in enumerate(WAYS):
                for box in boxes.values():
                    box.buy([SandboxOrderLine(box.figures()[number % 8].remote_id, 1)])
                # In peace, so that each trouble is a new one; in trouble twice: what lasts is tried again.
                for fails, seconds in (("", 60), (way, 20), (way, 20)):
                    echo.fails, before = fails, echo.asked
                    for name, plan in engine.stores.items():
                        await commands.run(Pull(name), actor="test", id=f"{echo.asked} {name} pull")
                        await commands.run(Update(name), actor="test", id=f"{echo.asked} {name} update")
                        if fails and echo.asked % 2:
                            told.extend(map(str, await _checked(plan.sync.connector)))
                    await asyncio.sleep(seconds)
                    told.append(json.dumps(await commands.run(Status(), actor="test", id="status")))
                    assert echo.asked > before, way
        finally:
            for each in [task, *ticker.tasks]:
                each.cancel()
            await asyncio.gather(task, *ticker.tasks, return_exceptions=True)
        assert engine.surprises, "a fault of ours was among it, and left a traceback"
        # Now, because the end empties the write-ahead log.
        told.extend(path.read_bytes().decode("latin-1") for path in shop.folder.glob("omnisync.db*"))
        modes = {path.name: oct(path.stat().st_mode & 0o777) for path in shop.folder.iterdir()}
        assert set(modes) >= {"omnisync.db", "omnisync.db-wal", "omnisync.db-shm", "omnisync.log"}
        assert set(modes.values()) == {"0o600"}, modes
        assert shop.folder.stat().st_mode & 0o777 == 0o700


async def _checked(connector: object) -> list[object]:
    try:
        return list(await connector.check())  # type: ignore[attr-defined]
    except RuntimeError:
        # The fault of ours: it is the engine that must live with it.
        return []


async def _screens(folder: Path) -> list[str]:
    """What stands on the screens where the trouble is told of."""
    seen: list[str] = []
    async with opened(folder, FakeDaemon(folder), size=(200, 60)) as (app, pilot):
        for keys in (
            ["f2"],
            ["enter"],
            ["w"],
            ["escape", "escape", "f7"],
            ["enter"],
            ["escape", "f9"],
            ["enter"],
            ["escape", "f8"],
        ):
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
            await until(lambda: bool(shown(app).strip()))
            seen.append(shown(app))
        await until(lambda: "broke" in shown(app))
        for _ in range(30):
            await pilot.press("pageup")
            seen.append(shown(app))
        await pilot.press("enter")
        await pilot.pause()
        seen.append(shown(app))
    return seen


@pytest.fixture
def quiet_after() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)


def _commands(config: Path) -> Iterator[str]:
    for words in (
        ["stores"], ["stores", "--json"], ["products"], ["products", "--json"], ["orders"], ["orders", "--json"],
        ["events", "--limit", "2000"], ["events", "--limit", "2000", "--json"], ["log"], ["log", "--json"],
        ["log", "--limit", "5000"], ["why", "A-1", "--store", "ty"], ["why", "A-1", "--store", "woo", "--json"],
        ["check"], ["check", "--json"], ["verify", "--json"], ["pull"], ["retry", "--store", "ty"],
    ):  # fmt: skip
        result = CliRunner().invoke(omnisync, ["--config", str(config), *words])
        yield result.output
        yield repr(result.exception)


@pytest.mark.usefixtures("quiet_after")
def test_no_secret_comes_to_rest_anywhere(tmp_path: Path) -> None:
    config = _write_shop(tmp_path)
    told: list[str] = []
    run(lambda loop: _live(loop, config, told))
    data = tmp_path / "data"
    backup(data / DATABASE, tmp_path / "backup.db")
    with Reader(data / DATABASE) as reader:
        kinds = {each.type for each in events(reader, 5000)}
    assert {"connector.broke", "connector.recovered", "batch.lost", "order.seen", "batch.answered"} <= kinds
    written = (data / "omnisync.log").read_text("utf-8")
    assert "Traceback" in written
    assert written.count("store.broke") > len(WAYS), "every way left its trace"
    told += _commands(config)
    told += asyncio.run(_screens(data))
    for text in told:
        assert not leaks(text.encode("utf-8", "surrogatepass")), text[:2000]
    for path in [*data.rglob("*"), *(tmp_path / "export").rglob("*"), tmp_path / "backup.db", config]:
        if path.is_file():
            found = leaks(path.read_bytes())
            assert not found, f"{path.name}: {found}"
    assert all(leaks(secret.encode()) for secret in CANARIES.values()), "the search would find one"

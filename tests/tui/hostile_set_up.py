"""What a new shop has before its set-up: files of a stock program and a store, every text of them hostile."""

from __future__ import annotations

import asyncio
import csv
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from omnisync_plugins.woocommerce.sandbox import WooSandbox
from tests.tui.hostile import NAMES
from tests.tui.hostile_shop import code

from omnisync.connect.sandbox import Profile, SandboxProduct
from omnisync.demo.serve import Wish, make

EVERY = "".join(NAMES)


def unreadable_products(erp: Path) -> None:
    """No heading of the products is known."""
    _write(erp / "products.csv", [NAMES, NAMES])


def export(erp: Path) -> None:
    """Products, warehouses and price lists with hostile names; a quantity, a price and a cost that are none."""
    _write(erp / "products.csv", [("code", "name", "cost"), *((code(at), EVERY, EVERY) for at in range(len(NAMES)))])
    numbered = list(enumerate(NAMES))
    stock = [(code(at), f"{name}, 1", "5") for at, name in numbered]
    _write(erp / "stock.csv", [("code", "warehouse", "quantity"), *stock, (code(0), EVERY, EVERY)])
    prices = [(code(at), name, "19.90") for at, name in numbered]
    _write(erp / "prices.csv", [("code", "list", "price"), *prices, (code(1), NAMES[0], EVERY)])


def _write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@contextmanager
def store() -> Iterator[tuple[WooSandbox, str]]:
    """A store on sale in this process, with its address: the products, and others that nobody knows."""
    sandbox = make(Wish("woocommerce", profile=Profile.INSTANT, seed=1, currency="EUR"))
    assert isinstance(sandbox, WooSandbox)
    known = [SandboxProduct(code(at), EVERY, "9.90", 1) for at in range(len(NAMES))]
    sandbox.seed([*known, *(SandboxProduct(f"x{at} {EVERY}", EVERY, "9.90", 1) for at in range(6))])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(sandbox.application(), log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
        thread.start()
        try:
            yield sandbox, f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()

"""What lives on while the daemon dies: stores in processes of their own, their buyers, and the clerk at the ERP."""

from __future__ import annotations

import asyncio
import csv
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec

from omnisync.connect.sandbox import Profile, SandboxFigure
from omnisync.demo.clerk import Clerk, Key
from omnisync.demo.serve import Opened, Wish
from omnisync.ports import SystemClock

STORES = {"trendyol": "trendyol", "woo-tr": "woocommerce"}

_ORDERS_AN_HOUR, _HOUR = 90, 3600.0
"""A store's most orders: what a start asks for again (the overlap) comes in pages, two seconds each at Trendyol."""

GOODS = [
    {"code": f"A-{n}", "name": f"Hammer {n}", "price": f"{100 + n}.00", "stock": 5000, "barcode": f"869000000{n:04}"}
    for n in range(1, 31)
]

_CONFIGURATION = """[shop]
name = "Crash"
currency = "TRY"
data_folder = "data"

[erp]
connector = "files"
folder = "erp"
"""

_STORE = """
[stores.{name}]
connector = "{platform}"
warehouses = ["main"]
price_list = "retail"
orders_every = 0.5
{options}
"""


class Store:
    """One store's sandbox, on a leash: it ends when this process does."""

    def __init__(self, name: str, platform: str, goods: Path) -> None:
        wish = Wish(platform, profile=Profile.INSTANT, products=str(goods))
        self.name, self.platform = name, platform
        self.process = subprocess.Popen(
            [sys.executable, "-m", "omnisync.demo.serve", msgspec.json.encode(wish).decode()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.opened = msgspec.json.decode(self.process.stdout.readline(), type=Opened)
        self._http = httpx.Client(base_url=self.opened.address, trust_env=False)
        self.ids = {each.code: each.remote_id for each in self._figures()}

    def end(self) -> None:
        """Let go of the leash."""
        self._http.close()
        self.process.communicate(timeout=10)

    def figures(self) -> dict[str, tuple[int, str]]:
        """Pieces and price by code, as a buyer sees them."""
        return {each.code: (each.stock, f"{float(each.price):.2f}") for each in self._figures()}

    def _figures(self) -> list[SandboxFigure]:
        return msgspec.json.decode(self._http.get("/_sim/figures").content, type=list[SandboxFigure])

    def buy(self, pieces: dict[str, int]) -> str:
        """A buyer orders; the order's number."""
        lines = [{"remote_id": self.ids[code], "quantity": quantity} for code, quantity in pieces.items()]
        number = self._http.post("/_sim/buy", json={"lines": lines}).json()["number"]
        assert number, f"{self.name} has sold out of {pieces}"
        return str(number)

    def cancel(self, number: str) -> None:
        """The buyer is sorry."""
        self._http.post("/_sim/move", json={"number": number, "state": "cancelled"})

    def rest(self) -> None:
        """In life a daemon isn't killed twice a second: as far as limits per minute go, some have passed."""
        if self.platform == "trendyol":
            self._http.post("/_sim/rested", json={})


@dataclass
class Street:
    """Everybody but OmniSync."""

    folder: Path
    rng: random.Random
    stores: dict[str, Store]
    sorry: bool
    """Whether buyers cancel. What a store then shows is looked at for two minutes before it is put right (P3)."""
    bought: dict[Key, Counter[str]] = field(default_factory=dict)
    """Every order that was placed: pieces by code."""
    cancelled: set[Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._bought_at: dict[str, list[float]] = {name: [] for name in self.stores}
        self._furnish()
        self._clerk = Clerk(self.folder / "erp", SystemClock(), self.rng, lambda: self.cancelled)

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "omnisync.toml"

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    def happens(self) -> None:
        """One thing of an ordinary day."""
        draw = self.rng.random()
        if draw < 0.5:
            self._buy()
        elif draw < 0.55 and self.sorry and len(self.bought) > 3:
            key = self.rng.choice(list(self.bought)[-5:])
            self.stores[key[0]].cancel(key[1])
            self.cancelled.add(key)
        elif draw < 0.75:
            self._clerk.receive()
        elif draw < 0.85:
            self._clerk.reprice()
        else:
            self.post()

    def _buy(self) -> None:
        store = self.stores[self.rng.choice(list(self.stores))]
        busy = [at for at in self._bought_at[store.name] if at > time.monotonic() - _HOUR]
        if len(busy) >= _ORDERS_AN_HOUR:
            self._clerk.receive()
            return
        self._bought_at[store.name] = [*busy, time.monotonic()]
        some = self.rng.sample([each["code"] for each in GOODS], self.rng.choice((1, 1, 2)))
        pieces = {str(code): self.rng.randint(1, 3) for code in some}
        self.bought[store.name, store.buy(pieces)] = Counter(pieces)

    def post(self) -> None:
        """The clerk posts what has come in."""
        asyncio.run(self._clerk.post())

    def shelves(self) -> dict[str, tuple[int, str]]:
        """Pieces and price by code, as the ERP has them."""
        stock = {row["code"]: int(row["quantity"]) for row in rows(self.folder / "erp" / "stock.csv")}
        prices = rows(self.folder / "erp" / "prices.csv")
        return {row["code"]: (stock[row["code"]], row["retail TRY"].replace(",", ".")) for row in prices}

    def handed_over(self) -> Counter[Key]:
        """How many files the ERP was given for each order."""
        orders = self.folder / "erp" / "orders"
        first = (rows(path)[0] for place in (orders, orders / "done") for path in place.glob("*.csv"))
        return Counter((row["store"], row["order_number"]) for row in first)

    def waiting(self) -> bool:
        """Whether the clerk has something to post."""
        return any((self.folder / "erp" / "orders").glob("*.csv"))

    def _furnish(self) -> None:
        erp = self.folder / "erp"
        (erp / "orders").mkdir(parents=True)
        _write(erp / "products.csv", ["code", "name", "barcode"], [[g["code"], g["name"], g["barcode"]] for g in GOODS])
        _write(
            erp / "prices.csv", ["code", "retail TRY"], [[g["code"], f"{g['price']}".replace(".", ",")] for g in GOODS]
        )
        _write(erp / "stock.csv", ["code", "warehouse", "quantity"], [[g["code"], "main", g["stock"]] for g in GOODS])
        _write(erp / "order_states.csv", ["order key", "state"], [])
        text = _CONFIGURATION
        for name, store in self.stores.items():
            options = "\n".join(f'{key} = "{value}"' for key, value in store.opened.options.items())
            text += _STORE.format(name=name, platform=store.platform, options=options)
        self.config.touch(mode=0o600)
        self.config.write_text(text)


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of one of the ERP's files."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _write(path: Path, header: Sequence[str], body: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";", lineterminator="\n").writerows([header, *body])


@contextmanager
def open_street(folder: Path, seed: int, *, sorry: bool = False) -> Iterator[Street]:
    """The stores open, and close afterwards."""
    goods = folder / "goods.json"
    goods.write_text(json.dumps(GOODS))
    stores: dict[str, Store] = {}
    try:
        for name, platform in STORES.items():
            stores[name] = Store(name, platform, goods)
        yield Street(folder, random.Random(seed), stores, sorry)
    finally:
        for store in stores.values():
            store.end()

"""A shop made of real processes: sandboxes and a daemon, driven by the command line and by nothing else."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

OMNISYNC = Path(sys.executable).with_name("omnisync")
LIMIT = 30.0
"""Seconds in which whatever is waited for must have happened."""

GOODS: list[dict[str, Any]] = [
    {
        "code": f"A-{n}",
        "name": f"{('Çekiç', 'Boru')[n > 25]} {n}",
        "price": f"{100 + n}.00",
        "stock": 20,
        "barcode": f"869000000{n:04}",
    }
    for n in range(1, 31)
]
STORES = {"trendyol": "trendyol", "woo-tr": "woocommerce"}


@dataclass
class Sandbox:
    """One store's sandbox as a process."""

    platform: str
    folder: Path
    port: int = 0
    goods: Sequence[Mapping[str, Any]] = field(default_factory=lambda: GOODS)
    options: dict[str, str] = field(default_factory=dict)
    address: str = ""
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Run it with its goods, on the same port as before."""
        seed = self.folder / f"{self.platform}.json"
        seed.write_text(json.dumps(list(self.goods)))
        self.process = subprocess.Popen(
            [OMNISYNC, "sandbox", self.platform, "--port", str(self.port), "--profile", "instant", "--seed-file", seed],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        opened = json.loads(self.process.stdout.readline())
        self.port, self.address, self.options = opened["port"], opened["address"], opened["options"]

    def stop(self) -> None:
        """End it as a service is ended, keeping in mind what it showed."""
        shown = self.figures()
        self.goods = [{**each, "stock": shown[each["code"]][0], "price": shown[each["code"]][1]} for each in self.goods]
        self.end()

    def end(self) -> None:
        """SIGTERM, which must end it in order."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(10) == 0
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None

    def figures(self) -> dict[str, tuple[int, str]]:
        """Pieces and price by code, as a buyer would see them."""
        rows = httpx.get(f"{self.address}/_sim/figures").json()
        return {row["code"]: (row["stock"], f"{float(row['price']):.2f}") for row in rows}

    def ids(self) -> dict[str, str]:
        """The store's own ids by code."""
        return {row["code"]: row["remote_id"] for row in httpx.get(f"{self.address}/_sim/figures").json()}

    def buy(self, code: str, pieces: int) -> str:
        """A buyer orders; the order's number."""
        wish = {"lines": [{"remote_id": self.ids()[code], "quantity": pieces}]}
        number = httpx.post(f"{self.address}/_sim/buy", json=wish).json()["number"]
        assert number is not None
        return str(number)

    def writes(self) -> int:
        """How many writing calls it has had."""
        calls = httpx.get(f"{self.address}/_sim/calls").json()
        return sum(count for call, count in calls.items() if call.startswith(("POST", "PUT")))


@dataclass
class Shop:
    """The owner's folder, the stores, the daemon and the command line."""

    folder: Path
    sandboxes: dict[str, Sandbox]
    daemon: subprocess.Popen[bytes] | None = None

    def omnisync(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command as the owner would."""
        return subprocess.run(
            [OMNISYNC, *arguments], env=self._environment(), capture_output=True, text=True, timeout=60, check=False
        )

    def json(self, *arguments: str) -> Any:
        """What a command that must succeed prints as JSON."""
        done = self.omnisync(*arguments, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def start(self) -> None:
        """Start the daemon, say go where that was not said yet, and wait until the stores are in step."""
        self.start_only()
        self.go()
        self.until(self.in_step, "every store is in step")

    def start_only(self) -> None:
        """Start the daemon and wait until it listens."""
        with (self.folder / "daemon.stderr").open("w") as said:
            self.daemon = subprocess.Popen([OMNISYNC, "daemon"], env=self._environment(), stderr=said)
        self.until((self.folder / "data" / "omnisync.sock").exists, "the daemon listens")

    def go(self) -> None:
        """Say go to every store that is in plan-only, as soon as the daemon knows it."""
        self.until(lambda: len(self.json("stores")["stores"]) == len(self.sandboxes), "the stores are known")
        for store in self.json("stores")["stores"]:
            if not store["live"]:
                assert self.omnisync("go", store["name"]).returncode == 0

    def in_step(self) -> bool:
        """Whether every listing is matched and confirmed."""
        stores = self.json("stores")["stores"]
        return len(stores) == len(self.sandboxes) and all(
            store["listings"] == len(GOODS) and store["confirmed"] == 2 * len(GOODS) and not store["waiting"]
            for store in stores
        )

    def kill(self) -> None:
        """The power goes."""
        assert self.daemon is not None
        self.daemon.kill()
        self.daemon.wait(15)
        self.daemon = None

    def end(self) -> None:
        """SIGTERM, which must end the daemon in order."""
        assert self.daemon is not None
        self.daemon.send_signal(signal.SIGTERM)
        assert self.daemon.wait(15) == 0, self.said()
        self.daemon = None

    def said(self) -> str:
        """What the daemon has told on stderr."""
        return (self.folder / "daemon.stderr").read_text()

    def until(self, done: Callable[[], bool], what: str) -> None:
        """Wait until it is so."""
        limit = time.monotonic() + LIMIT
        while not done():
            assert self.daemon is None or self.daemon.poll() is None, f"the daemon ended before {what}: {self.said()}"
            assert time.monotonic() < limit, (
                f"waited in vain until {what}:\n{self.omnisync('stores').stdout}{self.said()}"
            )
            time.sleep(0.1)

    def shows(self, store: str, code: str, *, stock: int | None = None, price: str | None = None) -> None:
        """Wait until the store shows these figures."""

        def so() -> bool:
            found = self.sandboxes[store].figures()[code]
            return stock in (None, found[0]) and price in (None, found[1])

        self.until(so, f"{store} shows {code} with {stock} pieces at {price}")

    # The stock program.

    def count(self, code: str, pieces: int) -> None:
        """Somebody counts, and the program exports its stock anew."""
        rows = self._stock()
        rows[code] = str(pieces)
        self._export("stock.csv", [["code", "warehouse", "quantity"], *([c, "main", q] for c, q in rows.items())])

    def order_files(self) -> list[list[dict[str, str]]]:
        """The lines of every order that was handed over."""
        return [
            list(csv.DictReader(path.read_text("utf-8-sig").splitlines(), delimiter=";"))
            for path in sorted((self.folder / "erp" / "orders").glob("*.csv"))
        ]

    def _stock(self) -> dict[str, str]:
        path = self.folder / "erp" / "stock.csv"
        if not path.exists():
            return {each["code"]: str(each["stock"]) for each in GOODS}
        with path.open() as file:
            return {row["code"]: row["quantity"] for row in csv.DictReader(file, delimiter=";")}

    def _export(self, name: str, rows: Sequence[Sequence[str]]) -> None:
        beside = self.folder / f"{name}.new"
        with beside.open("w", newline="") as file:
            csv.writer(file, delimiter=";", lineterminator="\n").writerows(rows)
        beside.replace(self.folder / "erp" / name)

    def furnish(self) -> None:
        """Write the stock program's files and a configuration."""
        (self.folder / "erp").mkdir()
        self._export(
            "products.csv", [["code", "name", "barcode"], *([g["code"], g["name"], g["barcode"]] for g in GOODS)]
        )
        self._export(
            "prices.csv", [["code", "retail TRY"], *([g["code"], g["price"].replace(".", ",")] for g in GOODS)]
        )
        self.count("A-1", 20)
        lines = [
            '[shop]\nname = "Test"\ncurrency = "TRY"\ndata_folder = "data"\n',
            '[erp]\nconnector = "files"\nfolder = "erp"\n',
        ]
        for name, sandbox in self.sandboxes.items():
            options = "".join(f'{key} = "{value}"\n' for key, value in sandbox.options.items())
            lines.append(
                f'[stores.{name}]\nconnector = "{sandbox.platform}"\nwarehouses = ["main"]\nprice_list = "retail"\n'
                f"orders_every = 0.5\n{options}"
            )
        config = self.folder / "omnisync.toml"
        config.touch(mode=0o600)
        config.write_text("\n".join(lines))

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "OMNISYNC_CONFIG": str(self.folder / "omnisync.toml")}


@contextmanager
def running_shop(folder: Path) -> Iterator[Shop]:
    """A shop with two stores whose daemon is in step; everything is ended afterwards."""
    shop = Shop(folder, {name: Sandbox(platform, folder) for name, platform in STORES.items()})
    try:
        for sandbox in shop.sandboxes.values():
            sandbox.start()
        shop.furnish()
        shop.start()
        yield shop
        shop.end()
    finally:
        if shop.daemon is not None:
            shop.kill()
        for sandbox in shop.sandboxes.values():
            sandbox.end()

"""The ERP of a simulated shop: its books are the truth; it exports files, takes order files in, and has a clerk.

The files connector reads and writes the folder. Times of files are set to the virtual clock, because a
balance is as old as its file.
"""

from __future__ import annotations

import csv
import os
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from omnisync.ports import Clock

_STATES = {"posted": "İşlendi", "cancelled": "İptal"}


@dataclass
class ErpOrder:
    """An order as the ERP took it in: pieces by code, the warehouse, and what was taken off the books for it."""

    key: str
    store: str
    number: str
    warehouse: str
    ordered: Counter[str]
    state: str = ""
    posted_at: int = 0
    taken: Counter[str] = field(default_factory=Counter)


class Books:
    """Balances, prices and orders as they truly are; ``live`` asks the world what a buyer is still owed, by code."""

    def __init__(
        self, folder: Path, clock: Clock, rng: random.Random, *, products: int, houses: tuple[str, ...],
        stock: tuple[int, int], live: Callable[[str, str], Mapping[str, int]],
    ) -> None:  # fmt: skip
        self.folder, self.clock, self.rng = folder, clock, rng
        self.codes = [f"C{number:03}" for number in range(products)]
        self.made_to_order = frozenset(self.codes[-1:])
        self.stock = {(code, house): rng.randint(*stock) for code in self.codes for house in houses}
        self.price = {code: 10_000 + 100 * number for number, code in enumerate(self.codes)}
        self.retired: set[str] = set()
        self.illegible: set[tuple[str, str]] = set()
        """Rows of the stock file, by code and warehouse, of which the quantity is no number."""
        self.orders: dict[str, ErpOrder] = {}
        self.oddities: list[str] = []
        """What the ERP finds wrong with the order files it was given."""
        self.exports: list[int] = []
        """When the whole stock file was written."""
        self.illegible_in: dict[int, frozenset[tuple[str, str]]] = {}
        """The rows that could not be read in the export of that time."""
        self.gone = False
        self._live = live
        folder.mkdir(parents=True)

    # Files out.

    def export_all(self) -> None:
        """Write every file."""
        for name in ("products", "prices", "stock", "order_states"):
            self.export(name)

    def export(self, name: str, *, share: float = 1.0) -> None:
        """Write one file; with ``share`` only its beginning, as it stands while it is being written."""
        if self.gone:
            return
        text = getattr(self, f"_{name}")().encode("utf-8")
        path = self.folder / f"{name}.csv"
        path.write_bytes(text[: int(len(text) * share)])
        now = self.clock.now()
        os.utime(path, ns=(now * 1_000_000, now * 1_000_000))
        if name == "stock":
            self.exports.append(now)
            self.illegible_in[now] = frozenset(self.illegible)

    def _products(self) -> str:
        rows = [
            f"{code};Ürün {code};{barcode(code)};{'made-to-order' if code in self.made_to_order else 'tools'};evet"
            for code in self.codes
            if code not in self.retired
        ]
        return "\n".join(["Stok Kodu;Stok Adı;Barkod;Kategori;Aktif", *rows, ""])

    def _prices(self) -> str:
        rows = [f"{code};{_money(self.price[code])};{_money(self.price[code] + 500)}" for code in self.codes]
        return "\n".join(["Stok Kodu;retail TL;web TL", *rows, ""])

    def _stock(self) -> str:
        rows = [
            f"{code};{house};{'#N/A' if (code, house) in self.illegible else count}"
            for (code, house), count in self.stock.items()
            if code not in self.retired
        ]
        return "\n".join(["Stok Kodu;Depo;Miktar", *rows, ""])

    def _order_states(self) -> str:
        rows = [f"{order.key};{_STATES[order.state]}" for order in self.orders.values() if order.state]
        return "\n".join(["Sipariş Anahtarı;Durum", *rows, ""])

    def told(self, order: ErpOrder, until: int) -> bool:
        """Whether each balance of the order's goods stood in an export since it was worked on, where it could be read."""
        exports = [each for each in self.exports if order.posted_at <= each <= until]
        rows = [(code, order.warehouse) for code in order.ordered]
        return all(any(row not in self.illegible_in[each] for each in exports) for row in rows)

    def untold(self) -> list[ErpOrder]:
        """Orders worked on, of which no later export speaks yet: nobody can know whether the last one counts them."""
        last = max(self.exports, default=0)
        return [order for order in self.orders.values() if order.state and order.posted_at >= last]

    def vanish(self) -> None:
        """The folder can't be reached, as a share on the network."""
        self.gone = True
        self.folder.rename(self.folder.with_name("erp-away"))

    def come_back(self) -> None:
        """It can again, with fresh files."""
        self.folder.with_name("erp-away").rename(self.folder)
        self.gone = False
        self.export_all()

    # Files in, and the clerk.

    def import_orders(self) -> None:
        """Take in the order files which came, and move them to where done ones lie."""
        orders = self.folder / "orders"
        if self.gone or not orders.is_dir():
            return
        (orders / "done").mkdir(exist_ok=True)
        for path in sorted(orders.glob("*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as file:
                self._import(list(csv.DictReader(file, delimiter=";")))
            path.rename(orders / "done" / path.name)

    def _import(self, rows: list[dict[str, str]]) -> None:
        head = rows[0]
        key = head["order_key"]
        if key in self.orders:
            self.oddities.append(f"P5: order {key} was handed over twice")
            return
        pieces: Counter[str] = Counter()
        for row in rows:
            pieces[row["code"]] += int(row["quantity"])
        self.orders[key] = ErpOrder(key, head["store"], head["order_number"], head["warehouse"], pieces)

    def waiting(self) -> list[ErpOrder]:
        """Orders that nobody has worked on yet."""
        return [order for order in self.orders.values() if not order.state]

    def post(self, order: ErpOrder) -> None:
        """Into the books, in one act: what the buyer is still owed leaves them; an order that was cancelled is closed."""
        owed = Counter(self._live(order.store, order.number))
        order.state = "posted" if owed.total() else "cancelled"
        order.posted_at = self.clock.now()
        self._settle(order, owed)

    def take_back(self) -> None:
        """What came back, or was cancelled after it was posted, is put onto the shelf again."""
        for order in self.orders.values():
            if order.state:
                self._settle(order, Counter(self._live(order.store, order.number)))

    def _settle(self, order: ErpOrder, owed: Counter[str]) -> None:
        for code in {*owed, *order.taken}:
            self.stock[code, order.warehouse] -= owed[code] - order.taken[code]
        order.taken = owed

    def deliver(self) -> tuple[str, int]:
        """Goods arrive: of which product, and how many."""
        key, pieces = self.rng.choice(list(self.stock)), self.rng.randint(1, 10)
        self.stock[key] += pieces
        return key[0], pieces

    def count_anew(self) -> None:
        """Somebody counts and corrects, sometimes half of the shelf, now and then below zero."""
        many = len(self.stock) // 2 if self.rng.random() < 0.2 else self.rng.randint(1, 4)
        for key in self.rng.sample(list(self.stock), max(1, many)):
            self.stock[key] = self.rng.randint(-2 if self.rng.random() < 0.1 else 0, 12)

    def reprice(self) -> None:
        """A price changes by a few percent."""
        code = self.rng.choice(self.codes)
        self.price[code] = round(self.price[code] * self.rng.uniform(0.9, 1.1))


def barcode(code: str) -> str:
    """The barcode of a product, the same everywhere."""
    return f"869000000{int(code[1:]):04}"


def _money(minor: int) -> str:
    return f"{minor // 100},{minor % 100:02}"

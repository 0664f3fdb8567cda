"""A stock program that exports into a folder as it is told, so that the conformance kit can try the connector."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from omnisync.connect.erp import ErpBalance, ErpPrice, ErpProduct, ErpState
from omnisync.connect.source import ErpSource
from omnisync.model.quantity import PIECE

_LONG_AGO = 1_700_000_000
"""Seconds. Each export is a second younger than the last one, and none so young that it might still be written."""


def source(folder: Path) -> ErpSource:
    """A stock program whose export folder is inside the given one."""
    return FolderSource(folder / "export")


class FolderSource:
    """Writes CSV files as a Turkish stock program does: semicolons, decimal commas."""

    currency = "TRY"

    def __init__(self, folder: Path) -> None:
        self.options: Mapping[str, Any] = {"folder": str(folder), "default_price_list": "retail"}
        self._folder = folder
        self._stock: list[Sequence[str]] = []
        self._states: dict[str, ErpState] = {}
        self._exports = 0

    def hold(self, products: Sequence[ErpProduct], balances: Sequence[ErpBalance], prices: Sequence[ErpPrice]) -> None:
        """Export these."""
        self._folder.mkdir(exist_ok=True)
        self._stock = [(each.code, each.warehouse, _number(Decimal(each.on_hand) / PIECE)) for each in balances]
        names = [(each.code, each.name, *each.barcodes[:1], each.category, each.unit) for each in products]
        self._export("products", ("Stok Kodu", "Stok Adı", "Barkod", "Kategori", "Birim"), names)
        self._export("stock", ("Stok Kodu", "Depo", "Miktar"), self._stock)
        rows = [(each.code, each.price_list, _number(each.price.amount), each.price.currency) for each in prices]
        self._export("prices", ("Stok Kodu", "Fiyat Listesi", "Fiyat", "Para Birimi"), rows)

    def spoil(self, code: str) -> None:
        """Letters stand where that product's first quantity should."""
        place = next(place for place, row in enumerate(self._stock) if row[0] == code)
        rows = [(*row[:2], "on iki") if at == place else row for at, row in enumerate(self._stock)]
        self._export("stock", ("Stok Kodu", "Depo", "Miktar"), rows)

    def tear(self) -> None:
        """The stock file ends in the middle of a row."""
        path = self._folder / "stock.csv"
        whole = path.read_bytes().rstrip()
        path.write_bytes(whole[: whole.rindex(b";")])

    def vanish(self) -> None:
        """The folder is gone, as a network folder that is not connected is."""
        shutil.rmtree(self._folder)

    def tell(self, key: str, state: ErpState) -> None:
        """Export the states of all orders so far."""
        self._states[key] = state
        self._export("order_states", ("Sipariş Anahtarı", "Durum"), self._states.items())

    def orders(self) -> Sequence[str]:
        """The keys in the order files, once for each file."""
        paths = sorted((self._folder / "orders").glob("*.csv"))
        return [key for path in paths for key in dict.fromkeys(_keys(path))]

    def close(self) -> None:
        """There is nothing outside of the folder."""

    def _export(self, name: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=";")
        writer.writerow(heading)
        writer.writerows(rows)
        path = self._folder / f"{name}.csv"
        path.write_text(text.getvalue(), "utf-8")
        self._exports += 1
        os.utime(path, (_LONG_AGO + self._exports, _LONG_AGO + self._exports))


def _number(number: Decimal) -> str:
    return f"{number:f}".replace(".", ",")


def _keys(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["order_key"] for row in csv.DictReader(file, delimiter=";")]

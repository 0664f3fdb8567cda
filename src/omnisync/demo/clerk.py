"""The clerk at the stock program: posts orders, books cancelled ones back, receives goods, changes prices.

Works on the files as such a program does: each is written beside and then moved into place, the states of
orders before the stock. Only a stock file that is newer than the word "posted" has that order in it for sure.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from omnisync.model.quantity import PIECE
from omnisync.ports import Clock, in_thread

_EVERY = 1.0
_EXPORT = 0.02
"""Seconds between two exports of the program: more than the finest difference between the times of two files."""

_RECEIVES, _REPRICES = 0.5, 0.2
"""The chance of each in one round."""

Key = tuple[str, str]
"""Store and order number."""


class _Csv:
    """One file of the stock program, held as rows and written whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open(encoding="utf-8-sig", newline="") as file:
            self.header, *self.rows = list(csv.reader(file, delimiter=";"))

    def save(self) -> None:
        """Write it beside the folder, then move it into place: a reader sees the old file or the new one."""
        beside = self.path.parent.parent / f"{self.path.name}.new"
        with beside.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\n")
            writer.writerow(self.header)
            writer.writerows(self.rows)
        beside.replace(self.path)


class Clerk:
    """One person at one stock program."""

    def __init__(self, folder: Path, clock: Clock, rng: Random, cancelled: Callable[[], set[Key]]) -> None:
        self._orders = folder / "orders"
        self._clock = clock
        self._rng = rng
        self._cancelled = cancelled
        self._stock = _Csv(folder / "stock.csv")
        self._places = {(row[0], row[1]): row for row in self._stock.rows}
        self._prices = _Csv(folder / "prices.csv")
        self._states = _Csv(folder / "order_states.csv")
        self._booked: dict[Key, tuple[list[str], Sequence[dict[str, str]]]] = {}
        """By order: its row in the states, and its lines."""

    async def work(self, stop: asyncio.Event) -> None:
        """Post, receive and reprice until told to stop."""
        while not stop.is_set():
            await self.post()
            if self._rng.random() < _RECEIVES:
                await in_thread(self.receive)
            if self._rng.random() < _REPRICES:
                await in_thread(self.reprice)
            await self._clock.sleep(_EVERY)

    async def tidy_up(self) -> None:
        """After the day only post what still comes in, until cancelled."""
        while True:
            await self.post()
            await self._clock.sleep(_EVERY / 2)

    async def post(self) -> None:
        """Post every order that came in, and book back what was cancelled."""
        cancelled = self._cancelled()
        files = sorted(self._orders.glob("*.csv"))
        for path in files:
            self._book(path, cancelled)
        back = [key for key in cancelled & self._booked.keys() if self._booked[key][0][1] == "posted"]
        for key in back:
            state, lines = self._booked[key]
            self._move(lines, 1)
            state[1] = "cancelled"
        if files or back:
            await in_thread(self._states.save)
            await self._clock.sleep(_EXPORT)
            await in_thread(self._stock.save)
        for path in files:
            done = path.parent / "done"
            done.mkdir(exist_ok=True)
            path.replace(done / path.name)

    def _book(self, path: Path, cancelled: set[Key]) -> None:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file, delimiter=";"))
        if not lines:
            return
        key = (lines[0]["store"], lines[0]["order_number"])
        state = [lines[0]["order_key"], "cancelled" if key in cancelled else "posted"]
        if state[1] == "posted":
            self._move(lines, -1)
        self._states.rows.append(state)
        self._booked[key] = (state, lines)

    def _move(self, lines: Sequence[dict[str, str]], sign: int) -> None:
        for line in lines:
            row = self._places[line["code"], line["warehouse"]]
            row[2] = _text(_thousandths(row[2]) + sign * _thousandths(line["quantity"]))

    def receive(self) -> None:
        """A few boxes arrive."""
        for _ in range(self._rng.randint(1, 5)):
            row = self._rng.choice(self._stock.rows)
            row[2] = _text(_thousandths(row[2]) + self._rng.randint(1, 24) * PIECE)
        self._stock.save()

    def reprice(self) -> None:
        """One product gets a little dearer on every list that it is on."""
        row = self._rng.choice(self._prices.rows)
        row[1:] = [_dearer(cell) for cell in row[1:]]
        self._prices.save()


def _thousandths(cell: str) -> int:
    whole, _, part = cell.lstrip("-").partition(",")
    value = int(whole or "0") * PIECE + int(part.ljust(3, "0")[:3])
    return -value if cell.startswith("-") else value


def _text(thousandths: int) -> str:
    whole, part = divmod(abs(thousandths), PIECE)
    sign = "-" if thousandths < 0 else ""
    return f"{sign}{whole},{part:03d}" if part else f"{sign}{whole}"


def _dearer(cell: str) -> str:
    if not cell:
        return ""
    whole, _, part = cell.partition(",")
    minor = int(whole) * 100 + int(part.ljust(2, "0")[:2])
    minor += max(1, minor // 25)
    return f"{minor // 100},{minor % 100:02d}"

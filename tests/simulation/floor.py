"""The sales floors: what buyers and shopkeepers do in a sandbox, and what its true figures are.

The one place where the simulation knows the platforms apart.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from tests.simulation.erp import barcode
from tests.simulation.faults import OF_REQUESTS
from tests.simulation.shape import Shape, StoreShape

from omnisync.connect.loader import discover, load
from omnisync.connect.sandbox import Profile, Sandbox, SandboxOrderLine, SandboxProduct
from omnisync.model.order import OrderState
from omnisync.ports import Clock


class Floor:
    """One sandbox with everything that can happen in it."""

    def __init__(self, shape: StoreShape, whole: Shape, clock: Clock, rng: random.Random, codes: list[str]) -> None:
        self.name, self.shape, self.rng = shape.name, shape, rng
        self.whole = whole
        self.box: Any = self._made(clock)
        self.box.seed([SandboxProduct(code, f"Ürün {code}", "100.00", 0, barcode(code)) for code in codes])
        self.application = self.box.application()
        self.code_of = {figure.remote_id: figure.code for figure in self.box.figures()}
        self.remote_of = {code: remote for remote, code in self.code_of.items()}
        self.numbers: list[str] = []
        self.box.rates = {fault: whole.faults.get(name, 0.0) for name, fault in OF_REQUESTS.items()}
        self._unpaid: list[str] = []

    def _made(self, clock: Clock) -> Sandbox:
        made: Sandbox = load(discover()[self.shape.platform], "sandbox").sandbox(
            clock=clock, rng=random.Random(self.rng.random()), profile=Profile.REALISTIC, currency="TRY"
        )
        return made

    def chance(self, fault: str) -> bool:
        """Whether that fault of orders happens this time."""
        return self.rng.random() < self.whole.faults.get(fault, 0.0)

    def shown(self) -> dict[str, tuple[int, int]]:
        """What every listing truly shows, by remote id: pieces, and the price in minor units."""
        return {f.remote_id: (f.stock, round(float(f.price or 0) * 100)) for f in self.box.figures()}

    def pieces(self, code: str) -> int:
        """What a buyer sees of that product."""
        raise NotImplementedError

    def buy(self, code: str, pieces: int) -> str | None:
        """A buyer buys; answers the order's number."""
        paid = not self.chance("unpaid")
        number: str | None = self.box.buy([SandboxOrderLine(self.remote_of[code], pieces)], paid=paid)
        if number is not None:
            self.numbers.append(number)
            if not paid:
                self._unpaid.append(number)
        return number

    def live(self, number: str) -> Mapping[str, int]:
        """Pieces that the buyer of an order is owed, or was sent and has kept, by code."""
        raise NotImplementedError

    def go_on(self, number: str) -> None:
        """Something happens to an order after it was placed."""
        raise NotImplementedError

    def _advance(self, number: str) -> None:
        """What happens to an order on any platform."""
        if self.chance("cancelled"):
            self.box.move(number, OrderState.CANCELLED)
        elif self.chance("returned"):
            self.box.move(number, OrderState.SHIPPED)
            self._come_back(number)
        elif self.rng.random() < 0.5:
            self.box.move(number, OrderState.SHIPPED)
        else:
            self.box.move(number, OrderState.PREPARING)

    def _come_back(self, number: str) -> None:
        self.box.move(number, OrderState.RETURNED)

    def edit(self) -> None:
        """Somebody changes a figure by hand in the store's panel."""
        remote = self.rng.choice(sorted(self.code_of))
        if self.rng.random() < 0.7:
            self.box.edit(remote, stock=self.rng.randint(0, 15))
        else:
            self.box.edit(remote, price=f"{self.rng.randint(80, 160)}.00")

    def hide_rows(self, *, on: bool) -> None:
        """What is new is missing from the answers for a while."""

    def slow_batches(self, longest: float | None) -> None:
        """Batches take up to that many seconds; None: as long as usual."""

    def lose_receipts(self) -> None:
        """The store forgets the receipts of what it was given."""

    def garble(self, *, on: bool) -> None:
        """A plugin of the store garbles its newest order, or it was mended."""

    def heal(self) -> None:
        """No faults any more."""
        self.box.rates, self.box.down = {}, False
        self.slow_batches(None)
        self.hide_rows(on=False)
        self.garble(on=False)
        for number in self._unpaid:
            self.pay(number)

    def pay(self, number: str) -> None:
        """The buyer pays at last, if the order still waits for that."""
        raise NotImplementedError


class Marketplace(Floor):
    """A Trendyol account: packages, receipts, a read side that lags."""

    def __init__(self, shape: StoreShape, whole: Shape, clock: Clock, rng: random.Random, codes: list[str]) -> None:
        super().__init__(shape, whole, clock, rng, codes)
        self._now = clock.now
        self._tempo = load(discover()["trendyol"], "sandbox_batches").Tempo
        self.slow_batches(None)
        self.box.orders._lateness = self._lateness
        self.box.catalogue._lag = lambda: rng.randint(0, int(whole.figures_lag * 1000))
        if whole.faults.get("silent_refusal"):
            self._refuse_silently()

    def _lateness(self) -> int:
        if self.chance("late_visible"):
            return self.rng.randint(0, 600_000)
        return self.rng.randint(0, int(self.whole.orders_lag * 1000))

    def _refuse_silently(self) -> None:
        self.box.batches._catalogue = _Deaf(self.box.catalogue, lambda: self.chance("silent_refusal"))

    def pieces(self, code: str) -> int:
        self.box.batches.advance()
        return int(self.box.catalogue.variant(self.remote_of[code]).true.quantity or 0)

    def live(self, number: str) -> Mapping[str, int]:
        pieces: Counter[str] = Counter()
        for package in self.box.orders._orders[number].packages:
            if package.status in _OWED:
                for line in package.lines:
                    pieces[line.variant.stock_code] += line.quantity
        return pieces

    def go_on(self, number: str) -> None:
        orders = self.box.orders
        lines = [line for package in orders._orders[number].packages for line in package.lines]
        line = self.rng.choice(lines)
        if self.chance("told_again"):
            for package in orders._orders[number].packages:
                orders._set(package, package.status)
            return
        with suppress(ValueError):  # It has gone too far for that.
            if self.chance("split"):
                orders.split(number)
            elif self.chance("cancel_some"):
                orders.cancel_some(number, line.variant.barcode, self.rng.randint(1, line.quantity))
            elif self.chance("unsupplied"):
                orders.unsupplied(number, line.variant.barcode, self.rng.randint(1, line.quantity))
            else:
                self._advance(number)

    def pay(self, number: str) -> None:
        self.box.move(number, OrderState.NEW)

    def _come_back(self, number: str) -> None:
        self.box.orders.undelivered(number)
        on_its_way = self.rng.expovariate(1 / 3600)
        asyncio.get_running_loop().call_later(on_its_way, self.box.move, number, OrderState.RETURNED)

    def hide_rows(self, *, on: bool) -> None:
        self.box.orders.hidden_until = self._now() + 600_000 if on else 0
        if not on:
            for order in self.box.orders._orders.values():
                for package in order.packages:
                    package.visible_at = min(package.visible_at, self._now())

    def slow_batches(self, longest: float | None) -> None:
        fastest, slowest = self.whole.batch_delay
        failures = 0.0 if longest is None and not self.box.rates else self.whole.faults.get("item_refused", 0.0)
        self.box.batches.tempo = self._tempo(int(fastest * 1000), int((longest or slowest) * 1000), failures)

    def lose_receipts(self) -> None:
        self.box.batches._batches.clear()

    def heal(self) -> None:
        super().heal()
        self.box.batches._catalogue = self.box.catalogue


class _Deaf:
    """The catalogue as the queue of batches sees it: now and then it does not listen."""

    def __init__(self, catalogue: Any, deaf: Callable[[], bool]) -> None:
        self._catalogue, self._deaf = catalogue, deaf
        self.variant = catalogue.variant

    def change(self, variant: Any, *figures: Any) -> None:
        """Change the figures, or not."""
        if not self._deaf():
            self._catalogue.change(variant, *figures)


_OWED = frozenset(
    {"Awaiting", "Created", "Picking", "Invoiced", "Shipped", "AtCollectionPoint", "UnDelivered", "Delivered"}
)
_KEPT = frozenset({"pending", "processing", "on-hold", "completed"})


class Webshop(Floor):
    """A WooCommerce shop: orders as a whole, a trash, refunds behind another address."""

    def __init__(self, shape: StoreShape, whole: Shape, clock: Clock, rng: random.Random, codes: list[str]) -> None:
        super().__init__(shape, whole, clock, rng, codes)
        self._garbled = 0
        self._face = self.box._faces.order
        self.box._faces.order = self._shown_order

    def _shown_order(self, order: Any, *rest: Any) -> dict[str, Any]:
        face: dict[str, Any] = self._face(order, *rest)
        if order.id == self._garbled:
            face["line_items"] = [{**line, "total": "n/a", "total_tax": "n/a"} for line in face["line_items"]]
        return face

    def buy(self, code: str, pieces: int) -> str | None:
        number = super().buy(code, pieces)
        if number is not None and not self._garbled and self.chance("unreadable"):
            self.garble(on=True)
            asyncio.get_running_loop().call_later(self.rng.uniform(60, 3600), partial(self.garble, on=False))
        return number

    def pieces(self, code: str) -> int:
        return int(self.box.product(self.remote_of[code]).quantity or 0)

    def live(self, number: str) -> Mapping[str, int]:
        order = self.box.order(number)
        back = order.refunded()
        pieces: Counter[str] = Counter()
        if order.status in _KEPT:
            for line in order.lines:
                pieces[line.product.sku] += line.quantity - back[line.id]
        return pieces

    def go_on(self, number: str) -> None:
        order = self.box.order(number)
        if order.status not in ("pending", "processing", "on-hold"):
            return
        line = order.lines[0]
        if self.chance("told_again"):
            self.box.sales.change(order, order.status)
        elif self.chance("trashed"):
            self.box.sales.trash(order)
        elif self.chance("refunded") and order.status == "processing" and not order.refunds:
            part = self.rng.randint(1, line.quantity)
            self.box.sales.refund(order, {line.id: part}, line.gross * part / line.quantity)
        else:
            self._advance(number)

    def pay(self, number: str) -> None:
        if self.box.order(number).status == "pending":
            self.box.move(number, OrderState.NEW)

    def garble(self, *, on: bool) -> None:
        before, self._garbled = self._garbled, 0
        if before:
            # Whoever mended it has saved the order.
            order = self.box.order(str(before))
            self.box.sales.change(order, order.status)
        if on and self.numbers:
            self._garbled = int(self.numbers[-1])


def floor(shape: StoreShape, whole: Shape, clock: Clock, rng: random.Random, codes: list[str]) -> Floor:
    """The floor of that store's platform."""
    kind = Marketplace if shape.platform == "trendyol" else Webshop
    return kind(shape, whole, clock, rng, codes)

"""The sandbox's queue of stock and price updates: taken at once, worked on later, item by item.

Written from facts/marketplaces.md 1.3. Nothing runs in the background: ``advance`` carries out what is
due by the clock, and every request calls it first.
"""

from __future__ import annotations

import json
import random
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .sandbox_catalogue import Catalogue, RuleBroken, Variant
from .sandbox_gate import SAME_BODY

_MOST_ITEMS = 1000
_MOST_PIECES = 20_000
_SAME_BODY_WINDOW = 15 * 60_000
_RESULT_LIFE = 4 * 3_600_000
_PRICE_CHANGES, _PRICE_WINDOW = 30, 60_000

UNKNOWN = "Barkodu {barcode} olan onaylı ürün bulunamadı."
REPEATED = "Aynı barkod ({barcode}) istek içinde birden fazla kez gönderilemez."
TOO_MANY_PIECES = "Stok adedi 0 ile 20.000 arasında olmalıdır."
LIST_BELOW_SALE = "Liste fiyatı satış fiyatından küçük olamaz."
NO_PRICE = "Fiyat sıfırdan büyük olmalıdır."
TOO_OFTEN = "Bir barkod için 1 dakikada en fazla 30 fiyat güncellemesi yapılabilir."
PASSING = "Beklenmeyen bir hata oluştu, lütfen tekrar deneyiniz."


@dataclass(slots=True)
class _Item:
    row: dict[str, Any]
    due_at: int
    refused: str | None = None
    """None until it was worked on, then "" or the reason."""


@dataclass(slots=True)
class _Batch:
    batch_id: str
    created_at: int
    items: list[_Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tempo:
    """How slowly the queue works: milliseconds until a batch is through, and the share of items that fail."""

    fastest: int = 0
    slowest: int = 0
    failures: float = 0.0


class Batches:
    """Takes updates and carries them out when they are due."""

    def __init__(self, catalogue: Catalogue, now: Callable[[], int], rng: random.Random, tempo: Tempo) -> None:
        self.tempo = tempo
        self._catalogue = catalogue
        self._now = now
        self._rng = rng
        self._batches: dict[str, _Batch] = {}
        self._waiting: list[_Item] = []
        self._bodies: dict[str, int] = {}
        self._price_changes: dict[str, deque[int]] = {}

    def accept(self, body: Any) -> str:
        """Queue an update and answer its id. Raises RuleBroken for one that is refused as a whole."""
        rows = _rows(body)
        self._refuse_same(json.dumps(rows, sort_keys=True))
        now = self._now()
        batch_id = f"{uuid.UUID(int=self._rng.getrandbits(128), version=4)}-{now // 1000}"
        done_at = now + self._rng.randint(self.tempo.fastest, self.tempo.slowest)
        batch = _Batch(batch_id, now, [_Item(row, self._rng.randint(now, done_at)) for row in rows])
        seen: set[str] = set()
        for item in batch.items:
            if item.row["barcode"] in seen:
                item.refused = REPEATED.format(barcode=item.row["barcode"])
            seen.add(item.row["barcode"])
        self._waiting += [item for item in batch.items if item.refused is None]
        kept = {each: old for each, old in self._batches.items() if old.created_at > now - _RESULT_LIFE}
        self._batches = kept | {batch_id: batch}
        return batch_id

    def _refuse_same(self, body: str) -> None:
        now = self._now()
        self._bodies = {each: at for each, at in self._bodies.items() if at > now - _SAME_BODY_WINDOW}
        if body in self._bodies:
            raise RuleBroken(SAME_BODY)
        self._bodies[body] = now

    def advance(self) -> None:
        """Carry out every item that is due by now, in the order of their times."""
        now = self._now()
        due = sorted((item for item in self._waiting if item.due_at <= now), key=lambda item: item.due_at)
        self._waiting = [item for item in self._waiting if item.due_at > now]
        for item in due:
            item.refused = self._apply(item)

    def _apply(self, item: _Item) -> str:
        row, barcode = item.row, item.row["barcode"]
        variant = self._catalogue.variant(barcode)
        if variant is None:
            return UNKNOWN.format(barcode=barcode)
        refused = _refuse_figures(row, variant) or self._refuse_price_change(row, item.due_at)
        if refused:
            return refused
        if self._rng.random() < self.tempo.failures:
            return PASSING
        self._catalogue.change(variant, row.get("quantity"), _price(row, "salePrice"), _price(row, "listPrice"))
        return ""

    def _refuse_price_change(self, row: Mapping[str, Any], at: int) -> str:
        if "salePrice" not in row and "listPrice" not in row:
            return ""
        changes = self._price_changes.setdefault(row["barcode"], deque())
        while changes and changes[0] <= at - _PRICE_WINDOW:
            changes.popleft()
        if len(changes) >= _PRICE_CHANGES:
            return TOO_OFTEN
        changes.append(at)
        return ""

    def answer(self, batch_id: str) -> dict[str, Any] | None:
        """What is known of a batch: items not worked on yet are missing. None: unknown, or after four hours."""
        batch = self._batches.get(batch_id)
        if batch is None or batch.created_at <= self._now() - _RESULT_LIFE:
            return None
        finished = [item for item in batch.items if item.refused is not None]
        written_at = datetime.fromtimestamp(batch.created_at / 1000, UTC).isoformat(timespec="milliseconds")
        return {
            "batchRequestId": batch.batch_id,
            "items": [
                {
                    "requestItem": {"updateRequestDate": written_at, **item.row},
                    "status": "FAILED" if item.refused else "SUCCESS",
                    "failureReasons": [item.refused] if item.refused else [],
                }
                for item in finished
            ],
            "creationDate": batch.created_at,
            "lastModification": max((item.due_at for item in finished), default=batch.created_at),
            "sourceType": "API",
            "itemCount": len(batch.items),
            "failedItemCount": sum(1 for item in finished if item.refused),
            "batchRequestType": "ProductInventoryUpdate",
        }


def _rows(body: Any) -> list[dict[str, Any]]:
    """The items of an update. Raises RuleBroken where the body as a whole breaks a rule."""
    rows = body.get("items") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise RuleBroken("items must not be empty")
    if len(rows) > _MOST_ITEMS:
        raise RuleBroken(f"items must not be more than {_MOST_ITEMS}")
    for row in rows:
        _check(row)
    return rows


def _check(row: Mapping[str, Any]) -> None:
    if not isinstance(row.get("barcode"), str) or not row["barcode"]:
        raise RuleBroken("barcode must not be empty")
    given = [name for name in ("quantity", "salePrice", "listPrice") if name in row]
    if not given:
        raise RuleBroken("quantity, salePrice or listPrice must be given")
    if any(isinstance(row[name], bool) or not isinstance(row[name], int | float) for name in given):
        raise RuleBroken("quantity, salePrice and listPrice must be numbers")
    if not isinstance(row.get("quantity", 0), int):
        raise RuleBroken("quantity must be a whole number")


def _refuse_figures(row: Mapping[str, Any], variant: Variant) -> str:
    if not 0 <= row.get("quantity", 0) <= _MOST_PIECES:
        return TOO_MANY_PIECES
    sale, full = _price(row, "salePrice"), _price(row, "listPrice")
    if any(price is not None and price <= 0 for price in (sale, full)):
        return NO_PRICE
    sale, full = sale or variant.true.sale, full or variant.true.full
    return LIST_BELOW_SALE if full < sale else ""


def _price(row: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(str(row[name])) if name in row else None

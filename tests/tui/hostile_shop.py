"""A shop in which every text from outside is hostile: products, categories, listings, buyers, refusals, log lines."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from tests.tui.hostile import NAMES

from omnisync.folders import DATABASE, LOG
from omnisync.log import people
from omnisync.log.writer import Change, Log
from omnisync.model.drift import Cause
from omnisync.model.events import (
    BalancesCounted,
    BatchAnswered,
    BatchItem,
    BatchMade,
    BatchOutcome,
    Card,
    Count,
    Drift,
    DriftFound,
    Event,
    Kind,
    LineSeen,
    ListingsSeen,
    ListPrice,
    OrderSeen,
    PricesRead,
    ProductsRead,
    Quarantined,
    SeenListing,
    StoreBroke,
    StoreLive,
    StoreRulesSet,
)  # fmt: skip
from omnisync.model.order import Customer, OrderState
from omnisync.model.rules import StoreRules
from omnisync.ports import SystemClock
from omnisync.sync.quarantine import set_aside

STORE, NEW = "woo-tr", "woo-new"
"""One that is sent to, and one that waits for the yes to its plan."""
MENDABLE, UNKNOWN_LINE = "M-1", "W-3:1"
"""An order that can't be read but can be mended, and an order's line whose product is not known."""


def code(at: int) -> str:
    return f"H-{at:03} {NAMES[at]}"


def barcode(at: int) -> str:
    return str(8690000000000 + at)


def told() -> dict[str, str]:
    """What a store told of the order that can't be read; spaces at the ends of a text are easily lost as well."""
    return {f"{at:02} {name}": f" {name} " for at, name in enumerate(NAMES)} | {"quantity": "\u2066twelve and a half"}


def _events() -> list[Event]:
    numbered = list(enumerate(NAMES))
    return [
        StoreRulesSet(STORE, StoreRules("woocommerce", "TRY", ("DEPO",), "DEPO", "list")),
        StoreLive(STORE),
        ProductsRead(
            "products.csv", tuple(Card(code(at), name, (barcode(at),), category=name) for at, name in numbered)
        ),
        BalancesCounted("stock.csv", 1, tuple(Count(code(at), "DEPO", 5000, at + 2) for at, _ in numbered)),
        PricesRead("prices.csv", tuple(ListPrice(code(at), "list", 1000 + at, "TRY") for at, _ in numbered)),
        ListingsSeen(
            STORE, tuple(SeenListing(str(at), code(at), name, code(at), stock=1000, price=7) for at, name in numbered)
        ),
        ListingsSeen(STORE, tuple(SeenListing(f"x{at}", "", name, name) for at, name in numbered)),
        BatchMade(STORE, "b", tuple(BatchItem(code(at), str(at), 5000, 1) for at, _ in numbered), "f"),
        BatchAnswered(STORE, "b", tuple(BatchOutcome(str(at), name) for at, name in numbered)),
        *(Quarantined(STORE, f"order:{at}", name) for at, name in numbered),
        *(StoreBroke(STORE, name) for name in NAMES[-3:]),
        StoreRulesSet(NEW, StoreRules("woocommerce", "TRY", ("DEPO",), "DEPO", "list")),
        ListingsSeen(
            NEW, tuple(SeenListing(str(at), code(at), name, code(at), stock=1000, price=7) for at, name in numbered)
        ),
        DriftFound(NEW, tuple(Drift(code(at), Kind.STOCK, 1000, 7000 + at, Cause.BY_HAND) for at, _ in numbered)),
    ]


def _order(change: Change, at: int, name: str) -> OrderSeen:
    buyer = f"{STORE}:{at}"
    sealed = people.seal(change.state.db, buyer, Customer(str(at), name, name, name, name, note=name))
    line = LineSeen("1", code(at), str(at), (name,), name, 1000, 1000)
    return OrderSeen(
        STORE, f"W-{at}", "", OrderState.NEW, at + 1, at + 1, 1000, "TRY", (line,), "DEPO", buyer, sealed,
        remote_state=name, payment=name,
    )  # fmt: skip


async def fill(folder: Path) -> None:
    """Write the database and the log into the folder."""
    await asyncio.to_thread(_log, folder)
    log = await Log.open(folder / DATABASE, SystemClock())

    def orders(change: Change) -> None:
        for at, name in enumerate(NAMES):
            change.append(_order(change, at, name))
        set_aside(
            change, STORE, f"order:{MENDABLE} {''.join(NAMES)}", "".join(NAMES), json.dumps(told(), ensure_ascii=False)
        )
        set_aside(change, STORE, f"line:{UNKNOWN_LINE}", "".join(NAMES))

    try:
        await log.append(*_events())
        await log.transact(orders, "daemon")
    finally:
        await log.close()


def _log(folder: Path) -> None:
    folder.mkdir()
    with (folder / LOG).open("wb") as file:
        for at, name in enumerate(NAMES):
            record = {
                "event": name, "level": "warning", "timestamp": f"2026-05-04T10:00:{at:02}+00:00", "store": name, name: name,
            }  # fmt: skip
            file.write(json.dumps(record, ensure_ascii=bool(at % 2)).encode() + b"\n")
            # A library's own words, which are no JSON.
            file.write(name.replace("\n", " ").encode() + b"\n")

"""A small shop in a log, for whoever asks the tables something."""

from __future__ import annotations

from omnisync.log.writer import Log
from omnisync.model.events import (
    BalancesCounted,
    Card,
    Count,
    LineSeen,
    ListingsSeen,
    ListPrice,
    OrderSeen,
    PricesRead,
    ProductsRead,
    SeenListing,
    StoreLive,
    StoreRulesSet,
)
from omnisync.model.order import OrderState
from omnisync.model.rules import StoreRules

RULES = StoreRules("any", "TRY", ("DEPO", "SHOP"), "DEPO", "retail")


async def fill(log: Log, names: list[str], *, stores: tuple[str, ...] = ("s1", "s2")) -> None:
    """Products P00, P01 ... of these names.

    Every third has no balance and every fourth no listing; figures repeat, so that sorts have ties.
    """
    codes = [f"P{n:02}" for n in range(len(names))]
    await log.append(*(StoreRulesSet(store, RULES) for store in stores))
    await log.append(*(StoreLive(store) for store in stores))
    await log.append(
        ProductsRead(
            "products.csv", tuple(Card(code, name, (f"869{code}",)) for code, name in zip(codes, names, strict=True))
        )
    )
    counts = [
        Count(code, house, 1000 * (n % 4), n)
        for n, code in enumerate(codes)
        for house in ("DEPO", "SHOP")
        if n % 3 and not (house == "SHOP" and n % 5 == 0)
    ]
    await log.append(BalancesCounted("stock.csv", 1, tuple(counts)))
    await log.append(
        PricesRead("prices.csv", tuple(ListPrice(code, "retail", 100 * (n % 3), "TRY") for n, code in enumerate(codes)))
    )
    for store in stores:
        seen = [SeenListing(f"r{code}", code, "listing", code, stock=1000) for n, code in enumerate(codes) if n % 4]
        await log.append(ListingsSeen(store, tuple(seen)))


def order(number: str, *lines: tuple[str, int], store: str = "s1", state: OrderState = OrderState.NEW) -> OrderSeen:
    """An order of so many pieces of these products ("" for one that is not known)."""
    seen = [
        LineSeen(f"l{n}", code, f"r{code}", (code or "what",), f"name of {code}", 1000 * pieces, 500)
        for n, (code, pieces) in enumerate(lines)
    ]
    return OrderSeen(store, number, "", state, 5, 4, 500 * len(seen), "TRY", tuple(seen), "DEPO", digest="d")

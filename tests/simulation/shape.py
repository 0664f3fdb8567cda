"""What a simulated shop is like: its stores, rules, rates and delays. All of it can be set; ``drawn`` draws one from a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.simulation.faults import ORDINARY, TABLE

HOUR = 3600.0


@dataclass(frozen=True)
class StoreShape:
    """One store: its platform, its buyers (``orders_an_hour``), how often it is asked (seconds) and its rules.

    ``clock_ahead``: milliseconds by which the store's clock is ahead of the shop's.
    """

    name: str
    platform: str
    orders_an_hour: float = 4.0
    orders_every: float = 60.0
    audit_every: float = 3 * HOUR
    warehouses: tuple[str, ...] = ("DEPO", "SHOP")
    price_list: str = "retail"
    markup: str = "0"
    rounding: str = ""
    buffer: int = 0
    cap: int = 0
    exempt: tuple[str, ...] = ()
    clock_ahead: int = 0
    secure: bool = True
    """Reached by https, so that a WooCommerce signs in with its key instead of a signature."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Further lines of the store's table in the configuration, name to TOML value (rules of later versions)."""


@dataclass(frozen=True)
class Shape:
    """A whole shop. Durations are seconds; ``batch_delay`` is how long a store with receipts takes for a batch.

    ``hot``: so many products get half of all sales. ``post_after``: how long the clerk takes to post an order.
    ``deliveries``: deliveries an hour. ``faults``: rates by name, see faults.py; none: nothing ever goes wrong.
    """

    stores: tuple[StoreShape, ...]
    products: int = 25
    hot: int = 6
    stock: tuple[int, int] = (0, 12)
    most_pieces: int = 2
    batch_delay: tuple[float, float] = (0.5, 6.0)
    figures_lag: float = 3.0
    orders_lag: float = 5.0
    export_every: float = 300.0
    balances_every: float = 120.0
    erp_orders_every: float = 60.0
    erp_catalogue_every: float = 1800.0
    watch_every: float = 20.0
    post_after: float = 1800.0
    deliveries: float = 2.0
    reprices: float = 0.5
    faults: Mapping[str, float] = field(default_factory=dict)
    guard: Mapping[str, int] = field(default_factory=lambda: {"zeros_count": 1000})
    """In a shop this small the guard would now and then rightly ask a person, and nobody is there."""
    configuration: str = ""
    """Further tables of the configuration file, as TOML (rules for the whole shop)."""


def three_stores(
    *, orders_an_hour: float = 90.0, orders_every: float = 60.0, batch_delay: tuple[float, float] = (1.0, 90.0),
    buffer: int = 0, extra: Mapping[str, str] | None = None, configuration: str = "",
) -> Shape:  # fmt: skip
    """Three stores with asynchronous batches, a few hot products and no faults: what overselling is measured on."""
    stores = tuple(
        StoreShape(
            name, "trendyol", orders_an_hour / 3, orders_every, buffer=buffer, warehouses=("DEPO",), extra=extra or {}
        )
        for name in ("one", "two", "three")
    )
    return Shape(
        stores, products=30, batch_delay=batch_delay, export_every=60, balances_every=60, post_after=600,
        deliveries=orders_an_hour / 12, watch_every=10, most_pieces=1, reprices=0,
        configuration=configuration,
    )  # fmt: skip


def rough() -> Shape:
    """A small and busy shop where much goes wrong, to find within hours what is wrong with the program."""
    faults = {name: min(0.3, 4 * trouble.rate) for name, trouble in TABLE.items() if trouble.per in ("order", "item")}
    faults |= {name: 1.5 * trouble.rate for name, trouble in TABLE.items() if trouble.per == "request"}
    faults |= {name: 6 * trouble.rate for name, trouble in TABLE.items() if trouble.per == "hour"}
    faults |= {"store_down_for_a_day": 0, "clock_jump": 0, "unreadable": 0.2, "half_written": 5, "row_garbled": 0}
    stores = (
        StoreShape("market", "trendyol", orders_an_hour=15, audit_every=6 * HOUR),
        StoreShape("web", "woocommerce", orders_an_hour=15, audit_every=6 * HOUR),
    )
    return Shape(
        stores, products=12, hot=4, stock=(0, 8), batch_delay=(1.0, 20.0), orders_lag=60.0, deliveries=8.0,
        post_after=900.0, export_every=120.0, watch_every=5.0, reprices=4.0, faults=faults,
    )  # fmt: skip


def impatient() -> Shape:
    """The same without troubles, with an owner who wants every order within a second."""
    quiet = rough()
    return replace(quiet, faults={}, stores=tuple(replace(store, orders_every=1) for store in quiet.stores))


def dark() -> Shape:
    """The same with stores that are down more often than not and nothing else, and a few products which sell quickly."""
    return replace(rough(), products=5, hot=3, stock=(5, 30), faults={"store_down": 3.0})


def illegible() -> Shape:
    """The same where nothing goes wrong but the stock file, in which now and then a quantity is no number."""
    return replace(rough(), faults={"row_garbled": 20.0})


def torn() -> Shape:
    """The same where nothing goes wrong but the ERP's exports, which are written in two pieces again and again."""
    return replace(rough(), stock=(3, 12), faults={"half_written": 60.0})


def forgetful() -> Shape:
    """The same with a computer that loses the end of its log again and again, or is given an older backup."""
    return replace(rough(), faults={"power_cut": 2.0, "restored": 2.0, "late_visible": 0.2, "store_down": 0.5})


def drawn(seed: int, faults: Mapping[str, float] = ORDINARY) -> Shape:
    """A shop of its own for each seed, with more or fewer faults than the ordinary."""
    rng = random.Random(f"shape {seed}")
    kinds = ["trendyol", "woocommerce", *rng.choices(["trendyol", "woocommerce"], k=rng.randint(0, 1))]
    warehouses = rng.choice([("DEPO",), ("DEPO", "SHOP"), ("DEPO", "SHOP", "KULE")])
    stores = tuple(_store(f"{kind[:4]}{number}", kind, warehouses, rng) for number, kind in enumerate(kinds))
    wild = rng.choice([0.5, 1.0, 1.0, 2.0])
    return Shape(
        stores,
        products=rng.choice([8, 15, 25, 40]),
        hot=rng.randint(2, 6),
        stock=(0, rng.choice([4, 12, 30])),
        most_pieces=rng.randint(1, 3),
        batch_delay=rng.choice([(0.2, 2.0), (0.5, 6.0), (1.0, 30.0)]),
        figures_lag=rng.choice([0.0, 3.0, 30.0]),
        orders_lag=rng.choice([0.0, 5.0, 60.0]),
        export_every=rng.choice([60.0, 300.0, 900.0]),
        balances_every=rng.choice([60.0, 300.0, 600.0]),
        erp_orders_every=rng.choice([30.0, 120.0]),
        post_after=rng.choice([300.0, 1800.0, 6 * HOUR]),
        deliveries=rng.choice([0.5, 2.0, 5.0]),
        faults={name: rate * wild for name, rate in faults.items()},
    )


def _store(name: str, platform: str, warehouses: tuple[str, ...], rng: random.Random) -> StoreShape:
    some = warehouses if rng.random() < 0.7 else warehouses[:1]
    store = StoreShape(
        name, platform, orders_an_hour=rng.choice([1.0, 4.0, 12.0]), orders_every=rng.choice([60.0, 120.0, 300.0]),
        audit_every=rng.choice([1, 3, 6]) * HOUR, warehouses=some, price_list=rng.choice(["retail", "web"]),
        clock_ahead=rng.choice([0, 0, rng.randint(-180_000, 180_000)]), secure=rng.random() < 0.8,
    )  # fmt: skip
    if rng.random() < 0.3:
        store = replace(store, markup=rng.choice(["12.5", "-5"]), rounding=rng.choice(["", ".99", "0.05"]))
    if rng.random() < 0.3:
        store = replace(store, buffer=rng.randint(1, 2))
    if rng.random() < 0.3:
        store = replace(store, cap=rng.randint(2, 6))
    if rng.random() < 0.2:
        store = replace(store, exempt=("made-to-order",))
    return store

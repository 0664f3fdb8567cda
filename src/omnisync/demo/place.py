"""The demo's own folder: the stock program's files, a configuration as a person would write it, secrets."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random

import msgspec

from omnisync.connect.sandbox import SandboxProduct
from omnisync.demo.catalogue import NAME, generate, store_products, write
from omnisync.demo.serve import Opened
from omnisync.demo.shop_data import ShopData

SAMPLE_PRODUCTS = 1240
"""The size of the shop in sample_data."""

_SAMPLE_SEED = 1
_STALE = 0.05
"""The share of listings whose stock was not looked after before OmniSync came."""

_MISPRICED = 4
"""Listings of each store with a price so far off that the guard asks a person."""

_SECRETS = frozenset({"api_key", "api_secret", "consumer_key", "consumer_secret"})


@dataclass(frozen=True, slots=True)
class DemoStore:
    """One store of the demo, as its owner has it configured."""

    name: str
    platform: str
    currency: str
    price_list: str
    warehouses: tuple[str, ...]
    series: str
    orders_every: float


STORES = (
    DemoStore("trendyol", "trendyol", "TRY", "perakende", ("İnternet", "Merkez", "Depo 2"), "TY", 2.5),
    DemoStore("woo-tr", "woocommerce", "TRY", "perakende", ("İnternet", "Merkez"), "WT", 1.0),
    DemoStore("woo-hu", "woocommerce", "EUR", "export", ("İnternet", "Edirne"), "WH", 1.0),
)


def sample_folder() -> Path:
    """Where the sample shop is: inside the installed package, or beside src in a checkout."""
    inside = Path(__file__).parent.parent / "sample_data"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "sample_data"


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one demo."""

    folder: Path

    @property
    def erp(self) -> Path:
        """What the stock program exports into and imports from."""
        return self.folder / "erp"

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "omnisync.toml"

    @property
    def secrets(self) -> Path:
        """The folder with one file per secret."""
        return self.folder / "secrets"

    def listing_file(self, store: DemoStore) -> Path:
        """What the store's sandbox is seeded with."""
        return self.folder / f"{store.name}.json"

    def furnish(self, products: int, seed: int) -> None:
        """Write the stock program's files, and what each store lists."""
        data = generate(products, _SAMPLE_SEED)
        if products == SAMPLE_PRODUCTS:
            shutil.copytree(sample_folder(), self.erp)
        else:
            write(self.erp, data)
        for number, store in enumerate(STORES):
            listed = _shelf(data, store, Random(seed + number))
            self.listing_file(store).write_bytes(msgspec.json.encode([asdict(each) for each in listed]))

    def configure(self, opened: Sequence[tuple[DemoStore, Opened]]) -> None:
        """Write the configuration that connects these stores."""
        self.secrets.mkdir(mode=0o700)
        lines = [
            "[shop]",
            f'name = "{NAME}"',
            'timezone = "Europe/Istanbul"',
            'currency = "TRY"',
            'data_folder = "data"',
            'secrets_folder = "secrets"',
            "",
            "[erp]",
            'connector = "files"',
            'folder = "erp"',
            "balances_every = 10",
        ]
        for store, where in opened:
            lines += ["", *self._store_lines(store, where)]
        self.config.write_text("\n".join(lines) + "\n", "utf-8")

    def _store_lines(self, store: DemoStore, where: Opened) -> list[str]:
        lines = [
            f"[stores.{store.name}]",
            f'connector = "{store.platform}"',
            f"warehouses = [{', '.join(_quoted(name) for name in store.warehouses)}]",
            f'price_list = "{store.price_list}"',
            f'currency = "{store.currency}"',
            f'order_series = "{store.series}"',
            f"orders_every = {store.orders_every}",
        ]
        for name, value in where.options.items():
            if name in _SECRETS:
                secret = self.secrets / f"stores.{store.name}.{name}"
                secret.touch(mode=0o600)
                secret.write_text(value, "utf-8")
            else:
                lines.append(f"{name} = {_quoted(value)}")
        return lines


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _shelf(data: ShopData, store: DemoStore, rng: Random) -> list[SandboxProduct]:
    """What the store lists: nearly all as the stock program has it, some neglected, a few mispriced."""
    listed = store_products(data, price_list=store.price_list, warehouses=store.warehouses)
    shelf = [_neglected(product, rng) for product in listed]
    simple = [place for place, product in enumerate(shelf) if not product.variants and product.barcode]
    for place in simple[:: max(1, len(simple) // _MISPRICED)][:_MISPRICED]:
        shelf[place] = replace(shelf[place], price=f"{float(shelf[place].price) * 5:.2f}")
    return shelf


def _neglected(product: SandboxProduct, rng: Random) -> SandboxProduct:
    if product.variants:
        return replace(product, variants=tuple(_neglected(variant, rng) for variant in product.variants))
    if product.stock > 0 and rng.random() < _STALE:
        return replace(product, stock=max(1, product.stock + rng.randint(-3, 3)))
    return product

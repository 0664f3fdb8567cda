"""The made-up shop as the files that its stock program would export."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from omnisync.demo.shop_data import DemoProduct, ShopData
from omnisync.model.money import Money, minor_digits
from omnisync.model.quantity import PIECE


def write(folder: Path, data: ShopData) -> None:
    """Write products.csv, stock.csv, prices.csv, customers.csv and an order_states.csv that only has its heading.

    UTF-8 with a byte order mark, semicolons, decimal commas, line feeds: as a Turkish Excel saves CSV, but
    for the line ends, which are those that stay the same under version control.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder / "products.csv",
        ("code", "name", "barcode", "aliases", "category", "unit", "cost", "cost currency", "active"),
        map(_product, data.products),
    )
    _write(
        folder / "stock.csv",
        ("code", "warehouse", "quantity"),
        ((code, warehouse, _quantity(on_hand)) for code, warehouse, on_hand in data.balances()),
    )
    _write(
        folder / "prices.csv",
        ("code", *(f"{each.name} {each.currency}" for each in data.price_lists)),
        ((product.code, *_prices(product, data)) for product in data.products),
    )
    _write(
        folder / "customers.csv",
        ("code", "name", "company", "email", "phone", "tax number", "tax office", "street", "district", "city",
         "postcode", "country"),
        (
            (c.code, c.name, c.company, c.email, c.phone, c.tax_number, c.tax_office, c.street, c.district, c.city,
             c.postcode, c.country)
            for c in data.customers
        ),
    )  # fmt: skip
    _write(folder / "order_states.csv", ("order key", "state"), ())


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _product(product: DemoProduct) -> Sequence[str]:
    return (
        product.code,
        product.name,
        "|".join(product.barcodes),
        "|".join(product.aliases),
        product.category,
        product.unit,
        _amount(product.cost),
        product.cost.currency,
        "1" if product.active else "0",
    )


def _prices(product: DemoProduct, data: ShopData) -> list[str]:
    return [
        _amount(Money(minor, each.currency)) if minor else ""
        for minor, each in zip(product.prices, data.price_lists, strict=True)
    ]


def _quantity(thousandths: int) -> str:
    whole, part = divmod(abs(thousandths), PIECE)
    sign = "-" if thousandths < 0 else ""
    return f"{sign}{whole},{part:03d}" if part else f"{sign}{whole}"


def _amount(money: Money) -> str:
    digits = minor_digits(money.currency)
    whole, part = divmod(money.minor, 10**digits)
    return f"{whole},{part:0{digits}d}" if digits else str(whole)

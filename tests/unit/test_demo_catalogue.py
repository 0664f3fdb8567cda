"""The made-up shop: believable, awkward, and the same for the same seed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from stdnum import ean

from omnisync.connect.context import Context
from omnisync.connect.loader import discover, load
from omnisync.demo import words
from omnisync.demo.catalogue import generate, main, store_products, write
from omnisync.demo.shop_data import ShopData

SAMPLE = Path(__file__).parents[2] / "sample_data"


@pytest.fixture(scope="module")
def data() -> ShopData:
    return generate(2000, 7)


def test_the_same_seed_gives_the_same_shop_and_another_another(data: ShopData) -> None:
    assert generate(2000, 7) == data
    assert generate(2000, 8).products != data.products


@pytest.mark.parametrize("count", [0, 1, 7, 99, 100, 1240])
def test_it_has_exactly_as_many_products_as_asked(count: int) -> None:
    products = generate(count, 1).products
    assert len(products) == count
    assert len({product.code for product in products}) == count


def test_barcodes_are_real_and_unique(data: ShopData) -> None:
    barcodes = [barcode for product in data.products for barcode in product.barcodes]
    assert all(map(ean.is_valid, barcodes))
    assert len(set(barcodes)) == len(barcodes) > 1900
    assert {barcode[:3] for barcode in barcodes} == {"868", "869", "599", "594", "383"}


def test_it_is_a_shop_of_many_categories_languages_and_states(data: ShopData) -> None:
    assert len({product.category for product in data.products}) >= 30
    names = " ".join(product.name for product in data.products)
    assert all(letter in names for letter in "ığşőűățșčž½")
    assert 0 < sum(not product.active for product in data.products) < 100
    weighed = [product for product in data.products if product.unit == "kg"]
    assert any(amount % 1000 for product in weighed for amount in product.stock)
    pieces = [product for product in data.products if product.unit == "adet"]
    assert not any(amount % 1000 for product in pieces for amount in product.stock)
    empty = sum(amount <= 0 for product in data.products for amount in product.stock)
    assert 0.1 < empty / (len(data.products) * 5) < 0.2
    assert all(len(product.stock) == 5 and len(product.prices) == 3 for product in data.products)


def test_prices_make_sense(data: ShopData) -> None:
    for product in data.products:
        retail, wholesale, _ = product.prices
        assert wholesale < retail
        if product.cost.currency == "TRY":
            assert retail > product.cost.minor


def test_variants_share_a_parent(data: ShopData) -> None:
    parents = Counter(product.parent for product in data.products if product.parent)
    assert parents
    assert min(parents.values()) > 1
    for product in data.products:
        if product.parent:
            assert product.code.startswith(f"{product.parent}-")
    assert not set(parents) & {product.code for product in data.products}
    assert "TSH-01" in parents


async def test_what_is_written_is_read_back_by_the_files_connector(data: ShopData, tmp_path: Path) -> None:
    write(tmp_path, data)
    erp = load(discover()["files"]).connect({"folder": str(tmp_path)}, Context("erp", "TRY"))
    products, balances = await erp.products(""), await erp.balances("")
    prices, customers = await erp.prices(""), await erp.customers("")
    assert not [*products.problems, *balances.problems, *prices.problems, *customers.problems]
    for read, made in zip(products.rows, data.products, strict=True):
        assert (read.code, read.barcodes, read.aliases, read.cost, read.active) == (
            made.code, made.barcodes, made.aliases, made.cost, made.active,
        )  # fmt: skip
        assert read.name == made.name.strip()
    assert [(each.code, each.warehouse, each.on_hand) for each in balances.rows] == list(data.balances())
    assert sorted((each.code, each.price_list, str(each.price)) for each in prices.rows) == sorted(
        (code, price_list, str(price)) for code, price_list, price in data.prices()
    )
    assert len(customers.rows) == len(data.customers)
    assert {name.strip() for name in words.AWKWARD_NAMES} <= {product.name for product in products.rows}


def test_a_store_lists_the_shop_its_own_way(data: ShopData) -> None:
    listed = store_products(data, price_list="perakende", warehouses=("Merkez", "Depo 2"))
    flat = [each for product in listed for each in (product.variants or (product,))]
    known = {product.code: product for product in data.products}
    strange = [each for each in flat if each.code not in known]
    assert all(known[each.code].active for each in flat if each.code in known)
    by_barcode = [each for each in strange if each.code.startswith("WEB-")]
    by_alias = [each for each in strange if any(each.code in product.aliases for product in data.products)]
    unknown = [each for each in strange if each.code.startswith("MANUEL-")]
    assert min(len(by_barcode), len(by_alias), len(unknown)) >= 10
    assert len(strange) == len(by_barcode) + len(by_alias) + len(unknown)
    assert len(strange) < len(flat) * 0.06
    assert all(each.barcode for each in by_barcode)
    assert not any(each.barcode for each in by_alias)
    plain = next(each for each in flat if each.code in known and each.stock)
    made = known[plain.code]
    assert plain.stock == max(0, made.stock[0] + made.stock[1]) // 1000
    assert plain.price == f"{made.prices[0] // 100}.{made.prices[0] % 100:02d}"
    assert store_products(data, price_list="perakende", warehouses=("Merkez", "Depo 2")) == listed


def test_a_store_groups_variants_below_their_parent(data: ShopData) -> None:
    listed = store_products(data, other_codes=0, strangers=0)
    parents = [product for product in listed if product.variants]
    shirt = next(product for product in parents if product.code == "TSH-01")
    assert all(variant.name.startswith(shirt.name) for variant in shirt.variants)
    assert len({product.code for product in listed}) == len(listed)
    assert len(store_products(data, limit=50, strangers=0, other_codes=0)) <= 50


def test_the_sample_data_is_what_the_generator_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(tmp_path), "--products", "1240", "--seed", "1"])
    assert "1240 products" in capsys.readouterr().out
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in SAMPLE.glob("*.csv")}
    assert made == kept

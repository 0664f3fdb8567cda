"""The connector against its sandbox: listings, reading, pushing, and what it does when things go wrong."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from omnisync.connect.sandbox import SandboxProduct
from omnisync.connect.store import ListingRef, ReadBack
from omnisync.errors import (
    Rejected,
)
from omnisync.model.money import Money

from .woocommerce_shop import HTTP, HTTPS, MUG, POOLED, SHIRT, lei, many, opened, price, stock

VERSIONS = pytest.mark.parametrize("version", ["7.9.0", "11.0.1"])
ADDRESSES = pytest.mark.parametrize("address", [HTTP, HTTPS])


# Listings.


@VERSIONS
@ADDRESSES
async def test_listings(version: str, address: str) -> None:
    async with opened(MUG, SHIRT, POOLED, version=version, address=address) as shop:
        found = {listing.name: listing for listing in (await shop.listings()).values()}
        assert set(found) == {
            "Cană ceramică 330 ml",
            "Tricou 5 - S, Negru",
            "Tricou 5 - M, Negru",
            "Tricou 4",
            "Tricou 4 - S, Roșu",
            "Tricou 4 - M, Roșu",
        }
        shirt, pool, pooled = found["Tricou 5 - S, Negru"], found["Tricou 4"], found["Tricou 4 - S, Roșu"]
        assert (shirt.code, shirt.stock, shirt.price) == ("TRICOU-5-S", 5000, lei(5490))
        assert shirt.ref.group == shop.id_of("Tricou 5")
        assert (pool.code, pool.stock, pool.price, pool.takes_price) == ("TRICOU-4", 40_000, None, False)
        assert (pooled.code, pooled.stock, pooled.takes_stock) == ("", 40_000, False)
        assert pooled.ref.group == pool.ref.remote_id


async def test_every_listing_of_several_pages_comes_once() -> None:
    shirts = [replace(SHIRT, code=f"T-{n}", name=f"T {n}", variants=SHIRT.variants) for n in range(60)]
    async with opened(*many(130), *shirts) as shop:
        assert len(await shop.listings()) == 130 + 120


async def test_without_variable_products_nobody_asks_for_variations() -> None:
    async with opened(MUG) as shop:
        await shop.listings()
        assert shop.sandbox.calls["GET /wp-json/wc/v3/products"] == 1
        assert not any("variations" in path for path in shop.sandbox.calls), "no variable product, no question"


async def test_flat_list_saves_a_request_per_product() -> None:
    shirts = [replace(SHIRT, code=f"T-{n}", name=f"T {n}") for n in range(5)]
    async with opened(*shirts) as new, opened(*shirts, version="7.9.0") as old:
        await new.listings()
        await old.listings()
        assert sum(new.sandbox.calls.values()) == 3, "index, products, variations"
        assert sum(old.sandbox.calls.values()) == 8, "index, products, no variations, five times their own"


async def test_variations_that_the_flat_list_leaves_out_are_read_by_product() -> None:
    async with opened(SHIRT, MUG) as shop:
        shop.sandbox.goods.products.pop(int(shop.id_of("M, Negru")))
        assert "Tricou 5 - M, Negru" in {listing.name for listing in (await shop.listings()).values()}


async def test_a_product_deleted_between_two_pages_hides_no_other() -> None:
    async with opened(*many(250)) as shop:
        pages = shop.store.listings()
        found = {row.code for row in await anext(pages)}
        shop.sandbox.goods.remove(shop.sandbox.product(shop.id_of("Produs 3")))
        async for page in pages:
            found |= {row.code for row in page}
        assert found == {product.code for product in many(250)}


async def test_when_a_product_was_changed_is_told_by_both_reads() -> None:
    async with opened(MUG, *many(1)) as shop:
        shop.clock.advance(600)
        shop.sandbox.edit(shop.id_of(MUG.name), stock=3)
        edited_at = shop.clock.now() // 1000 * 1000
        by_code = {listing.code: listing for listing in (await shop.listings()).values()}
        (read,) = await shop.store.read([by_code["CANA-330"].ref])
        assert not isinstance(read, Rejected)
        for listing in (by_code["CANA-330"], read):
            assert listing.stock_at == listing.price_at == edited_at
        assert (by_code["P-0000"].stock_at or 0) <= edited_at - 600_000


async def test_drafts_are_inactive_and_the_trash_is_empty() -> None:
    async with opened(MUG, *many(2)) as shop:
        shop.sandbox.product(shop.id_of("Produs 0")).status = "draft"
        shop.sandbox.product(shop.id_of("Produs 1")).status = "trash"
        found = {listing.code: listing.active for listing in (await shop.listings()).values()}
        assert found == {"CANA-330": True, "P-0000": False}


async def test_how_the_shop_is_asked() -> None:
    async with opened(MUG, SHIRT) as shop:
        listings = (await shop.listings()).values()
        await shop.store.read([listing.ref for listing in listings])
        await shop.push(*(stock(listing, 1) for listing in listings if listing.ref.group))
        await shop.orders()
        for request in shop.asked:
            assert request.headers["accept"] == "application/json"
            assert "ck_sandbox" not in str(request.url), "keys belong into the header over https"
            lists_goods = request.method == "GET" and "/wc/v3/orders" not in request.url.path
            assert ("_fields" in request.url.params) is lists_goods, "and never on a batch, which it breaks"


async def test_over_http_no_secret_is_sent() -> None:
    async with opened(MUG, address=HTTP) as shop:
        await shop.listings()
        for request in shop.asked:
            assert "authorization" not in request.headers
            assert "cs_sandbox" not in str(request.url)


# Reading again.


@VERSIONS
async def test_read_shows_fresh_figures_and_leaves_out_what_is_gone(version: str) -> None:
    async with opened(MUG, SHIRT, POOLED, *many(1), version=version) as shop:
        listings = await shop.listings()
        refs = [listing.ref for listing in listings.values()]
        shop.sandbox.edit(shop.id_of("Cană ceramică 330 ml"), stock=3, price="31.5")
        shop.sandbox.edit(shop.id_of("S, Roșu"), stock=39)
        shop.sandbox.product(shop.id_of("Produs 0")).status = "trash"
        shop.sandbox.goods.remove(shop.sandbox.product(shop.id_of("M, Negru")))
        read = {listing.name: listing for listing in await shop.store.read(refs)}
        assert len(read) == len(refs) - 2
        mug = read["Cană ceramică 330 ml"]
        assert (mug.stock, mug.price) == (3000, lei(3150))
        assert read["Tricou 4 - S, Roșu"].stock == read["Tricou 4"].stock == 39_000
        assert read["Tricou 4 - S, Roșu"].code == ""


async def test_read_of_a_hundred_takes_one_request() -> None:
    async with opened(*many(100)) as shop:
        refs = [listing.ref for listing in (await shop.listings()).values()]
        before = shop.sandbox.calls.total()
        assert len(await shop.store.read(refs)) == 100
        assert shop.sandbox.calls.total() == before + 1


async def test_read_of_a_variation_whose_parent_is_in_the_trash() -> None:
    async with opened(SHIRT) as shop:
        ref = ListingRef(shop.id_of("S, Negru"), group=shop.id_of("Tricou 5"))
        shop.sandbox.product(shop.id_of("Tricou 5")).status = "trash"
        assert await shop.store.read([ref]) == []
        assert await shop.store.read([]) == []


# Pushing.


@ADDRESSES
async def test_push_of_stock_and_price(address: str) -> None:
    async with opened(MUG, *many(1), address=address) as shop:
        mug, other = (await shop.listings()).values()
        both = msgspec.structs.replace(stock(mug, 7), price=lei(3105))
        results = await shop.push(both, stock(other, 2))
        assert (results[mug.ref.remote_id].stock, results[mug.ref.remote_id].price) == (7000, lei(3105))
        figures = {figure.code: figure for figure in shop.sandbox.figures()}
        assert (figures["CANA-330"].stock, figures["CANA-330"].price) == (7, "31.05")
        assert (figures["P-0000"].stock, figures["P-0000"].price) == (2, "10.00")


async def test_price_alone_leaves_the_stock_alone() -> None:
    async with opened(SandboxProduct("A", "A", "10.00", -1)) as shop:
        (listing,) = (await shop.listings()).values()
        assert listing.stock is None
        await shop.push(price(listing, lei(1250)))
        product = shop.sandbox.product(listing.ref.remote_id)
        assert (product.regular_price, product.manages) == ("12.50", False)


async def test_stock_of_a_product_that_kept_none_is_kept_from_then_on() -> None:
    async with opened(SandboxProduct("A", "A", "10.00", -1)) as shop:
        (listing,) = (await shop.listings()).values()
        assert (await shop.push(stock(listing, 4)))[listing.ref.remote_id].stock == 4000


async def test_forints_have_no_decimals() -> None:
    async with opened(SandboxProduct("A", "A", "1234.56", 1), currency="HUF") as shop:
        (listing,) = (await shop.listings()).values()
        assert listing.price == Money(1235, "HUF"), "the shop itself rounds what it kept"
        await shop.push(price(listing, Money(2990, "HUF")))
        assert shop.sandbox.figures()[0].price == "2990"


@VERSIONS
async def test_push_of_variations_goes_under_their_parent(version: str) -> None:
    async with opened(SHIRT, version=version) as shop:
        small, medium = (await shop.listings()).values()
        results = await shop.push(stock(small, 1), msgspec.structs.replace(stock(medium, 0), price=lei(6000)))
        assert [result.refused for result in results.values()] == ["", ""]
        assert {figure.code: figure.stock for figure in shop.sandbox.figures()} == {"TRICOU-5-S": 1, "TRICOU-5-M": 0}
        path = f"POST /wp-json/wc/v3/products/{small.ref.group}/variations/batch"
        assert shop.sandbox.calls[path] == 1


@VERSIONS
async def test_a_variation_is_never_moved_to_another_product(version: str) -> None:
    other = replace(SHIRT, name="Other", code="O", variants=(SandboxProduct("O-S", "O, S", "1.00", 1),))
    async with opened(SHIRT, other, version=version) as shop:
        listings = {listing.code: listing for listing in (await shop.listings()).values()}
        home = listings["TRICOU-5-S"].ref.group
        wrong = stock(listings["O-S"], 9)
        wrong = msgspec.structs.replace(wrong, ref=msgspec.structs.replace(wrong.ref, group=home))
        results = await shop.push(stock(listings["TRICOU-5-S"], 3), wrong)
        assert "no longer" in results[wrong.ref.remote_id].refused
        assert results[listings["TRICOU-5-S"].ref.remote_id].stock == 3000
        product = shop.sandbox.product(wrong.ref.remote_id)
        assert product.parent is not None
        assert (product.parent.name, product.stock) == ("Other", 1)


async def test_push_under_a_deleted_parent_refuses_its_items() -> None:
    async with opened(SHIRT) as shop:
        small, medium = (await shop.listings()).values()
        shop.sandbox.goods.remove(shop.sandbox.product(small.ref.group))
        results = await shop.push(stock(small, 1), stock(medium, 1))
        assert [result.refused for result in results.values()] == ["Invalid ID.", "Invalid ID."]


async def test_stock_kept_at_the_parent_is_pushed_there() -> None:
    async with opened(POOLED) as shop:
        pool, variation, _ = (await shop.listings()).values()
        refused = await shop.push(stock(variation, 7))
        assert "kept at its product" in refused[variation.ref.remote_id].refused
        assert shop.sandbox.product(variation.ref.remote_id).manages is False
        assert (await shop.push(stock(pool, 33)))[pool.ref.remote_id].stock == 33_000
        assert (await shop.push(price(variation, lei(100))))[variation.ref.remote_id].price == lei(100)


async def test_one_refused_item_stops_no_other() -> None:
    async with opened(MUG, SHIRT) as shop:
        mug = (await shop.listings())[shop.id_of("Cană ceramică 330 ml")]
        variation = shop.id_of("S, Negru")
        results = await shop.push(
            stock("999999", 1), stock(variation, 1), stock(mug, 5), stock(mug.ref.remote_id + "0", 1)
        )
        assert results["999999"].refused == "Invalid ID."
        assert "<product_id>" in results[variation].refused
        assert results[mug.ref.remote_id].stock == 5000


async def test_items_of_one_push_share_their_group() -> None:
    async with opened(MUG, SHIRT) as shop:
        one, other, *_ = (await shop.listings()).values()
        with pytest.raises(ValueError, match="group"):
            await shop.store.push([stock(one, 1), stock(other, 1)], "key")


async def test_a_hundred_items_are_taken_and_a_hundred_and_one_are_not() -> None:
    async with opened(*many(101)) as shop:
        listings = list((await shop.listings()).values())
        assert all(
            result.stock == 1000 for result in (await shop.push(*(stock(row, 1) for row in listings[:100]))).values()
        )
        with pytest.raises(Rejected, match="more than 100 items"):
            await shop.push(*(stock(row, 2) for row in listings))
        assert shop.sandbox.figures()[5].stock == 1


async def test_a_shop_whose_stock_management_is_off_refuses() -> None:
    async with opened(MUG) as shop:
        (mug,) = (await shop.listings()).values()
        write = shop.sandbox.goods.write
        shop.sandbox.goods.write = lambda product, item: write(product, {**item, "manage_stock": False})
        assert "keeps no stock" in (await shop.push(stock(mug, 5)))[mug.ref.remote_id].refused


async def test_results_are_never_asked_for() -> None:
    async with opened(MUG) as shop:
        with pytest.raises(Rejected, match="no receipts"):
            await shop.store.results("x", [])
        assert shop.store.capabilities.read_back is ReadBack.ANSWER
        assert shop.store.capabilities.grouped

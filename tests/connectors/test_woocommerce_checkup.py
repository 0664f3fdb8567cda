"""The connection test tells apart what facts/real-woocommerce.md section 2 tells apart."""

from __future__ import annotations

import pytest

from omnisync.connect.check import Grade
from omnisync.connect.sandbox import Fault

from .woocommerce_shop import HTTP, HTTPS, MUG, Shop, opened


async def only_problem(shop: Shop, address: str = HTTPS, **options: str) -> str:
    (finding,) = await shop.problems(shop.connect(address, **options))
    return f"{finding.text} {finding.advice}"


@pytest.mark.parametrize("version", ["7.9.0", "11.0.1"])
async def test_a_good_connection(version: str) -> None:
    async with opened(MUG, version=version) as shop:
        (finding,) = await shop.store.check()
        assert finding.grade is Grade.OK
        assert finding.text == f"Connected to The sandbox shop, WooCommerce {version}, prices in RON."
        assert shop.sandbox.goods.products[int(shop.id_of(MUG.name))].modified == shop.clock.now() // 1000


async def test_nothing_is_written() -> None:
    async with opened(MUG) as shop:
        shop.clock.advance(100)
        await shop.store.check()
        assert shop.sandbox.goods.products[int(shop.id_of(MUG.name))].modified == shop.clock.now() // 1000 - 100


async def test_unknown_key_or_stripped_header_over_https() -> None:
    async with opened() as shop:
        text = await only_problem(shop, consumer_key="ck_unknown")
        assert "key is unknown" in text
        assert "header is removed" in text


async def test_unknown_key_over_http() -> None:
    async with opened() as shop:
        assert "Consumer key is invalid." in await only_problem(shop, HTTP, consumer_key="ck_unknown")


async def test_wrong_secret() -> None:
    async with opened() as shop:
        assert "Consumer secret is invalid." in await only_problem(shop, consumer_secret="cs_wrong")
        assert "signature does not match" in await only_problem(shop, HTTP, consumer_secret="cs_wrong")


@pytest.mark.parametrize("address", [HTTP, HTTPS])
async def test_read_only_key(address: str) -> None:
    async with opened() as shop:
        text = await only_problem(shop, address, **shop.sandbox.read_only_options)
        assert "write permissions" in text
        assert "Read/Write" in text


async def test_plain_http_is_a_warning() -> None:
    async with opened(address=HTTP) as shop:
        warning, good = await shop.store.check()
        assert (warning.grade, good.grade) == (Grade.WARNING, Grade.OK)
        assert "plain http" in warning.text


async def test_plain_permalinks_are_a_warning() -> None:
    async with opened() as shop:
        shop.sandbox.plain_permalinks = True
        warning, good = await shop.store.check()
        assert (warning.grade, good.grade) == (Grade.WARNING, Grade.OK)
        assert "plain permalinks" in warning.text


async def test_the_shop_knows_itself_by_another_address() -> None:
    async with opened() as shop:
        shop.sandbox.home = "http://www.shop.test"
        (over_https, _) = await shop.store.check()
        assert (over_https.grade, "www.shop.test" in over_https.text) == (Grade.WARNING, True)
        _, address, signature = await shop.connect(HTTP).check()
        assert "www.shop.test" in address.text
        assert (signature.grade, "signature" in signature.text) == (Grade.PROBLEM, True)


async def test_no_wordpress() -> None:
    async with opened(folder="/shop") as shop:
        assert "no WordPress interface (404)" in await only_problem(shop, HTTPS)


async def test_no_woocommerce() -> None:
    async with opened() as shop:
        shop.sandbox.namespaces = ["wp/v2"]
        assert "WooCommerce does not answer" in await only_problem(shop)


async def test_nobody_there() -> None:
    async with opened() as shop:
        assert "internet connection" in await only_problem(shop, "https://elsewhere.test")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.MOVED, "has moved (301) to https://shop.example/moved/"),
        (Fault.FORBIDDEN, "refuses the connection (403)"),
        (Fault.UNAVAILABLE, "answered 503"),
        (Fault.JUNK_BEFORE_JSON, "prints text in front"),
        (Fault.HTML, "not in JSON"),
    ],
)
async def test_something_stands_in_front(fault: Fault, words: str) -> None:
    async with opened() as shop:
        shop.sandbox.next_faults = [fault] * 9
        assert words in await only_problem(shop)


async def test_another_currency() -> None:
    async with opened() as shop:
        assert "sells in RON" in await only_problem(shop, currency="EUR")


async def test_settings_that_do_harm() -> None:
    async with opened() as shop:
        shop.sandbox.settings |= {
            "general/woocommerce_price_num_decimals": "0",
            "tax/woocommerce_prices_include_tax": "no",
            "products/woocommerce_manage_stock": "no",
        }
        decimals, tax, stock = await shop.store.check()
        assert (decimals.grade, tax.grade, stock.grade) == (Grade.WARNING, Grade.WARNING, Grade.PROBLEM)
        assert "rounds prices to 0 decimals" in decimals.text
        assert "without tax" in tax.text
        assert "Stock management is switched off" in stock.text


async def test_an_old_version_is_a_warning() -> None:
    async with opened(version="6.4.0") as shop:
        warning, _ = await shop.store.check()
        assert "how WooCommerce 6.4.0 behaves" in warning.text


@pytest.mark.parametrize(
    ("seconds", "grades"),
    [(30, [Grade.OK]), (-100, [Grade.WARNING, Grade.OK]), (100, [Grade.WARNING, Grade.OK]), (200, [Grade.PROBLEM])],
)
async def test_clocks_that_differ(seconds: float, grades: list[Grade]) -> None:
    async with opened() as shop:
        late = type(shop.clock)(shop.clock.now())
        late.advance(-seconds)
        shop.sandbox.clock = late
        findings = await shop.store.check()
        assert [finding.grade for finding in findings] == grades
        if seconds != 30:
            assert f"about {round(abs(seconds) / 60)} min " in findings[0].text
            assert ("ahead of" in findings[0].text) is (seconds > 0)


async def test_a_clock_that_is_off_by_a_quarter_of_an_hour_cannot_sign() -> None:
    async with opened(address=HTTP) as shop:
        late = type(shop.clock)(shop.clock.now() - 1_000_000)
        shop.sandbox._signin._clock = late
        assert "clock" in await only_problem(shop, HTTP)

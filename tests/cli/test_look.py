"""Commands that only look: products, orders, stores, why, events."""

from __future__ import annotations

import re

from tests.cli.conftest import Shop
from tests.cli.shop import HOSTILE, Daemon

from omnisync.model.clean import clean
from omnisync.model.events import Quarantined


def test_products_shows_warehouses_and_every_store_with_its_sign(shop: Shop) -> None:
    rows = [re.split(r"  +", line.strip()) for line in shop.ok("products").splitlines()]
    assert rows[0] == ["Code", "Name", "DEPO", "IZM", "hand", "resv", "avail", "trendyol", "woo-hu"]
    assert rows[1] == ["BRU-0150", 'Boru ½" galvaniz', "120", "16", "136", "0", "136", "136 ✓", "88.90 ✓", "·"]
    assert rows[2] == ["BRU-0200", 'Boru ¾" galvaniz', "3", "–", "3", "2", "1", "9 !", "104.90 ✓", "1 …", "9,900 ‖"]
    assert rows[3][-2:] == ["∞ …", "900 ✓"]


def test_products_finds_sorts_and_limits(shop: Shop) -> None:
    assert [each["code"] for each in shop.json("products", "b150")] == ["BRU-0150"]
    assert [each["code"] for each in shop.json("products", "BORU", "galva")] == ["BRU-0150", "BRU-0200"]
    by_stock = shop.json("products", "--sort", "available", "--descending", "--limit", "2")
    assert [each["code"] for each in by_stock] == ["BRU-0150", "TRT-0010"]
    assert [each["code"] for each in shop.json("products", "--sort", "stock:trendyol")] == [
        "BRU-0200", "BRU-0150", "TRT-0010",
    ]  # fmt: skip
    assert len(shop.json("products", "--limit", "0")) == 3
    assert shop.run("products", "boru").stderr == "2 of 2 products\n"


def test_products_of_one_store(shop: Shop) -> None:
    assert "trendyol" not in shop.ok("products", "--store", "woo-hu")
    assert list(shop.json("products", "--store", "woo-hu")[1]["stores"]) == ["woo-hu"]


def test_products_json_has_the_documented_units(shop: Shop) -> None:
    product = shop.json("products", "BRU-0200")[0]
    assert product["warehouses"] == {"DEPO": 3000}
    assert (product["on_hand"], product["reserved"], product["available"]) == (3000, 2000, 1000)
    stock, price = product["stores"]["trendyol"]["stock"], product["stores"]["trendyol"]["price"]
    assert stock == {"state": "refused", "wanted": 1000, "shown": 9000, "reason": "barcode is locked"}
    assert price["wanted"] == 10490
    assert product["stores"]["trendyol"]["currency"] == "TRY"


def test_orders_show_the_buyer_by_an_initial_and_what_is_amiss(shop: Shop) -> None:
    shown = shop.ok("orders")
    assert re.search(r"10245 +woo-hu .* Ayşe K\. +2,980 HUF +1 +new +✓ DEPO +waits", shown)
    assert re.search(r"8812 +trendyol .* ! 1 unknown product", shown)
    assert "Kaya" not in shown


def test_orders_can_be_narrowed(shop: Shop) -> None:
    assert [order["number"] for order in shop.json("orders", "--store", "woo-hu")] == ["10245"]
    assert shop.json("orders", "--state", "cancelled") == []
    assert len(shop.json("orders", "--limit", "1")) == 1
    assert shop.json("orders", "--store", "woo-hu")[0]["customer"] == "Ayşe Kaya"


def test_stores_says_what_waits_for_a_person_and_what_to_type(shop: Shop) -> None:
    result = shop.run("stores")
    assert "The daemon is not running" in result.stderr
    assert "! BRU-0200 stock 1: barcode is locked" in result.stdout
    assert "omnisync retry --store trendyol" in result.stdout
    assert "omnisync release --store woo-hu --price" in result.stdout
    assert "omnisync release balances-ab12-9" in result.stdout
    assert "set aside: line:8812:1" in result.stdout
    assert "omnisync stores --unmatched --store trendyol" in result.stdout
    assert re.search(r"woo-hu.*\n.*waiting 2 +oldest unconfirmed \d+", result.stdout)


def test_trouble_of_the_settings_is_said_with_what_to_do(shop: Shop) -> None:
    said = 'The shop sells in HUF. Set currency = "HUF".'
    shop.happens(Quarantined("woo-hu", "setting:currency", said))
    assert f"! the currency: {said} (" in shop.ok("stores")
    assert f"the currency: {said}" in shop.ok("quarantine")
    shown = shop.run("quarantine", "show", "setting:currency")
    assert said in shown.stdout
    assert "change the configuration and start anew" in shown.stderr


def test_stores_of_one_name(shop: Shop) -> None:
    assert "trendyol" not in shop.ok("stores", "--store", "woo-hu")
    assert [store["name"] for store in shop.json("stores", "--store", "woo-hu")["stores"]] == ["woo-hu"]


def test_stores_json(shop: Shop) -> None:
    found = shop.json("stores")
    assert found["daemon"] is False
    trendyol, woo = found["stores"]
    assert (trendyol["listings"], trendyol["unmatched"], trendyol["refused"], trendyol["quarantined"]) == (2, 1, 1, 1)
    assert (woo["waiting"], woo["held"]) == (2, 1)
    assert {hold["release"] for hold in found["held"]} == {
        "omnisync release balances-ab12-9", "omnisync release --store woo-hu --price",
    }  # fmt: skip
    assert found["refused"][0]["reason"] == "barcode is locked"


def test_stores_shows_the_daemons_own_word_while_it_runs(shop: Shop, daemon: Daemon) -> None:
    daemon.engine.stores["trendyol"].sync.health.paused = True
    found = shop.json("stores")
    assert found["daemon"] is True
    assert [store["health"]["state"] for store in found["stores"]] == ["paused", "ok"]
    assert re.search(r"‖ trendyol +paused by you", shop.ok("stores"))


def test_unmatched_listings(shop: Shop) -> None:
    assert re.search(
        r"trendyol +ty-999 +XX +123 .*no product has this code or barcode", shop.ok("stores", "--unmatched")
    )
    assert shop.json("stores", "--unmatched")[0]["name"] == HOSTILE
    assert shop.json("stores", "--unmatched", "--store", "woo-hu") == []


def test_why_tells_the_whole_chain_newest_first(shop: Shop) -> None:
    lines = [
        re.sub(r"^ +\d{4}-\d\d-\d\d \d\d:\d\d  ", "", line)
        for line in shop.ok("why", "BRU-0200", "--store", "trendyol").splitlines()
    ]
    assert lines == [
        'BRU-0200  Boru ¾" galvaniz',
        "  ! trendyol shows 9 pc at 104.90 TRY   stock refused (barcode is locked), wanted: 1",
        "trendyol refused it: barcode is locked (batch trendyol, item 1 of 2, receipt rcpt-1)  !",
        "trendyol took the batch in (receipt rcpt-1)",
        "sent 1, because order 10245 from woo-hu came in or changed",
        "order 10245 from woo-hu reserved 2 in DEPO",
        "the catalogue of trendyol showed it: 9 pc, 104.90 TRY",
        "ERP counted DEPO 3  (file stock.csv, line 2,118)",
        'ERP set price list "retail" to 99.90 TRY  (prices.csv)',
        "ERP described the product (name, barcodes, category)  (products.csv)",
        "  wanted            1 = 3 on hand − 2 reserved",
        "  rule              trendyol sells from DEPO + IZM, keeps back 0, shows at most 999",
        '  price             list "retail" 99.90 TRY + 5 % → 104.90 TRY (rounded to .90); your own price: none',
        "  audit             the store's figures were never compared yet",
    ]


def test_why_has_a_block_for_each_store_that_lists_it(shop: Shop) -> None:
    assert [each["store"] for each in shop.json("why", "BRU-0200")] == ["trendyol", "woo-hu"]
    assert [each["store"] for each in shop.json("why", "TRT-0010")] == ["woo-hu"]
    told = shop.json("why", "TRT-0010")[0]
    assert told["wanted"].startswith("always 99, because its category scales is exempt")
    assert clean(told["name"]) != told["name"]


def test_why_of_a_proven_figure_and_by_barcode(shop: Shop) -> None:
    shown = shop.ok("why", "8690000000012", "--store", "trendyol", "--limit", "1")
    assert re.search(r"✓ trendyol shows 136 pc at 88\.90 TRY   proven \d+ \w+ ago", shown)
    assert "accepted it (batch trendyol, item 2 of 2, receipt rcpt-1)  ✓" in shown
    assert "ERP counted" not in shown


def test_why_json_has_the_figures(shop: Shop) -> None:
    told = shop.json("why", "BRU-0200", "--store", "trendyol")[0]
    assert told["figures"]["stock"]["wanted"] == 1000
    assert told["balances"][0] | {"counted_at": 0} == {
        "warehouse": "DEPO", "on_hand": 3000, "reserved": 2000, "counted_at": 0, "source": "stock.csv", "line": 2118,
        "corrected": False,
    }  # fmt: skip
    assert told["reservations"][0]["number"] == "10245"


def test_events_of_all_of_a_product_and_of_an_order(shop: Shop) -> None:
    everything = shop.json("events")
    assert [told["type"] for told in everything][:2] == ["guard.held", "quarantine.in"]
    product = shop.json("events", "--product", "BRU-0150")
    assert {"erp.balances", "batch.made"} <= {told["type"] for told in product} < {told["type"] for told in everything}
    assert [told["type"] for told in shop.json("events", "--order", "10245")] == ["order.seen"]
    assert "order 10245 from woo-hu: 1 line, 2,980 HUF, new" in shop.ok("events", "--order", "10245")
    assert "There is no order 7." in shop.refused("events", "--order", "7")
    assert len(shop.json("events", "--limit", "3")) == 3


def test_an_empty_answer_is_said(shop: Shop) -> None:
    assert "There is no such order." in shop.run("orders", "--state", "returned").stderr
    assert "Every listing has its product." in shop.run("stores", "--unmatched", "--store", "woo-hu").stderr

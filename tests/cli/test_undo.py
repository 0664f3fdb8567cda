"""`omnisync undo` and `omnisync reprice`, on a running shop."""

from __future__ import annotations

import re

import pytest
from tests.cli.conftest import Shop

pytestmark = pytest.mark.usefixtures("daemon")


def _price(shop: Shop, code: str) -> int:
    return int(shop.json("products", code)[0]["stores"]["trendyol"]["price"]["wanted"])


def test_a_wave_of_prices_is_set_and_taken_back_whole(shop: Shop) -> None:
    assert (_price(shop, "BRU-0150"), _price(shop, "BRU-0200")) == (8890, 10490)
    done = shop.ok("reprice", "--store", "trendyol", "--percent", "-10", "--yes")
    assert "BRU-0150  price 88.90 → 79.90  (−10.1 %)" in done
    assert "less would be offered" in done
    assert (_price(shop, "BRU-0150"), _price(shop, "BRU-0200")) == (7990, 9490)
    shown = shop.run("undo", "--dry-run")
    assert "prices set by hand, done " in shown.stdout
    assert "trendyol  BRU-0150: 79.90 → the list's price" in shown.stdout
    assert "would be sent" in shown.stdout
    assert "2 things go back: trendyol 2" in shown.stderr
    assert _price(shop, "BRU-0150") == 7990
    taken = shop.ok("undo", "last", "--yes")
    assert (_price(shop, "BRU-0150"), _price(shop, "BRU-0200")) == (8890, 10490)
    number = re.search(r"omnisync undo (\d+)", taken)
    assert number is not None
    shop.ok("undo", number.group(1), "--yes")
    assert _price(shop, "BRU-0150") == 7990


def test_what_was_changed_since_is_named_and_stays(shop: Shop) -> None:
    wave = shop.json("reprice", "--store", "trendyol", "--percent", "5", "--yes")["seq"]
    shop.ok("price", "BRU-0200", "99", "--store", "trendyol", "--no-wait")
    shown = shop.run("undo", str(wave), "--yes")
    assert "stays: trendyol  BRU-0200: 99.00 → the list's price" in shown.stderr
    assert "1 was changed again since and stays as it is" in shown.stderr
    assert (_price(shop, "BRU-0150"), _price(shop, "BRU-0200")) == (8890, 9900)


def test_prices_come_from_a_file(shop: Shop) -> None:
    file = shop.folder / "new.csv"
    file.write_text("code;price\nBRU-0150;1.234,50\n8690000000029;77\n", "utf-8")
    shop.ok("reprice", "--store", "trendyol", "--file", str(file), "--yes")
    assert (_price(shop, "BRU-0150"), _price(shop, "BRU-0200")) == (123450, 7700)
    file.write_text("BRU-0150;10\nBRU-0200;nothing\n", "utf-8")
    assert "new.csv, line 2" in shop.refused("reprice", "--store", "trendyol", "--file", str(file), "--yes")


def test_an_undo_as_json_tells_what_it_did(shop: Shop) -> None:
    shop.ok("exclude", "BRU-0150", "--store", "trendyol")
    told = shop.json("undo")
    assert (told["kind"], told["changes"], told["stores"]) == ("exclusion", 2, {"trendyol": 2})
    assert told["seq"]
    assert "There is nothing to undo." in shop.refused("undo")


def test_what_is_no_act_is_refused(shop: Shop) -> None:
    assert "no part of anything" in shop.refused("undo", "1")
    assert "expected" in shop.refused("undo", "yesterday", code=2)
    assert "Name one of" in shop.refused("reprice", "--store", "trendyol", code=2)

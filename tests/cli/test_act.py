"""Commands that have the daemon do something, on a daemon with the real socket, commands and log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.cli.conftest import Shop
from tests.cli.shop import Daemon

from omnisync.log.reader import Reader
from omnisync.log.story import events
from omnisync.model.events import Card, ProductsRead


def last_event(shop: Shop, type_: str) -> Any:
    with Reader(shop.folder / "omnisync.db") as reader:
        return next(told for told in events(reader) if told.type == type_)


def test_a_plan_sends_nothing_and_says_what_would_be(shop: Shop) -> None:
    found = shop.json("plan", "--of", "update", "--store", "woo-hu")
    (effect,) = found["stores"]
    assert (effect["sends"], effect["live"]) == (3, True)
    changed = {(move["code"], move["kind"], move["wanted"]) for move in found["changes"]}
    assert ("TRT-0010", "stock", 99_000) in changed
    said = shop.ok("plan", "--of", "update")
    assert "woo-hu: 3 figures would be sent" in said
    assert "The strangest" in said
    assert "nothing would be sent" in shop.ok("plan", "--product", "BRU-0150", "--of", "held")


def test_an_update_of_a_product_waits_until_confirmed(shop: Shop, daemon: Daemon) -> None:
    found = shop.json("update", "--product", "8690000000012", "--store", "trendyol")
    assert found["in_time"]
    assert found["counts"] == {"confirmed": 2}
    stock = found["items"][0]
    assert (stock["kind"], stock["wanted"], stock["sent"], stock["confirmed"]) == ("stock", 136_000, 136_000, 136_000)
    assert last_event(shop, "person.update").actor.startswith("cli:")


def test_a_general_update_tells_counts_and_what_was_not_confirmed(shop: Shop, start: Callable[..., Any]) -> None:
    with start(refuse={"ty-150": "no such barcode"}):
        result = shop.run("update", "--yes")
    assert result.exit_code == 1
    assert "BRU-0150  trendyol  stock" in result.stdout
    assert "no such barcode" in result.stdout
    assert "TRT-0010" not in result.stdout
    assert "7 figures: " in result.stdout
    assert "2 refused" in result.stdout


def test_an_update_is_looked_at_without_a_daemon_and_sends_nothing(shop: Shop) -> None:
    text = shop.ok("update", "--store", "woo-hu", "--dry-run")
    assert text == shop.ok("plan", "--of", "update", "--store", "woo-hu")
    assert shop.json("update", "--product", "BRU-0150", "--dry-run") == shop.json(
        "plan", "--of", "update", "--product", "BRU-0150"
    )


def test_an_update_that_is_not_confirmed_in_time_ends_with_1(shop: Shop, start: Callable[..., Any]) -> None:
    with start(answers=False):
        assert "Not everything was confirmed in time" in shop.refused("update", "--wait", "1")
        assert shop.run("update", "--wait", "0").exit_code == 0


def test_a_store_in_trouble_is_named_before_the_wait(shop: Shop, start: Callable[..., Any]) -> None:
    with start(answers=False) as daemon:
        daemon.engine.stores["trendyol"].sync.health.paused = True
        assert "trendyol: paused by you" in shop.run("update", "--store", "trendyol", "--wait", "1").stderr


def test_a_product_that_no_store_lists_can_not_be_updated(shop: Shop) -> None:
    assert "Nothing of that is listed" in shop.refused("update", "--product", "BRU-0150", "--store", "woo-hu")


def test_a_price_is_set_in_the_stores_currency_and_confirmed(shop: Shop, daemon: Daemon) -> None:
    found = shop.json("price", "BRU-0200", "9.500", "--store", "woo-hu")
    assert found["items"][0]["confirmed"] == 9500
    assert last_event(shop, "person.price").event.currency == "HUF"
    assert "your own price: 9,500 HUF" in shop.json("why", "BRU-0200", "--store", "woo-hu")[0]["price"]


def test_the_price_list_gets_its_say_again(shop: Shop, daemon: Daemon) -> None:
    shop.ok("price", "BRU-0150", "80", "--store", "trendyol")
    assert "88.90" in shop.ok("price", "BRU-0150", "--list", "--store", "trendyol")
    assert last_event(shop, "person.price").event.minor is None


def test_a_price_that_the_store_does_not_confirm_ends_with_1(shop: Shop, start: Callable[..., Any]) -> None:
    with start(answers=False):
        assert "has not confirmed" in shop.refused("price", "BRU-0150", "80", "--store", "trendyol", "--wait", "1")
        assert shop.ok("price", "BRU-0150", "81", "--store", "trendyol", "--no-wait")


def test_a_price_of_a_product_that_is_not_listed_is_kept(shop: Shop, daemon: Daemon) -> None:
    assert "is kept for when it is" in shop.ok("price", "BRU-0150", "5.000", "--store", "woo-hu")


@pytest.mark.parametrize(
    ("flags", "stock", "price"),
    [([], True, True), (["--stock"], True, None), (["--price"], None, True), (["--stock", "--price"], True, True)],
)
def test_exclude_and_include(
    shop: Shop, daemon: Daemon, flags: list[str], stock: bool | None, price: bool | None
) -> None:
    assert "2 products are excluded on trendyol" in shop.ok(
        "exclude", "B150", "BRU-0200", "--store", "trendyol", *flags
    )
    excluded = last_event(shop, "person.exclusion").event
    assert (excluded.products, excluded.stock, excluded.price) == (("BRU-0150", "BRU-0200"), stock, price)
    shop.ok("include", "BRU-0150", "BRU-0200", "--store", "trendyol", *flags)
    included = last_event(shop, "person.exclusion").event
    assert (included.stock, included.price) == (None if stock is None else False, None if price is None else False)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["exclude", "BRU-0150", "BRU-0200", "--store", "trendyol"], "trendyol: nothing would be sent"),
        (["release", "--store", "woo-hu", "--price"], "BRU-0200  price 9,900 → 1,490"),
        (["release", "--all"], "woo-hu: 1 figure would be sent"),
        (["retry", "--store", "trendyol"], "BRU-0200  stock 9 → 1"),
        (["reprice", "--store", "trendyol", "--percent", "20"], "more would be offered"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_a_bulk_act_is_looked_at_before_it_is_done(
    shop: Shop, start: Callable[..., Any], command: list[str], said: str
) -> None:
    with start(answers=False):
        before = last_event(shop, "guard.held").seq
        assert said in shop.ok(*command, "--dry-run")
        with Reader(shop.folder / "omnisync.db") as reader:
            assert all(told.seq <= before for told in events(reader)), "nothing was done"


def test_release_of_a_read_and_of_figures(shop: Shop, daemon: Daemon) -> None:
    assert "Released" in shop.ok("release", "balances-ab12-9")
    assert "Nothing is held under the name" in shop.refused("release", "balances-ab12-9")
    said = shop.ok("release", "--store", "woo-hu", "--price", "BRU-0200", "--reason", "autumn sale")
    assert "Released: 1 change." in said
    released = last_event(shop, "guard.figures-released").event
    assert (released.products, released.why) == (("BRU-0200",), "autumn sale")
    assert "Nothing of that is held" in shop.refused("release", "--store", "woo-hu", "--price")


def test_reject_all_with_the_reason(shop: Shop, daemon: Daemon) -> None:
    assert "Rejected: 2 changes stay as they are." in shop.ok("reject", "--all", "--reason", "half a file")
    assert last_event(shop, "guard.rejected").event.why == "half a file"
    assert last_event(shop, "guard.figures-rejected").event.store == "woo-hu"
    assert "Nothing is held" in shop.refused("reject", "--all")
    assert "Released: 1 change." in shop.ok("release", "--store", "woo-hu", "--price", "BRU-0200")


def test_link_and_unlink(shop: Shop, daemon: Daemon) -> None:
    assert "Listing ty-999 of trendyol is TRT-0010" in shop.ok("link", "ty-999", "TRT-0010", "--store", "trendyol")
    assert shop.json("stores", "--unmatched") == []
    shop.ok("link", "ty-999", "--none", "--store", "trendyol")
    assert shop.json("stores", "--unmatched")[0]["reason"] == "unlinked"
    assert "has no listing nope" in shop.refused("link", "nope", "BRU-0150", "--store", "trendyol")


@pytest.mark.parametrize(
    "words",
    [
        ["why", "bru-0200"], ["events", "--product", "bru-0200"], ["plan", "--product", "bru-0200"],
        ["update", "--product", "bru-0200", "--dry-run"], ["price", "bru-0200", "105,90", "--store", "trendyol"],
        ["reprice", "bru-0200", "--percent", "5", "--store", "trendyol", "--dry-run"],
        ["exclude", "bru-0200", "--store", "trendyol"], ["include", "bru-0200", "--store", "trendyol"],
        ["release", "--store", "woo-hu", "--price", "bru-0200"], ["reject", "--store", "woo-hu", "--price", "bru-0200"],
        ["retry", "--store", "trendyol", "bru-0200"], ["quarantine", "map", "line:8812:1", "trt-0010"],
        ["link", "ty-999", "trt-0010", "--store", "trendyol"], ["audit", "--store", "trendyol", "--repair", "bru-0200"],
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_every_command_takes_a_code_in_small_letters(shop: Shop, daemon: Daemon, words: list[str]) -> None:
    result = shop.run(*words)
    assert "no product" not in result.output
    assert result.exit_code == 0, result.output


def test_a_name_that_may_be_several_products_is_answered_with_their_codes(shop: Shop) -> None:
    shop.happens(ProductsRead("p", (Card("bru-0200", "another"),)))
    said = shop.refused("price", "Bru-0200", "105,90", "--store", "trendyol")
    assert "Bru-0200 may be any of several products: BRU-0200, bru-0200. Name one by its own code." in said
    assert shop.json("why", "bru-0200")[0]["name"] == "another"
    assert "There is no product NOPE." in shop.refused("why", "NOPE")


def test_a_full_disk_is_said_first(shop: Shop, daemon: Daemon) -> None:
    daemon.engine.database_trouble = "The disk is full."
    assert shop.ok("stores").startswith("✗ The disk is full.\n")
    assert shop.json("stores")["trouble"] == "The disk is full."
    assert "✗ The disk is full." in shop.run("check").stdout
    assert "The disk is full." in shop.run("update", "--product", "BRU-0150", "--wait", "5").stderr


def test_retry(shop: Shop, daemon: Daemon) -> None:
    assert "1 product is tried again" in shop.ok("retry", "--store", "trendyol", "BRU-0200")
    assert "woo-hu has refused nothing" in shop.ok("retry", "--store", "woo-hu")


def test_pause_and_resume(shop: Shop, daemon: Daemon) -> None:
    def paused() -> bool:
        return daemon.engine.stores["trendyol"].sync.health.paused

    shop.ok("pause", "trendyol")
    assert paused()
    shop.ok("resume", "trendyol")
    assert not paused()
    assert "There is no store ebay" in shop.refused("pause", "ebay")


def test_pull(shop: Shop, daemon: Daemon) -> None:
    assert "trendyol is being asked" in shop.ok("pull", "--store", "trendyol")
    assert "There is no ERP" in shop.refused("pull")


def test_what_is_set_aside_is_shown_mapped_and_dismissed(shop: Shop, daemon: Daemon) -> None:
    (row,) = shop.json("quarantine", "list")
    assert shop.ok("quarantine") == shop.ok("quarantine", "list")
    assert (row["connector"], row["subject"]) == ("trendyol", "line:8812:1")
    said = shop.ok("quarantine", "show", "line:8812:1")
    assert "codes.0 = NOPE" in said
    assert "\x1b" not in said
    assert "only be mended where it came from" in shop.refused("quarantine", "replay", "line:8812:1", "--set", "name=x")
    assert "Still set aside: unknown product NOPE" in shop.run("quarantine", "replay", "line:8812:1").output
    assert "is BRU-0150 from now on" in shop.ok("quarantine", "map", "line:8812:1", "BRU-0150")
    assert last_event(shop, "person.code").event.code == "NOPE"
    assert "Nothing is set aside." in shop.ok("quarantine", "list")
    assert "Nothing is set aside under" in shop.refused("quarantine", "dismiss", "line:8812:1", "--reason", "x")


def test_a_dismissal_keeps_its_reason(shop: Shop, daemon: Daemon) -> None:
    assert "Dismissed" in shop.ok("quarantine", "dismiss", "line:8812:1", "--reason", "not ours")
    assert last_event(shop, "quarantine.out").event.why == "not ours"

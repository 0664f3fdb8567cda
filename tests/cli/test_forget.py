"""`omnisync forget`: who, what is lost, and a person's yes."""

from __future__ import annotations

from tests.cli.conftest import Shop
from tests.cli.shop import Daemon

from omnisync.folders import DATABASE


def test_first_it_is_only_shown_who_would_be_erased(shop: Shop, daemon: Daemon) -> None:
    result = shop.run("forget", "ayse@example.org")
    assert result.exit_code == 0
    assert "woo-hu:7" in result.stdout
    assert "Ayşe Kaya" in result.stdout
    assert "1 order stays" in result.stderr
    assert "still to be sent" in result.stderr
    assert "Say --yes" in result.stderr
    assert shop.json("orders")[0]["customer"] == "Ayşe Kaya"
    preview = shop.json("forget", "--order", "10245")
    assert preview["forgotten"] == 0
    assert preview["found"][0]["id"] == "woo-hu:7"


def test_a_yes_erases_and_the_order_says_so(shop: Shop, daemon: Daemon) -> None:
    shop.ok("backup", str(shop.folder / "monday.db"))
    told = shop.ok("forget", "ayse@example.org", "--yes")
    assert "1 record is erased for good" in told
    assert "erased in 1 backup too" in told
    assert "Ayşe" not in shop.ok("orders")
    assert "erased" in shop.ok("orders")
    assert shop.json("orders")[0]["customer"] is None
    assert b"ayse@example.org" not in (shop.folder / DATABASE).read_bytes()
    assert "customer woo-hu:7" in shop.ok("events")
    assert "Nobody is known" in shop.refused("forget", "ayse@example.org", "--yes")
    assert shop.ok("verify")


def test_json_answers_what_was_done(shop: Shop, daemon: Daemon) -> None:
    done = shop.json("forget", "woo-hu:7", "--yes")
    assert done == {"forgotten": 1, "backups": 0, "unreached": [], "clean": True, "customers": ["woo-hu:7"]}


def test_it_needs_to_know_who(shop: Shop) -> None:
    assert "Name the customer" in shop.refused("forget", code=2)
    assert "Name the customer" in shop.refused("forget", "x", "--order", "1", code=2)
    assert "daemon is not running" in shop.refused("forget", "ayse@example.org", "--yes")

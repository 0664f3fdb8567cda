"""The daemon as a process, driven with the command line only; what it did is seen in the sandboxes."""

from __future__ import annotations

import os
from pathlib import Path

from tests.integration.running_shop import running_shop


def test_price_exclusion_update_and_order_arrive_at_the_stores(tmp_path: Path) -> None:
    with running_shop(tmp_path) as shop:
        trendyol, woo = shop.sandboxes["trendyol"], shop.sandboxes["woo-tr"]

        done = shop.omnisync("price", "A-3", "98,50", "--store", "woo-tr")
        assert done.returncode == 0, done.stdout + done.stderr
        assert woo.figures()["A-3"] == (20, "98.50"), "the command waits until the store has confirmed"
        assert trendyol.figures()["A-3"] == (20, "103.00"), "a price of one store is that store's alone"

        assert shop.omnisync("exclude", "A-4", "--store", "trendyol", "--stock").returncode == 0
        shop.count("A-4", 12)
        shop.shows("woo-tr", "A-4", stock=12)
        assert trendyol.figures()["A-4"][0] == 20

        woo_writes, trendyol_writes = woo.writes(), trendyol.writes()
        done = shop.omnisync("update", "--product", "A-5")
        assert done.returncode == 0, done.stdout + done.stderr
        assert (woo.writes(), trendyol.writes()) == (woo_writes + 1, trendyol_writes + 1), "unchanged, and yet sent"

        number = trendyol.buy("A-6", 3)
        shop.shows("woo-tr", "A-6", stock=17)
        assert trendyol.figures()["A-6"][0] == 17
        shop.until(lambda: len(shop.order_files()) == 1, "the ERP has the order")
        (line,) = shop.order_files()[0]
        assert (line["store"], line["order_number"], line["code"], line["quantity"]) == ("trendyol", number, "A-6", "3")
        assert [order["number"] for order in shop.json("orders")] == [number]

        done = shop.omnisync("verify")
        assert done.returncode == 0, done.stdout + done.stderr


def test_trouble_of_every_day_loses_nothing(tmp_path: Path) -> None:
    with running_shop(tmp_path) as shop:
        woo = shop.sandboxes["woo-tr"]

        second = shop.omnisync("daemon")
        assert second.returncode == 1
        assert "already running" in second.stderr
        assert "Traceback" not in second.stderr

        # A store is away for a moment; what changed meanwhile reaches it afterwards, and the others at once.
        woo.stop()
        shop.count("A-7", 5)
        shop.shows("trendyol", "A-7", stock=5)
        woo.start()
        shop.shows("woo-tr", "A-7", stock=5)

        # The power goes; a buyer comes and somebody counts before it is back.
        shop.kill()
        assert shop.omnisync("price", "A-8", "5", "--store", "woo-tr").returncode == 1, "nobody is there to do it"
        number = woo.buy("A-8", 4)
        shop.count("A-9", 2)
        shop.start()
        shop.shows("trendyol", "A-8", stock=16)
        for store in ("trendyol", "woo-tr"):
            shop.shows(store, "A-9", stock=2)
        shop.until(lambda: len(shop.order_files()) == 1, "the ERP has the order, once")
        assert shop.order_files()[0][0]["order_number"] == number

        # The power goes again, at once after a command was answered.
        assert shop.omnisync("price", "A-10", "99,00", "--store", "trendyol", "--no-wait").returncode == 0
        shop.kill()
        shop.start()
        shop.shows("trendyol", "A-10", price="99.00")
        assert len(shop.order_files()) == 1

        done = shop.omnisync("verify")
        assert done.returncode == 0, done.stdout + done.stderr
        daemon = shop.daemon
        assert daemon is not None
        shop.end()
        assert not (tmp_path / "data" / "omnisync.sock").exists()
        assert not _lives(daemon.pid)
        shop.start()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

"""A guided set-up in a real terminal, of a stock program and a store whose every text is hostile."""

from __future__ import annotations

from pathlib import Path

from tests.tui import hostile, hostile_set_up
from tests.tui.pty_screens import DOWN, ENTER, F5, F6, PAGE_DOWN, end, screens, seen

from omnisync.settings import load_settings

_COUNT = len(hostile.NAMES)


def test_hostile_files_and_a_hostile_store_do_nothing_in_a_set_up(tmp_path: Path) -> None:
    erp = tmp_path / "[red]x[link=evil] $name {0} %s"
    erp.mkdir()
    config = tmp_path / (hostile.NAMES[2] + hostile.NAMES[8] + hostile.NAMES[16] + "[b]") / "omnisync.toml"
    hostile_set_up.unreadable_products(erp)
    with (
        hostile_set_up.store() as (store, address),
        screens(
            "-c", "from omnisync.cli import main; main()", "--config", config, XDG_DATA_HOME=str(tmp_path)
        ) as shown,
    ):
        shown.until_written(b"will stand in")
        shown.until_quiet()
        seen(shown, DOWN + ENTER, "What is the shop called?")
        seen(shown, F6, "Name of the file with the price lists")
        seen(shown, F6 + "Demir" + ENTER, "Demir")
        assert b"Its headings are" in seen(shown, str(erp) + ENTER, "Put it right").data
        hostile_set_up.export(erp)
        seen(shown, F5, "24 products")
        for _ in range(4):
            shown.press(PAGE_DOWN)
        assert b"26 rows can't be read" in shown.written()
        seen(shown, ENTER, "WooCommerce")
        seen(shown, DOWN + ENTER, "The shop's address")
        settings = store.settings.copy()
        store.settings["general/woocommerce_currency"] = store.version = hostile_set_up.EVERY
        keys = ENTER.join([address, *store.options.values()])
        assert b"The shop sells in" in seen(shown, keys + ENTER, "does not know how").data
        store.settings, store.version = settings, "11.0.1"
        seen(shown, F5, "Enter goes on.")
        seen(shown, ENTER, "Warehouses whose stock")
        seen(shown, " " + DOWN * _COUNT + " " + DOWN * (_COUNT - 1), hostile.NAMES[0][-4:])
        seen(shown, ENTER, "Connected so far")
        plan = seen(shown, ENTER, "and begins").data
        assert b"24 listings belong to your products" in plan
        assert b"6 listings are none of them" in plan
        assert b"The strangest" in plan
        seen(shown, ENTER, "written")
        assert not end(shown)
    chosen = load_settings(config, environment={}).stores["woocommerce"]
    assert chosen.warehouses == (f"{min(hostile.NAMES)}, 1",), "as the stock program calls it"
    assert chosen.price_list == min(hostile.NAMES)

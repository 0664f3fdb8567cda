"""The keys: named, on every keyboard, remappable, and told of in the documentation."""

from __future__ import annotations

from pathlib import Path

from tests.tui import keyboard_doc
from tests.tui.hardware_shop import fill, opened, products, shown, until

from omnisync.tui.keys import KEYS, _with_aliases, bindings, unknown
from omnisync.tui.screens.help import Help
from omnisync.tui.screens.product import Sheet


def test_every_key_is_documented() -> None:
    assert keyboard_doc.DOCUMENT.read_text("utf-8") == keyboard_doc.text(), "python -m tests.tui.keyboard_doc"


def test_a_letter_works_at_its_place_on_other_keyboards() -> None:
    assert set(_with_aliases("u").split(",")) == {"u", "г", "θ", "ו"}
    assert "ctrl+ф" in _with_aliases("ctrl+a").split(",")
    assert _with_aliases("f5,enter") == "f5,enter"


def test_one_screen_has_no_key_twice() -> None:
    for scope in {id_.partition(".")[0] for id_ in KEYS}:
        keys = [key for binding in bindings(scope) for key in binding.key.split(",")]  # type: ignore[union-attr]
        assert len(keys) == len(set(keys)), scope


def test_every_main_action_has_a_key_that_is_no_letter() -> None:
    for id_ in ("find", "price", "update", "general_update", "exclude", "why", "sheet"):
        assert any(len(key) > 1 for key in KEYS[f"products.{id_}"].keys.split(","))


async def test_a_key_of_the_configuration_takes_the_place(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path, keys={"products.sheet": "ctrl+e"}) as (app, pilot):
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen is products(app)
        await pilot.press("ctrl+e")
        await until(lambda: isinstance(app.screen, Sheet))


def test_a_name_that_no_key_has_is_told_of() -> None:
    assert unknown(["products.update", "products.updat"]) == ["products.updat"]


async def test_help_says_what_the_keys_do_where_the_focus_is(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path, size=(120, 70)) as (app, pilot):
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, Help) and "confirmed" in shown(app))
        assert "F6" in shown(app)
        await pilot.press("escape", "f3", "f1")
        await until(lambda: isinstance(app.screen, Help) and "beginning of each" in shown(app))


async def test_the_footer_follows_the_focus(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as (app, pilot):
        assert "Enter sheet" in shown(app)
        await pilot.press("f3")
        await until(lambda: "Enter to the list" in shown(app))
        await pilot.press("enter", "f4")
        await until(lambda: "Enter save" in shown(app))

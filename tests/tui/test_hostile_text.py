"""Text from outside is data: nothing in it reaches the terminal as a command, or a widget as markup."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.tui.hardware_shop import HOSTILE, fill, opened, products, shown, until

from omnisync.tui.screens.product import Sheet
from omnisync.tui.screens.why import WhyPage

TUI = Path(__file__).parents[2] / "src" / "omnisync" / "tui"
_MARKUP = {"Static", "Label", "Button", "OptionList", "Option", "notify", "Tab", "Select"}


def _foreign(text: str) -> list[str]:
    return [
        char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    ]


async def test_hostile_names_do_nothing_on_any_screen(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path, size=(120, 60)) as (app, pilot):
        table = products(app).table
        assert not _foreign(shown(app))
        for at in range(table.count):
            row = table.pages.row(at)
            assert row is not None
            if row.product.name not in HOSTILE:
                continue
            table.move_to(at)
            await pilot.press("enter")
            await until(lambda: isinstance(app.screen, Sheet))
            await pilot.pause()
            assert not _foreign(shown(app))
            await pilot.press("w")
            await until(lambda: isinstance(app.screen, WhyPage))
            await pilot.pause()
            assert not _foreign(shown(app))
            await pilot.press("escape", "escape", "Y")
            await until(lambda: app.screen is products(app))
            assert not _foreign(app.clipboard.replace("\t", ""))
        assert app.title == "OmniSync"
        assert app.is_running


async def test_brackets_in_a_name_stay_as_they_are(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path, size=(120, 60)) as (app, _pilot):
        assert "[M8x20] vida" in shown(app)
        assert "[/b]" in shown(app)


def _calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            yield name, node


def _makers(path: Path) -> set[str]:
    """Functions of the module that say they make Content."""
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.returns is not None and ast.unparse(node.returns) == "Content"
    }


def _is_plain(node: ast.expr, makers: set[str]) -> bool:
    """A literal, a text of ours, or Content, which is never read as markup."""
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        owner = getattr(getattr(node.func, "value", None), "id", "")
        return name in {"_", "Content", "Option"} | makers or owner == "Content"
    return isinstance(node, ast.Constant | ast.Starred)


@pytest.mark.parametrize("path", sorted(TUI.rglob("*.py")), ids=lambda path: path.name)
def test_no_text_goes_to_a_widget_that_reads_markup(path: Path) -> None:
    makers = _makers(path)
    for name, call in _calls(path):
        if name in _MARKUP and call.args:
            plain = any(
                word.arg == "markup" and isinstance(word.value, ast.Constant) and word.value.value is False
                for word in call.keywords
            )
            assert plain or all(_is_plain(arg, makers) for arg in call.args), f"{path.name}:{call.lineno}"
        if name == "update" and call.args and "Static" in ast.unparse(call.func):
            assert _is_plain(call.args[0], makers), f"{path.name}:{call.lineno}"

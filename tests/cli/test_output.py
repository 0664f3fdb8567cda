"""What reaches the terminal: harmless, aligned, and within its width."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli.conftest import Shop
from tests.cli.shop import HOSTILE

from omnisync.cli.output import Piece, json_text
from omnisync.cli.table import Column, cells_of, fitted, lines, smallest


def text_of(line: list[Piece]) -> str:
    return "".join(piece.text for piece in line)


@pytest.mark.parametrize(
    "words",
    [["products"], ["products", "--json"], ["orders"], ["orders", "--json"], ["stores"], ["stores", "--json"],
     ["stores", "--unmatched"], ["stores", "--unmatched", "--json"], ["events"], ["events", "--json"],
     ["why", "TRT-0010"], ["why", "TRT-0010", "--json"], ["plan"], ["plan", "--json"], ["events", "--order", "8812"]],
    ids=" ".join,
)  # fmt: skip
def test_no_name_can_steer_the_terminal(shop: Shop, words: list[str]) -> None:
    shop.environment["COLUMNS"] = "500"
    output = shop.run(*words).output
    assert output
    bad = [char for char in output if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co")]
    assert bad == []


def test_an_error_repeats_what_was_typed_without_its_control_characters(shop: Shop) -> None:
    said = shop.refused("why", "A\x1b[2JB\u202e")
    assert "A[2JB" in said
    assert not set("\x1b\u202e") & set(said)


def test_json_keeps_what_the_screen_leaves_out(shop: Shop) -> None:
    assert HOSTILE in [product["name"] for product in shop.json("products")]


@given(st.text())
def test_json_is_lossless_and_harmless(text: str) -> None:
    written = json_text({"text": text})
    assert json.loads(written) == {"text": text}
    assert all(unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co") for char in written)


def test_colours_only_where_somebody_sees_them(shop: Shop) -> None:
    assert "\x1b[" not in shop.run("stores").output


def test_no_color_is_heeded(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from omnisync.cli.group import omnisync

    arguments = ["--config", str(shop.config), "--data", str(shop.folder), "stores"]
    assert "\x1b[31m" in CliRunner().invoke(omnisync, arguments, color=True).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in CliRunner().invoke(omnisync, arguments, color=True).stdout


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 140])
def test_products_fit_every_terminal(shop: Shop, columns: int) -> None:
    shop.environment["COLUMNS"] = str(columns)
    assert max(map(cells_of, shop.ok("products").splitlines())) <= columns


@pytest.mark.parametrize(
    "words", [["orders"], ["events"], ["why", "BRU-0200"], ["stores", "--unmatched"]], ids=" ".join
)
def test_lists_fit_80_columns(shop: Shop, words: list[str]) -> None:
    shop.environment["COLUMNS"] = "80"
    rows = [line for line in shop.ok(*words).splitlines() if "shows" not in line and "  price  " not in line]
    assert max(map(cells_of, rows)) <= 80


def test_wide_letters_take_two_cells_and_marks_none() -> None:
    assert [cells_of(text) for text in ("abc", "漢字", "e\u0301", "📦", "")] == [3, 4, 1, 2, 0]


@pytest.mark.parametrize(
    ("text", "size", "expected"),
    [
        ("abc", 5, "abc  "),
        ("abcdef", 4, "abc…"),
        ("漢字漢字", 5, "漢字…"),
        ("漢字漢字", 4, "漢… "),
        ("abc", 3, "abc"),
        ("ab", 1, "…"),
    ],
)
def test_a_cell_is_exactly_as_wide_as_its_column(text: str, size: int, expected: str) -> None:
    assert fitted(text, size) == expected
    assert cells_of(fitted(text, size, right=True)) == size


def test_columns_line_up_and_the_widest_is_cut_first() -> None:
    columns = [Column("Code", least=4), Column("Name", least=5), Column("N", right=True)]
    rows = [["A-1", "漢字 a long name indeed", "7"], ["A-22", "short", "1,234"]]
    shown = [text_of(line) for line in lines(columns, rows, 24)]
    assert shown == ["Code  Name             N", "A-1   漢字 a lon…      7", "A-22  short        1,234"]
    assert smallest(columns, rows) == 4 + 2 + 5 + 2 + 5

"""The command itself: quick, complete in its help, documented, and never a traceback."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from tests.cli import manual
from tests.cli.conftest import Shop
from tests.cli.manual import MANUAL

from omnisync import __version__
from omnisync.cli.group import entries, omnisync
from omnisync.screen import open_screen

NAMES = [*entries()]


def command(name: str) -> click.Command:
    found = omnisync.get_command(click.Context(omnisync), name)
    assert found is not None
    return found


def parts(name: str) -> Iterator[tuple[str, click.Command]]:
    """A command and those below it, with their whole names."""
    found = command(name)
    yield name, found
    if isinstance(found, click.Group):
        for sub, each in found.commands.items():
            yield f"{name} {sub}", each


@pytest.mark.parametrize("name", NAMES)
def test_the_table_says_of_a_command_what_it_says_of_itself(name: str) -> None:
    assert command(name).get_short_help_str(200) == entries()[name].help
    assert command(name).name == name


@pytest.mark.parametrize("name", NAMES)
def test_every_command_and_option_is_explained_and_shows_an_example(name: str) -> None:
    for whole, each in parts(name):
        assert each.help, whole
        options = [parameter for parameter in each.params if isinstance(parameter, click.Option)]
        assert [option.name for option in options if not option.help] == []
    help_ = CliRunner().invoke(omnisync, [name, "--help"])
    assert help_.exit_code == 0
    assert f"omnisync {name}" in help_.stdout


@pytest.mark.parametrize("name", NAMES)
def test_the_manual_says_what_the_command_says(name: str) -> None:
    written = MANUAL.read_text("utf-8")
    for section in manual.parts(name):
        assert f"\n{section}" in written, "write it anew: python -m tests.cli.manual"


def test_the_manual_has_no_command_that_is_not_there() -> None:
    named = re.findall(r"^#{3,4} `omnisync (.*?)`$", MANUAL.read_text("utf-8"), re.MULTILINE)
    assert len(named) == sum(1 for name in NAMES for _part in parts(name))


def test_without_a_command_the_help_is_shown_and_all_is_well(empty: Shop) -> None:
    assert "Look:" in empty.ok()


def test_help_imports_no_command() -> None:
    code = """
import sys
from omnisync.cli import main
sys.argv = ["omnisync", "--help"]
try:
    main()
except SystemExit:
    pass
print()
print([name for name in sys.modules if name.startswith("omnisync.cli.")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(re.findall(r"omnisync\.cli\.(\w+)", done.stdout.rpartition("\n[")[2]))
    assert imported == {"group", "place"}


def test_version(empty: Shop) -> None:
    assert empty.ok("--version") == f"OmniSync {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["products", "--nonsense"], ["link"], ["price", "BRU-0150", "--store", "trendyol"],
     ["release"], ["release", "--store", "trendyol"], ["release", "a", "b"], ["exclude", "--store", "trendyol"],
     ["link", "77", "--store", "woo-hu"], ["events", "--product", "A", "--order", "B"], ["init", "--set", "nonsense"],
     ["price", "BRU-0150", "many", "--store", "trendyol"], ["products", "--sort", "colour"]],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_command_line_ends_with_2(shop: Shop, words: list[str]) -> None:
    assert shop.refused(*words, code=2)


def test_the_screens_are_not_drawn_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Textual draws where messages go; a terminal whose messages are led elsewhere stayed empty."""
    with pytest.raises(SystemExit) as ended:
        open_screen(tmp_path / "omnisync.toml", {})
    assert ended.value.code == 2
    assert "led elsewhere" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [["products"], ["orders"], ["stores"], ["why", "X"], ["events"], ["verify"], ["rebuild"], ["update"],
     ["backup", "nowhere.db"], ["exclude", "X", "--store", "trendyol"]],
    ids=" ".join,
)  # fmt: skip
def test_without_a_database_one_sentence_says_what_to_do(empty: Shop, words: list[str]) -> None:
    assert "There is no data yet" in empty.refused(*words)


@pytest.mark.parametrize(
    "words",
    [["pause", "trendyol"], ["resume", "trendyol"], ["pull"], ["release", "balances-ab12-9"],
     ["release", "--store", "woo-hu", "--price"], ["retry", "--store", "trendyol"],
     ["link", "ty-999", "BRU-0150", "--store", "trendyol"], ["update", "--yes"],
     ["exclude", "BRU-0150", "--store", "trendyol"], ["include", "BRU-0150", "--store", "trendyol"],
     ["price", "BRU-0150", "1", "--store", "trendyol"]],
    ids=" ".join,
)  # fmt: skip
def test_what_needs_the_daemon_says_so(shop: Shop, words: list[str]) -> None:
    assert "The daemon is not running" in shop.refused(*words)


@pytest.mark.parametrize(
    "words",
    [["products", "--store", "ebay"], ["orders", "--store", "ebay"], ["stores", "--store", "ebay"],
     ["update", "--store", "ebay"], ["why", "BRU-0150", "--store", "ebay"],
     ["price", "BRU-0150", "1", "--store", "ebay"], ["exclude", "BRU-0150", "--store", "ebay"]],
    ids=" ".join,
)  # fmt: skip
def test_an_unknown_store_is_answered_with_those_that_there_are(shop: Shop, words: list[str]) -> None:
    assert shop.refused(*words) == "There is no store ebay. The stores are: trendyol, woo-hu.\n"


def test_a_damaged_database_is_one_sentence(shop: Shop) -> None:
    path = shop.folder / "omnisync.db"
    path.write_bytes(path.read_bytes()[:8192] + b"\xff" * 100_000)
    assert "can't be read" in shop.refused("products")


def test_a_word_that_is_no_command_is_answered_with_the_nearest(shop: Shop) -> None:
    result = shop.run("produts")
    assert result.exit_code == 2
    assert "No such command 'produts'. Did you mean products?" in result.stderr

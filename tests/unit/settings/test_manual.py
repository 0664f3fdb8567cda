"""docs/configuration.md says of every setting what the program itself says of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from omnisync.settings import load_settings
from omnisync.settings.manual import TABLES, entries

MANUAL = Path(__file__).parents[3] / "docs" / "configuration.md"


def row(name: str, default: str, text: str) -> str:
    return f"| `{name}` | {f'`{default}`' if default else ''} | {text} |"


@pytest.mark.parametrize("heading", TABLES)
def test_every_setting_is_documented_in_its_table_and_nothing_else_is(heading: str) -> None:
    manual = MANUAL.read_text("utf-8")
    section = manual.split(f"## `[{heading}]`", 1)[1].split("\n## ", 1)[0]
    wanted = [row(entry.name, entry.default, entry.text) for entry in entries(TABLES[heading])]
    assert re.findall(r"^\| `.*$", section, re.MULTILINE) == wanted


@pytest.mark.parametrize("heading", TABLES)
def test_every_setting_has_a_text(heading: str) -> None:
    assert all(entry.text for entry in entries(TABLES[heading]))


def test_the_manuals_example_is_a_configuration_that_works(tmp_path: Path) -> None:
    path = tmp_path / "omnisync.toml"
    path.write_text(MANUAL.read_text("utf-8").split("```toml\n", 1)[1].split("```", 1)[0])
    path.chmod(0o600)
    assert load_settings(path, environment={}).stores["trendyol"].markup == 1250

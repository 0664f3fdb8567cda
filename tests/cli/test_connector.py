"""`omnisync connector`: the list, and the test of one of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from omnisync.cli.group import omnisync
from omnisync.connect.loader import discover


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(omnisync, ["--config", str(config), "connector", *arguments])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration with a plugins folder in which one plugin can't be imported and one can't be read."""
    for name, manifest in (
        ("torn", 'name = "torn"\ntitle = "Torn"\nrole = "store"\nsummary = "S"\napi = 1\n'),
        ("old", 'name = "old"\ntitle = "Old"\nrole = "erp"\nsummary = "S"\napi = 99\n'),
    ):
        folder = tmp_path / "plugins" / name
        folder.mkdir(parents=True)
        (folder / "manifest.toml").write_text(manifest)
        (folder / "connector.py").write_text("import no_such_module")
    path = tmp_path / "omnisync.toml"
    path.write_text('[shop]\nplugins_folder = "plugins"\n')
    return path


def test_the_list_shows_broken_ones_with_the_reason(config: Path) -> None:
    result = run(config, "list")
    assert result.exit_code == 0
    assert {"files", "trendyol", "woocommerce", "torn", "old"} <= set(result.stdout.split())
    assert "old can't be used: it is written for protocol 99" in result.stderr
    assert "No module named 'no_such_module'" in result.stderr


def test_the_list_as_json(config: Path) -> None:
    found: dict[str, Any] = {each["name"]: each for each in json.loads(run(config, "list", "--json").stdout)}
    assert found["trendyol"]["broken"] == ""
    assert found["trendyol"]["options"][1]["type"] == "secret"
    assert "no_such_module" in found["torn"]["broken"]


def test_a_connector_that_keeps_its_promises(config: Path) -> None:
    result = run(config, "check", "files")
    assert result.exit_code == 0, result.stdout
    assert "✓" in result.stdout
    assert "✗" not in result.stdout
    assert "0 not kept" in result.stderr


def test_a_folder_outside_of_the_project_that_breaks_one(config: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "files"
    shutil.copytree(discover()["files"].folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
    connector = copy / "connector.py"
    connector.write_text(connector.read_text("utf-8").replace("if new_mark == mark:", "if not new_mark:"), "utf-8")
    result = run(config, "check", str(copy))
    assert result.exit_code == 1
    assert "reads.an_unchanged_feed_is_none: products is told anew" in result.stdout
    answer = json.loads(run(config, "check", str(copy), "--json").stdout)
    failed = [each for each in answer["checks"] if each["outcome"] == "failed"]
    assert answer["failed"] == len(failed) >= 1
    assert all(each["text"] and each["detail"] for each in failed)
    assert answer["folder"] == str(copy)


def test_one_that_can_not_be_loaded(config: Path) -> None:
    result = run(config, "check", "torn")
    assert result.exit_code == 1
    assert "manifest.can_be_loaded" in result.stdout


def test_one_that_is_not_there(config: Path) -> None:
    result = run(config, "check", "nowhere")
    assert result.exit_code == 1
    assert "There is no connector nowhere" in result.stderr
    assert "trendyol" in result.stderr

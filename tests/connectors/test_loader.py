"""Connectors come in by one door: the shipped ones, the user's folder, installed packages. A broken one stops nothing."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnisync.connect.loader import Manifest, OptionType, Role, discover, load, plugin_in
from omnisync.errors import PluginBroken

SHIPPED = {"files", "trendyol", "woocommerce"}

MANIFEST = """
name = "{name}"
title = "A platform"
role = "store"
summary = "Stock and prices."
api = 1

[options.token]
type = "secret"
help = "The token from the panel"
required = true

[options.way]
type = "choice"
help = "Which of the two ways"
default = "one"
choices = ["one", "two"]
"""


def put(root: Path, name: str, manifest: str | None = None, connector: str = "WHO = 'mine'") -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "manifest.toml").write_text(MANIFEST.format(name=name) if manifest is None else manifest, "utf-8")
    (folder / "connector.py").write_text(connector, "utf-8")
    return folder


def test_the_shipped_connectors_are_whole() -> None:
    found = discover()
    assert set(found) == SHIPPED
    assert not [manifest.broken for manifest in found.values() if manifest.broken]
    for manifest in found.values():
        assert callable(load(manifest).connect)


def test_a_plugin_in_the_users_folder_is_read_without_being_imported(tmp_path: Path) -> None:
    put(tmp_path, "mine", connector="raise RuntimeError('imported')")
    manifest = discover([tmp_path])["mine"]
    assert (manifest.title, manifest.role, manifest.broken) == ("A platform", Role.STORE, "")
    token, way = manifest.options
    assert (token.name, token.type, token.required, token.default) == ("token", OptionType.SECRET, True, None)
    assert (way.required, way.default, way.choices) == (False, "one", ("one", "two"))


def test_a_plugin_in_the_users_folder_is_loaded_with_its_own_modules(tmp_path: Path) -> None:
    folder = put(tmp_path, "mine", connector="from .mapping import WHO\nfrom . import mapping")
    (folder / "mapping.py").write_text("WHO = 'mine'")
    assert load(discover([tmp_path])["mine"]).WHO == "mine"


def test_a_folder_may_be_called_like_a_shipped_one_and_still_is_itself(tmp_path: Path) -> None:
    folder = put(tmp_path, "trendyol", MANIFEST.format(name="trendyol-mine"))
    found = discover([tmp_path])
    assert load(found["trendyol-mine"]).WHO == "mine"
    assert Path(load(found["trendyol"]).__file__ or "").parent == found["trendyol"].folder
    assert load(plugin_in(folder)).WHO == "mine"


def test_looking_at_other_folders_does_not_unload_the_first(tmp_path: Path) -> None:
    put(tmp_path / "a", "first")
    put(tmp_path / "b", "second")
    first = discover([tmp_path / "a"])["first"]
    discover([tmp_path / "b"])
    assert load(first).WHO == "mine"


def test_a_plugin_that_comes_later_is_found(tmp_path: Path) -> None:
    assert set(discover([tmp_path])) == SHIPPED
    put(tmp_path, "later")
    assert load(discover([tmp_path])["later"]).WHO == "mine"


def test_the_second_of_a_name_is_broken_and_the_first_works(tmp_path: Path) -> None:
    put(tmp_path, "trendyol")
    found = discover([tmp_path])
    assert not found["trendyol"].broken
    (second,) = [manifest for manifest in found.values() if manifest.folder.parent == tmp_path.resolve()]
    assert "another connector of that name" in second.broken
    with pytest.raises(PluginBroken, match="another connector of that name"):
        load(second)


def test_the_same_folder_twice_is_one(tmp_path: Path) -> None:
    put(tmp_path, "mine")
    (tmp_path / "link").mkdir()
    assert set(discover([tmp_path, tmp_path / "link" / ".."])) == {*SHIPPED, "mine"}


def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert set(discover([tmp_path / "gone"])) == SHIPPED


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("", "does not say 'api'"),
        ("name = ", "manifest.toml: Invalid value"),
        ("name = 5\ntitle = 'T'\nrole = 'store'\nsummary = 'S'\napi = 1", "name is 5, not a text"),
        ("name = 'n'\ntitle = ''\nrole = 'store'\nsummary = 'S'\napi = 1", "title is '', not a text"),
        ("name = 'n'\ntitle = 'T'\nrole = 'shop'\nsummary = 'S'\napi = 1", "'shop' is not a valid Role"),
        ("name = 'n'\ntitle = 'T'\nrole = 'store'\nsummary = 'S'\napi = 1\noptions = 5", "options is not a table"),
        (
            "name = 'n'\ntitle = 'T'\nrole = 'store'\nsummary = 'S'\napi = 1\n[options]\na = 5",
            "options.a is not a table",
        ),
        (
            "name = 'n'\ntitle = 'T'\nrole = 'store'\nsummary = 'S'\napi = 1\n[options.a]\ntype = 'text'",
            "does not say 'help'",
        ),
        (
            "name = 'n'\ntitle = 'T'\nrole = 'store'\nsummary = 'S'\napi = 1\n[options.a]\ntype = 'colour'\nhelp = 'h'",
            "'colour' is not a valid OptionType",
        ),
    ],
)
def test_a_broken_manifest_is_listed_with_the_reason(manifest: str, reason: str, tmp_path: Path) -> None:
    put(tmp_path, "wrong", manifest)
    put(tmp_path, "right")
    found = discover([tmp_path])
    assert reason in found["wrong"].broken
    assert not found["right"].broken
    with pytest.raises(PluginBroken, match="wrong can't be used"):
        load(found["wrong"])


def test_a_manifest_that_is_no_text_is_broken(tmp_path: Path) -> None:
    folder = put(tmp_path, "wrong")
    (folder / "manifest.toml").write_bytes(b"name = '\xff'")
    assert discover([tmp_path])["wrong"].broken


def test_a_folder_without_a_manifest_is_told_when_it_is_named(tmp_path: Path) -> None:
    assert "can't be read" in plugin_in(tmp_path).broken


def test_another_protocol_is_refused_by_name(tmp_path: Path) -> None:
    put(tmp_path, "old", MANIFEST.format(name="old").replace("api = 1", "api = 99"))
    manifest = discover([tmp_path])["old"]
    assert manifest.broken == "it is written for protocol 99, this is 1"
    assert manifest.title == "A platform", "what can be read is shown"


@pytest.mark.parametrize(
    ("connector", "reason"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def connect(:", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_an_import_that_fails_names_plugin_and_reason(connector: str, reason: str, tmp_path: Path) -> None:
    folder = put(tmp_path, "wrong", connector=connector)
    with pytest.raises(PluginBroken) as caught:
        load(discover([tmp_path])["wrong"])
    assert reason in str(caught.value)
    assert str(folder) in str(caught.value)
    assert callable(load(discover([tmp_path])["files"]).connect)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Packages on the search path, and entry points that name some of them."""
    monkeypatch.syspath_prepend(str(tmp_path))
    put(tmp_path, "shop_of_mine", MANIFEST.format(name="mine"))
    (tmp_path / "shop_of_mine" / "__init__.py").touch()
    (tmp_path / "explodes").mkdir()
    (tmp_path / "explodes" / "__init__.py").write_text("raise RuntimeError('no')")
    names = {"mine": "shop_of_mine", "gone": "no_such_package", "bad": "explodes.connector", "flat": "sys"}
    entries = [importlib.metadata.EntryPoint(name, value, "omnisync.connectors") for name, value in names.items()]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: entries)
    yield tmp_path
    for name in [each for each in sys.modules if each.startswith(("shop_of_mine", "explodes"))]:
        del sys.modules[name]


def test_an_installed_package_comes_in_by_its_entry_point(installed: Path) -> None:
    found = discover()
    assert found["mine"].folder == installed / "shop_of_mine"
    assert load(found["mine"]).WHO == "mine"


def test_a_wrong_entry_point_is_broken_and_stops_nothing(installed: Path) -> None:
    found = discover()
    broken: dict[str, Manifest] = {name: found[name] for name in ("gone", "bad", "flat")}
    assert broken["gone"].broken == "there is no package no_such_package"
    assert broken["bad"].broken == "RuntimeError: no"
    assert broken["flat"].broken == "there is no package sys"
    assert set(found) >= SHIPPED

"""Every shipped connector keeps every promise, and the kit finds each kind of lie."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.connectors import (
    erp_liars,
    liars,
    lies_about_figures,
    lies_about_itself,
    lies_about_orders,
    lies_about_trouble,
)

from omnisync.connect.loader import Manifest, discover, plugin_in
from omnisync.testing.conformance import CheckResult, Outcome, checks_of, run_check, run_checks

SHIPPED = {name: manifest for name, manifest in discover().items() if not manifest.broken}
GROUPS = [
    (name, group)
    for name, manifest in SHIPPED.items()
    for group in dict.fromkeys(check.group for check in checks_of(manifest))
]


async def outcome(manifest: Manifest, name: str) -> CheckResult:
    (check,) = [each for each in checks_of(manifest) if each.name == name]
    return await run_check(manifest, check)


@pytest.mark.parametrize(("name", "group"), GROUPS)
async def test_shipped_connectors_keep_every_promise(name: str, group: str) -> None:
    manifest = SHIPPED[name]
    results = [await run_check(manifest, check) for check in checks_of(manifest) if check.group == group]
    assert [each for each in results if each.outcome is Outcome.FAILED] == []
    assert any(each.outcome is Outcome.PASSED for each in results)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_check_has_a_name_of_its_own_and_says_what_and_why(name: str) -> None:
    checks = checks_of(SHIPPED[name])
    assert len({check.name for check in checks}) == len(checks)
    assert [check.name for check in checks if not check.text.endswith(".") or len(check.text) < 40] == []


def lies() -> Iterator[tuple[type[object], str]]:
    for module in (lies_about_itself, lies_about_figures, lies_about_orders, lies_about_trouble, erp_liars):
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, liars.Honest | erp_liars.Honest):
                yield from ((kind, name) for name in kind.breaks)


@pytest.mark.parametrize(("kind", "name"), [pytest.param(*lie, id=f"{lie[0].__name__}-{lie[1]}") for lie in lies()])
async def test_a_lie_is_found(kind: type[object], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    result = await outcome(liars.lying(kind, monkeypatch), name)
    assert result.outcome is Outcome.FAILED, result
    assert result.detail


MANIFEST = """
name = "mine"
title = "Mine"
role = "store"
summary = "A platform of mine."
api = 1

[options.token]
type = "secret"
help = "The token from the panel"
required = true
"""

WRONG_MANIFESTS = {
    "manifest.is_readable": ('name = "mine"', 'name = "Mine"'),
    "manifest.explains_every_option": ("The token from the panel", "token"),
    "manifest.has_fitting_defaults": ("required = true", 'default = "1234"'),
    "manifest.leaves_the_shops_words_alone": ("[options.token]", "[options.warehouses]"),
    "manifest.comes_with_a_manual": ("[options.token]", "[options.other]"),
}


def plugin(folder: Path, manifest: str = MANIFEST, **files: str) -> Manifest:
    """A plugin of somebody's, outside of the project."""
    mine = folder / "mine"
    mine.mkdir()
    files = {"connector": "def connect(options, context): ...", "sandbox": "def sandbox(**world): ...", **files}
    for name, text in files.items():
        (mine / f"{name}.py").write_text(text)
    (mine / "README.md").write_text("The option token is the token from the panel.")
    (mine / "manifest.toml").write_text(manifest)
    return plugin_in(mine)


@pytest.mark.parametrize("name", WRONG_MANIFESTS)
async def test_a_wrong_manifest_is_found(name: str, tmp_path: Path) -> None:
    manifest = plugin(tmp_path, MANIFEST.replace(*WRONG_MANIFESTS[name]))
    assert (await outcome(manifest, name)).outcome is Outcome.FAILED


async def test_a_right_manifest_passes(tmp_path: Path) -> None:
    manifest = plugin(tmp_path)
    for check in [each for each in checks_of(manifest) if each.group == "manifest"]:
        assert (await run_check(manifest, check)).outcome is Outcome.PASSED, check.name


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("manifest.can_be_loaded", {"connector": "import no_such_module"}),
        ("manifest.can_be_loaded", {"connector": "CONNECT = 1"}),
        ("manifest.has_something_to_be_tried_on", {"sandbox": "SANDBOX = 1"}),
    ],
)
async def test_a_missing_part_is_found(name: str, files: dict[str, str], tmp_path: Path) -> None:
    assert (await outcome(plugin(tmp_path, **files), name)).outcome is Outcome.FAILED


async def test_what_can_not_be_loaded_is_told_once(tmp_path: Path) -> None:
    results = await run_checks(plugin(tmp_path, connector="import no_such_module"))
    failed = [each for each in results if each.outcome is Outcome.FAILED]
    assert [each.name for each in failed] == ["manifest.can_be_loaded"]
    assert "no_such_module" in failed[0].detail
    skipped = [each for each in results if each.name.startswith("orders.")]
    assert {each.outcome for each in skipped} == {Outcome.SKIPPED}


async def test_a_crash_is_told_with_its_place(tmp_path: Path) -> None:
    manifest = plugin(tmp_path, sandbox="def sandbox(**world):\n    return 1 / 0\n")
    result = await outcome(manifest, "orders.an_order_is_found")
    assert result.detail == "ZeroDivisionError: division by zero (sandbox.py, line 2)"


async def test_a_copy_of_a_shipped_plugin_passes_where_it_stands(tmp_path: Path) -> None:
    copy = tmp_path / "trendyol"
    shutil.copytree(SHIPPED["trendyol"].folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
    connector = copy / "connector.py"
    connector.write_text(connector.read_text("utf-8").replace("max_batch=1000", "max_batch=0"), "utf-8")
    result = await outcome(plugin_in(copy), "capabilities.batches_have_a_size")
    assert (result.outcome, result.detail) == (Outcome.FAILED, "max_batch is 0")
    assert (await outcome(SHIPPED["trendyol"], "capabilities.batches_have_a_size")).outcome is Outcome.PASSED


def test_every_check_is_known_to_find_something() -> None:
    proved = {name for _, name in lies()} | set(WRONG_MANIFESTS)
    proved |= {"manifest.can_be_loaded", "manifest.has_something_to_be_tried_on"}
    every = {check.name for manifest in SHIPPED.values() for check in checks_of(manifest)}
    # What the sandbox gives is the sandbox's promise, not the connector's.
    assert every - proved == {"connection.sandbox_can_be_signed_in_to"}
    assert proved <= every

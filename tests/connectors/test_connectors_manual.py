"""docs/connectors.md names everything that the protocol has, and its example works."""

from __future__ import annotations

import dataclasses
import inspect
import re
import tomllib
from pathlib import Path

import pytest

from omnisync import errors
from omnisync.connect.context import Context
from omnisync.connect.erp import ErpConnector
from omnisync.connect.loader import OptionType, discover, read_manifest
from omnisync.connect.sandbox import Sandbox
from omnisync.connect.store import Capabilities, StoreConnector
from omnisync.testing.conformance import CheckResult, checks_of

TEXT = (Path(__file__).parents[2] / "docs" / "connectors.md").read_text("utf-8")


def named(word: str) -> bool:
    return re.search(rf"`[^`\n]*\b{re.escape(word)}\b[^`\n]*`", TEXT) is not None


def methods(protocol: type) -> list[str]:
    return [name for name in vars(protocol) if not name.startswith("_")]


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Capabilities)])
def test_every_capability_is_explained(field: str) -> None:
    assert f"\n| `{field}` | " in TEXT


@pytest.mark.parametrize(
    "error",
    [name for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.ConnectorError)],
)
def test_every_error_is_explained(error: str) -> None:
    assert named(error)


@pytest.mark.parametrize("protocol", [StoreConnector, ErpConnector])
def test_every_method_is_explained(protocol: type) -> None:
    assert [name for name in methods(protocol) if not named(name)] == []


def test_the_context_and_what_a_sandbox_adds_are_explained() -> None:
    verbs = ["routes", "fault", "seed", "figures", "buy", "move", "edit", "sold"]
    assert [verb for verb in verbs if not hasattr(Sandbox, verb) or not named(verb)] == []
    own = [field.name for field in dataclasses.fields(Context)]
    assert [name for name in own if not named(name) and name != "transport"] == []
    assert [field.name for field in dataclasses.fields(CheckResult) if not named(field.name)] == []


def test_the_manifest_in_it_is_one(tmp_path: Path) -> None:
    (example,) = [each for each in re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL) if "api =" in each]
    assert tomllib.loads(example)
    path = tmp_path / "manifest.toml"
    path.write_text(example, "utf-8")
    assert read_manifest(path, "example").broken == ""
    assert [kind for kind in OptionType if kind.value not in example] == []


def test_the_numbers_of_checks_are_about_right() -> None:
    counts = [len(checks_of(discover()[name])) for name in ("trendyol", "files")]
    assert (65 <= counts[0] <= 79, 22 <= counts[1] <= 29) == (True, True), counts

"""Finds connectors and loads them, all by the same door: shipped ones, the user's folder, installed packages.

A plugin is a folder with ``manifest.toml`` (readable without importing anything), ``connector.py``,
``mapping.py``, ``sandbox.py`` (optional) and ``README.md``. Folders are joined into one package
``omnisync_plugins``; a pip-installed package names itself by the entry point group
``omnisync.connectors``. A broken plugin is listed as broken and stops nothing.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import sys
import tomllib
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from omnisync.errors import PluginBroken

API = 1
"""The version of the connector protocol; a plugin states the one it is written for."""

_PACKAGE = "omnisync_plugins"


class Role(StrEnum):
    """What a connector speaks to."""

    STORE = "store"
    ERP = "erp"


class OptionType(StrEnum):
    """What kind of value an option takes."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105
    INTEGER = "integer"
    BOOLEAN = "boolean"
    FOLDER = "folder"
    URL = "url"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Option:
    """One setting of a connector, as its manifest describes it for people and for validation."""

    name: str
    type: OptionType
    help: str
    required: bool = False
    default: str | int | bool | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a plugin says of itself without being imported. ``broken`` is why it can't be used, or ""."""

    name: str
    title: str
    role: Role
    summary: str
    module: str
    folder: Path
    options: tuple[Option, ...] = ()
    broken: str = ""


def shipped_folder() -> Path:
    """Where the shipped plugins are: inside the installed package, or beside src in a checkout."""
    inside = Path(__file__).parent.parent / "plugins"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "plugins"


def discover(folders: Sequence[Path] = ()) -> dict[str, Manifest]:
    """Every plugin by name: shipped, from the given folders, from installed packages."""
    found: dict[str, Manifest] = {}
    roots = [shipped_folder(), *folders]
    _join(roots)
    for root in roots:
        for path in sorted(root.glob("*/manifest.toml")):
            _add(found, read_manifest(path, f"{_PACKAGE}.{path.parent.name}"))
    for entry in importlib.metadata.entry_points(group="omnisync.connectors"):
        spec = importlib.util.find_spec(entry.value)
        if spec and spec.submodule_search_locations:
            _add(found, read_manifest(Path(next(iter(spec.submodule_search_locations))) / "manifest.toml", entry.value))
    return found


def load(manifest: Manifest, part: str = "connector") -> types.ModuleType:
    """Import one module of a plugin. Raises PluginBroken with the reason."""
    if manifest.broken:
        raise PluginBroken(f"The connector {manifest.name} can't be used: {manifest.broken}")
    try:
        return importlib.import_module(f"{manifest.module}.{part}")
    except Exception as error:
        raise PluginBroken(
            f"The connector {manifest.name} in {manifest.folder} can't be loaded: {type(error).__name__}: {error}"
        ) from error


@lru_cache
def read_manifest(path: Path, module: str) -> Manifest:
    """The manifest in that file; what is wrong with it goes into ``broken``."""
    name = path.parent.name
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
        options = tuple(_option(key, value) for key, value in raw.get("options", {}).items())
        broken = "" if raw["api"] == API else f"it is written for protocol {raw['api']}, this is {API}"
        return Manifest(
            raw["name"], raw["title"], Role(raw["role"]), raw["summary"], module, path.parent, options, broken
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Manifest(name, name, Role.STORE, "", module, path.parent, broken=f"manifest.toml: {error!r}")


def _option(name: str, raw: Mapping[str, Any]) -> Option:
    return Option(
        name,
        OptionType(raw["type"]),
        raw["help"],
        raw.get("required", False),
        raw.get("default"),
        tuple(raw.get("choices", ())),
    )


def _add(found: dict[str, Manifest], manifest: Manifest) -> None:
    if manifest.name in found:
        other = found[manifest.name].folder
        manifest = Manifest(
            f"{manifest.name} ({manifest.folder})", manifest.title, manifest.role, manifest.summary, manifest.module,
            manifest.folder, broken=f"another connector of that name was found first, in {other}",
        )  # fmt: skip
    found[manifest.name] = manifest


def _join(roots: Sequence[Path]) -> None:
    package = sys.modules.get(_PACKAGE)
    if package is None:
        package = types.ModuleType(_PACKAGE)
        package.__path__ = []
        sys.modules[_PACKAGE] = package
    package.__path__[:] = [str(root) for root in roots]
    importlib.invalidate_caches()

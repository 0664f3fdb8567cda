"""Finds connectors and loads them, all by the same door: shipped ones, the user's folder, installed packages.

A plugin is a folder with ``manifest.toml`` (readable without importing anything), ``connector.py``,
``mapping.py``, ``sandbox.py`` or ``conformance.py`` (optional) and ``README.md``. The shipped ones are joined
into the package ``omnisync_plugins``; any other folder of plugins becomes a package of its own, so that
a plugin there may be called like a shipped one and still is itself. A pip-installed package names itself by
the entry point group ``omnisync.connectors``. A broken plugin is listed as broken and stops nothing.
"""

from __future__ import annotations

import hashlib
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
    for root in dict.fromkeys(each.resolve() for each in (shipped_folder(), *folders)):
        for path in sorted(root.glob("*/manifest.toml")):
            _add(found, plugin_in(path.parent))
    for entry in importlib.metadata.entry_points(group="omnisync.connectors"):
        _add(found, _installed(entry))
    return found


def plugin_in(folder: Path) -> Manifest:
    """The plugin in that very folder, wherever it stands and whatever others are called."""
    folder = folder.resolve()
    return read_manifest(folder / "manifest.toml", f"{_package(folder.parent)}.{folder.name}")


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
    try:
        return _manifest(tomllib.loads(path.read_text("utf-8")), path.parent, module)
    except KeyError as error:
        reason = f"manifest.toml does not say {error.args[0]!r}"
    except OSError as error:
        reason = f"manifest.toml can't be read: {error.strerror}"
    except (ValueError, TypeError) as error:
        reason = f"manifest.toml: {error}"
    return _broken(path.parent.name, path.parent, module, reason)


def _manifest(raw: Mapping[str, Any], folder: Path, module: str) -> Manifest:
    options = tuple(_option(name, each) for name, each in _table(raw.get("options", {}), "options").items())
    broken = "" if raw["api"] == API else f"it is written for protocol {raw['api']}, this is {API}"
    name, title, summary = (_text(raw, key) for key in ("name", "title", "summary"))
    return Manifest(name, title, Role(raw["role"]), summary, module, folder, options, broken)


def _option(name: str, raw: Any) -> Option:
    raw = _table(raw, f"options.{name}")
    return Option(
        name,
        OptionType(raw["type"]),
        _text(raw, "help"),
        raw.get("required", False),
        raw.get("default"),
        tuple(raw.get("choices", ())),
    )


def _table(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} is not a table")
    return value


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw[key]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key} is {value!r}, not a text")
    return value


def _broken(name: str, folder: Path, module: str, reason: str) -> Manifest:
    return Manifest(name, name, Role.STORE, "", module, folder, broken=reason)


def _installed(entry: importlib.metadata.EntryPoint) -> Manifest:
    """The plugin that an installed package names; looking for it imports the packages above it."""
    try:
        spec = importlib.util.find_spec(entry.value)
        folders = list(spec.submodule_search_locations or ()) if spec else []
    except Exception as error:
        return _broken(entry.name, Path(entry.value), entry.value, f"{type(error).__name__}: {error}")
    if not folders:
        return _broken(entry.name, Path(entry.value), entry.value, f"there is no package {entry.value}")
    return read_manifest(Path(folders[0]) / "manifest.toml", entry.value)


def _add(found: dict[str, Manifest], manifest: Manifest) -> None:
    if manifest.name in found:
        other = found[manifest.name].folder
        manifest = Manifest(
            f"{manifest.name} ({manifest.folder})", manifest.title, manifest.role, manifest.summary, manifest.module,
            manifest.folder, broken=f"another connector of that name was found first, in {other}",
        )  # fmt: skip
    found[manifest.name] = manifest


def _package(root: Path) -> str:
    """The package whose modules are the plugin folders in that root."""
    name = _PACKAGE
    if root != shipped_folder().resolve():
        name += f"_{hashlib.blake2b(str(root).encode(), digest_size=6).hexdigest()}"
    if name not in sys.modules:
        package = types.ModuleType(name)
        package.__path__ = [str(root)]
        sys.modules[name] = package
    # A plugin may have been put there since its folder was last looked at.
    importlib.invalidate_caches()
    return name

"""Gathers the configuration from where it may stand, and remembers where each value stood.

Later ones win: omnisync.toml, the secrets folder, systemd's credentials, OMNISYNC_SECRETS_DIR,
the environment. Nothing is checked here but what concerns the places themselves.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omnisync.folders import beside
from omnisync.settings.problems import Problem, nearest
from omnisync.settings.toml_lines import KeyPath, key_lines
from omnisync.text import _

SECTIONS = ("shop", "erp", "guard", "last_pieces", "keeping", "stores", "screen", "keys")
PREFIX = "OMNISYNC_"

_SECRET_FILE = re.compile(r"(erp|stores)\..+")


def environment_name(key: KeyPath) -> str:
    """The environment variable that sets this key: stores.woo-hu.consumer_key is OMNISYNC_STORES__WOO_HU__CONSUMER_KEY."""
    return PREFIX + "__".join(_shouted(part) for part in key)


@dataclass(slots=True)
class Sources:
    """All values, merged, with the place of each; ``problems`` are those of the places themselves."""

    config: Path
    values: dict[str, Any] = field(default_factory=dict)
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    places: dict[KeyPath, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: bool = False
    """The file is needed and can't be read: what it would say is not known, so nothing of it counts as missing."""

    def where(self, key: KeyPath) -> str:
        """The place of a key, or of the nearest table around it."""
        if key in self.places:
            return self.places[key]
        for length in range(len(key), 0, -1):
            if line := self.lines.get(key[:length]):
                return _("{file}, line {line}").format(file=self.config, line=line)
        return str(self.config)

    def in_file(self, key: KeyPath) -> bool:
        """Whether the value stands in the configuration file itself."""
        return key not in self.places

    def stores(self) -> Mapping[str, Any]:
        """The stores' tables so far."""
        stores = self.values.get("stores", {})
        return stores if isinstance(stores, dict) else {}

    def put(self, key: KeyPath, value: str, place: str) -> None:
        """Set one value that doesn't come from the file."""
        table = self.values
        for part in key[:-1]:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                return  # The file has something else where a table belongs; that is reported once the types are checked.
        table[key[-1]] = value
        self.places[key] = place

    def problem(self, where: str, text: str, key: KeyPath = ()) -> None:
        """Note something that is wrong."""
        self.problems.append(Problem(where, key, text))


def read_sources(config: Path, environment: Mapping[str, str]) -> Sources:
    """Everything that is configured, from every place."""
    sources = Sources(config)
    _read_file(sources, environment)
    for folder, ours in _secret_folders(sources, environment):
        _read_secrets(sources, folder, ours=ours)
    _read_environment(sources, environment)
    return sources


def _read_file(sources: Sources, environment: Mapping[str, str]) -> None:
    sources.unread = True
    try:
        text = sources.config.read_text("utf-8")
        sources.values = tomllib.loads(text)
    except FileNotFoundError:
        # A container may be configured by its environment alone.
        if environment_name(("erp", "connector")) not in environment:
            sources.problem(str(sources.config), _("there is no such file. `omnisync init` writes one."))
        else:
            sources.unread = False
        return
    except OSError as error:
        sources.problem(str(sources.config), _("it can't be read: {reason}").format(reason=error.strerror))
        return
    except UnicodeDecodeError:
        sources.problem(str(sources.config), _("it is not a UTF-8 text; save it with that encoding"))
        return
    except tomllib.TOMLDecodeError as error:
        sources.problem(str(sources.config), _("it is not valid TOML: {reason}").format(reason=error))
        return
    sources.lines, sources.unread = key_lines(text), False


def _secret_folders(sources: Sources, environment: Mapping[str, str]) -> Iterator[tuple[Path, bool]]:
    """The folders with secrets, and whether their permissions are the owner's business."""
    shop = sources.values.get("shop")
    configured = shop.get("secrets_folder") if isinstance(shop, dict) else None
    if folder := environment.get(environment_name(("shop", "secrets_folder"))) or configured:
        yield beside(sources.config, str(folder)), True
    if folder := environment.get("CREDENTIALS_DIRECTORY"):
        # systemd makes these for one service and guards them itself.
        yield Path(folder), False
    if folder := environment.get("OMNISYNC_SECRETS_DIR"):
        yield Path(folder).expanduser(), True


def own_folders(sources: Sources, environment: Mapping[str, str]) -> Iterator[Path]:
    """The folders with secrets that the owner keeps, and OmniSync may write into."""
    return (folder for folder, ours in _secret_folders(sources, environment) if ours)


def _read_secrets(sources: Sources, folder: Path, *, ours: bool) -> None:
    try:
        paths = sorted(path for path in folder.iterdir() if _SECRET_FILE.fullmatch(path.name) and path.is_file())
    except OSError as error:
        sources.problem(str(folder), _("this secrets folder can't be read: {reason}").format(reason=error.strerror))
        return
    for path in paths:
        _read_secret(sources, path, ours=ours)


def _read_secret(sources: Sources, path: Path, *, ours: bool) -> None:
    key = tuple(path.name.split("."))
    if len(key) != (3 if key[0] == "stores" else 2):
        sources.problem(str(path), _("a secret's file is called like stores.trendyol.api_key or erp.password"))
    elif key[0] == "stores" and key[1] not in sources.stores():
        sources.problem(str(path), _no_such_store(key[1], sources))
    elif ours and open_to_others(path) and open_to_others(path.parent):
        sources.problem(
            str(path), _("others on this machine can read this secret. Run: chmod 600 {path}").format(path=path)
        )
    else:
        try:
            sources.put(key, path.read_text("utf-8").strip(), str(path))
        except (OSError, UnicodeDecodeError):
            sources.problem(str(path), _("this secret can't be read as a text"))


def _read_environment(sources: Sources, environment: Mapping[str, str]) -> None:
    ours = {name: value for name, value in environment.items() if name.startswith(PREFIX) and value}
    parts = {name: name.removeprefix(PREFIX).split("__") for name in ours}
    named = {_shouted(name): name for name in sources.stores()}
    for first, *rest in parts.values():
        # Whoever names a store's connector means to have that store, in the file or not.
        if first == "STORES" and len(rest) == 2 and rest[1] == "CONNECTOR":
            named.setdefault(rest[0], rest[0].lower())
    for name, each in parts.items():
        place = _("the environment variable {name}").format(name=name)
        section = each[0].lower()
        if len(each) == 1:
            if any(section.startswith(f"{known}_") for known in SECTIONS):
                sources.problem(place, _("two underscores stand between the parts, e.g. OMNISYNC_SHOP__NAME"))
        elif section not in SECTIONS:
            sources.problem(place, _("there is no such setting.") + nearest(section, SECTIONS))
        elif len(each) != (3 if section == "stores" else 2):
            sources.problem(place, _("it must look like OMNISYNC_SHOP__NAME or OMNISYNC_STORES__TRENDYOL__API_KEY"))
        elif section == "stores" and each[1] not in named:
            sources.problem(place, _no_such_store(each[1].lower(), sources))
        else:
            middle = (named[each[1]],) if section == "stores" else ()
            sources.put((section, *middle, each[-1].lower()), ours[name], place)


def _no_such_store(name: str, sources: Sources) -> str:
    return _("there is no store called {name}.").format(name=name) + nearest(name, sources.stores())


def open_to_others(path: Path) -> bool:
    """Whether anybody but the owner may look into the file or folder; nobody can while it isn't there."""
    return os.name == "posix" and path.exists() and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _shouted(part: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", part.upper())

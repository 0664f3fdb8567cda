"""Where OmniSync keeps its things, found without checking the whole configuration.

The first screen and plain commands need the data folder and the language at once; the checked
configuration (`omnisync.settings`, which imports pydantic) is read after that.
"""

from __future__ import annotations

import os
import tomllib
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONFIG_NAME = "omnisync.toml"

DATABASE, SOCKET, LOCK, LOG = "omnisync.db", "omnisync.sock", "omnisync.lock", "omnisync.log"
"""What the data folder holds."""

SYSTEM_CONFIG = Path("/etc/omnisync") / CONFIG_NAME
"""Read when the person who runs OmniSync has no configuration of their own, e.g. as a system service."""

LANGUAGES = ("en", "tr", "hu", "ro", "sl")
"""The languages that screens and messages come in; the first one stands in for any other."""

DEFAULT_TIMEZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Glance:
    """What the first screen needs of the configuration; whatever is wrong in it counts as not given."""

    language: str
    timezone: str
    data_folder: Path
    shop: str = ""
    theme: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)


def config_path(given: Path | None = None, environment: Mapping[str, str] = os.environ) -> Path:
    """The configuration to use: the one given, else OMNISYNC_CONFIG, else the user's, else the system's.

    When neither of the last two exists, it is the user's: where `omnisync init` will write it.
    """
    if given is not None:
        return given.expanduser()
    if named := environment.get("OMNISYNC_CONFIG"):
        return Path(named).expanduser()
    own = _user_config()
    return SYSTEM_CONFIG if SYSTEM_CONFIG.exists() and not own.exists() else own


def default_data_folder() -> Path:
    """Where the database and the logs are kept unless the configuration says otherwise."""
    import platformdirs

    return platformdirs.user_data_path("omnisync", appauthor=False)


def beside(config: Path, folder: str) -> Path:
    """A folder as the configuration names it: ``~`` is the home folder, a relative one stands beside the file."""
    return config.absolute().parent / Path(folder).expanduser()


def glance(config: Path, environment: Mapping[str, str] = os.environ) -> Glance:
    """The language, time zone and data folder, in milliseconds and without an error."""
    tables = _tables(config)
    shop, keys = tables("shop"), tables("keys")

    def value(key: str) -> str:
        return environment.get(f"OMNISYNC_SHOP__{key.upper()}") or str(shop.get(key, ""))

    language, timezone, folder = value("language"), value("timezone"), value("data_folder")
    return Glance(
        language if language in LANGUAGES else LANGUAGES[0],
        timezone if is_timezone(timezone) else DEFAULT_TIMEZONE,
        beside(config, folder) if folder else default_data_folder(),
        str(shop.get("name", "")),
        str(tables("screen").get("theme", "")),
        {name: key for name, key in keys.items() if isinstance(key, str) and key},
    )


def plugins_folder(config: Path, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The folder with connectors of the owner's own, None when there is none; without checking anything else."""
    folder = environment.get("OMNISYNC_SHOP__PLUGINS_FOLDER") or _tables(config)("shop").get("plugins_folder")
    return beside(config, str(folder)) if folder else None


def is_timezone(name: str) -> bool:
    """Whether this system knows the time zone."""
    try:
        return bool(zoneinfo.ZoneInfo(name).key)
    except (KeyError, OSError, ValueError):
        return False


def _user_config() -> Path:
    import platformdirs

    return platformdirs.user_config_path("omnisync", appauthor=False) / CONFIG_NAME


def _tables(config: Path) -> Callable[[str], Mapping[str, Any]]:
    try:
        whole = tomllib.loads(config.read_text("utf-8"))
    except (OSError, ValueError):
        whole = {}

    def table(name: str) -> Mapping[str, Any]:
        found = whole.get(name)
        return found if isinstance(found, dict) else {}

    return table

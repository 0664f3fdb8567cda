"""Reads the configuration as a whole: gathers it, checks it, and lists everything that is wrong at once."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from omnisync.connect.loader import Manifest, OptionType, Role, discover
from omnisync.folders import beside, config_path
from omnisync.settings.options import default_value, option_value
from omnisync.settings.problems import Problem, configuration_error, expected, nearest, unknown_key
from omnisync.settings.shape import (
    ErpSettings,
    GuardSettings,
    KeepingSettings,
    LastPieceSettings,
    OptionValue,
    ScreenSettings,
    Settings,
    ShopSettings,
    StoreSettings,
    store_name,
)
from omnisync.settings.sources import SECTIONS, Sources, environment_name, open_to_others, read_sources
from omnisync.settings.toml_lines import KeyPath, key_lines
from omnisync.text import _

_ROLE_TITLES = {Role.ERP: "ERP", Role.STORE: "store"}


def load_settings(path: Path | None = None, *, environment: Mapping[str, str] = os.environ) -> Settings:
    """The checked configuration. Raises ConfigurationError that names every problem with its place."""
    config = config_path(path, environment)
    sources = read_sources(config, environment)
    if sources.unread:
        raise configuration_error(sources.problems)
    settings, problems = _Check(sources).run()
    if settings is None or problems:
        raise configuration_error(problems)
    return settings


def check_text(text: str, config: Path) -> Settings:
    """The settings that a file of that text would give, if it stood there. Raises ConfigurationError."""
    settings, problems = _Check(Sources(config, tomllib.loads(text), key_lines(text))).run()
    if settings is None or problems:
        raise configuration_error(problems)
    return settings


class _Check:
    """One pass over the gathered values."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._problems = list(sources.problems)
        self._manifests = discover(_plugin_folders(sources))

    def run(self) -> tuple[Settings | None, list[Problem]]:
        values = self._prepared()
        self._check_store_names()
        self._check_open_file()
        try:
            return Settings(**values, config=self._sources.config), self._problems
        except ValidationError as error:
            for each in error.errors(include_url=False, include_input=False):
                self._add_typed(each)
        return None, self._problems

    def _prepared(self) -> dict[str, Any]:
        """The values as the models want them; what the models don't know is reported and left out."""
        values = self._only(self._sources.values, (), SECTIONS)
        for section, model in (
            ("shop", ShopSettings),
            ("guard", GuardSettings),
            ("last_pieces", LastPieceSettings),
            ("keeping", KeepingSettings),
            ("screen", ScreenSettings),
        ):
            if isinstance(table := values.get(section), dict):
                values[section] = self._only(table, (section,), model.model_fields)
        self._resolve_folders(values.get("shop"), "data_folder", "secrets_folder", "plugins_folder")
        self._resolve_folders(values.get("keeping"), "backups_folder")
        if isinstance(table := values.get("erp"), dict):
            values["erp"] = self._connection(table, ("erp",), ErpSettings, Role.ERP)
        if isinstance(stores := values.get("stores"), dict):
            values["stores"] = {name: self._store(name, table, values) for name, table in stores.items()}
        return values

    def _only(self, table: Mapping[str, Any], key: KeyPath, known: Iterable[str]) -> dict[str, Any]:
        for name in table:
            if name not in known:
                self._add((*key, name), unknown_key(name, known))
        return {name: value for name, value in table.items() if name in known}

    def _resolve_folders(self, table: object, *names: str) -> None:
        if isinstance(table, dict):
            for name in names:
                folder = table.get(name)
                if folder == "":
                    del table[name]
                elif isinstance(folder, str):
                    table[name] = beside(self._sources.config, folder)

    def _store(self, name: str, table: object, values: Mapping[str, Any]) -> object:
        if not isinstance(table, dict):
            return table
        shop = values.get("shop")
        shops = shop.get("currency") if isinstance(shop, dict) else None
        given = self._connection(table, ("stores", name), StoreSettings, Role.STORE)
        currency = given.get("currency") or shops or ShopSettings.model_fields["currency"].default
        return {**given, "currency": currency, "name": name}

    def _connection(self, table: Mapping[str, Any], key: KeyPath, model: type[BaseModel], role: Role) -> dict[str, Any]:
        """The table with the connector's own options gathered into ``options``."""
        fields = [name for name in model.model_fields if name not in ("options", "name")]
        own = {name: value for name, value in table.items() if name in fields}
        manifest = self._manifest(table.get("connector"), key, role)
        if manifest is None:
            return own
        known = {option.name for option in manifest.options}
        for name in table:
            if name not in fields and name not in known:
                self._add((*key, name), unknown_key(name, [*fields, *known]))
        return {**own, "options": self._options(table, key, manifest)}

    def _manifest(self, connector: object, key: KeyPath, role: Role) -> Manifest | None:
        """The connector's manifest, or None with the reason noted; a missing name is noted by the model."""
        if not isinstance(connector, str):
            return None
        usable = sorted(name for name, each in self._manifests.items() if each.role is role)
        manifest = self._manifests.get(connector)
        if manifest is None or (manifest.role is not role and not manifest.broken):
            text = _("there is no {role} connector called {name}; there are: {known}.").format(
                role=_ROLE_TITLES[role], name=connector, known=", ".join(usable)
            )
            self._add((*key, "connector"), text + nearest(connector, usable))
            return None
        if manifest.broken:
            text = _("the connector {name} can't be used: {reason}").format(name=connector, reason=manifest.broken)
            self._add((*key, "connector"), text)
            return None
        return manifest

    def _options(self, table: Mapping[str, Any], key: KeyPath, manifest: Manifest) -> dict[str, OptionValue]:
        options: dict[str, OptionValue] = {}
        for option in manifest.options:
            place = (*key, option.name)
            if option.name in table:
                try:
                    options[option.name] = option_value(option, table[option.name], self._sources.config)
                except ValueError as error:
                    self._add(place, f"{error} ({option.help.rstrip('.')})")
            elif (default := default_value(option)) is not None:
                options[option.name] = default
            elif option.required:
                text = _("it is missing ({help}). It may also come from the environment as {name}.")
                self._add(place, text.format(help=option.help.rstrip("."), name=environment_name(place)))
        return options

    def _check_store_names(self) -> None:
        seen: dict[str, str] = {}
        for name in self._sources.stores():
            try:
                store_name(name)
            except ValueError as error:
                self._add(("stores", name), str(error))
            other = seen.setdefault(environment_name((name,)), name)
            if other != name:
                self._add(("stores", name), _("it is too like the store {other}; choose another").format(other=other))

    def _check_open_file(self) -> None:
        """Secrets may stand in the file only when nobody else can read it."""
        config = self._sources.config
        if any(self._sources.in_file(key) for key in self._secret_keys()) and open_to_others(config):
            text = _("it holds secrets, and others on this machine can read it. Run: chmod 600 {path}")
            self._problems.append(Problem(str(config), (), text.format(path=config)))

    def _secret_keys(self) -> Iterable[KeyPath]:
        tables: dict[KeyPath, Any] = {("erp",): self._sources.values.get("erp")}
        tables |= {("stores", name): table for name, table in self._sources.stores().items()}
        for key, table in tables.items():
            if isinstance(table, dict) and (manifest := self._manifests.get(str(table.get("connector")))):
                for option in manifest.options:
                    if option.type is OptionType.SECRET and option.name in table:
                        yield (*key, option.name)

    def _add(self, key: KeyPath, text: str) -> None:
        self._problems.append(Problem(self._sources.where(key), key, text))

    def _add_typed(self, error: Any) -> None:
        """One of pydantic's errors, in our words."""
        key = tuple(part for part in error["loc"] if isinstance(part, str))
        if error["type"] == "missing" and len(key) == 1:
            self._problems.append(
                Problem(self._sources.where(key), (), _("the table [{name}] is missing").format(name=key[0]))
            )
            return
        context = error.get("ctx") or {}
        self._add((*key, *context.get("key", ())), expected(error))


def _plugin_folders(sources: Sources) -> list[Path]:
    shop = sources.values.get("shop")
    folder = shop.get("plugins_folder") if isinstance(shop, dict) else None
    return [beside(sources.config, folder)] if isinstance(folder, str) else []

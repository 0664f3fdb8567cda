"""One store's keys in the configuration: other ones are tried, written where the old ones stand, and used at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack

from omnisync.connect.check import Finding, Grade, tested
from omnisync.connect.loader import Manifest, OptionType
from omnisync.connect.store import StoreConnector
from omnisync.errors import CommandRefused
from omnisync.model.secrecy import Secrets
from omnisync.ports import Blocking
from omnisync.settings import Settings
from omnisync.settings.keep import keep_secrets
from omnisync.settings.options import option_value
from omnisync.settings.shape import StoreSettings
from omnisync.settings.toml_lines import KeyPath
from omnisync.text import _

Connect = Callable[[StoreSettings], StoreConnector]


class ConfiguredKeys:
    """The keys of the store of that name; ``hidden`` is what logs leave out, and learns the new ones first."""

    def __init__(
        self, settings: Settings, name: str, manifest: Manifest, connect: Connect, hidden: Secrets,
        stack: AsyncExitStack, blocking: Blocking,
    ) -> None:  # fmt: skip
        self._settings, self._name, self._manifest = settings, name, manifest
        self._store = settings.stores[name]
        self._connect, self._hidden, self._stack, self._blocking = connect, hidden, stack, blocking

    def asked(self) -> Sequence[tuple[str, str]]:
        """The secrets that are set now, and those that must be."""
        given = self._store.options
        return [
            (option.name, option.help)
            for option in self._manifest.options
            if option.type is OptionType.SECRET and (option.required or option.name in given)
        ]

    async def renew(self, secrets: Mapping[str, str]) -> tuple[Sequence[Finding], StoreConnector | None]:
        """Try these; those that are not given stay as they are. Raises CommandRefused."""
        store = self._with(secrets)
        self._hidden.add(secrets.values())
        findings = [each.without(self._hidden) for each in await tested(lambda: self._connect(store))]
        if any(each.grade is Grade.PROBLEM for each in findings):
            return findings, None
        keys: dict[KeyPath, str] = {("stores", self._name, name): value.strip() for name, value in secrets.items()}
        await self._blocking(lambda: keep_secrets(self._settings.config, os.environ, keys))
        self._store = store
        connector = self._connect(store)
        self._stack.push_async_callback(connector.close)
        return findings, connector

    def _with(self, secrets: Mapping[str, str]) -> StoreSettings:
        """The store's settings with other secrets."""
        known = {option.name: option for option in self._manifest.options if option.type is OptionType.SECRET}
        options = dict(self._store.options)
        for name, value in secrets.items():
            if name not in known:
                raise CommandRefused(_("{store} has no secret called {name}.").format(store=self._name, name=name))
            try:
                options[name] = option_value(known[name], value, self._settings.config)
            except ValueError as error:
                raise CommandRefused(f"{known[name].help}: {error}") from None
        return self._store.model_copy(update={"options": options})

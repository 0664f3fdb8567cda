"""Puts the parts together: from the checked configuration to an engine that can be run."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from omnisync.connect.context import Context
from omnisync.connect.erp import ErpConnector
from omnisync.connect.http import Transport
from omnisync.connect.loader import discover, load
from omnisync.connect.store import Capabilities, ReadBack, StoreConnector
from omnisync.daemon.housekeeping import Keeping
from omnisync.log.kept_backups import FOLDER
from omnisync.log.writer import Log
from omnisync.model.last_piece import LastPieceRules
from omnisync.model.money import Money
from omnisync.model.rules import ErpRules, GuardRules, ReleaseBy, StoreRules
from omnisync.model.secrecy import Secrets
from omnisync.ports import Blocking, Clock, Ids, SystemClock, in_thread
from omnisync.settings import Settings
from omnisync.settings.shape import Connection, StoreSettings
from omnisync.shop_keys import ConfiguredKeys
from omnisync.sync.engine import Engine, ErpPlan, StorePlan, Ticker
from omnisync.sync.erp import ErpSync
from omnisync.sync.store import StoreSync

ERP = "erp"
"""The name under which the ERP stands beside the stores in health, quarantine and holds."""

_WATCH_EVERY = 0.2
"""Seconds between two looks at the ERP's files: a few stat calls."""


class Shop:
    """One shop as configured: makes its connectors and its engine with the outside world handed in."""

    def __init__(
        self, settings: Settings, *, clock: Clock | None = None, rng: random.Random | None = None,
        blocking: Blocking = in_thread, transport: Transport | None = None, watch_every: float = _WATCH_EVERY,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.clock = clock or SystemClock()
        self.rng = rng or random.SystemRandom()
        self._blocking = blocking
        self._transport = transport
        self._watch_every = watch_every
        plugins = settings.shop.plugins_folder
        self._manifests = discover([plugins] if plugins else [])
        self.hidden = Secrets(self.secrets())
        """Every secret of the configuration, to be kept out of logs; new keys are added to it as they come."""

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.settings.shop.data_folder

    @property
    def keeping(self) -> Keeping:
        """What the daemon keeps: backups, and events as they are."""
        wish, shop = self.settings.keeping, self.settings.shop
        folder = wish.backups_folder or shop.data_folder / FOLDER
        return Keeping(folder, wish.daily_backups, wish.monthly_backups, wish.unpacked_days, shop.language)

    def secrets(self) -> Sequence[str]:
        """Every secret of the configuration."""
        connections: list[Connection] = [self.settings.erp, *self.settings.stores.values()]
        return [secret for each in connections for secret in _secrets(each)]

    def erp(self) -> ErpConnector:
        """A new connection to the ERP. Raises PluginBroken."""
        connector: ErpConnector = self._connect(ERP, self.settings.erp, self.settings.shop.currency)
        return connector

    def store(self, name: str) -> StoreConnector:
        """A new connection to a store. Raises PluginBroken."""
        return self._store(name, self.settings.stores[name])

    def _store(self, name: str, store: StoreSettings) -> StoreConnector:
        connector: StoreConnector = self._connect(name, store, store.currency)
        return connector

    def _connect(self, name: str, connection: Connection, currency: str) -> Any:
        module = load(self._manifests[connection.connector])
        secrets = Secrets(_secrets(connection))
        context = Context(name, currency, self.clock, self.rng, self._blocking, self._transport, secrets)
        return module.connect(connection.for_connector(), context)

    async def engine(self, log: Log, ticker: Ticker, stack: AsyncExitStack) -> Engine:
        """The engine with every connector; they are closed with the stack."""
        settings = self.settings
        release = ReleaseBy(settings.erp.release)
        guard = GuardRules(**settings.guard.model_dump())
        erp_rules = ErpRules(ERP, release, settings.erp.export_orders, guard)
        erp = self.erp()
        stack.push_async_callback(erp.close)
        erp_plan = ErpPlan(
            ErpSync(erp, erp_rules, log, self.clock, self.rng), settings.erp.balances_every,
            settings.erp.catalogue_every, settings.erp.orders_every, self._watch_every,
        )  # fmt: skip
        stores: dict[str, StorePlan] = {}
        for name, store in settings.stores.items():
            if not store.active:
                continue
            connector = self.store(name)
            stack.push_async_callback(connector.close)
            sync = StoreSync(
                name, connector, log, self.clock, self.rng, shipped_releases=release is ReleaseBy.STORE_SHIPPED
            )
            rules = store_rules(settings, name, connector)
            keys = ConfiguredKeys(
                settings, name, self._manifests[store.connector], partial(self._store, name), self.hidden, stack,
                self._blocking,
            )  # fmt: skip
            stores[name] = StorePlan(sync, rules, store.orders_every, store.audit_every, keys)
        return Engine(log, self.clock, self.rng, Ids(self.rng), ticker, erp_plan, stores, self.hidden)


def _secrets(connection: Connection) -> Sequence[str]:
    return [value.get_secret_value() for value in connection.options.values() if isinstance(value, SecretStr)]


_TAKES_IN_AT_ONCE, _TAKES_IN_LATER = 10, 90
"""Seconds until a store shows what was sent to it: by an answer, or by a batch (facts/store.md section 4: up to 90 s)."""


def store_rules(settings: Settings, name: str, connector: StoreConnector) -> StoreRules:
    """A store's rules for the log: the owner's wishes and what the platform can do."""
    store = settings.stores[name]
    can = connector.capabilities
    return StoreRules(
        platform=store.connector,
        currency=store.currency,
        warehouses=store.warehouses,
        orders_from=store.orders_from,
        price_list=store.price_list,
        floor_list=store.floor_list,
        floors=tuple((name, Money.of(amount, store.currency).minor) for name, amount in store.floors.items()),
        markup=store.markup,
        rounding=store.rounding,
        buffer=store.buffer,
        cap=store.cap,
        daily_cap=store.daily_cap,
        push_stock=store.push_stock,
        push_price=store.push_price,
        order_series=store.order_series,
        exempt_categories=store.exempt_categories,
        exempt_figure=store.exempt_figure,
        step=can.quantity_step,
        max_quantity=can.max_quantity,
        checks_by_reading=can.read_back is ReadBack.READ,
        guard=GuardRules(**settings.guard.model_dump()),
        last_piece=_last_piece_rules(settings, name, can),
        stock_owner=store.stock_owner,
        price_owner=store.price_owner,
        audit_every=round(store.audit_every),
    )


def _last_piece_rules(settings: Settings, name: str, can: Capabilities) -> LastPieceRules:
    wish = settings.last_pieces
    rank = wish.prefer.index(name) if name in wish.prefer else len(wish.prefer)
    shows_after = _TAKES_IN_LATER if can.receipt else _TAKES_IN_AT_ONCE
    return LastPieceRules(
        wish.under, rank, wish.follow_sales, math.ceil(settings.stores[name].orders_every), shows_after
    )

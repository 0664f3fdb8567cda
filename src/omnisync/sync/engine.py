"""The engine: every worker of the shop, what wakes it, and how it stops.

A worker waits for its signal (a tick of the schedule, a commit that concerns it, a person) or for
the time at which a trouble may be tried again, and then does what is due. All of them live in one task group.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from omnisync.connect.check import Grade
from omnisync.errors import DatabaseError
from omnisync.log.apply.stores import rules_text
from omnisync.log.health import HealthRow, load_health, save_health
from omnisync.log.selling import slowed
from omnisync.log.writer import Change, Log
from omnisync.model.events import Acted, ActKind, SalesSlowed, StoreClosed, StoreRulesSet
from omnisync.model.rules import StoreRules
from omnisync.model.secrecy import Secrets
from omnisync.ports import Clock, Ids
from omnisync.sync import matters
from omnisync.sync.erp import ErpSync
from omnisync.sync.health import Health, Line
from omnisync.sync.keys import StoreKeys
from omnisync.sync.push import Pusher
from omnisync.sync.signal import Signal
from omnisync.sync.store import StoreSync
from omnisync.told import structlog

_SAVE_HEALTH = 60.0
_LOOK_AT_SALES = 3600.0
_AFTER_TROUBLE, _AFTER_DATABASE = 30.0, 5.0
"""Seconds after something unforeseen, and after the database could not be written, before a worker tries again."""

_TEST_AGAIN = 5 * 60_000
"""Milliseconds after which a connection is tested again that has trouble which a person is to end."""


class Ticker(Protocol):
    """Calls something again and again; the daemon's is APScheduler, a simulation's runs on its clock."""

    def every(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        """Call it every so many seconds, give or take a tenth."""


@dataclass(frozen=True, slots=True)
class StorePlan:
    """One store as the engine runs it: its rules, and how often (seconds) what is asked."""

    sync: StoreSync
    rules: StoreRules
    orders_every: float
    audit_every: float
    keys: StoreKeys | None = None
    """Where other keys for the store are tried and kept; None where the shop can't."""


@dataclass(frozen=True, slots=True)
class ErpPlan:
    """The ERP as the engine runs it; ``watch_every``: how often (seconds) a sign of change is looked for."""

    sync: ErpSync
    balances_every: float
    catalogue_every: float
    orders_every: float
    watch_every: float


class Engine:
    """Runs one shop until it is cancelled."""

    def __init__(
        self, log: Log, clock: Clock, rng: random.Random, ids: Ids, ticker: Ticker,
        erp: ErpPlan | None, stores: dict[str, StorePlan], hidden: Secrets | None = None,
    ) -> None:  # fmt: skip
        """``hidden``: what no finding may repeat."""
        self.log = log
        self.hidden = hidden or Secrets()
        self.clock = clock
        self.rng = rng
        self.erp = erp
        self.stores = stores
        self.surprises = 0
        """How often a worker failed in an unforeseen way; each stands in the log with its traceback."""
        self._ids = ids
        self._ticker = ticker
        self._told = structlog.get_logger()
        self.database_trouble = ""
        """What the database last said when it could not be written, "" while it can."""
        self._unread = {name: asyncio.Event() for name in [*stores, *(["erp"] if erp else [])]}
        """Who was not asked yet since the start, and what is set once they are; until it is empty nothing is sent that
        raises a figure (P3)."""

    async def run(self) -> None:
        """Start every worker and wait for ever; cancel to stop."""
        await self.log.transact(self._declare)
        await self._remember_health()
        self.log.on_commit = self._woken
        try:
            async with asyncio.TaskGroup() as group:
                for worker in self._workers():
                    group.create_task(worker)
                self._schedule()
        finally:
            # A full disk must not turn an orderly stop into a failure; what is lost is a minute of counts.
            with suppress(DatabaseError):
                await self._save_health()

    def _declare(self, change: Change) -> None:
        """Put the configured rules into the log where they are new."""
        known = change.state.rules()
        for name, plan in self.stores.items():
            stored = change.state.stores.get(name)
            self._declare_rules(change, name, plan.rules, known.get(name), stored.instead_of if stored else "")
            stored = change.state.stores.get(name)
            plan.sync.pause(on=stored is not None and bool(stored.paused))
            plan.sync.health.plan_only = stored is None or not stored.live
        for name in sorted(known.keys() - self.stores.keys()):
            change.append(StoreClosed(name))
            matters.gone(change, name)

    def _declare_rules(
        self, change: Change, name: str, rules: StoreRules, known: StoreRules | None, undone: str
    ) -> None:
        """Rules that a person took back stay so until the configuration says others."""
        if undone == rules_text(rules) or (known == rules and not undone):
            return
        seq = change.append(StoreRulesSet(name, rules, was=known))
        if known is not None and known != rules:
            change.append(Acted(ActKind.RULES, seq, 1))

    def _woken(self, who: set[str]) -> None:
        # In order, so that a seeded run gives the same in every process.
        for name in sorted(who):
            if not name and self.erp is not None:
                self.erp.sync.wake_export.set()
            elif name in self.stores:
                self.stores[name].sync.wake_push.set()

    def _workers(self) -> list[Coroutine[None, None, object]]:
        workers: list[Coroutine[None, None, object]] = [self._keep_health(), self._look_at_sales()]
        if self.erp is not None:
            workers.append(self._check_worker("erp", self.erp.sync.rules.name, self.erp.sync))
        for name, plan in self.stores.items():
            sync = plan.sync
            line = sync.health.read
            pull = partial(self._first_look, name, sync.pull_orders)
            workers.append(self._worker(f"{name}.orders", sync.wake_orders, line, pull))
            workers.append(self._worker(f"{name}.audit", sync.wake_audit, line, partial(self._audit, sync)))
            workers.append(self._push_worker(name, sync))
            workers.append(self._check_worker(name, name, sync))
        if self.erp is not None:
            erp = self.erp.sync
            pull = partial(self._first_look, "erp", erp.pull)
            workers.append(self._worker("erp.pull", erp.wake_pull, erp.health.read, pull))
            workers.append(self._worker("erp.balances", erp.wake_balances, erp.health.read, erp.pull_balances))
            workers.append(self._worker("erp.export", erp.wake_export, erp.health.write, erp.export))
            workers.append(self._watch(self.erp))
        return workers

    def _schedule(self) -> None:
        for name, plan in self.stores.items():
            self._start(f"{name}.orders", plan.orders_every, plan.sync.wake_orders)
            self._start(f"{name}.audit", plan.audit_every, plan.sync.wake_audit)
            self._ticker.every(f"{name}.check", plan.audit_every, plan.sync.wake_check.set)
            plan.sync.wake_push.set()
        if self.erp is not None:
            self._start("erp.pull", self.erp.catalogue_every, self.erp.sync.wake_pull)
            self._start("erp.balances", self.erp.balances_every, self.erp.sync.wake_balances)
            self._start("erp.export", self.erp.orders_every, self.erp.sync.wake_export)
            self._ticker.every("erp.check", self.erp.catalogue_every, self.erp.sync.wake_check.set)

    def _start(self, name: str, seconds: float, signal: Signal) -> None:
        signal.set()
        self._ticker.every(name, seconds, signal.set)

    async def _worker(self, name: str, signal: Signal, line: Line, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            now = self.clock.now()
            await signal.wait(line.next_try if line.next_try > now else None)
            if self.clock.now() >= line.next_try and not await self._safely(name, work):
                # What woke it is still to be done.
                signal.set()

    async def _audit(self, sync: StoreSync) -> None:
        """Read the store's whole list; how old its figures are is to be seen at once."""
        await sync.pull_catalogue()
        await self._save_health()

    async def _first_look(self, name: str, pull: Callable[[], Awaitable[object]]) -> None:
        """Pull; the first time, successful or not, is what rising figures have waited for."""
        try:
            await pull()
        finally:
            if name in self._unread:
                self._unread.pop(name).set()
                if not self._unread:
                    self._woken(set(self.stores))

    async def _push_worker(self, name: str, sync: StoreSync) -> None:
        pusher = Pusher(sync, self._ids, may_raise=lambda: not self._unread)
        until: int | None = None

        async def step() -> None:
            nonlocal until
            until = None
            until = await pusher.step()

        while True:
            await sync.wake_push.wait(until)
            if not await self._safely(f"{name}.push", step):
                until = self.clock.now()

    async def _safely(self, name: str, work: Callable[[], Awaitable[object]]) -> bool:
        """Nothing stops a worker: not a full disk, not a connector that fails in a way nobody thought of.

        Answers whether the work was done; if not, some time has gone by.
        """
        try:
            await work()
        except DatabaseError as error:
            if str(error) != self.database_trouble:
                self.database_trouble = str(error)
                self._told.error("database", worker=name, reason=str(error))
            await self.clock.sleep(_AFTER_DATABASE)
            return False
        except Exception:
            self.surprises += 1
            self._told.exception("surprise", worker=name)
            await self.clock.sleep(_AFTER_TROUBLE)
            return False
        if self.database_trouble:
            await self._see_whether_it_can_be_written()
        return True

    async def _see_whether_it_can_be_written(self) -> None:
        """Say once that the database is well again; the work before this may not have written anything."""
        with suppress(DatabaseError):
            await self._save_health()
            self.database_trouble = ""
            self._told.info("database.recovered")

    async def _check_worker(self, worker: str, connector: str, sync: StoreSync | ErpSync) -> None:
        """Test a connection after the start, then whenever that is due and it can be asked.

        Its questions count against the same rate limits, so it asks after the first look that others wait for.
        """
        if worker in self._unread:
            await self._unread[worker].wait()
        told: dict[str, Grade] = {}
        while True:
            await self._safely(f"{worker}.check", partial(self._check_up, connector, sync, told))
            # What a person has put right goes from the screen soon.
            waits = Grade.PROBLEM in told.values()
            await sync.wake_check.wait(self.clock.now() + _TEST_AGAIN if waits else None)
            while sync.health.read.next_try > self.clock.now():
                await sync.wake_check.wait(sync.health.read.next_try)

    async def _check_up(self, connector: str, sync: StoreSync | ErpSync, told: dict[str, Grade]) -> None:
        """Say once what is wrong with a connection: a clock that is off, a right that is missing."""
        # What waits for a person is kept in the log for ever (P10).
        findings = [each.without(self.hidden) for each in await sync.connector.check()]
        well = not sync.health.worst.broken
        await self.log.transact(lambda change: matters.tested(change, connector, findings, well=well))
        wrong = [each for each in findings if each.grade is not Grade.OK]
        for finding in wrong:
            if finding.text not in told:
                say = self._told.error if finding.grade is Grade.PROBLEM else self._told.warning
                say("connection", connector=connector, reason=finding.text, advice=finding.advice)
        told.clear()
        told.update((each.text, each.grade) for each in wrong)

    async def _watch(self, erp: ErpPlan) -> None:
        """Look for signs of change in the ERP, so that a change is pushed at once and not at the next tick."""
        while True:
            await self.clock.sleep(erp.watch_every)
            if await erp.sync.changed():
                erp.sync.wake_pull.set()

    async def _look_at_sales(self) -> None:
        """What sold quickly last week and no longer does need not be kept back any more."""
        while True:
            await self.clock.sleep(_LOOK_AT_SALES)
            await self._safely("sales", lambda: self.log.transact(self._ease))

    def _ease(self, change: Change) -> None:
        codes = slowed(change.state, self.clock.now())
        if codes:
            change.append(SalesSlowed(codes))

    async def _keep_health(self) -> None:
        while True:
            await self.clock.sleep(_SAVE_HEALTH)
            await self._safely("health", self._save_health)

    async def _remember_health(self) -> None:
        known = {row.connector: row for row in await self.log.query(load_health)}
        healths = {name: plan.sync.health for name, plan in self.stores.items()}
        if self.erp is not None:
            healths[self.erp.sync.rules.name] = self.erp.sync.health
        for name in known.keys() & healths.keys():
            healths[name].remember(known[name])
            if healths[name].read.next_try > self.clock.now():
                # It can't be asked yet, as after a first look that failed; the others need not wait for it.
                self._unread.pop(name).set()

    async def _save_health(self) -> None:
        rows = [save_row(name, plan.sync.health) for name, plan in self.stores.items()]
        if self.erp is not None:
            rows.append(save_row(self.erp.sync.rules.name, self.erp.sync.health))
        await self.log.query(lambda db: save_health(db, rows))


def save_row(name: str, health: Health) -> HealthRow:
    """A connector's health as it is kept over a restart and shown to people."""
    line = health.worst
    return HealthRow(
        name, health.state, line.reason, line.since, line.failures, line.next_try,
        health.last_orders, health.last_push, health.last_catalogue, health.calls, health.errors,
        "write" if line is health.write else "read",
    )  # fmt: skip

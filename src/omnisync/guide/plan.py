"""What would be sent first: the engine's own reading and reckoning in a database of its own, and never a push."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from omnisync.connect.check import Grade, tested
from omnisync.errors import CommandRefused
from omnisync.folders import DATABASE
from omnisync.log import overview
from omnisync.log.plan import plan
from omnisync.log.progress import items
from omnisync.log.reader import Reader
from omnisync.log.writer import Log
from omnisync.model.events import StoreRulesSet
from omnisync.model.rules import ErpRules, GuardRules, ReleaseBy
from omnisync.shop import ERP, Shop, store_rules
from omnisync.sync.erp import ErpSync
from omnisync.sync.planning import hold_suspicious
from omnisync.sync.store import StoreSync
from omnisync.text import _
from omnisync.tui.guide import StorePlan

_SAMPLE = 4


async def first_plan(shop: Shop) -> Sequence[StorePlan]:
    """Read the ERP and every store of the shop, and count what differs. Raises OmniSyncError."""
    with tempfile.TemporaryDirectory(prefix="omnisync-plan-") as folder:
        database = Path(folder) / DATABASE
        async with AsyncExitStack() as stack:
            log = await Log.open(database, shop.clock)
            stack.push_async_callback(log.close)
            await _read_erp(shop, log, stack)
            troubles = {name: await _read_store(shop, name, log, stack) for name in shop.settings.stores}
        with Reader(database) as reader:
            return [_plan(reader, name, trouble) for name, trouble in troubles.items()]


async def _read_erp(shop: Shop, log: Log, stack: AsyncExitStack) -> None:
    settings = shop.settings
    rules = ErpRules(ERP, ReleaseBy(settings.erp.release), settings.erp.export_orders, GuardRules())
    erp = shop.erp()
    stack.push_async_callback(erp.close)
    sync = ErpSync(erp, rules, log, shop.clock, shop.rng)
    if not await sync.pull():
        raise CommandRefused(sync.health.read.reason or _("The ERP can't be read just now. Try again in a moment."))


async def _read_store(shop: Shop, name: str, log: Log, stack: AsyncExitStack) -> str:
    """Read its listings and open orders; answers what went wrong, "" for nothing."""
    # Tested once more: what it sells and in which currency was not known when its keys were.
    for finding in await tested(lambda: shop.store(name)):
        if finding.grade is Grade.PROBLEM:
            return f"{finding.text} {finding.advice}".strip()
    connector = shop.store(name)
    stack.push_async_callback(connector.close)
    await log.append(StoreRulesSet(name, store_rules(shop.settings, name, connector)))
    released = ReleaseBy(shop.settings.erp.release) is ReleaseBy.STORE_SHIPPED
    sync = StoreSync(name, connector, log, shop.clock, shop.rng, shipped_releases=released)
    if not (await sync.pull_catalogue() and await sync.pull_orders()):
        return sync.health.read.reason or _("it can't be read just now")
    await log.transact(lambda change: hold_suspicious(change, name, change.state.rules()[name]))
    return ""


def _plan(reader: Reader, name: str, trouble: str) -> StorePlan:
    if trouble:
        return StorePlan(name, problem=trouble)
    view = next(each for each in overview.stores(reader) if each.name == name)
    found = items(reader, name)
    return StorePlan(
        store=name,
        matched=view.listings,
        unmatched=view.unmatched,
        held=sum(each.state == "held" for each in found),
        same=sum(each.state == "confirmed" for each in found),
        orders=len(overview.orders(reader, store=name)),
        plan=plan(reader, stores=[name]),
        missing=[" ".join(filter(None, (each.code, each.name))) for each in overview.unmatched(reader, name)[:_SAMPLE]],
    )

"""What `omnisync check` asks the ERP and the stores, all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from omnisync.cli.checkup import Checked
from omnisync.connect.check import Checkable, Finding, Grade, tested
from omnisync.errors import ConnectorError, SourceProblem
from omnisync.model.secrecy import Secrets
from omnisync.settings import Settings
from omnisync.shop import ERP, Shop
from omnisync.sync.matters import Names, unknown_names
from omnisync.text import _


async def connections(settings: Settings, seconds: float) -> list[Checked]:
    """What every connection says of itself, all asked at once, each within the time."""
    shop = Shop(settings)
    secrets = Secrets(shop.secrets())
    makers: dict[str, Callable[[], Checkable]] = {ERP: shop.erp}
    for name, store in settings.stores.items():
        if store.active:
            makers[name] = lambda name=name: shop.store(name)  # type: ignore[misc]
    found = await asyncio.gather(*(tested(make, seconds) for make in makers.values()))
    by_name = dict(zip(makers, found, strict=True))
    if all(finding.grade is not Grade.PROBLEM for finding in by_name[ERP]):
        for name, findings in (await _unknown_names(shop, settings)).items():
            by_name[name] = [*by_name[name], *findings]
    checked = [Checked(name, finding) for name, findings in by_name.items() for finding in findings]
    silent = [name for name, store in settings.stores.items() if not store.active]
    checked += [Checked(name, Finding(Grade.OK, _("is switched off in the configuration"))) for name in silent]
    return [Checked(each.about, each.finding.without(secrets)) for each in checked]


async def _unknown_names(shop: Shop, settings: Settings) -> dict[str, list[Finding]]:
    """Warehouses and price lists which a store's rules name and the ERP does not have, by store."""
    erp = shop.erp()
    try:
        balances, prices = await erp.balances(""), await erp.prices("")
    except (ConnectorError, SourceProblem) as error:
        return {ERP: [Finding(Grade.PROBLEM, str(error))]}
    finally:
        await erp.close()
    warehouses = {(row.warehouse, "") for row in balances.rows} if balances else set()
    lists = {(row.price_list, row.price.currency) for row in prices.rows} if prices else set()
    active = {name: store for name, store in settings.stores.items() if store.active}
    wanted = {
        name: Names(store.warehouses, store.price_list if store.push_price else "", store.floor_list, store.currency)
        for name, store in active.items()
    }
    return {name: [*unknown_names(names, warehouses, lists)] for name, names in wanted.items()}

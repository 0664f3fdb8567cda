"""What `omnisync check` asks the ERP and the stores, all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from omnisync.cli.checkup import Checked
from omnisync.connect.check import Finding, Grade
from omnisync.errors import ConnectorError, OmniSyncError, SourceProblem
from omnisync.model.secrecy import Secrets
from omnisync.settings import Settings, StoreSettings
from omnisync.shop import ERP, Shop
from omnisync.text import _, plural


class _Connector(Protocol):
    async def check(self) -> Sequence[Finding]: ...
    async def close(self) -> None: ...


async def connections(settings: Settings, seconds: float) -> list[Checked]:
    """What every connection says of itself, all asked at once, each within the time."""
    shop = Shop(settings)
    secrets = Secrets(shop.secrets())
    makers: dict[str, Callable[[], _Connector]] = {ERP: shop.erp}
    for name, store in settings.stores.items():
        if store.active:
            makers[name] = lambda name=name: shop.store(name)  # type: ignore[misc]
    found = await asyncio.gather(*(_ask(make, seconds) for make in makers.values()))
    by_name = dict(zip(makers, found, strict=True))
    if all(finding.grade is not Grade.PROBLEM for finding in by_name[ERP]):
        for name, findings in (await _unknown_names(shop, settings)).items():
            by_name[name] = [*by_name[name], *findings]
    checked = [Checked(name, finding) for name, findings in by_name.items() for finding in findings]
    silent = [name for name, store in settings.stores.items() if not store.active]
    checked += [Checked(name, Finding(Grade.OK, _("is switched off in the configuration"))) for name in silent]
    return [Checked(each.about, _blotted(each.finding, secrets)) for each in checked]


def _blotted(finding: Finding, secrets: Secrets) -> Finding:
    """Without secrets, in case a platform repeats one in its words (P10)."""
    return Finding(finding.grade, secrets.blot(finding.text), secrets.blot(finding.advice))


async def _ask(make: Callable[[], _Connector], seconds: float) -> Sequence[Finding]:
    try:
        connector = make()
        try:
            async with asyncio.timeout(seconds):
                return await connector.check()
        finally:
            await connector.close()
    except TimeoutError:
        text = plural("did not answer within {n} second", "did not answer within {n} seconds", round(seconds))
        return [Finding(Grade.PROBLEM, text, _("Check the address, and this machine's connection to the internet."))]
    except OmniSyncError as error:
        return [Finding(Grade.PROBLEM, str(error))]
    except Exception as error:
        text = _("the connector itself failed: {reason}").format(reason=f"{type(error).__name__}: {error}")
        return [Finding(Grade.PROBLEM, text, _("Tell whoever wrote the connector."))]


async def _unknown_names(shop: Shop, settings: Settings) -> dict[str, list[Finding]]:
    """Warehouses and price lists which a store's rules name and the ERP does not have, by store.

    A misspelt warehouse would show every product as sold out.
    """
    erp = shop.erp()
    try:
        balances, prices = await erp.balances(""), await erp.prices("")
    except (ConnectorError, SourceProblem) as error:
        return {ERP: [Finding(Grade.PROBLEM, str(error))]}
    finally:
        await erp.close()
    warehouses = {row.warehouse for row in balances.rows} if balances else set()
    lists = {row.price_list for row in prices.rows} if prices else set()
    active = {name: store for name, store in settings.stores.items() if store.active}
    return {name: [*_names(store, warehouses, lists)] for name, store in active.items()}


def _names(store: StoreSettings, warehouses: set[str], lists: set[str]) -> Iterator[Finding]:
    for name in store.warehouses:
        if name not in warehouses:
            text = _("the ERP has no warehouse {name}, so this store would sell nothing from it").format(name=name)
            yield Finding(Grade.PROBLEM, text, _("The ERP has: {names}").format(names=", ".join(sorted(warehouses))))
    if store.push_price and store.price_list not in lists:
        text = _("the ERP has no price list {name}, so no price is sent").format(name=store.price_list)
        yield Finding(Grade.PROBLEM, text, _("The ERP has: {names}").format(names=", ".join(sorted(lists))))

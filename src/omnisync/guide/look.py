"""The looks themselves: at the ERP, at a store's connection. Nothing is kept, nothing is written."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

from omnisync.connect.check import Finding, Grade
from omnisync.connect.erp import ErpConnector, ErpRead
from omnisync.errors import OmniSyncError
from omnisync.text import _, plural
from omnisync.tui.guide import ErpLook

T = TypeVar("T")

_PATIENCE = 45.0
"""Seconds that a store has for all of its test."""

_SAMPLE, _PROBLEMS = 4, 5


class _Checked(Protocol):
    async def check(self) -> Sequence[Finding]: ...
    async def close(self) -> None: ...


async def tested(make: Callable[[], _Checked]) -> Sequence[Finding]:
    """What the connector says of its connection; what it can't say itself is a finding too."""
    try:
        connector = make()
        try:
            async with asyncio.timeout(_PATIENCE):
                return await connector.check()
        finally:
            await connector.close()
    except TimeoutError:
        text = plural("did not answer within {n} second", "did not answer within {n} seconds", round(_PATIENCE))
        return [Finding(Grade.PROBLEM, text, _("Check the address, and this machine's connection to the internet."))]
    except OmniSyncError as error:
        return [Finding(Grade.PROBLEM, str(error))]
    except Exception as error:
        # A plugin may be anybody's: what breaks in it is shown, and the set-up goes on.
        text = _("the connector itself failed: {reason}").format(reason=f"{type(error).__name__}: {error}")
        return [Finding(Grade.PROBLEM, text, _("Tell whoever wrote the connector."))]


async def erp_look(make: Callable[[], ErpConnector]) -> ErpLook:
    """What can be read of the ERP."""
    findings = list(await tested(make))
    reads: list[ErpRead[Any] | None] = [None] * 4
    if not any(finding.grade is Grade.PROBLEM for finding in findings):
        try:
            reads = await _everything(make())
        except OmniSyncError as error:
            findings.append(Finding(Grade.PROBLEM, str(error)))
    products, balances, prices, customers = (read.rows if read else () for read in reads)
    problems = [problem for read in reads if read for problem in read.problems]
    held = Counter({each.warehouse: 0 for each in balances})
    held.update(each.warehouse for each in balances if each.on_hand)
    lists = Counter((each.price_list, each.price.currency) for each in prices)
    return ErpLook(
        good=bool(products) and not any(finding.grade is Grade.PROBLEM for finding in findings),
        findings=findings,
        products=len(products),
        barcodes=sum(bool(each.barcodes) for each in products),
        customers=len(customers),
        warehouses=dict(sorted(held.items())),
        lists={name: (currency, count) for (name, currency), count in sorted(lists.items())},
        sample=[(each.code, each.name) for each in products[:_SAMPLE]],
        problems=[_problem(each.source, each.line, each.text) for each in problems[:_PROBLEMS]],
        problem_count=len(problems),
    )


async def _everything(connector: ErpConnector) -> list[ErpRead[Any] | None]:
    readers: Sequence[Callable[[str], Awaitable[ErpRead[Any] | None]]] = (
        connector.products, connector.balances, connector.prices, connector.customers,
    )  # fmt: skip
    try:
        return [await read("") for read in readers]
    finally:
        await connector.close()


def _problem(source: str, line: int, text: str) -> str:
    return _("{file}, line {line}: {text}").format(file=source, line=line, text=text) if line else f"{source}: {text}"

"""The looks themselves: at the ERP, at a store's connection. Nothing is kept, nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from omnisync.connect.check import Finding, Grade, tested
from omnisync.connect.erp import ErpConnector, ErpRead
from omnisync.errors import OmniSyncError
from omnisync.text import _
from omnisync.tui.guide import ErpLook

_SAMPLE, _PROBLEMS = 4, 5


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

"""Whether an order reaches the ERP once, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from omnisync.connect.erp import ErpState
from omnisync.errors import ConnectorError, SourceProblem
from omnisync.testing.conformance.erp_bench import ErpBench
from omnisync.testing.conformance.result import Checks, Failed, expect

CHECKS: Checks[ErpBench] = Checks("orders")

_KEY = "trendyol-1001"


@CHECKS.add
async def an_order_arrives(bench: ErpBench) -> None:
    """send_order() puts the order into the ERP under its key and answers a reference that a person can look for."""
    reference = await bench.erp.send_order(bench.order(_KEY))
    expect(reference.strip(), "the reference is empty")
    expect(list(bench.source.orders()) == [_KEY], f"the ERP holds {list(bench.source.orders())}")


@CHECKS.add
async def an_order_sent_twice_is_there_once(bench: ErpBench) -> None:
    """Sending the same key again answers the same reference and adds nothing: it is sent again after every crash."""
    first = await bench.erp.send_order(bench.order(_KEY))
    # A second connector stands for the daemon after a crash.
    second = await bench.connect().send_order(bench.order(_KEY))
    expect(first == second, f"first {first!r}, then {second!r}")
    expect(list(bench.source.orders()) == [_KEY], f"the ERP holds {list(bench.source.orders())}")


@CHECKS.add
async def an_order_can_be_looked_up(bench: ErpBench) -> None:
    """find_order() answers the reference of an order that was sent and None for any other: that ends an unknown outcome."""
    expect(await bench.erp.find_order(_KEY) is None, "it finds an order that was never sent")
    reference = await bench.erp.send_order(bench.order(_KEY))
    found = await bench.connect().find_order(_KEY)
    expect(found == reference, f"sent as {reference!r}, found as {found!r}")


@CHECKS.add
async def keys_are_told_apart(bench: ErpBench) -> None:
    """Keys that differ only in case or in a sign are different orders, because stores number as they like."""
    keys = ("woo-10", "WOO-10", "woo_10", "woo/10", "woo-1 0", "woo-10.")
    references = [await bench.erp.send_order(bench.order(key)) for key in keys]
    expect(len(set(references)) == len(keys), f"they share references: {references}")
    expect(sorted(bench.source.orders()) == sorted(keys), f"the ERP holds {sorted(bench.source.orders())}")


@CHECKS.add
async def what_became_of_it_is_told(bench: ErpBench) -> None:
    """order_states() tells what the ERP says of an order under the key it was sent by: a reservation ends by that."""
    await bench.erp.send_order(bench.order(_KEY))
    for state in ErpState:
        before = await bench.erp.order_states("")
        bench.source.tell(_KEY, state)
        read = await bench.read("order_states", before.mark if before else "")
        told = {each.key: each.state for each in read.rows}
        expect(told.get(_KEY) is state, f"the ERP says {state}, it is told as {told.get(_KEY)}")


@CHECKS.add
async def an_erp_that_is_away_takes_no_order(bench: ErpBench) -> None:
    """Without the ERP send_order() and find_order() raise an error of the protocol; "not there" would send it twice."""
    bench.source.vanish()
    await _fails("send_order", lambda: bench.erp.send_order(bench.order(_KEY)))
    await _fails("find_order", lambda: bench.erp.find_order(_KEY))


async def _fails(what: str, call: Callable[[], Awaitable[object]]) -> None:
    try:
        answer = await call()
    except (ConnectorError, SourceProblem):
        return
    raise Failed(f"{what} answers {answer!r}")

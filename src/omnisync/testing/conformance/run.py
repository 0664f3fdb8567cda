"""Runs the checks that fit a connector's role, each on a sandbox or source of its own."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from omnisync.connect.loader import Manifest, Role, load
from omnisync.errors import PluginBroken
from omnisync.ports import in_thread
from omnisync.testing import virtual
from omnisync.testing.conformance import (
    capabilities,
    connection,
    erp_orders,
    erp_reads,
    faults,
    figures,
    listings,
    manifest,
    orders,
    push,
    shapes,
)
from omnisync.testing.conformance.erp_bench import ErpBench
from omnisync.testing.conformance.result import Check, CheckResult, Failed, NotApplicable, Outcome
from omnisync.testing.conformance.store_bench import Bench

_STORE: Sequence[Check[Bench]] = [
    *capabilities.CHECKS, *connection.CHECKS, *listings.CHECKS, *figures.CHECKS, *push.CHECKS, *orders.CHECKS,
    *faults.CHECKS, *shapes.CHECKS,
]  # fmt: skip
_ERP: Sequence[Check[ErpBench]] = [*erp_reads.CHECKS, *erp_orders.CHECKS]


def checks_of(plugin: Manifest) -> Sequence[Check[Any]]:
    """The checks that a connector of its role must pass, in the order in which they are shown."""
    return [*manifest.CHECKS, *(_STORE if plugin.role is Role.STORE else _ERP)]


async def run_checks(plugin: Manifest) -> list[CheckResult]:
    """Every check's result. What a connector can't be loaded for is told by the first one; the rest is skipped."""
    return [await run_check(plugin, check) for check in checks_of(plugin)]


async def run_check(plugin: Manifest, check: Check[Any]) -> CheckResult:
    """One check's result; never raises, whatever the connector does."""
    try:
        await _carry_out(plugin, check)
    except NotApplicable as reason:
        return CheckResult(check.name, check.text, Outcome.SKIPPED, str(reason))
    except Failed as reason:
        return CheckResult(check.name, check.text, Outcome.FAILED, str(reason))
    except Exception as error:
        return CheckResult(check.name, check.text, Outcome.FAILED, _told(error, plugin.folder))
    return CheckResult(check.name, check.text, Outcome.PASSED)


async def _carry_out(plugin: Manifest, check: Check[Any]) -> None:
    if check in manifest.CHECKS:
        await check.run(plugin)
        return
    try:
        load(plugin)
    except PluginBroken:
        raise NotApplicable("the connector can't be loaded") from None
    if plugin.role is Role.STORE:
        # A virtual loop can't run inside the caller's own.
        await in_thread(partial(virtual.run, partial(_on_bench, plugin, check)))
    else:
        async with ErpBench(plugin) as bench:
            await check.run(bench)


async def _on_bench(plugin: Manifest, check: Check[Bench], loop: virtual.VirtualLoop) -> None:
    async with Bench(plugin, loop) as bench:
        await check.run(bench)


def _told(error: Exception, folder: Path) -> str:
    """An error that nobody expected, with the place in the plugin that it came from."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(folder)
    ]
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"

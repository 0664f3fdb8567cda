"""The set-up as the first screens use it: every look on a thread with a loop of its own, so that keys stay quick."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from omnisync.errors import CommandRefused, OmniSyncError
from omnisync.ports import in_thread
from omnisync.text import _
from omnisync.tui.guide import Answers, ErpLook, StorePlan

if TYPE_CHECKING:
    from omnisync.connect.check import Finding
    from omnisync.connect.loader import Manifest, Option
    from omnisync.settings.interview import Question
    from omnisync.shop import Shop

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SetUp:
    """Sets up the shop whose configuration is to stand at ``config``. Imports what it needs when it is needed."""

    config: Path
    environment: Mapping[str, str]

    async def connectors(self) -> tuple[Sequence[Manifest], Sequence[Manifest]]:
        """The programs and the platforms that can be connected."""

        def find() -> tuple[Sequence[Manifest], Sequence[Manifest]]:
            # What the forms ask later is imported here as well, on the thread.
            from omnisync.connect.loader import Role, discover

            importlib.import_module("omnisync.settings.interview")

            usable = [each for each in discover().values() if not each.broken]
            erps, stores = ([each for each in usable if each.role is role] for role in (Role.ERP, Role.STORE))
            return erps, stores

        return await in_thread(find)

    def likely_currency(self) -> str:
        """The currency that goes with this system's language."""
        from omnisync.settings.interview import likely_currency

        return likely_currency(self.environment)

    def wrong(self, option: Option, answer: str) -> str:
        """What is expected of an option instead of this answer; "" when it fits."""
        from omnisync.settings.options import option_value

        try:
            option_value(option, answer, self.config)
        except ValueError as error:
            return str(error)
        return ""

    def wrong_name(self, name: str) -> str:
        """What is expected of a store's name; "" when it fits."""
        from omnisync.settings.shape import store_name

        try:
            store_name(name)
        except ValueError as error:
            return str(error)
        return ""

    async def look_at_erp(self, answers: Answers) -> ErpLook:
        """Read everything that the ERP has."""

        async def look() -> ErpLook:
            from omnisync.guide.look import erp_look

            # Which stores there are has no part in it, and their keys may not be known yet.
            return await erp_look(self._shop({**answers, "stores": ""}).erp)

        return await _apart(look)

    async def test_store(self, name: str, answers: Answers, currencies: Sequence[str]) -> Sequence[Finding]:
        """Try a store's address, keys and rights; it may sell in any of the currencies."""

        async def test() -> Sequence[Finding]:
            from omnisync.connect.check import Grade, tested

            found: Sequence[Finding] = ()
            for currency in currencies or [self.likely_currency()]:
                shop = self._shop(_alone(name, answers) | {f"stores.{name}.currency": currency})
                findings = await tested(partial(shop.store, name))
                if not found or all(each.grade is not Grade.PROBLEM for each in findings):
                    found = [finding.without(shop.hidden) for finding in findings]
                if all(each.grade is not Grade.PROBLEM for each in findings):
                    break
            return found

        return await _apart(test)

    async def plan(self, answers: Answers) -> Sequence[StorePlan]:
        """Read the ERP and every store, and say what would be sent; sends nothing. Raises OmniSyncError."""

        async def plan() -> Sequence[StorePlan]:
            from omnisync.guide.plan import first_plan

            return await first_plan(self._shop(answers))

        return await _apart(plan)

    async def write(self, answers: Answers) -> None:
        """Write the configuration, readable by its owner only. Raises OmniSyncError."""

        def write() -> None:
            from omnisync.settings.interview import run_init

            run_init(self.config, ask=_unasked, answers=answers, environment=self.environment)

        await in_thread(write)

    def _shop(self, answers: Answers) -> Shop:
        """The shop that the configuration would make, without the configuration. Raises OmniSyncError."""
        from omnisync.settings.interview import configuration
        from omnisync.settings.load import check_text
        from omnisync.shop import Shop

        text = configuration(self.config, ask=_unasked, answers=answers, environment=self.environment)
        return Shop(check_text(text, self.config))


def _alone(name: str, answers: Answers) -> dict[str, str]:
    """The answers with this store only. What it sells is asked after its test; anything does until then."""
    wanted = next(each for each in answers["stores"].split(",") if each.partition("=")[0] == name)
    return {f"stores.{name}.warehouses": "-", f"stores.{name}.price_list": "-"} | {**answers, "stores": wanted}


def _unasked(question: Question) -> str:
    """What the screens didn't ask for has a default."""
    return question.default


async def _apart(work: Callable[[], Coroutine[None, None, T]]) -> T:
    """On a thread: the connectors' imports and reading alike would hold the keys up."""

    def run() -> T:
        _silence()
        try:
            return asyncio.run(work())
        except OmniSyncError:
            raise
        except Exception as error:
            # A connector may be anybody's: what breaks in it is shown, and the set-up goes on.
            text = _("A connector failed in an unforeseen way: {reason}")
            raise CommandRefused(text.format(reason=f"{type(error).__name__}: {error}")) from error

    return await in_thread(run)


def _silence() -> None:
    """No log is kept before there is a shop, and structlog would print on the screen."""
    from omnisync.told import structlog

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), cache_logger_on_first_use=False)

"""The last step of a set-up: what would be sent first. Only a yes here writes the configuration and begins."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence

from omnisync.errors import OmniSyncError
from omnisync.explain.plan import plan_lines
from omnisync.text import _, number, plural
from omnisync.tui.draft import Draft
from omnisync.tui.guide import StorePlan
from omnisync.tui.screens.step import LookStep
from omnisync.tui.widgets.lines import Line

_STRANGEST = 5


class PlanStep(LookStep[Sequence[StorePlan]]):
    """What OmniSync would do first in every store."""

    HELP_TEXT = _(
        "OmniSync has read your stock program and every store, and has reckoned what each should show. Nothing has been sent. "
        "Enter writes the configuration and begins to send; the guard holds what looks like a mistake until you say yes."
    )
    WAITS = _(
        "Reading your stock program and every listing of your stores. This takes a minute with thousands of them …"
    )

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft, _("Step 4 of 4: what would be sent first"))
        self._writing = False

    def look(self) -> Awaitable[Sequence[StorePlan]]:
        """Reckon it; the shop's currency is that of its first price list."""
        answers, look = self.draft.answers, self.draft.look
        assert look is not None
        own = [answers.get(f"stores.{name}.currency", "") for name in self.draft.stores]
        named = [currency for currency, _count in look.lists.values()]
        likely = self.guide.likely_currency()
        answers["shop.currency"] = likely if likely in named else next(filter(None, [*own, *named]), likely)
        return self.guide.plan(self.draft.given())

    def lines(self, found: Sequence[StorePlan]) -> Iterator[Line]:
        """Each store's counts, first changes and strangers."""
        for plan in found:
            yield from _plan(plan)
            yield []
        if not found:
            yield [
                (
                    _(
                        "No store is connected, so nothing is sent. Your products are shown with every warehouse's balance."
                    ),
                    "",
                )
            ]
            yield []
        path = self.omnisync.desk.config
        yield [
            (
                _("Enter writes {path} and begins. Nothing has been written or sent until then. Esc goes back.").format(
                    path=path
                ),
                "dim",
            )
        ]

    def action_next(self) -> None:
        """Write, and begin."""
        if self.found is not None and not self._writing:
            self._writing = True
            self.run_worker(self._write(), exit_on_error=True)

    async def _write(self) -> None:
        app = self.omnisync
        try:
            await self.guide.write(self.draft.given())
        except OmniSyncError as error:
            self._writing = False
            app.warn(str(error))
            return
        app.say(_("{path} is written; only you can read it.").format(path=app.desk.config))
        planned = [plan.store for plan in self.found or () if not plan.problem]
        app.shop_made(self.draft.answers["shop.name"], planned)


def _plan(plan: StorePlan) -> Iterator[Line]:
    yield [(plan.store, "title")]
    if plan.problem:
        yield [("✗ ", "refused"), (plan.problem, "bold")]
        yield [
            (
                "  "
                + _(
                    "Everything else can begin; this store is tried again until it answers, and sent to once you say go."
                ),
                "dim",
            )
        ]
        return
    matched = plural("{n} listing belongs to your products", "{n} listings belong to your products", plan.matched)
    yield [("✓ ", "confirmed") if plan.matched else ("! ", "waiting"), (matched, "")]
    if not plan.matched:
        yield [
            ("  → ", "title"),
            (
                _(
                    "A listing is known by its code or barcode: look whether the store has the ones of your stock program."
                ),
                "",
            ),
        ]
    if plan.unmatched:
        text = plural(
            "{n} listing is none of them and stays as it is",
            "{n} listings are none of them and stay as they are",
            plan.unmatched,
        )
        yield [("· ", "dim"), (text, "")]
        yield [(f"    {', '.join(plan.missing)}{' …' if plan.unmatched > len(plan.missing) else ''}", "dim")]
    yield [("✓ ", "confirmed"), (plural("{n} figure is right already", "{n} figures are right already", plan.same), "")]
    if plan.plan is not None:
        for line in plan_lines(plan.plan, _STRANGEST):
            yield [(line, "")]
    if plan.held:
        text = plural(
            "{n} more would wait for your yes, because it looks like a mistake",
            "{n} more would wait for your yes, because they look like mistakes",
            plan.held,
        )
        yield [("‖ ", "held"), (text, "bold")]
    if plan.orders:
        yield [("  ", ""), (_("{n} orders of the last days would be taken in").format(n=number(plan.orders)), "")]

"""How a person settles what waits: a yes with its effect said first, another try, or the choice of a product."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from omnisync.errors import DatabaseError
from omnisync.explain.matters import held_words, release_effect, subject_words, what_words
from omnisync.log.matters import Matter, held_changes
from omnisync.log.overview import HoldView, RefusedView, SetAside, UnmatchedView, held, refused
from omnisync.log.plan import What
from omnisync.log.reader import Reader
from omnisync.log.story import product_of
from omnisync.model.events import Kind
from omnisync.ports import in_thread
from omnisync.text import _, plural
from omnisync.tui.screens.aside import AsideSheet
from omnisync.tui.screens.ask_line import AskLine
from omnisync.tui.screens.drifts import DriftsPage
from omnisync.tui.screens.pick import Pick
from omnisync.tui.screens.plan import PlanAsk

if TYPE_CHECKING:
    from omnisync.model.commands import Release, Retry
    from omnisync.tui.screens.matters import MattersPage


class MatterActs:
    """The acts of the list's screen."""

    def __init__(self, page: MattersPage) -> None:
        self._page = page

    async def settle(self, matter: Matter) -> None:
        """Do what there is to do about it."""
        match matter:
            case HoldView(reason="drift"):
                self._page.omnisync.push_screen(DriftsPage(matter.store))
            case HoldView():
                await self._release(matter)
            case RefusedView():
                await self._retry([matter])
            case SetAside():
                await self._page.omnisync.push_screen_wait(AsideSheet(matter))
            case UnmatchedView():
                await self._link(matter)
        self._page.look()

    async def settle_many(self, matters: Sequence[Matter]) -> bool:
        """Settle these together, after a yes to what that does; answers whether that was said."""
        app = self._page.omnisync
        holds = [each for each in matters if isinstance(each, HoldView)]
        retries = [each for each in matters if isinstance(each, RefusedView)]
        asides = [each for each in matters if isinstance(each, SetAside)]
        figures = sum(hold.count for hold in holds)
        left = len(matters) - len(holds) - len(retries) - len(asides)
        lines = [
            plural("{n} held change goes out", "{n} held changes go out", figures) if holds else "",
            *dict.fromkeys(release_effect(hold) for hold in holds),
            plural("{n} refused figure is sent again", "{n} refused figures are sent again", len(retries))
            if retries
            else "",
            plural("{n} thing set aside is tried again", "{n} things set aside are tried again", len(asides))
            if asides
            else "",
            plural("{n} unmatched listing stays: it", "{n} unmatched listings stay: each", left)
            + " "
            + _("needs a product of its own, chosen with Enter.")
            if left
            else "",
        ]
        title = plural("Settle {n} thing?", "Settle {n} things?", len(matters) - left)
        releases = [self._answer(hold) for hold in holds]
        question = PlanAsk(title, [*releases, *_retries(retries)], notes=[*filter(None, lines), ""])
        if not await app.push_screen_wait(question):
            return False
        for hold in holds:
            await self._let_go(hold)
        await self._retry(retries)
        for aside in asides:
            await self._again(aside)
        return True

    async def _release(self, hold: HoldView) -> None:
        app = self._page.omnisync
        title = plural("Let {n} change go?", "Let {n} changes go?", hold.count)
        effect = [release_effect(hold)] if hold.hold else []
        question = PlanAsk(title, [self._answer(hold)], notes=[held_words(hold), *effect, ""])
        if not await app.push_screen_wait(question):
            return
        await self._let_go(hold)

    async def _let_go(self, hold: HoldView) -> None:
        app = self._page.omnisync
        if await app.order(self._answer(hold)) is not None:
            app.say(_("Let go: {what}").format(what=what_words(hold)))

    def _codes(self, hold: HoldView) -> tuple[str, ...]:
        """The products that are held for this one reason."""
        reader = self._page.reader
        return tuple(code for code, _shown, _wanted in held_changes(reader, hold, hold.count)) if reader else ()

    def _answer(self, hold: HoldView, *, no: bool = False, why: str = "") -> Release:
        from omnisync.model.commands import Release

        if hold.hold:
            return Release(hold.hold, no=no, why=why)
        return Release(store=hold.store, kind=Kind(hold.kind), codes=self._codes(hold), no=no, why=why)

    async def reject(self, hold: HoldView) -> None:
        """A person's no, with the reason."""
        app = self._page.omnisync
        title = plural("Say no to {n} change: why?", "Say no to {n} changes: why?", hold.count)
        why = await app.push_screen_wait(AskLine(title, _("the reason is kept, Esc leaves it held")))
        if why and await app.order(self._answer(hold, no=True, why=why)) is not None:
            app.say(_("Stays as it is: {what}").format(what=what_words(hold)))
        self._page.look()

    async def release_all(self) -> None:
        """A yes to every figure that is held, at the store shown or at all."""
        app, store = self._page.omnisync, self._page.store
        holds = [each for each in held(self._page.reader) if not each.hold] if self._page.reader else []
        holds = [each for each in holds if store in ("", each.store)]
        if not holds:
            app.say(_("No figure is held."))
            return
        count = sum(each.count for each in holds)
        title = plural("Let {n} change go?", "Let {n} changes go?", count)
        stores = sorted({each.store for each in holds})
        notes = [*(f"{each.store}: {held_words(each)}" for each in holds), ""]
        if await app.push_screen_wait(PlanAsk(title, What.HELD, stores=stores, notes=notes)):
            for each in holds:
                await app.order(self._answer(each))
        self._page.look()

    async def retry_all(self) -> None:
        """Send again what was refused, at the store shown or at all."""
        app, store = self._page.omnisync, self._page.store
        database = app.desk.database

        def read() -> list[RefusedView]:
            with Reader(database) as reader:
                return refused(reader, store)

        try:
            found = await in_thread(read)
        except DatabaseError as error:
            app.warn(str(error))
            return
        if not found:
            app.say(_("Nothing is refused."))
            return
        title = plural("Send {n} refused figure again?", "Send {n} refused figures again?", len(found))
        effect = _("What is still wrong there is refused again, with the reason.")
        if await app.push_screen_wait(PlanAsk(title, _retries(found), notes=[effect, ""])):
            await self._retry(found)
            self._page.look()

    async def _retry(self, rows: Iterable[RefusedView]) -> None:
        app, reader, rows = self._page.omnisync, self._page.reader, list(rows)
        for command in _retries(rows):
            store, codes = command.store, command.codes
            if await app.order(command) is None or reader is None:
                continue
            app.say(
                plural(
                    "{n} product is sent to {store} again.",
                    "{n} products are sent to {store} again.",
                    len(codes),
                    store=store,
                )
            )
            known = ((product_of(reader, row.code), row.kind) for row in rows if row.store == store)
            app.acts.follow((product, store, kind) for product, kind in known if product is not None)

    async def _again(self, aside: SetAside) -> None:
        """The ERP is handed the order again; anything else is asked for again where it came from."""
        from omnisync.model.commands import Replay

        app = self._page.omnisync
        if await app.order(Replay(aside.connector, aside.subject)) is not None:
            app.say(_("{what} is tried again.").format(what=subject_words(aside.subject)))

    async def _link(self, listing: UnmatchedView) -> None:
        from omnisync.model.commands import Link

        app = self._page.omnisync
        told = [listing.name, " ".join((listing.store, listing.code, *listing.barcodes))]
        code = await app.push_screen_wait(Pick(_("Which product is this?"), told, listing.code or listing.name))
        if code is not None and await app.order(Link(listing.store, listing.remote_id, code)) is not None:
            app.say(
                _("Linked: {listing} on {store} is {code}.").format(
                    listing=listing.name or listing.remote_id, store=listing.store, code=code
                )
            )


def _retries(rows: Iterable[RefusedView]) -> list[Retry]:
    """One command for each store."""
    from omnisync.model.commands import Retry

    by_store: dict[str, dict[str, None]] = {}
    for row in rows:
        by_store.setdefault(row.store, {})[row.code] = None
    return [Retry(store, tuple(codes)) for store, codes in by_store.items()]

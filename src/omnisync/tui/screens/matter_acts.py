"""How a person settles what waits: a yes with its effect said first, another try, or the choice of a product."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from omnisync.errors import DatabaseError
from omnisync.explain.matters import changes_words, held_words, release_effect, subject_words, what_words
from omnisync.log.matters import Matter
from omnisync.log.overview import HoldView, RefusedView, SetAside, UnmatchedView, refused, store_names
from omnisync.log.reader import Reader
from omnisync.log.story import product_of
from omnisync.model.events import Kind
from omnisync.ports import in_thread
from omnisync.text import _, plural
from omnisync.tui.screens.ask import Ask
from omnisync.tui.screens.drifts import DriftsPage
from omnisync.tui.screens.pick import Pick

if TYPE_CHECKING:
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
                await self._again(matter)
            case UnmatchedView():
                await self._link(matter)
        self._page.look()

    async def _release(self, hold: HoldView) -> None:
        from omnisync.model.commands import Release

        app = self._page.omnisync
        title = plural("Let {n} change go?", "Let {n} changes go?", hold.count)
        changes = changes_words(self._page.reader, hold) if self._page.reader else []
        if not await app.push_screen_wait(Ask(title, [held_words(hold), *changes, "", release_effect(hold)])):
            return
        command = Release(hold.hold) if hold.hold else Release(store=hold.store, kind=Kind(hold.kind))
        if await app.order(command) is not None:
            app.say(_("Let go: {what}").format(what=what_words(hold)))

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
        stores = ", ".join(sorted({row.store for row in found}))
        effect = _("{stores}: what is still wrong there is refused again, with the reason.").format(stores=stores)
        if await app.push_screen_wait(Ask(title, [effect])):
            await self._retry(found)
            self._page.look()

    async def _retry(self, rows: Iterable[RefusedView]) -> None:
        from omnisync.model.commands import Retry

        app, reader = self._page.omnisync, self._page.reader
        by_store: dict[str, list[RefusedView]] = {}
        for row in rows:
            by_store.setdefault(row.store, []).append(row)
        for store, those in by_store.items():
            codes = tuple(dict.fromkeys(row.code for row in those))
            if await app.order(Retry(store, codes)) is None or reader is None:
                continue
            app.say(
                plural(
                    "{n} product is sent to {store} again.",
                    "{n} products are sent to {store} again.",
                    len(codes),
                    store=store,
                )
            )
            known = ((product_of(reader, row.code), row.kind) for row in those)
            app.acts.follow((product, store, kind) for product, kind in known if product is not None)

    async def _again(self, aside: SetAside) -> None:
        """The ERP is handed the order again; anything else is asked for again where it came from."""
        from omnisync.model.commands import Pull, RetryOrder

        app, reader = self._page.omnisync, self._page.reader
        if reader is None:
            return
        of_store = aside.connector in store_names(reader)
        name = subject_words(aside.subject)
        if not of_store and aside.subject.startswith("order:"):
            if await app.order(RetryOrder(aside.subject)) is not None:
                app.say(_("{what} goes to the ERP again.").format(what=name))
        elif await app.order(Pull(aside.connector if of_store else "")) is not None:
            app.say(
                _("{store} is asked again; {what} leaves this list once it can be read.").format(
                    store=aside.connector, what=name
                )
            )

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

"""The stores and the ERP: how each connection is, what it was last asked and sent, and how many things wait there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on

from omnisync.errors import DaemonNotRunning, DatabaseError, OmniSyncError
from omnisync.model.clean import clean
from omnisync.ports import in_thread
from omnisync.text import _, plural
from omnisync.tui.backend import Presence
from omnisync.tui.connections import Connection, Live, backup_words, connections, told
from omnisync.tui.keys import bindings
from omnisync.tui.paced import Paced
from omnisync.tui.pages import Rows
from omnisync.tui.screens.ask import Ask
from omnisync.tui.screens.list_page import ListPage
from omnisync.tui.screens.store_columns import detail, lay_out
from omnisync.tui.widgets.counts import Counts
from omnisync.tui.widgets.lines import Lines
from omnisync.tui.widgets.table import Column, VirtualTable

_ASK_EVERY = 3.0
"""Seconds between two looks at the connections while they are on the screen."""


class StoreTable(VirtualTable[Connection]):
    """One row per connection. Nothing is selected here."""

    SELECTS = False


class Stores(ListPage[StoreTable]):
    """All connections; below, everything about the marked one."""

    BINDINGS: ClassVar = bindings("stores")
    TITLE_TEXT = _("Stores")
    TABLE = StoreTable
    OF_A_ROW = frozenset({"waiting", "pause", "new_key", "pull", "plan", "drifts", "everything_waiting"})
    HELP_TEXT = _(
        "One row per store and the ERP: how its connection is, when orders were asked for and figures sent last, how "
        "many figures are not confirmed yet and how old the oldest is, how many calls its rate limit has left, and "
        "how many things wait for you there. Enter shows those, with what each store said, and settles them."
    )

    def __init__(self) -> None:
        super().__init__()
        self._shown = Rows[Connection]()
        self._paced: Paced | None = None
        self._live: Live | None = None
        self._backup = ("", "")
        self._problem = ""
        self._read = False

    def on_mount(self) -> None:
        """Read, and look again now and then while it is seen."""
        self._paced = Paced(self, self.omnisync.desk.clock, self._load)
        self.set_interval(_ASK_EVERY, self._look)
        self._paced.call()

    def _look(self) -> None:
        if self.is_current:
            self.data_changed()

    def columns(self, width: int) -> Sequence[Column]:
        """What a row shows at that width."""
        return lay_out(width)

    # Data

    def data_changed(self) -> None:
        """Read and ask again, not too often."""
        if self._paced is not None and self.reader is not None:
            self._paced.call()

    async def _load(self) -> None:
        desk = self.omnisync.desk
        if self.reader is None:
            return
        live = await self._ask()
        try:
            rows = await in_thread(lambda: connections(desk.database, live, desk.clock.now()))
            self._backup = await in_thread(lambda: backup_words(desk.database, desk.clock.now()))
            if live is not None and live.trouble:
                self._backup = live.trouble, "refused"
        except DatabaseError as error:
            self._problem = str(error)
            if self.is_attached:
                self.show_empty()
            return
        # The screens may have been left meanwhile.
        if self.is_attached and self.composed:
            self._live, self._problem, self._read = live, "", True
            self._show(rows)

    async def _ask(self) -> Live | None:
        """What the daemon says; None while there is none to ask."""
        from omnisync.model.commands import Status

        if self.omnisync.backend.presence not in (Presence.HOSTED, Presence.ATTACHED):
            return None
        try:
            return told(await self.omnisync.backend.run(Status()))
        except DaemonNotRunning:
            return None
        except OmniSyncError as error:
            self.omnisync.warn(str(error))
            return None

    def _show(self, rows: list[Connection]) -> None:
        names = [row.name for row in self._shown.rows]
        self._shown.rows = rows
        if names == [row.name for row in rows]:
            self.table.reread()
        else:
            self.table.show(self._shown, self.table.cursor)
        self.show_empty()
        self.tell()

    def tell(self) -> None:
        """The counts, and the marked one in full."""
        rows = self._shown.rows
        if not self._read:
            return
        stores = [row for row in rows if row.store is not None]
        self.query_one(Counts).show([
            (_("connected"), sum(row.connected for row in stores), ""),
            (_("to send"), sum(row.store.waiting for row in stores if row.store), ""),
            (_("for you"), sum(row.waits for row in rows), "held"),
        ])  # fmt: skip
        if (marked := self.marked) is not None:
            now, width = self.omnisync.desk.clock.now(), self.size.width
            lines = detail(marked, now, self._backup, width, live=self._live is not None)
            self.query_one(Lines).show(lines)

    @property
    def marked(self) -> Connection | None:
        """The connection under the cursor, as last read."""
        rows = self._shown.rows
        return rows[self.table.cursor] if self.table.cursor < len(rows) else None

    def why_empty(self) -> str:
        """The reason, and the next step."""
        if self._problem:
            return _("The stores can't be read just now.\n\n{problem}").format(problem=clean(self._problem, 300))
        if self.reader is not None and not self._read:
            return _("Reading the stores …")
        return _("There are no stores yet.\n\nThe daemon makes them from the configuration when it starts.")

    # Keys

    @on(VirtualTable.Opened)
    def action_waiting(self) -> None:
        """What waits for a person at the marked store."""
        if (marked := self.marked) is not None:
            self._open_matters(marked.name)

    def action_everything_waiting(self) -> None:
        """What waits for a person, of all."""
        self._open_matters("")

    def _open_matters(self, connector: str) -> None:
        from omnisync.tui.screens.matters import MattersPage

        self.omnisync.push_screen(MattersPage(connector))

    def action_drifts(self) -> None:
        """What differs at the marked store; of all where the ERP is marked."""
        from omnisync.tui.screens.drifts import DriftsPage

        if (marked := self.marked) is not None:
            self.omnisync.push_screen(DriftsPage(marked.name if marked.store else ""))

    def action_pause(self) -> None:
        """Pause the marked store, or resume it."""
        marked = self.marked
        if marked is None:
            return
        if marked.store is None:
            self.omnisync.say(_("The ERP can't be paused; stop the daemon for that."))
        else:
            self.run_worker(self._pause(marked.name, on=not marked.paused))

    async def _pause(self, store: str, *, on: bool) -> None:
        from omnisync.model.commands import Pause

        effect = _(
            "Nothing is sent to it until you resume: it may sell what another store has sold. Its orders are still taken in."
        )
        if on and not await self.omnisync.push_screen_wait(Ask(_("Pause {store}?").format(store=store), [effect])):
            return
        if await self.omnisync.order(Pause(store, on)) is None:
            return
        said = _("{store} is paused.") if on else _("{store} is resumed; what has changed meanwhile is sent.")
        self.omnisync.say(said.format(store=store))
        self.data_changed()

    def action_plan(self) -> None:
        """What would be sent to the marked store; for a new one that is the question whether to begin."""
        marked = self.marked
        if marked is not None and marked.store is None:
            self.omnisync.say(_("Nothing but orders is sent to the ERP."))
        elif marked is not None and marked.store is not None:
            self.run_worker(self._plan(marked.name, live=marked.store.live))

    async def _plan(self, store: str, *, live: bool) -> None:
        from omnisync.log.plan import What
        from omnisync.model.commands import Go
        from omnisync.tui.screens.plan import PlanAsk, PlanLook

        if live:
            title = _("{store}: what is on its way").format(store=store)
            await self.omnisync.push_screen_wait(PlanLook(title, What.DUE, stores=[store]))
            return
        title = _("{store}: begin to send?").format(store=store)
        if not await self.omnisync.push_screen_wait(PlanAsk(title, What.DUE, stores=[store])):
            return
        if await self.omnisync.order(Go(store)) is not None:
            self.omnisync.say(_("{store} is sent to from now on.").format(store=store))
            self.data_changed()

    def action_new_key(self) -> None:
        """Other keys for the marked store."""
        marked = self.marked
        if marked is None:
            return
        if marked.store is None:
            self.omnisync.say(_("The ERP's settings stand in the configuration; change them there."))
        else:
            refused = marked.health is not None and marked.health.state == "refused"
            self.run_worker(self._new_key(marked.name, marked.health.reason if refused and marked.health else ""))

    async def _new_key(self, store: str, reason: str) -> None:
        from omnisync.model import commands
        from omnisync.tui.screens.new_key import NewKey

        asked = await self.omnisync.order(commands.NewKey(store))
        if asked is None:
            return
        if not asked["asked"]:
            self.omnisync.say(_("{store} needs no key.").format(store=store))
        elif await self.omnisync.push_screen_wait(NewKey(store, reason, asked["asked"])):
            self.omnisync.say(_("The new key works; {store} is asked with it now.").format(store=store))
            self.data_changed()

    def action_pull(self) -> None:
        """Ask the marked one now."""
        if (marked := self.marked) is not None:
            self.run_worker(self._pull(marked))

    async def _pull(self, marked: Connection) -> None:
        from omnisync.model.commands import Pull

        if await self.omnisync.order(Pull(marked.name if marked.store else "")) is not None:
            said = _("{name} is asked now.") if marked.store else _("{name} is read now.")
            self.omnisync.say(said.format(name=marked.name))

    def action_copy_code(self) -> None:
        """Copy the store's name."""
        if (marked := self.marked) is not None:
            self.omnisync.copy(marked.name)

    def action_copy_row(self) -> None:
        """Copy the row with how the connection is."""
        if (marked := self.marked) is not None:
            waits = plural("{n} thing waits", "{n} things wait", marked.waits)
            self.omnisync.copy("\t".join((marked.name, marked.words, marked.pulled, marked.pushed, waits)))

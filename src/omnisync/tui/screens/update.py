"""The general update: first what would be sent, then how far it has come."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from omnisync.log.reader import Reader
from omnisync.log.update_preview import StorePreview, preview
from omnisync.model.clean import clean
from omnisync.ports import in_thread
from omnisync.text import _, number, plural
from omnisync.tui.keys import bindings
from omnisync.tui.widgets.keyline import KeyLine

_BAR = 40


class GeneralUpdate(ModalScreen[None]):
    """Asks with the counts; after a yes it shows a bar, which may be left and goes on behind."""

    BINDINGS: ClassVar = bindings("ask")

    def __init__(self) -> None:
        super().__init__(classes="asking")
        self._total = 0
        self._sending = False

    def compose(self) -> ComposeResult:
        """Title, counts, bar."""
        with Vertical(id="box"):
            yield Static(Content.from_markup("[b]$title[/b]", title=_("Send everything to the stores now?")))
            yield Static(_("Counting …"), id="counts", markup=False)
            yield Static("", id="progress", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Count on a thread."""
        self.run_worker(self._count())

    async def _count(self) -> None:
        database = self.app.desk.database  # type: ignore[attr-defined]

        def read() -> list[StorePreview]:
            with Reader(database) as reader:
                return preview(reader)

        found = await in_thread(read)
        self._total = sum(each.sends for each in found)
        lines = [_of(each) for each in found]
        lines.append("")
        lines.append(
            plural("{n} figure is sent, changed or not.", "{n} figures are sent, changed or not.", self._total)
        )
        lines.append(_("What is excluded, held, or switched off in the configuration is left out."))
        self.query_one("#counts", Static).update(Content("\n".join(lines)))

    async def action_yes(self) -> None:
        """Send; the same key closes the bar afterwards."""
        if self._sending:
            self.dismiss()
            return
        from omnisync.model.commands import Update

        self._sending = True
        self._draw(self._total)
        self.run_worker(self._send(Update()))

    async def _send(self, command: object) -> None:
        if await self.app.order(command) is None:  # type: ignore[attr-defined]
            self.dismiss()
            return
        while self.is_attached:
            pulse = self.app.pulse  # type: ignore[attr-defined]
            waiting = sum(store.waiting for store in pulse.stores) if pulse else self._total
            self._draw(waiting)
            await self.app.desk.clock.sleep(0.3)  # type: ignore[attr-defined]

    def _draw(self, waiting: int) -> None:
        done = max(0, self._total - waiting)
        filled = _BAR * done // self._total if self._total else _BAR
        text = "█" * filled + "░" * (_BAR - filled)
        said = _("{done} of {total} confirmed").format(done=number(done), total=number(self._total))
        self.query_one("#progress", Static).update(Content(f"{text}\n{said}"))

    def action_no(self) -> None:
        """Leave; what was ordered goes on."""
        self.dismiss()


def _of(each: StorePreview) -> str:
    text = f"{clean(each.store)}: " + plural("{n} figure", "{n} figures", each.sends)
    left = [
        (plural("{n} excluded", "{n} excluded", each.excluded), each.excluded),
        (plural("{n} held", "{n} held", each.held), each.held),
        (plural("{n} refused before", "{n} refused before", each.refused), each.refused),
    ]
    said = ", ".join(words for words, count in left if count)
    return f"{text}   ({said})" if said else text

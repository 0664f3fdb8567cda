"""The general update: first what would be sent, then how far it has come."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from omnisync.log.plan import What
from omnisync.text import _, number
from omnisync.tui.screens.plan import PlanAsk

_BAR = 40


class GeneralUpdate(PlanAsk):
    """Asks with the plan; after a yes it shows a bar, which may be left and goes on behind."""

    def __init__(self) -> None:
        super().__init__(_("Send everything to the stores now?"), What.UPDATE)
        self._sending = False

    def below(self) -> ComposeResult:
        """The bar."""
        yield Static("", id="progress", markup=False)

    def action_yes(self) -> None:
        """Send; the same key closes the bar afterwards."""
        if self._sending:
            self.dismiss(result=True)
        elif self.found is not None:
            from omnisync.model.commands import Update

            self._sending = True
            self._draw(self.found.sends)
            self.run_worker(self._send(Update()))

    async def _send(self, command: object) -> None:
        if await self.app.order(command) is None:  # type: ignore[attr-defined]
            self.dismiss(result=False)
            return
        assert self.found is not None
        while self.is_attached:
            pulse = self.app.pulse  # type: ignore[attr-defined]
            waiting = sum(store.waiting for store in pulse.stores if store.live) if pulse else self.found.sends
            self._draw(waiting)
            await self.app.desk.clock.sleep(0.3)  # type: ignore[attr-defined]

    def _draw(self, waiting: int) -> None:
        assert self.found is not None
        total = self.found.sends
        done = max(0, total - waiting)
        filled = _BAR * done // total if total else _BAR
        text = "█" * filled + "░" * (_BAR - filled)
        said = _("{done} of {total} confirmed").format(done=number(done), total=number(total))
        self.query_one("#progress", Static).update(Content(f"{text}\n{said}"))

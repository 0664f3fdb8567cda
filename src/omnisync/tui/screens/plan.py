"""The look before a bulk act: what would be sent, what it would do, the strangest first; then yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from omnisync.errors import OmniSyncError
from omnisync.explain.plan import plan_lines
from omnisync.log.plan import Plan, What, plan
from omnisync.log.reader import Reader
from omnisync.model.clean import clean
from omnisync.ports import in_thread
from omnisync.text import _
from omnisync.tui.keys import bindings
from omnisync.tui.widgets.keyline import KeyLine
from omnisync.tui.widgets.lines import Line, Lines

if TYPE_CHECKING:
    from omnisync.model.commands import Bulk
    from omnisync.tui.app import OmniSync


class PlanAsk(ModalScreen[bool]):
    """Whether to do what the plan says: of figures as they stand, or of commands, which the daemon tries.

    A yes counts only once the plan is on the screen.
    """

    BINDINGS: ClassVar = bindings("ask")

    def __init__(
        self, title: str, what: What | Sequence[Bulk], *, stores: Sequence[str] = (), codes: Sequence[str] = (),
        kind: str = "", notes: Sequence[str] = (),
    ) -> None:  # fmt: skip
        super().__init__(classes="asking")
        self._title, self._notes = title, notes
        self._what, self._stores, self._codes, self._kind = what, stores, codes, kind
        self.found: Plan | None = None

    def compose(self) -> ComposeResult:
        """Title, plan, keys."""
        with Vertical(id="box"):
            yield Static(Content.from_markup("[b]$title[/b]", title=clean(self._title)))
            yield Lines()
            yield from self.below()
        yield KeyLine()

    def below(self) -> ComposeResult:
        """What stands under the plan."""
        yield from ()

    def on_mount(self) -> None:
        """Reckon on a thread."""
        self.set_focus(self.query_one(Lines))
        self.query_one(Lines).show([[(_("Reckoning …"), "waiting")]])
        self.run_worker(self._look(), exit_on_error=True)

    async def _look(self) -> None:
        try:
            self.found = await self._reckon()
        except OmniSyncError as error:
            lines: list[Line] = [[(str(error), "refused")]]
        else:
            lines = [[(line, "")] for line in (*self._notes, *plan_lines(self.found))]
        if self.is_attached:
            self.query_one(Lines).show(lines)

    async def _reckon(self) -> Plan:
        app: OmniSync = self.app  # type: ignore[assignment]
        what = self._what
        if not isinstance(what, What):
            import msgspec

            from omnisync.model.commands import Preview

            return msgspec.convert((await app.backend.run(Preview(tuple(what))))["plan"], Plan)

        def read() -> Plan:
            with Reader(app.desk.database) as reader:
                return plan(reader, what, stores=self._stores, codes=self._codes, kind=self._kind)

        return await in_thread(read)

    def action_yes(self) -> None:
        """Do it."""
        if self.found is not None:
            self.dismiss(result=True)

    def action_no(self) -> None:
        """Leave it."""
        self.dismiss(result=False)


class PlanLook(PlanAsk, inherit_bindings=False):
    """The same where there is nothing to decide."""

    BINDINGS: ClassVar = bindings("help")

    def action_close(self) -> None:
        """Back."""
        self.dismiss(result=False)

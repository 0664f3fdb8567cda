"""What the log and a history have in common: the line to find with, the list, the record behind a line."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from omnisync.text import _
from omnisync.tui.screens.base import Page
from omnisync.tui.screens.record import LONGEST_COPY, Record
from omnisync.tui.widgets.find_line import FindBar, FindLine
from omnisync.tui.widgets.log_view import LogView

_PAUSE = 0.2
"""Seconds without a further letter after which it is looked for."""


_FIND_HELP = _("Type a text that the line must hold, in any case. Enter goes to the list, Esc shows every line again.")


class LogPage(Page):
    """Subclasses give the columns, what to do with a text, and what stands above the list."""

    FIND_HINT = ""
    TITLE_TEXT = ""

    def __init__(self) -> None:
        super().__init__()
        self._pause: Timer | None = None

    def body(self) -> ComposeResult:
        """The line to find with, the list."""
        yield FindBar(FindLine(self.FIND_HINT, _FIND_HELP, self._to_list), self.TITLE_TEXT)
        yield LogView(id="lines")
        yield Static("", id="empty", classes="hidden", markup=False)

    def on_mount(self) -> None:
        """The keys belong to the list."""
        self.set_focus(self.view)
        self.fit()

    @property
    def view(self) -> LogView:
        """The list."""
        return self.query_one(LogView)

    def columns(self, width: int) -> list[tuple[str, str, int]]:
        """What a line shows at that width."""
        raise NotImplementedError

    def looked_for(self, text: str) -> None:
        """Only lines with this text."""
        raise NotImplementedError

    def tell(self) -> None:
        """Bring what stands above the list up to date."""

    def on_resize(self) -> None:
        """Another width has room for other columns."""
        self.fit()
        self.tell()

    def fit(self) -> None:
        """Lay the columns out."""
        # The margin of three cells before a row, and the bar behind it.
        width = self.size.width - 5
        if width > 0:
            self.view.fit(self.columns(width))

    def show_empty(self, why: str) -> None:
        """A calm word where there are no lines."""
        box = self.query_one("#empty", Static)
        box.set_class(not why, "hidden")
        self.view.set_class(bool(why), "hidden")
        if why:
            box.update(Content(why))

    @on(Input.Changed, "#find")
    def _typed(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(_PAUSE, self._find)

    def _find(self) -> None:
        self.looked_for(self.query_one(FindLine).value.strip())

    def action_find(self) -> None:
        """Type what to find."""
        self.query_one(FindLine).begin()

    def _to_list(self) -> None:
        self.set_focus(self.view)

    @on(LogView.Opened)
    def action_record(self) -> None:
        """The whole record behind the line."""
        if (entry := self.view.row) is not None:
            self.omnisync.push_screen(Record(entry))

    def action_copy(self) -> None:
        """Copy the record as JSON."""
        if (entry := self.view.row) is not None:
            self.omnisync.copy(entry.whole(), LONGEST_COPY)

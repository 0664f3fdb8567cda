"""The line to find with, above a list: a sign, what is typed, and how many were found."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from omnisync.model.clean import clean
from omnisync.tui.keys import bindings
from omnisync.tui.widgets.found import Found


class FindLine(Input):
    """What is looked for; typing looks at once. ``done`` leads to the list, at once: the next key may already be there."""

    BINDINGS: ClassVar = bindings("find")

    def __init__(self, hint: str, help_text: str, done: Callable[[], None]) -> None:
        super().__init__(placeholder=hint, compact=True, id="find", select_on_focus=False)
        self.cursor_blink = False
        self.HELP_TEXT = help_text
        self._done = done

    def begin(self) -> None:
        """Type here, at once; what is there is replaced by the first letter."""
        if self.screen.focused is not self:
            self.action_select_all()
            self.screen.set_focus(self)

    def action_done(self) -> None:
        """To what was found."""
        self._done()

    def action_clear(self) -> None:
        """Everything again."""
        self.value = ""
        self._done()


class FindBar(Horizontal):
    """The whole line; ``title`` says what the list is of, where nothing else does."""

    def __init__(self, line: FindLine, title: str = "") -> None:
        super().__init__(id="findline")
        self._line, self._title = line, title

    def compose(self) -> ComposeResult:
        """Sign, line, count."""
        text = f" {clean(self._title, 40)} ▸" if self._title else " ▸"
        yield Static(Content(text), id="sign", classes="titled" if self._title else "", markup=False)
        yield self._line
        yield Found()

    def on_resize(self) -> None:
        """The line to find with gets the room that the count does not need."""
        self.query_one(Found).fit()

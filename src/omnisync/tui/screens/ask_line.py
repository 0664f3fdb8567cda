"""A small question over a screen that is answered with a line of text."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from omnisync.model.clean import clean
from omnisync.tui.keys import bindings
from omnisync.tui.widgets.keyline import KeyLine


class _Line(Input):
    BINDINGS: ClassVar = bindings("line")

    def action_take(self) -> None:
        """This is the answer."""
        if isinstance(self.screen, AskLine):
            self.screen.answer(self.value)

    def action_no(self) -> None:
        """There is no answer."""
        if isinstance(self.screen, AskLine):
            self.screen.dismiss(None)


class AskLine(ModalScreen[str | None]):
    """What is typed is the answer; title and hint may be from outside.

    The answer is None when ``value`` stays as it was, or nothing is typed where nothing was; "" when ``value`` was emptied.
    """

    def __init__(self, title: str, hint: str = "", value: str = "") -> None:
        super().__init__(classes="asking")
        self._title, self._hint, self._value = title, hint, value

    def compose(self) -> ComposeResult:
        """Title, line, keys."""
        with Vertical(id="box"):
            yield Static(Content.from_markup("[b]$title[/b]", title=clean(self._title)))
            line = _Line(self._value, placeholder=clean(self._hint), compact=True)
            line.cursor_blink = False
            yield line
        yield KeyLine()

    def on_mount(self) -> None:
        """Type at once."""
        self.set_focus(self.query_one(_Line))

    def answer(self, typed: str) -> None:
        """Done: this was typed."""
        nothing = "" if self._value else None
        self.dismiss(None if typed == self._value else typed.strip() or nothing)

"""Choosing one product by finding it: type, mark, Enter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from omnisync.errors import DatabaseError
from omnisync.log.product_list import ProductView, find
from omnisync.log.reader import Reader
from omnisync.model.clean import clean
from omnisync.ports import in_thread
from omnisync.text import _
from omnisync.tui.keys import bindings
from omnisync.tui.widgets.keyline import KeyLine

_MOST = 12


class Pick(ModalScreen[str | None]):
    """The answer is the product's code, None for none. ``told`` is what is known of the thing to be matched."""

    BINDINGS: ClassVar = bindings("pick")
    HELP_TEXT = _("Type words of the product's name, its code or its barcode; ↑ and ↓ mark one, Enter takes it.")

    def __init__(self, title: str, told: Sequence[str], guess: str) -> None:
        super().__init__(classes="asking")
        self._title, self._told, self._guess = title, told, guess
        self._found: list[ProductView] = []
        self._problem = ""

    def compose(self) -> ComposeResult:
        """Title, what is known, the line to type in, what was found."""
        with Vertical(id="box"):
            yield Static(Content.from_markup("[b]$title[/b]", title=clean(self._title)))
            for line in self._told:
                yield Static(Content(clean(line, 120)))
            typed = Input(placeholder=_("code, barcode or words of the name"), compact=True, select_on_focus=True)
            typed.cursor_blink = False
            yield typed
            yield OptionList(markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin with what the thing calls itself."""
        line = self.query_one(Input)
        self.query_one(OptionList).can_focus = False
        self.set_focus(line)
        line.value = clean(self._guess, 60)
        self._look()

    @on(Input.Changed)
    def _look(self) -> None:
        self._search()

    @work(exclusive=True)
    async def _search(self) -> None:
        database = self.app.desk.database  # type: ignore[attr-defined]
        text = self.query_one(Input).value

        def read() -> list[ProductView]:
            with Reader(database) as reader:
                return find(reader, text, _MOST) if text.strip() else []

        try:
            self._found = await in_thread(read)
        except DatabaseError as error:
            self._found, self._problem = [], str(error)
        self._show()

    def _show(self) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(Content(f"{clean(each.code)}  {clean(each.name, 60)}")) for each in self._found)
        if self._found:
            options.highlighted = 0
        else:
            options.add_option(Option(Content(clean(self._problem) or _("nothing found")), disabled=True))

    def action_move(self, step: int) -> None:
        """Mark another."""
        options = self.query_one(OptionList)
        if self._found:
            options.highlighted = max(0, min(len(self._found) - 1, (options.highlighted or 0) + step))

    def action_take(self) -> None:
        """Take the marked one."""
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._found):
            self.dismiss(self._found[at].code)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        if event.option_index < len(self._found):
            self.dismiss(self._found[event.option_index].code)

    def action_no(self) -> None:
        """None of them."""
        self.dismiss(None)

"""Small questions over a screen: yes or no with the count and the effect, and one out of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.widgets.option_list import Option

from omnisync.model.clean import clean
from omnisync.tui.keys import bindings
from omnisync.tui.widgets.choices import Choices
from omnisync.tui.widgets.keyline import KeyLine


class Ask(ModalScreen[bool]):
    """Whether to do something; ``lines`` say what it concerns and what it does."""

    BINDINGS: ClassVar = bindings("ask")

    def __init__(self, title: str, lines: Sequence[str] = ()) -> None:
        super().__init__(classes="asking")
        self._title, self._lines = title, lines

    def compose(self) -> ComposeResult:
        """Title, effect, keys."""
        with Vertical(id="box"):
            yield Static(Content.from_markup("[b]$title[/b]", title=clean(self._title)))
            for line in self._lines:
                yield Static(Content(clean(line) or " "))
        yield KeyLine()

    def action_yes(self) -> None:
        """Do it."""
        self.dismiss(result=True)

    def action_no(self) -> None:
        """Leave it."""
        self.dismiss(result=False)


class Choose(ModalScreen[str | None]):
    """One of several; each is a key and the words for it. The answer is the key, None for none."""

    BINDINGS: ClassVar = bindings("choose")

    def __init__(self, title: str, choices: Sequence[tuple[str, str]], marked: str = "") -> None:
        super().__init__(classes="asking")
        self._title, self._choices, self._marked = title, choices, marked

    def compose(self) -> ComposeResult:
        """Title, choices, keys."""
        with Vertical(id="box"):
            yield Static(Content.from_markup("[b]$title[/b]", title=clean(self._title)))
            yield Choices(*(Option(Content(clean(words))) for _key, words in self._choices))
        yield KeyLine()

    def on_mount(self) -> None:
        """Mark the present choice."""
        options = self.query_one(Choices)
        keys = [key for key, _words in self._choices]
        options.highlighted = keys.index(self._marked) if self._marked in keys else 0
        self.set_focus(options)

    def on_resize(self) -> None:
        """A lower screen has room for fewer of them."""
        self.call_after_refresh(self.query_one(Choices).fit_into, self.query_one("#box"))

    def action_take(self) -> None:
        """Take the marked one."""
        at = self.query_one(Choices).highlighted
        self.dismiss(None if at is None else self._choices[at][0])

    def on_option_list_option_selected(self, event: Choices.OptionSelected) -> None:
        """A click takes it."""
        self.dismiss(self._choices[event.option_index][0])

    def action_no(self) -> None:
        """None of them."""
        self.dismiss(None)

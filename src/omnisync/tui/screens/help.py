"""What the keys do here: those of what has the focus, of the screen, and everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen

from omnisync.text import _
from omnisync.tui.keys import KEYS, bindings, spoken
from omnisync.tui.widgets.keyline import KeyLine
from omnisync.tui.widgets.lines import Line, Lines
from omnisync.tui.widgets.table import fitted

_MOST_KEYS = 3
"""So many names of one key."""


_NARROW = 60
"""On a screen of fewer cells the words stand below the keys."""


class Help(ModalScreen[None]):
    """Help for a screen with its focus."""

    BINDINGS: ClassVar = [*bindings("help")]

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__(classes="help")
        self._of = screen

    def compose(self) -> ComposeResult:
        """One page."""
        yield Lines()
        yield KeyLine()

    def on_mount(self) -> None:
        """Fill it."""
        self.set_focus(self.query_one(Lines))
        self.query_one(Lines).show(_lines(self._of, narrow=self.app.size.width < _NARROW))

    def action_close(self) -> None:
        """Back."""
        self.dismiss()


def _lines(screen: Screen[Any], *, narrow: bool) -> Iterator[Line]:
    yield [(_("What the keys do here"), "bold")]
    yield []
    for node in (screen.focused, screen):
        text = getattr(node, "HELP_TEXT", "")
        if text:
            yield from ([(part, "")] for part in text.split("\n"))
            yield []
    by_id: dict[str, list[str]] = {}
    for active in screen.active_bindings.values():
        id_ = active.binding.id or ""
        # Not the places on other keyboards.
        if id_ in KEYS and active.enabled and active.binding.key.isascii():
            by_id.setdefault(id_, []).append(spoken(active.binding.key))
    for id_ in sorted(by_id, key=lambda each: (each.startswith("app."), [*KEYS].index(each))):
        # Some keys reach us under two names, and are one to a person.
        keys = [*dict.fromkeys(by_id[id_])][:_MOST_KEYS]
        names = "  ".join(keys)
        if narrow:
            yield [(names, "bold")]
            yield [("  ", ""), (KEYS[id_].help, "")]
        else:
            yield [(fitted(names, 24), "bold"), (KEYS[id_].help, "")]
    yield []
    yield [
        (
            _("Shift and the mouse select text in most terminals; Ctrl+O gives the mouse to the terminal altogether."),
            "dim",
        )
    ]
    yield [(_("Any key can be changed in the configuration, in the table [keys], by its name:"), "dim")]
    yield [(", ".join(sorted(by_id)), "dim")]

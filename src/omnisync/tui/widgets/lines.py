"""A page of text that scrolls: lines of parts, each with a look; every part is data, never markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from omnisync.explain.words import SIGNS
from omnisync.model.clean import clean

Part = tuple[str, str]
"""A text and its look: "", "bold", "dim", or a figure's state."""

Line = Sequence[Part]

_LOOKS = {
    "": "", "bold": "bold", "dim": "dim", "title": "bold $accent", "confirmed": "$success", "waiting": "$warning",
    "differs": "$warning", "held": "$error", "refused": "bold $error", "excluded": "$secondary", "off": "$secondary",
    "none": "dim",
}  # fmt: skip


class Lines(VerticalScroll, can_focus=True):
    """Shows lines; arrows and pages scroll."""

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static("", markup=False)

    def show(self, lines: Iterable[Line]) -> None:
        """Show these."""
        texts = [Content.assemble(*((clean(text, 500), _LOOKS[look]) for text, look in line)) for line in lines]
        content = Content("\n").join(texts)
        box = self.query_one(Static)
        if content != box.content:
            box.update(content)


def sign(state: str) -> Part:
    """A state's sign with its look."""
    return SIGNS[state].letter, state

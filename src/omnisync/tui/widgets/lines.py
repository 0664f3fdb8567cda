"""A page of text that scrolls: lines of parts, each with a look; every part is data, never markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
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


_LEAST = 20
"""Cells that text needs to be wrapped in; with fewer it goes below what stands before it."""


class Lines(VerticalScroll, can_focus=True):
    """Shows lines; arrows and pages scroll."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: Sequence[Line] = ()

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static("", markup=False)

    def show(self, lines: Iterable[Line]) -> None:
        """Show these."""
        self._lines = [[(clean(text, 500), look) for text, look in line] for line in lines]
        self._lay_out()

    def on_resize(self) -> None:
        """Another width wraps elsewhere."""
        self._lay_out()

    def _lay_out(self) -> None:
        # The bar takes its place whether it is seen or not, so that nothing is wrapped anew when it comes.
        width = self.container_size.width - self.styles.scrollbar_size_vertical
        texts = (Content.assemble(*((text, _LOOKS[look]) for text, look in _hung(line, width))) for line in self._lines)
        content = Content("\n").join(texts)
        box = self.query_one(Static)
        if content != box.content:
            box.update(content)


def _hung(line: Line, width: int) -> Line:
    """The line with its last part, if it is too long, wrapped below itself and not below what stands before it."""
    if not line:
        return line
    *before, (text, look) = line
    indent = sum(cell_len(part) for part, _look in before) + cell_len(text) - cell_len(text.lstrip())
    if width - indent < _LEAST or indent + cell_len(text.lstrip()) <= width:
        return line
    lead = text[: len(text) - len(text.lstrip())]
    parts = [str(part).rstrip() for part in Content(text.lstrip()).wrap(width - indent)]
    return [*before, (lead + ("\n" + " " * indent).join(parts), look)]


def sign(state: str) -> Part:
    """A state's sign with its look."""
    return SIGNS[state].letter, state

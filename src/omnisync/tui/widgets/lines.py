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
from omnisync.text import when

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

_PHONE = 60
"""Below so many cells a column of times would take too much of a line."""


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
        content = Content("\n").join(_hung(line, width) for line in self._lines)
        box = self.query_one(Static)
        if content != box.content:
            box.update(content)


def _hung(line: Line, width: int) -> Content:
    """The line with its text, if it is too long, wrapped below itself and not below what stands before it.

    Its text is the last part; with a note, which is dim, the text before that and the note as well.
    """
    whole = _styled(line)
    noted = len(line) > 1 and line[-1][1] == "dim" and line[-2][1] in ("", "bold")
    body = _styled(line[-2:] if noted else line[-1:])
    lead = len(body.plain) - len(body.plain.lstrip())
    begin = len(whole.plain) - len(body.plain) + lead
    indent = cell_len(whole.plain[:begin])
    if width - indent < _LEAST or whole.cell_length <= width:
        return whole
    below = Content("\n" + " " * indent)
    return whole[:begin] + below.join(part.rstrip() for part in whole[begin:].wrap(width - indent))


def _styled(line: Line) -> Content:
    return Content.assemble(*((text, _LOOKS[look]) for text, look in line))


def time_size(times: Iterable[int | None], now: int, width: int) -> int:
    """The cells that the longest of these times takes, so that what follows stands below itself; 0 on a phone."""
    return max((len(when(at, now)) for at in times), default=0) if width >= _PHONE else 0


def time_part(at: int | None, now: int, size: int) -> Part:
    """A time at the beginning of a line, in so many cells; with 0 in as many as it takes."""
    return f"{when(at, now):<{size}}  ", "dim"


def sign(state: str) -> Part:
    """A state's sign with its look."""
    return SIGNS[state].letter, state

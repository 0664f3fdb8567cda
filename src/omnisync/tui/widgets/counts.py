"""One line of counts after a screen's name; what is bad is coloured, and is the last to give way on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from omnisync.text import number

Count = tuple[str, int, str]
"""A word, a figure, and the look that it has when it isn't 0."""

_LOOKS = {"": "", "refused": "bold $error", "waiting": "$warning", "held": "$error"}


class Counts(Static):
    """Shows a title and counts in as much room as there is."""

    DEFAULT_CSS = "Counts { height: 1; padding: 0 1; }"

    def __init__(self, title: str) -> None:
        super().__init__(Content.styled(title, "bold"), markup=False)
        self._title = title
        self._counts: list[Count] = []

    def show(self, counts: Iterable[Count]) -> None:
        """Show these."""
        self._counts = [*counts]
        self._draw()

    def on_resize(self) -> None:
        """Another width has room for more or fewer."""
        self._draw()

    def _draw(self) -> None:
        shown = self._fitting(self.size.width)
        parts = [(self._title, "bold")] if cell_len(self._title) + self._width(shown) <= self.size.width else []
        for word, count, look in shown:
            gap = "   " if parts else ""
            parts.append((f"{gap}{word} {number(count)}", _LOOKS[look] if count else ""))
        content = Content.assemble(*parts)
        if content != self.content:
            self.update(content)

    def _width(self, counts: list[Count]) -> int:
        return sum(3 + cell_len(word) + 1 + cell_len(number(count)) for word, count, _look in counts)

    def _fitting(self, width: int) -> list[Count]:
        """What is nothing bad goes first, from the end."""
        kept = [*self._counts]
        while kept and self._width(kept) - 3 > width:
            kept.remove(next((each for each in reversed(kept) if not (each[2] and each[1])), kept[-1]))
        return kept

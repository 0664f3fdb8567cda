"""What stands right of the line to find with: how many were found, and what the list is narrowed to."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

_FILTER = 8
"""The cells of what names a filter, at least."""

_GAP = 2
"""Cells between what is typed, or the hint of what can be, and the count."""


class Found(Static):
    """As wide as its longest text at this width of the screen.

    A figure that changes with each letter must not lay out the whole screen.
    """

    DEFAULT_CSS = "Found { width: 0; max-width: 75%; padding-left: 2; text-align: right; color: $foreground; }"

    def __init__(self) -> None:
        super().__init__("", id="found", markup=False)
        self._text = ""

    def tell(self, parts: Iterable[str]) -> None:
        """Show these, with a gap between them."""
        text = "   ".join(parts)
        if text == self._text:
            return
        self._text = text
        self.update(Content(text + " " if text else ""), layout=False)
        has = self.styles.width.value if self.styles.width else 0
        # A filter that is gone leaves more room than a figure that has a digit less.
        if not text or self._needed > has or has - self._needed > _FILTER:
            self.styles.width = self._needed

    def fit(self) -> None:
        """The screen has another width: what was longer before counts no more."""
        self.styles.width = self._needed

    @property
    def _needed(self) -> int:
        return cell_len(self._text) + _GAP + 1 if self._text else 0

"""What a few rows and the marked one in full have in common: counts above, the table, the lines below, a calm word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from omnisync.tui.screens.base import Page
from omnisync.tui.widgets.counts import Counts
from omnisync.tui.widgets.lines import Lines
from omnisync.tui.widgets.table import Column, VirtualTable

T = TypeVar("T", bound=VirtualTable[Any])


class ListPage(Page, Generic[T]):
    """Subclasses give the table and its columns, the lines on the marked row, and why there is no row."""

    TITLE_TEXT = ""
    TABLE: ClassVar[type[VirtualTable[Any]]]
    OF_A_ROW: ClassVar[frozenset[str]] = frozenset()
    """Actions on the marked row, or on all that there are."""

    def body(self) -> ComposeResult:
        """The table, and the marked one in full."""
        yield Counts(self.TITLE_TEXT)
        yield self.TABLE(id="rows")
        yield Lines()
        yield Static("", id="empty", classes="hidden", markup=False)

    def on_mount(self) -> None:
        """The keys belong to the list."""
        self.set_focus(self.table)
        self.fit()
        self.show_empty()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without the keys for a row where there is none."""
        if action in self.OF_A_ROW and not (self.composed and self.table.count):
            return False
        return super().check_action(action, parameters)

    @property
    def table(self) -> T:
        """The list."""
        return self.query_one("#rows")  # type: ignore[return-value]

    def columns(self, width: int) -> Sequence[Column]:
        """What a row shows at that width."""
        raise NotImplementedError

    def tell(self) -> None:
        """Bring what is said of the marked row up to date."""
        raise NotImplementedError

    def why_empty(self) -> str:
        """A calm word where there are no rows, with the next step."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """Another width has room for other columns."""
        self.fit()

    def fit(self) -> None:
        """Lay the columns out anew."""
        if self.size.width > 1:
            self.table.lay_out(self.columns(self.size.width - 1))
            self.tell()

    @on(VirtualTable.Moved)
    def _marked_another(self) -> None:
        self.tell()

    def show_empty(self) -> None:
        """The word, or the rows."""
        empty = not self.table.count
        box = self.query_one("#empty", Static)
        changed = box.has_class("hidden") == empty
        box.set_class(not empty, "hidden")
        for widget in (self.table, self.query_one(Lines)):
            widget.set_class(empty, "hidden")
        if changed:
            self.refresh_bindings()
        if empty:
            box.update(Content(self.why_empty()))
            self.set_focus(None)
        elif self.focused is None:
            self.set_focus(self.table)

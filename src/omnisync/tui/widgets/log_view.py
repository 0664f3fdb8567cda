"""Lines in the order of time, the newest at the bottom or on top: the daemon's log, and the history of a thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message

from omnisync.model.clean import clean
from omnisync.text import local, when
from omnisync.tui.keys import bindings
from omnisync.tui.pages import Pages
from omnisync.tui.widgets.table import Cell, Column, VirtualTable, fitted

_LONGEST = 1000
_DAY_AND_HOUR = len("11-22 14:03")
_NO_USE = frozenset({"table.select", "table.all", "table.copy", "table.copy_row"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: ``about`` is a level or who did it, ``where`` a store; ``whole`` is the full record as JSON text.

    ``number`` is that of an event, 0 for a line of the log.
    """

    at: int
    about: str
    where: str
    text: str
    look: str
    whole: Callable[[], str]
    number: int = 0


class Entries(Pages[Entry]):
    """Rows that are at hand at once, so that nothing is read ahead."""

    def __init__(self) -> None:
        super().__init__(lambda _changed: None)
        self.at: Callable[[int], Entry | None] = lambda _index: None

    def row(self, index: int) -> Entry | None:
        """The row at that position."""
        return self.at(index)

    def reread(self, start: int, stop: int) -> None:
        """What was written stays as it is."""


class LogView(VirtualTable[Entry], inherit_bindings=False):
    """A virtual table that can follow its end."""

    BINDINGS: ClassVar = [each for each in bindings("table") if cast(Binding, each).id not in _NO_USE]

    class Left(Message):
        """A person moved away from the end, so it is no longer followed."""

    def __init__(self, **given: str) -> None:
        super().__init__(**given)
        self.entries = Entries()
        self.pages.close()
        self.pages = self.entries
        self.following = False
        self.new = 0
        """Lines that came while the end was not followed."""
        self.day = 0
        """A time of today: lines of other days show their date."""

    def key_of(self, row: Entry) -> int:
        """Nothing is ever selected."""
        return id(row)

    def look_of(self, row: Entry) -> tuple[str, str]:
        """What is serious is coloured as a whole, and has a sign besides."""
        return ("!" if row.look in ("refused", "held") else ""), row.look

    def fit(self, columns: Sequence[tuple[str, str, int]]) -> None:
        """Lay these out: what they show, their title and width; the text takes the rest."""
        made = [Column(name, title, width, self._cells(name, width)) for name, title, width in columns]
        self.lay_out(made)

    def _cells(self, name: str, width: int) -> Callable[[Entry], Sequence[Cell]]:
        def cells(row: Entry) -> Sequence[Cell]:
            text = _time(row.at, self.day, width) if name == "at" else clean(getattr(row, name), _LONGEST)
            return (Cell(fitted(text, width)),)

        return cells

    def begin(self, count: int, at: Callable[[int], Entry | None], *, end: bool) -> None:
        """Show these rows, from the end or from the beginning."""
        self.entries.count, self.entries.at = count, at
        self.following, self.new = end, 0
        self._restart(count - 1 if end else 0)
        if end:
            self._to_end()

    def grow(self, count: int, fresh: int, dropped: int) -> None:
        """The rows have grown at the end (and lost some at the beginning); repaints only where that is seen."""
        self.entries.count = count
        self.virtual_size = Size(self.size.width, count + 1)
        if self.following:
            self.cursor = count - 1
            self._to_end()
            self.refresh()
            return
        self.new += fresh
        if dropped:
            self.cursor = max(0, self.cursor - dropped)
            self.scroll_to(y=max(0, self.scroll_offset.y - dropped), animate=False, force=True)
        if dropped or count - fresh < self.scroll_offset.y + self.size.height:
            self.refresh()

    def follow(self, *, on: bool) -> None:
        """Go with the end, or stay here."""
        self.following, self.new = on, 0
        if on and self.count:
            self.cursor = self.count - 1
            self._to_end()
            self.refresh()

    def _to_end(self) -> None:
        self.scroll_to(y=max(0, self.count - max(1, self.size.height - 1)), animate=False, force=True)

    def move_to(self, index: int) -> None:
        """Whoever moves up wants to read, and the end is left."""
        self._leave(index)
        super().move_to(index)

    def action_jump(self, to: int) -> None:
        """To the first line, or to the last one and on with it."""
        if to == 0:
            super().action_jump(to)
        else:
            self.follow(on=True)
            self.post_message(self.Moved())

    def action_page(self, step: int) -> None:
        """A page down or up."""
        self._leave(self.cursor + step)
        super().action_page(step)

    def on_mouse_scroll_up(self) -> None:
        """The wheel leaves the end too."""
        self._leave(0)

    def _leave(self, index: int) -> None:
        if self.following and index < self.count - 1:
            self.following = False
            self.post_message(self.Left())

    def on_resize(self) -> None:
        """The end stays in sight."""
        if self.following:
            self._to_end()


def _time(at: int, now: int, width: int) -> str:
    """As much of it as there is room for; the hour alone may be any day's."""
    text = when(at, now)
    if len(text) <= width:
        return text
    return local(at).strftime("%m-%d %H:%M" if width >= _DAY_AND_HOUR else "%H:%M:%S")

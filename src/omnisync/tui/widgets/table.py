"""The table of every screen: as many rows as there are, at the price of those on the screen.

Rows come in pages from a source that answers by position. A step of the cursor repaints two lines; at
the edge the table jumps half a page, because a terminal is sent whole regions and that is felt over a
slow line. What a data change altered is repainted line by line; nothing moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from omnisync.text import _
from omnisync.tui.keys import bindings
from omnisync.tui.pages import Pages, Source

R = TypeVar("R")

MARGIN = 3
"""Cells before the first column: selected, cursor, changed."""


class Cell(NamedTuple):
    """A text that has passed clean(), and a look of the table's: "", "waiting", "refused" ..."""

    text: str
    look: str = ""


class Column(NamedTuple):
    """``cells`` gives the parts of one row's cell, which together take ``width``; ``gap`` stands before it."""

    id: str
    title: str
    width: int
    cells: Callable[[Any], Sequence[Cell]]
    right: bool = False
    gap: str = " "
    marked: bool = False


class VirtualTable(ScrollView, Generic[R], can_focus=True):
    """A table over a source. Subclasses say what identifies a row and what it is copied as."""

    ALLOW_SELECT = False
    SELECTS: ClassVar[bool] = True
    """Whether rows can be selected, to do something to many at once."""
    BINDINGS: ClassVar = bindings("table")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"table--{name}"
        for name in ("header", "marked", "cursor", "chosen", "dim", "waiting", "held", "refused", "excluded", "differs")
    }

    class Moved(Message):
        """The cursor stands on another row."""

    class Selected(Message):
        """Other rows are selected than before."""

    class HeaderClicked(Message):
        """A column's title was clicked."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    class Opened(Message):
        """A row was clicked twice."""

    def __init__(self, **given: Any) -> None:
        self._painted: dict[int, Strip] = {}
        """Lines of the screen as they were last painted, until a refresh."""
        super().__init__(**given)
        self.columns: Sequence[Column] = ()
        self._used = MARGIN
        self.cursor = 0
        self.selected: set[int] = set()
        self.all_found = False
        """Everything found is selected but what is in ``selected``."""
        self.pages: Pages[R] = Pages(self._arrived)
        self._styles: dict[str, Style] = {}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without the keys to select where nothing is."""
        del parameters
        return self.SELECTS or action not in ("select", "all")

    def key_of(self, row: R) -> int:
        """What identifies a row that can be selected."""
        raise NotImplementedError

    def look_of(self, row: R) -> tuple[str, str]:
        """The sign before the row ("" for none) and the look of all of it."""
        del row
        return "", ""

    # What it shows

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.pages.count

    @property
    def row(self) -> R | None:
        """The row under the cursor, if it is known."""
        return self.pages.row(self.cursor) if self.count else None

    def seen(self) -> list[R]:
        """The rows on the screen, as far as they are known."""
        top = self.scroll_offset.y
        rows = (self.pages.row(at) for at in range(top, min(top + self.size.height, self.count)))
        return [row for row in rows if row is not None]

    def show_head(self, rows: Sequence[R]) -> None:
        """Paint these first rows; the source follows."""
        self.pages.begin(rows)
        self._restart(0)

    def show(self, source: Source[R], cursor: int = 0) -> None:
        """Show another order of rows, with the cursor on that one."""
        first_rows_stay = self.pages.only_head and self.count > 0 and cursor == 0
        self.pages.use(source)
        self._restart(self.cursor if first_rows_stay else cursor, scroll=not first_rows_stay)

    def _restart(self, cursor: int, *, scroll: bool = True) -> None:
        self.virtual_size = Size(self.size.width, self.count + 1)
        self.cursor = max(0, min(cursor, self.count - 1))
        if scroll:
            rows = max(1, self.size.height - 1)
            top = 0 if self.cursor < rows else self.cursor - rows // 2
            self.scroll_to(y=top, animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved())

    def forget_selection(self) -> None:
        """Nothing is selected any more."""
        if self.selected or self.all_found:
            self.selected, self.all_found = set(), False
            self.refresh()
            self.post_message(self.Selected())

    def lay_out(self, columns: Sequence[Column]) -> None:
        """Show these columns; they have been fitted to the width."""
        self.columns = columns
        self._used = MARGIN + sum(len(column.gap) + column.width for column in columns)
        self.refresh()

    def is_chosen(self, row: R) -> bool:
        """Whether the row is selected."""
        return self.SELECTS and (self.key_of(row) in self.selected) != self.all_found

    def chosen_count(self) -> int:
        """How many rows are selected."""
        return self.count - len(self.selected) if self.all_found else len(self.selected)

    # What changed

    def reread(self) -> None:
        """Read the rows on the screen again and repaint those that changed."""
        top = self.scroll_offset.y
        self.pages.reread(top, top + self.size.height)

    def _arrived(self, changed: Sequence[int] | None) -> None:
        """Pages came from their thread: these rows differ, None for all."""
        if changed is None:
            self.refresh()
            self.post_message(self.Moved())
            return
        for index in changed:
            self.repaint(index)
            if index == self.cursor:
                self.post_message(self.Moved())

    def repaint(self, index: int) -> None:
        """Repaint one row, if it is on the screen."""
        if 0 <= index - self.scroll_offset.y < self.size.height - 1:
            self.refresh_lines(index + 1, 1)

    # Painting

    def notify_style_update(self) -> None:
        """The theme changed."""
        self._styles.clear()
        super().notify_style_update()

    def _style(self, look: str) -> Style:
        if look not in self._styles:
            self._styles[look] = self.get_component_rich_style(f"table--{look}") if look else self.rich_style
        return self._styles[look]

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Paint these parts anew, or all."""
        if regions:
            for y in {y for region in regions for y in region.line_range}:
                self._painted.pop(y, None)
        else:
            self._painted.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """All lines of the table, at half of Textual's own price.

        It looks on each line for borders, padding and tints, which no table has, and cuts the place of the bar off.
        """
        # What lies under the bar would be cut off again, for which each part of each line has to be measured.
        width = self.size.width - (self.scrollbar_size_vertical if self.show_vertical_scrollbar else 0)
        top, painted = self.scroll_offset.y, self._painted
        filters, ground = self.get_line_filters(), self.background_colors[1]
        strips = []
        for y in crop.line_range:
            strip = painted.get(y)
            if strip is None or strip.cell_length != width:
                strip = self._line_at(y, top, width)
                for each in filters:
                    strip = strip.apply_filter(each, ground)
                painted[y] = strip
            strips.append(strip if crop.x == 0 and crop.width >= width else strip.crop(crop.x, crop.right))
        return strips

    def _line_at(self, y: int, top: int, width: int) -> Strip:
        """One line of the screen: the titles, a row, or nothing."""
        if y == 0:
            return self._titles(width)
        index = top + y - 1
        if index >= self.count:
            return Strip.blank(width, self._style(""))
        row = self.pages.row(index)
        if row is None:
            waits = Segment(f"   {index + 1}  " + _("reading …"), self._style("dim"))
            return Strip([waits]).crop_extend(0, width, self._style(""))
        return self._row(row, index, width)

    def _titles(self, width: int) -> Strip:
        segments = [Segment(" " * MARGIN, self._style("header"))]
        for column in self.columns:
            text = column.gap + fitted(column.title, column.width, right=column.right)
            segments.append(Segment(text, self._style("marked" if column.marked else "header")))
        return self._line(segments, self._style("header"), width)

    def _line(self, segments: list[Segment], rest: Style, width: int) -> Strip:
        """The parts of a whole line, filled up. Its length is known: measuring each part costs more than making it."""
        used = self._used
        if used < width:
            segments.append(Segment(" " * (width - used), rest))
        strip = Strip(segments, max(used, width))
        return strip if used <= width else strip.crop(0, width)

    def _row(self, row: R, index: int, width: int) -> Strip:
        sign, look = self.look_of(row)
        chosen, here = self.is_chosen(row), index == self.cursor
        base = self._style("cursor" if here else "chosen" if chosen else look)
        margin = ("√" if chosen else " ") + ("▸" if here else " ") + (sign or " ")
        segments: list[Segment] = []
        run = margin
        for column in self.columns:
            run += column.gap
            for cell in column.cells(row):
                if cell.look and (style := self._style(cell.look)) is not base:
                    # A segment of its own only where the look changes: each one costs forty bytes on the line.
                    segments += [Segment(run, base), Segment(cell.text, base + style.from_color(style.color))]
                    run = ""
                else:
                    run += cell.text
        segments.append(Segment(run, base))
        return self._line(segments, base, width)

    def place_of(self, column: str) -> Region | None:
        """Where on the screen the cursor's cell of that column is."""
        left = MARGIN
        for each in self.columns:
            left += len(each.gap)
            if each.id == column:
                y = self.cursor - self.scroll_offset.y + 1
                return Region(self.region.x + left, self.region.y + y, each.width, 1)
            left += each.width
        return None

    # Moving

    def on_resize(self) -> None:
        """A lower screen keeps the cursor's row in sight."""
        self.show_cursor()

    def show_cursor(self) -> None:
        """Bring the cursor's row into sight, where it is not."""
        top, rows = self.scroll_offset.y, max(1, self.size.height - 1)
        if self.count and not top <= self.cursor < top + rows:
            self._scroll_around(self.cursor)

    def _scroll_around(self, index: int) -> None:
        rows = max(1, self.size.height - 1)
        self.scroll_to(y=max(0, min(index - rows // 2, self.count - rows)), animate=False, force=True)
        self.refresh()

    def move_to(self, index: int) -> None:
        """Put the cursor there; at the edge the table jumps half a page."""
        new = max(0, min(index, self.count - 1))
        old, self.cursor = self.cursor, new
        if new == old:
            return
        top, rows = self.scroll_offset.y, max(1, self.size.height - 1)
        if top <= new < top + rows:
            self.refresh_lines(old + 1, 1)
            self.refresh_lines(new + 1, 1)
        else:
            self._scroll_around(new)
        self.post_message(self.Moved())

    def action_move(self, step: int) -> None:
        """So many rows down (or up)."""
        self.move_to(self.cursor + step)

    def action_page(self, step: int) -> None:
        """A page down or up, the cursor at the same height."""
        rows = max(1, self.size.height - 1)
        top = max(0, min(self.scroll_offset.y + step * rows, self.count - rows))
        self.cursor = max(0, min(self.cursor + step * rows, self.count - 1))
        self.scroll_to(y=top, animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved())

    def action_jump(self, to: int) -> None:
        """To the first row (0) or the last (-1)."""
        self.move_to(0 if to == 0 else self.count - 1)

    # Selecting and the mouse

    def action_select(self) -> None:
        """Select the row or no longer; then one row down."""
        row = self.row
        if row is not None:
            self.selected ^= {self.key_of(row)}
            self.repaint(self.cursor)
            self.post_message(self.Selected())
            self.action_move(1)

    def action_all(self) -> None:
        """Select all that were found, or nothing."""
        self.all_found, self.selected = not self.all_found, set()
        self.refresh()
        self.post_message(self.Selected())

    def on_click(self, event: events.Click) -> None:
        """A title sorts, a row gets the cursor, its margin selects it, twice opens it."""
        if event.y == 0:
            column = self._column_at(event.x)
            if column is not None:
                self.post_message(self.HeaderClicked(column.id))
            return
        index = self.scroll_offset.y + event.y - 1
        if index >= self.count:
            return
        self.move_to(index)
        if event.x < 1 and self.SELECTS:
            self.action_select()
        elif event.chain == 2:
            self.post_message(self.Opened())

    def _column_at(self, x: int) -> Column | None:
        left = MARGIN
        for column in self.columns:
            left += len(column.gap) + column.width
            if x < left:
                return column
        return None

    def on_unmount(self) -> None:
        """End the thread of the pages."""
        self.pages.close()


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """The text in exactly so many cells of the screen: cut with an ellipsis, or filled."""
    size = len(text) if text.isascii() else cell_len(text)
    if size > width:
        return set_cell_size(text, width - 1) + "…" if width else ""
    padding = " " * (width - size)
    return padding + text if right else text + padding

"""A list to choose from whose arrows are heeded in the order in which they were pressed, however fast."""

from __future__ import annotations

from typing import ClassVar

from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from omnisync.tui.keys import bindings

_BELOW = 2
"""Lines of the screen that a box leaves free: the keys, and one above itself."""


class Choices(OptionList):
    """Options are Content, never markup."""

    BINDINGS: ClassVar = bindings("choices")

    def __init__(self, *options: Option) -> None:
        super().__init__(*options, markup=False, id="choices")

    def fit_into(self, box: Widget) -> None:
        """As high as there is room for on the screen, beside what else stands in that box: every option can be seen."""
        beside = sum(each.outer_size.height for each in box.children if each is not self)
        room = self.app.size.height - beside - box.gutter.height - self.styles.margin.height - _BELOW
        self.styles.max_height = max(2, room)
        self.call_after_refresh(self.scroll_to_highlight)

"""A list to choose from whose arrows are heeded in the order in which they were pressed, however fast."""

from __future__ import annotations

from typing import ClassVar

from textual.widgets import OptionList
from textual.widgets.option_list import Option

from omnisync.tui.keys import bindings


class Choices(OptionList):
    """Options are Content, never markup."""

    BINDINGS: ClassVar = bindings("choices")

    def __init__(self, *options: Option) -> None:
        super().__init__(*options, markup=False, id="choices")

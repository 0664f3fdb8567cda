"""A price edited in its cell: a line laid exactly over it, there all the time, so that a burst of keys finds it."""

from __future__ import annotations

from typing import ClassVar

from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from omnisync.amount import parse_amount
from omnisync.model.money import Money
from omnisync.tui.keys import bindings


class PriceEditor(Input):
    """A price in, whole minor units out.

    What is no price is not sent and stays to be mended: letters left out silently would make another price of it
    (``1.234,50`` became 1.23).
    """

    BINDINGS: ClassVar = bindings("price")
    KEEPS_KEYS = True

    class Saved(Message):
        """A price was entered: minor units, or None for the price list's own."""

        def __init__(self, product: int, code: str, store: str, minor: int | None) -> None:
            super().__init__()
            self.product, self.code, self.store, self.minor = product, code, store, minor

    class Wrong(Message):
        """What was entered is no price, and why."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(self) -> None:
        super().__init__(max_length=24, select_on_focus=False, compact=True)
        self.cursor_blink = False
        self._target = (0, "", "")
        self._currency = ""
        self._before = ""
        self._home: Widget | None = None

    def open(self, product: int, code: str, store: str, price: Money, place: Region) -> None:
        """Edit this price there."""
        self._target, self._currency = (product, code, store), price.currency
        self.value = self._before = str(price)
        self.lie(place)
        self.display = True
        self._home = self.screen.focused
        self.screen.set_focus(self)
        self.action_select_all()

    @property
    def store(self) -> str:
        """The store whose price is edited, or was last."""
        return self._target[2]

    def lie(self, place: Region) -> None:
        """Lie there."""
        self.styles.width = place.width
        self.styles.offset = (place.x, place.y)

    def action_save(self) -> None:
        """Send what was entered, if it is something else than before."""
        text = self.value.strip()
        try:
            minor = parse_amount(text, self._currency).minor if text else None
        except ValueError as error:
            self.post_message(self.Wrong(str(error)))
            self.action_select_all()
            return
        if text != self._before:
            self.post_message(self.Saved(*self._target, minor))
        self._leave()

    def action_cancel(self) -> None:
        """Leave the price as it is."""
        self._leave()

    def _leave(self) -> None:
        # At once, not by a message: the next key may already be there.
        self.screen.set_focus(self._home)
        self.display = False

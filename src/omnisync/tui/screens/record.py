"""One record of the log or one event, whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import ClassVar, Literal

from textual.app import ComposeResult

from omnisync.log.named import order_named, product_named
from omnisync.text import _, local
from omnisync.tui.keys import bindings
from omnisync.tui.screens.base import Page
from omnisync.tui.widgets.lines import Line, Lines
from omnisync.tui.widgets.log_view import Entry
from omnisync.tui.widgets.table import fitted

LONGEST_COPY = 100_000
"""Characters of a record that go to the clipboard; terminals take no more."""

_DEPTH = 400
"""Lines of one record that are shown: an event may name thousands of products."""


class Record(Page):
    """Every field, one on a line; what could steer a terminal is shown as an escape."""

    BINDINGS: ClassVar = bindings("record")
    HELP_TEXT = _(
        "One line of the log with everything that was written. Enter opens the order or the product that it names. "
        "Esc goes back to the list."
    )

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self._entry = entry
        self._named: Named | None = None

    def body(self) -> ComposeResult:
        """One page of text."""
        yield Lines()

    def on_mount(self) -> None:
        """Show it."""
        self.set_focus(self.query_one(Lines))
        self.query_one(Lines).show(_lines(self._entry))
        self._named = _named(self, self._entry)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is opened where nothing is named."""
        if action == "open":
            return self._named is not None
        return super().check_action(action, parameters)

    def action_open(self) -> None:
        """The order or the product that it names."""
        _open(self, self._named)

    def action_copy(self) -> None:
        """Copy the record as JSON."""
        self.omnisync.copy(self._entry.whole(), LONGEST_COPY)


def open_named(page: Page, entry: Entry) -> None:
    """The sheet of the order or of the product that the record names; says so when it names none that is known."""
    if not _open(page, _named(page, entry)):
        page.omnisync.say(_("This line names no order and no product that is known."))


Named = tuple[Literal["order", "product"], int]


def _named(page: Page, entry: Entry) -> Named | None:
    if page.reader is None:
        return None
    record = json.loads(entry.whole())
    if (order := order_named(page.reader, record)) is not None:
        return "order", order
    product = product_named(page.reader, record)
    return None if product is None else ("product", product)


def _open(page: Page, named: Named | None) -> bool:
    match named:
        case ("order", order):
            from omnisync.tui.screens.order import Sheet as OrderSheet

            page.omnisync.push_screen(OrderSheet(order))
        case ("product", product):
            from omnisync.tui.screens.product import Sheet as ProductSheet

            page.omnisync.push_screen(ProductSheet(product))
    return named is not None


def _lines(entry: Entry) -> Iterator[Line]:
    yield [(entry.text, "bold")]
    parts = [local(entry.at).strftime("%Y-%m-%d %H:%M:%S") if entry.at else "", entry.about, entry.where]
    yield [("  ".join(part for part in parts if part), "dim")]
    yield []
    fields = list(_fields(json.loads(entry.whole())))
    for depth, name, text in fields[:_DEPTH]:
        yield [("  " * depth, ""), (fitted(name, max(14, len(name))) + " ", "title"), (text, "")]
    if len(fields) > _DEPTH:
        yield [(_("… and {n} more lines; y copies all of it").format(n=len(fields) - _DEPTH), "dim")]


def _fields(value: object, name: str = "", depth: int = 0) -> Iterator[tuple[int, str, str]]:
    if isinstance(value, dict | list) and value:
        if name:
            yield depth, name, ""
            depth += 1
        pairs = value.items() if isinstance(value, dict) else enumerate(value, 1)
        for key, inner in pairs:
            yield from _fields(inner, str(key), depth)
    else:
        yield depth, name, _escaped(value)


def _escaped(value: object) -> str:
    """Readable letters stay; control and format characters are seen as what they are."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)

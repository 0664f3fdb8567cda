"""What happened to one product or one order, a sentence for each event, the newest on top."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len

from omnisync.errors import DatabaseError
from omnisync.explain.happened import sentence
from omnisync.explain.share import share_of
from omnisync.log.reader import Reader
from omnisync.log.story import Told, events_of_order, events_of_product, json_of, listings_of, product_of
from omnisync.model.clean import clean
from omnisync.ports import in_thread
from omnisync.text import _, plural
from omnisync.tui.keys import bindings
from omnisync.tui.screens.log_page import LogPage
from omnisync.tui.widgets.found import Found
from omnisync.tui.widgets.lines import time_size
from omnisync.tui.widgets.log_view import Entry

_MOST = 2000
"""Events that are read at once."""

Read = Callable[[Reader, int], list[tuple[Told, str]]]
"""The newest events, so many at most, each with what is said of it."""


class History(LogPage):
    """The events; those that come are put on top without moving what is read."""

    BINDINGS: ClassVar = bindings("history")
    WHILE_TYPING = frozenset({"find"})
    HELP_TEXT = _(
        "Everything that touched this product or order, out of the event log: counts, prices, orders, what was sent and "
        "what the stores said, and what people did. Nothing is ever taken out of it."
    )
    FIND_HINT = _("F3 or / to find in the history")

    def __init__(self, title: str, read: Read) -> None:
        super().__init__()
        self.TITLE_TEXT = title
        self._read = read
        self._all: Sequence[Entry] | None = None
        self._shown: Sequence[Entry] = ()
        self._wanted = ""
        self._reading = False
        self._again = False

    def on_mount(self) -> None:
        """Read it."""
        super().on_mount()
        self.data_changed()

    def data_changed(self) -> None:
        """Read it anew on a thread."""
        if self._reading:
            self._again = True
        elif self.composed and self.reader is not None:
            self._reading = True
            self.run_worker(self._fill(), exit_on_error=True)
        self.tell()

    async def _fill(self) -> None:
        database, read = self.omnisync.desk.database, self._read

        def entries() -> list[Entry]:
            with Reader(database) as reader:
                return [_entry(told, said) for told, said in read(reader, _MOST)]

        try:
            found = await in_thread(entries)
        except DatabaseError as error:
            self.show_empty(str(error))
        else:
            self._take(found)
        self._reading = False
        if self._again:
            self._again = False
            self.data_changed()

    def _take(self, found: Sequence[Entry]) -> None:
        before, self._all = self._all, found
        if before is None or len(found) != len(before):
            self._filter()

    def _filter(self) -> None:
        view, known = self.view, len(self._shown)
        word = self._wanted.casefold()
        self._shown = [each for each in self._all or () if word in f"{each.about} {each.text}".casefold()]
        new, stays = len(self._shown) - known, view.cursor > 0 and known > 0
        top = view.scroll_offset.y
        view.day = self.omnisync.desk.clock.now()
        view.begin(len(self._shown), self._at, end=False)
        self.fit()
        if stays and new >= 0:
            view.cursor += new
            view.scroll_to(y=top + new, animate=False, force=True)
        self.tell()

    def _at(self, index: int) -> Entry | None:
        return self._shown[index] if 0 <= index < len(self._shown) else None

    def looked_for(self, text: str) -> None:
        """Only events with this text."""
        if text != self._wanted:
            self._wanted, self._shown = text, ()
            self._filter()

    def tell(self) -> None:
        """How many there are."""
        if not self.composed:
            return
        text = "…" if self._all is None else plural("{n} event", "{n} events", len(self._shown))
        if self._all is not None and len(self._all) == _MOST:
            text = _("the newest {n}").format(n=text)
        self.query_one(Found).tell([text])
        empty = self._all is not None and not self._shown
        self.show_empty(
            (_("Nothing like that has happened.") if self._wanted else _("Nothing has happened yet.")) if empty else ""
        )

    def action_undo(self) -> None:
        """Take back the act of the event under the cursor."""
        if (entry := self.view.row) is not None:
            from omnisync.tui.undoing import undo

            self.omnisync.run_worker(undo(self.omnisync, entry.number))

    def columns(self, width: int) -> list[tuple[str, str, int]]:
        """When, who and what; on a phone when and what."""
        if width >= 60:
            now = self.omnisync.desk.clock.now()
            time = max(8, time_size((each.at for each in self._shown), now, width))
            who = max((cell_len(clean(each.about)) for each in self._shown), default=0)
            sizes = [("at", _("When"), time), ("about", _("Who"), max(6, min(who, 16 if width >= 100 else 12)))]
        else:
            sizes = [("at", _("When"), 8)]
        return [*sizes, ("text", _("What"), width - sum(size + 1 for _name, _title, size in sizes))]


def _entry(told: Told, said: str) -> Entry:
    def whole() -> str:
        record = {
            "seq": told.seq,
            "type": told.type,
            "stream": told.stream,
            "actor": told.actor,
            "event": json_of(told.event),
        }
        return json.dumps(record, ensure_ascii=False)

    return Entry(told.at, told.actor, told.stream, said, "", whole, told.seq)


def of_product(product: int, code: str) -> History:
    """The history of a product."""

    def read(reader: Reader, most: int) -> list[tuple[Told, str]]:
        listings = listings_of(reader, product)
        found = events_of_product(reader, product, most)
        return [(each, sentence(share_of(each.event, code, listings))) for each in found]

    return History(code, read)


def of_order(order: str) -> History:
    """The history of the order of that number."""

    def read(reader: Reader, most: int) -> list[tuple[Told, str]]:
        return [(each, sentence(each.event)) for each in events_of_order(reader, order, most)]

    return History(order, read)


def of_anything(reader: Reader, name: str) -> History | None:
    """That of the product with the code or barcode, else of the order with the number; None for neither."""
    product = product_of(reader, name)
    if product is not None:
        return of_product(product, name)
    return of_order(name) if events_of_order(reader, name, 1) else None

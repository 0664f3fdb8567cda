"""The daemon's log as it is written, whether the daemon runs here or elsewhere: both write the same file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on

from omnisync.explain.words import connector_words
from omnisync.folders import LOG
from omnisync.log.overview import store_names
from omnisync.logfile import LEVELS, Filter, Line
from omnisync.model.clean import clean
from omnisync.ports import in_thread
from omnisync.text import _, plural
from omnisync.tui.keys import bindings
from omnisync.tui.screens.ask import Choose
from omnisync.tui.screens.ask_line import AskLine
from omnisync.tui.screens.log_page import LogPage
from omnisync.tui.screens.record import open_named
from omnisync.tui.tail import Tail
from omnisync.tui.widgets.found import Found
from omnisync.tui.widgets.log_view import Entry, LogView

EVERY = 0.25
"""Seconds between two looks at the file: each that finds lines repaints the screen."""

_LOOKS = {"debug": "dim", "warning": "waiting", "error": "refused", "critical": "refused"}


class Log(LogPage):
    """The log, followed at its end until a person moves up."""

    BINDINGS: ClassVar = bindings("log")
    WHILE_TYPING = frozenset({"find", "follow", "level", "store"})
    HELP_TEXT = _(
        "What the daemon writes as it works, the newest at the bottom. Moving up stops following, so that nothing moves "
        "while you read; new lines are counted, and End or F4 goes back to them. It is the same file that "
        "`omnisync log` shows. From a line, O leads to the order or the product that it names."
    )
    FIND_HINT = _("F3 or / to find in the log")

    def __init__(self) -> None:
        super().__init__()
        self.wanted = Filter(level="info")
        self._tail: Tail | None = None
        self._looked = False

    def on_mount(self) -> None:
        """Begin to look at the file."""
        super().on_mount()
        self._look_for(self.wanted)
        self.run_worker(self._live(), exit_on_error=True)

    def on_unmount(self) -> None:
        """Close the file."""
        self._close()

    # The file

    def _close(self) -> None:
        """One that is just being read on its thread is closed where that ends."""
        tail, self._tail = self._tail, None
        if tail is not None and not tail.looking:
            tail.close()

    def _look_for(self, wanted: Filter) -> None:
        self.wanted, self._looked = wanted, False
        self._close()
        self._tail = Tail(self.omnisync.desk.folder / LOG, wanted)
        self.tell()
        self.run_worker(self._look(), exit_on_error=True)

    async def _live(self) -> None:
        while True:
            await self.omnisync.desk.clock.sleep(EVERY)
            if self.is_current:
                await self._look()

    async def _look(self) -> None:
        tail = self._tail
        if tail is None or tail.looking:
            return
        tail.looking = True
        await in_thread(tail.look)
        tail.looking = False
        if tail is not self._tail:
            tail.close()
            return
        if not self.composed:
            # The list is just being made or taken down; what was read is shown at the next look.
            return
        fresh, first = tail.take(), not self._looked
        self._looked = True
        self.view.day = self.omnisync.desk.clock.now()
        if first:
            self.view.begin(tail.count, partial(_entry_at, tail), end=True)
        elif fresh or tail.dropped:
            self.view.grow(tail.count, fresh, tail.dropped)
        if first or fresh or tail.dropped:
            self.tell()

    # What is said above the list

    def tell(self) -> None:
        """Whether it follows, the filter, how many lines."""
        if not self.composed:
            return
        view, wanted, count = self.view, self.wanted, self._tail.count if self._tail else 0
        self.show_empty(self._why_empty() if self._looked and not count else "")
        parts = ["…" if not self._looked else plural("{n} line", "{n} lines", count)]
        if self.size.width >= 70 or wanted.level not in ("debug", "info"):
            parts.insert(0, _("level: {level}").format(level=wanted.level))
        if wanted.store:
            parts.insert(0, clean(connector_words(wanted.store), 20))
        if not view.following and self._looked:
            new = plural("{n} new", "{n} new", view.new) if view.new else ""
            parts.append(" ".join(filter(None, ("‖", _("paused") if self.size.width >= 60 else "", new))))
        elif self._looked:
            parts.append(_("● following") if self.size.width >= 60 else "●")
        self.query_one(Found).tell(parts)

    def _why_empty(self) -> str:
        path = self.omnisync.desk.folder / LOG
        if not path.exists():
            return _("There is no log yet.\n\nThe daemon writes it as soon as it runs, to\n{path}").format(
                path=clean(str(path))
            )
        if self.wanted.text or self.wanted.store or self.wanted.level not in ("debug", "info"):
            return _(
                "No line in the log is like that.\n\nF5 shows other levels, F6 other stores, F3 finds another text."
            )
        return _("The log is empty.\n\nLines appear here by themselves.")

    def columns(self, width: int) -> list[tuple[str, str, int]]:
        """Time, level, store and text; on a phone the level is a colour and a sign only."""
        if width >= 100:
            sizes = [("at", _("Time"), 16), ("about", _("Level"), 8), ("where", _("Store"), 12)]
        elif width >= 60:
            sizes = [("at", _("Time"), 11), ("about", _("Level"), 7), ("where", _("Store"), 10)]
        else:
            sizes = [("at", _("Time"), 8)]
        return [*sizes, ("text", _("What"), width - sum(size + 1 for _name, _title, size in sizes))]

    # Keys

    def looked_for(self, text: str) -> None:
        """Only lines with this text."""
        if text != self.wanted.text:
            self._look_for(replace(self.wanted, text=text))

    @on(LogView.Moved)
    @on(LogView.Left)
    def _moved(self) -> None:
        self.tell()

    def action_open(self) -> None:
        """The order or the product that the line names."""
        if (entry := self.view.row) is not None:
            open_named(self, entry)

    def action_follow(self) -> None:
        """Follow the end, or stay."""
        self.view.follow(on=not self.view.following)
        self.tell()

    def action_level(self) -> None:
        """Choose how serious a line must be."""
        choices = [
            (level, level if level == LEVELS[-1] else _("{level} and worse").format(level=level)) for level in LEVELS
        ]
        self._choose(_("Which lines?"), choices, self.wanted.level, lambda level: replace(self.wanted, level=level))

    def action_store(self) -> None:
        """Choose a store."""
        names = ["erp", *(store_names(self.reader) if self.reader else ())]
        choices = [("", _("all")), *((name, connector_words(name)) for name in names)]
        self._choose(
            _("Lines about which store?"), choices, self.wanted.store, lambda store: replace(self.wanted, store=store)
        )

    def action_history(self) -> None:
        """What happened to a product or an order."""

        def named(name: str | None) -> None:
            if name is None or self.reader is None:
                return
            from omnisync.tui.screens.history import of_anything

            page = of_anything(self.reader, name)
            if page is None:
                self.omnisync.warn(_("There is no product and no order {name}.").format(name=clean(name, 40)))
            else:
                self.omnisync.push_screen(page)

        hint = _("code, barcode or order number")
        self.omnisync.push_screen(AskLine(_("The history of which product or order?"), hint), named)

    def _choose(self, title: str, choices: list[tuple[str, str]], marked: str, made: Callable[[str], Filter]) -> None:
        def chosen(answer: str | None) -> None:
            if answer is not None and answer != marked:
                self._look_for(made(answer))

        self.omnisync.push_screen(Choose(title, choices, marked), chosen)


def _entry_at(tail: Tail, index: int) -> Entry | None:
    line = tail.line(index)
    return _entry(line) if line is not None else None


def _entry(line: Line) -> Entry:
    return Entry(
        line.at, line.level, connector_words(line.store), line.text, _LOOKS.get(line.level, ""),
        lambda: json.dumps(line.record, ensure_ascii=False),
    )  # fmt: skip

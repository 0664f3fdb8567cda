"""What waits for a person, with what the stores said, and the key that settles each: yes, again, or the product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on, work

from omnisync.errors import DatabaseError
from omnisync.explain.matters import (
    advice_words,
    changes_words,
    held_words,
    kind_of,
    kind_title,
    subject_words,
    what_words,
    why_words,
)
from omnisync.explain.words import SIGNS, connector_words, figure_words
from omnisync.log.matters import KINDS, Matter, Matters, connector_of
from omnisync.log.overview import HoldView, RefusedView, SetAside, UnmatchedView, rules_of, store_names
from omnisync.log.story import product_of
from omnisync.model.clean import clean
from omnisync.ports import in_thread
from omnisync.text import _, number, when
from omnisync.tui.keys import bindings
from omnisync.tui.screens.ask import Choose
from omnisync.tui.screens.ask_line import AskLine
from omnisync.tui.screens.list_page import ListPage
from omnisync.tui.screens.matter_acts import MatterActs
from omnisync.tui.widgets.counts import Counts
from omnisync.tui.widgets.lines import Line, Lines
from omnisync.tui.widgets.table import MARGIN, Cell, Column, VirtualTable, fitted

_NARROW, _ROOMY = 60, 118

_SIGNS = {"held": SIGNS["held"].letter, "refused": SIGNS["refused"].letter, "aside": "✗", "unmatched": "?"}
_LOOKS = {"held": "held", "refused": "refused", "aside": "refused", "unmatched": "waiting"}


class MatterTable(VirtualTable[Matter]):
    """One row per matter."""

    def key_of(self, row: Matter) -> int:
        """What it is all about: it has no number."""
        return hash(row)


class MattersPage(ListPage[MatterTable]):
    """What waits, of one store or of all; below, the marked matter in full."""

    BINDINGS: ClassVar = bindings("matters")
    TITLE_TEXT = _("What waits for you")
    TABLE = MatterTable
    OF_A_ROW = frozenset({"act", "product", "reject", "retry_all", "release_all"})
    HELP_TEXT = _(
        "Everything that stands still until a person has looked at it. ‖ held: a suspicious change; Enter asks, then "
        "lets it go, n says no. ! refused: a store didn't take a figure; Enter sends it again. ✗ set aside: an order or a line of "
        "a file that can't be read; Enter shows it: mend a field, say which product it "
        "is, try it again, dismiss it. ? unmatched: a listing whose product isn't known; Enter "
        "lets you choose it. Space selects several, Ctrl+A all that are shown: Enter then settles them together, "
        "after it has said how many there are and what that does."
    )

    def __init__(self, store: str) -> None:
        super().__init__()
        self.store, self.kind, self.text = store, "", ""
        self._matters: Matters | None = None
        self.do = MatterActs(self)
        self._problem = ""
        self._read = False

    def on_mount(self) -> None:
        """Read."""
        self.look()

    def columns(self, width: int) -> Sequence[Column]:
        """What a row shows at that width."""
        return _lay_out(width, every_store=not self.store)

    # Data

    def data_appeared(self) -> None:
        """The first data is there."""
        self.look()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """It is seen again: something may have been settled meanwhile."""
        del event
        if self._read:
            self.look()

    def data_changed(self) -> None:
        """Rows stay where they are; ``r`` and every act read them anew."""
        self.run_worker(self.omnisync.acts.look(), exit_on_error=True)

    def look(self) -> None:
        """Read what waits."""
        if self.reader is not None:
            self._look()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        database, store, kind, text = self.omnisync.desk.database, self.store, self.kind, self.text

        def read() -> tuple[Matters, dict[str, int]]:
            counts = {each: Matters(database, store, each).figures for each in KINDS}
            return Matters(database, store, kind, text), counts

        try:
            matters, counts = await in_thread(read)
        except DatabaseError as error:
            self._problem = str(error)
            self.show_empty()
            return
        if self.composed:
            self._read, self._problem, self._matters = True, "", matters
            self.query_one(Counts).show((kind_title(each), count, _LOOKS[each]) for each, count in counts.items())
            self.table.show(matters, self.table.cursor)
            self.show_empty()
            self.tell()

    def tell(self) -> None:
        """The marked one in full; how many are selected, and what the list is narrowed to."""
        row = self.table.row
        if row is not None:
            self.query_one(Lines).show(self._full(row))
        chosen = self.table.chosen_count()
        narrowed = [
            each
            for each in (connector_words(self.store), kind_title(self.kind) if self.kind else "", self.text)
            if each
        ]
        selected = [_("{n} selected").format(n=number(chosen))] if chosen else []
        self.note(clean(", ".join([*selected, *narrowed]), 40))

    @on(VirtualTable.Selected)
    def _selected(self) -> None:
        self.tell()

    def _full(self, matter: Matter) -> list[Line]:
        kind = kind_of(matter)
        lines: list[Line] = [
            [(f"{_SIGNS[kind]} {connector_words(connector_of(matter))}  ", _LOOKS[kind]), (what_words(matter), "bold")],
            [(self._said(matter), "")],
        ]
        match matter:
            case HoldView() if self.reader is not None:
                lines += [[("  " + change, "")] for change in changes_words(self.reader, matter, 4)]
            case SetAside():
                now = self.omnisync.desk.clock.now()
                times = _("first {first}, last {last}, {n} times")
                lines.append(
                    [
                        (
                            times.format(
                                first=when(matter.first_at, now), last=when(matter.last_at, now), n=matter.times
                            ),
                            "dim",
                        )
                    ]
                )
            case UnmatchedView() if matter.barcodes:
                lines.append([(_("barcode {barcode}").format(barcode=", ".join(matter.barcodes)), "dim")])
        lines.append([(advice_words(matter), "dim")])
        return lines

    def _said(self, matter: Matter) -> str:
        match matter:
            case HoldView():
                return held_words(matter)
            case RefusedView() if self.reader is not None:
                rules = rules_of(self.reader, matter.store)
                wanted = figure_words(matter.kind, matter.wanted, rules.currency if rules else "")
                return _("{name}: {wanted} was refused: {reason}").format(
                    name=matter.name, wanted=wanted, reason=why_words(matter)
                )
            case SetAside():
                return f"{subject_words(matter.subject)}: {matter.reason}"
        return why_words(matter)

    def why_empty(self) -> str:
        """The reason, and the next step."""
        if self._problem:
            return _("This can't be read just now.\n\n{problem}\n\nr tries again.").format(
                problem=clean(self._problem, 300)
            )
        if self.reader is not None and not self._read:
            return _("Reading …")
        if self.text:
            return _("Nothing that waits for you has that in it.\n\nEsc shows everything again.")
        if self.kind:
            return _("Nothing of that kind waits for you.\n\nF6 shows the other kinds.")
        return _("Nothing waits for you here. All is well.")

    # Keys

    @on(VirtualTable.Opened)
    def action_act(self) -> None:
        """Settle the marked matter, or all that are selected."""
        if self.table.chosen_count():
            self.run_worker(self._settle_chosen(), exclusive=True, group="settle")
        elif (row := self.table.row) is not None:
            self.run_worker(self.do.settle(row))

    def action_reject(self) -> None:
        """Say no to what is held."""
        if isinstance(row := self.table.row, HoldView):
            self.run_worker(self.do.reject(row))
        else:
            self.omnisync.say(_("Only what is held can be refused its way."))

    def action_release_all(self) -> None:
        """Let everything go that is held at the stores."""
        self.run_worker(self.do.release_all())

    async def _settle_chosen(self) -> None:
        matters = self._matters
        if matters is None:
            return
        try:
            rows = await in_thread(lambda: matters.page(0, matters.count))
        except DatabaseError as error:
            self.omnisync.warn(str(error))
            return
        if await self.do.settle_many([row for row in rows if self.table.is_chosen(row)]):
            self.table.forget_selection()
            self.look()

    def action_find(self) -> None:
        """Only what has a text in it."""
        line = AskLine(_("Find in what waits for you"), _("nothing typed: everything again"))
        self.omnisync.push_screen(line, self._take_text)

    def _take_text(self, text: str | None) -> None:
        self.text = text or ""
        self.table.forget_selection()
        self.look()

    def action_clear(self) -> None:
        """Back by one step: first nothing is selected, then everything is shown again."""
        if self.table.chosen_count():
            self.table.forget_selection()
        else:
            self._take_text("")

    @property
    def narrowed(self) -> bool:
        """Esc takes back a selection and a text first."""
        return bool(self.text or (self.composed and self.table.chosen_count()))

    def action_retry_all(self) -> None:
        """Send again everything that was refused."""
        self.run_worker(self.do.retry_all())

    def action_kind(self) -> None:
        """Only one kind."""
        choices = [("", _("everything")), *((kind, kind_title(kind)) for kind in KINDS)]
        self.omnisync.push_screen(Choose(_("Show"), choices, self.kind), self._take_kind)

    def _take_kind(self, kind: str | None) -> None:
        if kind is not None:
            self.kind = kind
            self.look()

    def action_store(self) -> None:
        """Only one store's."""
        names = store_names(self.reader) if self.reader else []
        choices = [("", _("all stores and the ERP")), *((name, name) for name in names), ("erp", _("the ERP"))]
        self.omnisync.push_screen(Choose(_("Store"), choices, self.store), self._take_store)

    def _take_store(self, store: str | None) -> None:
        if store is not None:
            self.store = store
            self.fit()
            self.look()

    def action_product(self) -> None:
        """Everything about the product that it is about."""
        row = self.table.row
        code = (
            row.code
            if isinstance(row, RefusedView)
            else row.sample[0].split(" ")[0]
            if isinstance(row, HoldView) and row.sample
            else ""
        )
        product = product_of(self.reader, code) if self.reader and code else None
        if product is None:
            self.omnisync.say(_("This is about no product that is known."))
            return
        from omnisync.tui.screens.product import Sheet

        self.omnisync.push_screen(Sheet(product))

    def action_fresh(self) -> None:
        """Look again."""
        self.look()

    def action_copy_code(self) -> None:
        """Copy what it is."""
        if (row := self.table.row) is not None:
            self.omnisync.copy(what_words(row))

    def action_copy_row(self) -> None:
        """Copy what it is and why it waits."""
        if (row := self.table.row) is not None:
            self.omnisync.copy(
                "\t".join(
                    (connector_words(connector_of(row)), kind_title(kind_of(row)), what_words(row), why_words(row))
                )
            )


def _lay_out(width: int, *, every_store: bool) -> list[Column]:
    store = 10 if every_store else 0
    kind = 0 if width < _NARROW else 11
    what = 18 if width < _NARROW else 30 if width < _ROOMY else 48
    sizes = {"store": store, "kind": kind, "what": what}
    used = sum(size + 1 for size in sizes.values() if size)
    left = width - MARGIN - used
    if width < _NARROW:
        # A few letters say nothing; why the marked one waits stands below in full.
        sizes["what"] += max(0, left)
    else:
        sizes["why"] = max(6, left - 1)
    titles = {"store": _("Store"), "kind": _("What"), "what": _("Which"), "why": _("Why")}
    return [_column(name, titles[name], size, narrow=width < _NARROW) for name, size in sizes.items() if size]


def _column(name: str, title: str, width: int, *, narrow: bool) -> Column:
    def cells(row: Matter) -> list[Cell]:
        kind = kind_of(row)
        match name:
            case "store":
                text = connector_words(connector_of(row))
            case "kind":
                return [Cell(fitted(f"{_SIGNS[kind]} {kind_title(kind)}", width), _LOOKS[kind])]
            case "what":
                text = f"{_SIGNS[kind]} {what_words(row)}" if narrow else what_words(row)
            case _:
                text = why_words(row)
        return [Cell(fitted(clean(text), width))]

    return Column(name, title, width, cells)

"""What stores show differently: every figure that an audit found, why, and what happens with it; repaired or accepted here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import work

from omnisync.errors import DatabaseError
from omnisync.explain.drift import accept_effect, cause_title, drift_words, owner_words, repair_effect, what_happens
from omnisync.explain.words import figure_words, kind_words
from omnisync.log.drift_list import DriftView, FiguresAge, figures_age, open_drifts, owner_of
from omnisync.log.overview import rules_of, store_names
from omnisync.log.reader import Reader
from omnisync.model.clean import clean
from omnisync.model.events import Kind
from omnisync.model.rules import StoreRules
from omnisync.ports import in_thread
from omnisync.text import _, age, plural
from omnisync.tui.keys import bindings
from omnisync.tui.pages import Rows
from omnisync.tui.screens.ask import Ask
from omnisync.tui.screens.list_page import ListPage
from omnisync.tui.screens.plan import PlanAsk
from omnisync.tui.widgets.counts import Counts
from omnisync.tui.widgets.lines import Line, Lines
from omnisync.tui.widgets.table import MARGIN, Cell, Column, VirtualTable, fitted

_NARROW = 70
_NAMED = 10


class _Found(Rows[DriftView]):
    """The rows as last read."""

    def __init__(self, rows: Sequence[DriftView], rules: dict[str, StoreRules], ages: Sequence[FiguresAge]) -> None:
        super().__init__(rows)
        self.rules, self.ages = rules, ages


class DriftTable(VirtualTable[DriftView]):
    """One row per figure. One is settled, or all."""

    SELECTS = False


class DriftsPage(ListPage[DriftTable]):
    """What differs, at one store or at all; below, the marked one in full."""

    BINDINGS: ClassVar = bindings("drifts")
    TITLE_TEXT = _("What differs")
    TABLE = DriftTable
    OF_A_ROW = frozenset({"repair", "repair_all", "accept", "accept_all", "product"})
    HELP_TEXT = _(
        "Every figure that an audit found to be another one at its store than we had confirmed, with the cause: sold "
        "there, silently refused, late batch, edited by hand. What the ERP owns is repaired by itself; what you are to "
        "be asked about waits here. F4 repairs the marked one, F5 all; F6 accepts what the store shows. F3 audits now."
    )

    def __init__(self, store: str) -> None:
        super().__init__()
        self.store = store
        self._found = _Found((), {}, ())
        self._problem = ""
        self._read = False

    def on_mount(self) -> None:
        """Read."""
        self.data_changed()

    # Data

    def data_changed(self) -> None:
        """Read what differs."""
        if self.reader is not None:
            self._look()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        desk, store = self.omnisync.desk, self.store

        def read() -> _Found:
            with Reader(desk.database) as reader:
                names = [store] if store else store_names(reader)
                rules = {name: rules for name in names if (rules := rules_of(reader, name)) is not None}
                rows = [row for row in open_drifts(reader, store) if row.store in rules]
                return _Found(rows, rules, [figures_age(reader, name, desk.clock.now()) for name in rules])

        try:
            found = await in_thread(read)
        except DatabaseError as error:
            self._problem = str(error)
            self.show_empty()
            return
        if self.composed:
            self._found, self._problem, self._read = found, "", True
            self.table.show(found, self.table.cursor)
            self._count()
            self.show_empty()
            self.refresh_bindings()
            self.tell()

    def _count(self) -> None:
        asks = sum(each.waits == "asks" for each in self._found.rows)
        self.query_one(Counts).show(
            [(_("differ"), self._found.count, "waiting"), (_("you are asked"), asks, "held")]
        )  # fmt: skip

    def tell(self) -> None:
        """The marked one in full, and how old the figures are."""
        now = self.omnisync.desk.clock.now()
        row = self.table.row
        if row is not None and (rules := self._found.rules.get(row.store)) is not None:
            owner = owner_words(owner_of(rules, row.kind))
            lines: list[Line] = [
                [(f"≠ {row.store}  ", "differs"), (f"{row.code}  {row.name}", "bold")],
                [(drift_words(row, rules), "")],
                [(_("found {age} ago; {kind}: {owner}").format(
                    age=age(row.found_at, now), kind=kind_words(row.kind), owner=owner), "dim")],
            ]  # fmt: skip
            self.query_one(Lines).show(lines)
        known = [each for each in self._found.ages if each.at]
        if known:
            oldest = min(known, key=lambda each: each.at)
            self.note(_("figures {age} old").format(age=age(oldest.at, now)))

    def why_empty(self) -> str:
        """The reason, and the next step."""
        if self._problem:
            return _("This can't be read just now.\n\n{problem}").format(problem=clean(self._problem, 300))
        if self.reader is not None and not self._read:
            return _("Reading …")
        return _("Nothing differs: the stores show what was confirmed.\n\nF3 compares every figure now.")

    # Keys

    def action_repair(self) -> None:
        """Send the marked one again."""
        if (row := self.table.row) is not None:
            self.run_worker(self._settle([row], repair=True))

    def action_repair_all(self) -> None:
        """Send all of them again."""
        self.run_worker(self._settle(self._found.rows, repair=True))

    def action_accept(self) -> None:
        """Accept what the store shows."""
        if (row := self.table.row) is not None:
            self.run_worker(self._settle([row], repair=False))

    def action_accept_all(self) -> None:
        """Accept all that the stores show."""
        self.run_worker(self._settle(self._found.rows, repair=False))

    async def _settle(self, rows: Sequence[DriftView], *, repair: bool) -> None:
        from omnisync.model.commands import Accept, Repair

        if not rows:
            return
        app, count = self.omnisync, len(rows)
        title = plural("Repair {n} figure?", "Repair {n} figures?", count)
        if not repair:
            title = plural("Accept {n} figure?", "Accept {n} figures?", count)
        effect = repair_effect(rows) if repair else accept_effect(rows)
        by_figure: dict[tuple[str, Kind], list[str]] = {}
        for row in rows:
            by_figure.setdefault((row.store, Kind(row.kind)), []).append(row.code)
        repairs = [Repair(store, tuple(codes), kind) for (store, kind), codes in by_figure.items()]
        question = PlanAsk(title, repairs, notes=[effect, ""]) if repair else Ask(title, self._accepted(rows, effect))
        if not await app.push_screen_wait(question):
            return
        for each in repairs:
            command = each if repair else Accept(each.store, each.codes, each.kind)
            if await app.order(command) is None:
                return
        if repair:
            app.acts.follow((row.product, row.store, row.kind) for row in rows)
        app.say(effect)
        self.data_changed()

    def _accepted(self, rows: Sequence[DriftView], effect: str) -> list[str]:
        """What is accepted, the furthest from what is wanted first: nothing is sent, so there is no plan of it."""
        strangest = sorted(rows, key=lambda row: -abs(row.shown - (row.wanted or 0)) / max(1, row.wanted or 0))
        rules = self._found.rules
        lines = [f"{row.store} {row.code} {_kept(row, rules[row.store])}" for row in strangest[:_NAMED]]
        if len(rows) > _NAMED:
            lines.append(plural("and {n} more", "and {n} more", len(rows) - _NAMED))
        return [*lines, "", effect]

    def action_audit(self) -> None:
        """Compare every figure now."""
        self.run_worker(self._audit())

    async def _audit(self) -> None:
        from omnisync.model.commands import Audit

        if await self.omnisync.order(Audit(self.store)) is not None:
            self.omnisync.say(_("Every figure is compared now; what differs appears here."))

    def action_product(self) -> None:
        """Everything about the product."""
        if (row := self.table.row) is not None:
            from omnisync.tui.screens.product import Sheet

            self.omnisync.push_screen(Sheet(row.product))

    def action_copy_code(self) -> None:
        """Copy the code."""
        if (row := self.table.row) is not None:
            self.omnisync.copy(row.code)

    def action_copy_row(self) -> None:
        """Copy what differs and why."""
        if (row := self.table.row) is not None:
            self.omnisync.copy("\t".join((row.store, row.code, drift_words(row, self._found.rules[row.store]))))

    # Columns

    def columns(self, width: int) -> Sequence[Column]:
        """What a row shows at that width."""
        sizes = {"store": 0 if self.store else 10, "code": 14, "kind": 0 if width < _NARROW else 6, "change": 19}
        used = sum(size + 1 for size in sizes.values() if size)
        sizes["cause"] = min(18, max(6, width - MARGIN - used - 1))
        sizes["happens"] = max(0, width - MARGIN - used - sizes["cause"] - 2)
        titles = {
            "store": _("Store"), "code": _("Code"), "kind": _("Figure"), "change": _("confirmed → shows"),
            "cause": _("Cause"), "happens": _("What happens"),
        }  # fmt: skip
        return [self._column(name, titles[name], size) for name, size in sizes.items() if size > 5]

    def _column(self, name: str, title: str, width: int) -> Column:
        def cells(row: DriftView) -> list[Cell]:
            rules = self._found.rules[row.store]
            text = {
                "store": row.store, "code": row.code, "kind": kind_words(row.kind),
                "change": _shown(row, rules), "cause": cause_title(row.cause), "happens": what_happens(row, rules),
            }[name]  # fmt: skip
            look = "held" if name == "happens" and row.waits else "differs" if name == "change" else ""
            return [Cell(fitted(clean(text), width), look)]

        return Column(name, fitted(title, width).strip(), width, cells)


def _shown(row: DriftView, rules: StoreRules) -> str:
    return (
        f"{figure_words(row.kind, row.believed, rules.currency)} → {figure_words(row.kind, row.shown, rules.currency)}"
    )


def _kept(row: DriftView, rules: StoreRules) -> str:
    shown, wanted = (figure_words(row.kind, value, rules.currency) for value in (row.shown, row.wanted))
    return _("{kind} {shown} instead of {wanted}").format(kind=kind_words(row.kind), shown=shown, wanted=wanted)

"""The orders of all stores in one list: found, narrowed, and with a word on whether the goods are there."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from omnisync.errors import DatabaseError
from omnisync.explain.orders import buyer
from omnisync.explain.words import order_state_words
from omnisync.log.order_list import (
    SORTS,
    FrozenOrders,
    OrderCounts,
    OrderRow,
    OrderWish,
    counts,
    freeze,
    newer,
    orders_of_buyers,
)
from omnisync.log.overview import store_names
from omnisync.log.reader import Reader
from omnisync.model.clean import clean
from omnisync.model.order import OrderState
from omnisync.ports import in_thread
from omnisync.text import _, plural
from omnisync.tui.keys import bindings
from omnisync.tui.paced import Paced
from omnisync.tui.screens.ask import Choose
from omnisync.tui.screens.base import Page
from omnisync.tui.screens.order_columns import lay_out, sort_title
from omnisync.tui.widgets.counts import Counts
from omnisync.tui.widgets.find_line import FindBar, FindLine
from omnisync.tui.widgets.found import Found
from omnisync.tui.widgets.table import VirtualTable

_QUIET = 0.25
"""Seconds without another letter before sealed names are opened to look through them."""


_FIND_HELP = _(
    "Type a part of the order's number, of a product's code or name, or of the customer's name; all words must occur. "
    "Names are kept sealed, so finding by name takes a moment longer. Enter goes to the list, Esc shows all again."
)


class OrderTable(VirtualTable[OrderRow]):
    """The list itself. Orders are looked at one by one: nothing is selected here."""

    SELECTS = False

    def look_of(self, row: OrderRow) -> tuple[str, str]:
        """Changed rows have a dot; cancelled and returned orders are dim."""
        return "•" if row.changed else "", "" if OrderState(row.order.state).holds_stock else "dim"


class Orders(Page):
    """All orders of all stores."""

    BINDINGS: ClassVar = bindings("orders")
    WHILE_TYPING = frozenset({"find", "store", "state", "stock", "sort", "fresh"})
    HELP_TEXT = _(
        "One row per order, the newest first. Stock says whether the goods are there: ✓ and the warehouse they are "
        "reserved in, or ✗ and what is short; what was ordered first is served first. ! marks a product that OmniSync "
        "doesn't know. A dot • before a row: the order has changed since the list was put in order."
    )

    def __init__(self) -> None:
        super().__init__()
        self.wish = OrderWish()
        self._of_buyer = ""
        self._turn = 0
        self._newest = 0
        self._problem = ""
        self._read = self._seeking = False
        self._new = 0
        self._counting: Paced | None = None

    def body(self) -> ComposeResult:
        """Counts, the line to find with, the list."""
        yield Counts(_("Orders"))
        yield FindBar(FindLine(_("F3 or / to find: number, goods, customer"), _FIND_HELP, self._to_list))
        yield OrderTable(id="orders")
        yield Static("", id="empty", classes="hidden", markup=False)

    def on_mount(self) -> None:
        """Read the list."""
        self._counting = Paced(self, self.omnisync.desk.clock, self._count)
        self.fit()
        self._show_empty()
        self.look_for(self.wish)
        if self.reader is not None:
            self._counting.call()

    @property
    def table(self) -> OrderTable:
        """The list."""
        return self.query_one(OrderTable)

    def on_resize(self) -> None:
        """Another width has room for other columns."""
        self.fit()

    def fit(self) -> None:
        """Lay the columns out anew."""
        if self.size.width > 1:
            self.table.lay_out(lay_out(self.wish, self.size.width - 1, self.omnisync.desk.clock.now))
            self.tell_found()

    # Data

    def data_changed(self) -> None:
        """Rows stay where they are; those that changed are repainted, and the counts say what is new."""
        if not self.composed or self._counting is None:
            return
        if not self._read or not (self.table.count or self.wish.filtered):
            self.look_for(self.wish)
        self._counting.call()
        if self.table.count:
            self.table.reread()

    async def _count(self) -> None:
        database, newest = self.omnisync.desk.database, self._newest

        def read() -> tuple[OrderCounts, int]:
            with Reader(database) as reader:
                return counts(reader), newer(reader, newest)

        try:
            found, new = await in_thread(read)
        except DatabaseError as error:
            self._fail(error)
            return
        self._new = new if newest == self._newest else 0
        self.query_one(Counts).show(_counted(found))
        self.tell_found()

    def look_for(self, wish: OrderWish) -> None:
        """Show other orders, or the same in another order."""
        self.wish = wish
        self._turn += 1
        if self.reader is not None:
            self.run_worker(self._find(wish, self._turn), exit_on_error=True)

    async def _find(self, wish: OrderWish, turn: int) -> None:
        """What the database finds at once; then, after a pause in typing, the buyers of that name."""
        database = self.omnisync.desk.database
        try:
            self._built(await in_thread(lambda: freeze(database, wish)), turn)
            if len(wish.text.strip()) < 2 or wish.text.strip().isdigit():
                return
            await self.omnisync.desk.clock.sleep(_QUIET)
            if turn != self._turn:
                return
            self._seek(on=True)
            buyers = await in_thread(lambda: orders_of_buyers(database, wish, lambda: turn != self._turn))
            if buyers and turn == self._turn:
                self._built(await in_thread(lambda: freeze(database, wish, buyers)), turn)
        except DatabaseError as error:
            self._fail(error)
        finally:
            if turn == self._turn:
                self._seek(on=False)

    def _seek(self, *, on: bool) -> None:
        self._seeking = on
        if self.composed:
            self._show_empty()
            self.tell_found()

    def _fail(self, error: DatabaseError) -> None:
        self._problem = str(error)
        self._show_empty()

    def _built(self, order: FrozenOrders, turn: int) -> None:
        if turn != self._turn or not self.composed:
            return
        row = self.table.row
        self._read, self._problem, self._new, self._newest = True, "", 0, order.newest
        self.table.show(order, (order.position(row.order.id) or 0) if row else 0)
        self._show_empty()
        self.fit()

    # What is said around the list

    def tell_found(self) -> None:
        """How many were found, and what the list is narrowed to."""
        wish = self.wish
        parts = [plural("{n} order", "{n} orders", self.table.count)] if wish.filtered and self._read else []
        if self._seeking:
            parts.append(_("opening names …"))
        if self._new:
            parts.append(plural("{n} new (r)", "{n} new (r)", self._new))
        if wish.store:
            parts.append(clean(wish.store, 20))
        if wish.state:
            parts.append(_state_title(wish.state))
        if wish.stock:
            parts.append(_stock_title(wish.stock))
        if wish.customer:
            parts.append(clean(self._of_buyer, 20))
        self.query_one(Found).tell(parts)

    def _show_empty(self) -> None:
        """A calm word where there are no rows, with the next step."""
        empty = not self.table.count
        box = self.query_one("#empty", Static)
        changed = box.has_class("hidden") == empty
        box.set_class(not empty, "hidden")
        self.table.set_class(empty, "hidden")
        if changed:
            self.refresh_bindings()
        if empty:
            box.update(Content(self._why_empty()))
            if self.focused is self.table:
                self.set_focus(None)
        elif self.focused is None:
            self.set_focus(self.table)

    def _why_empty(self) -> str:
        if self._problem:
            return _("The orders can't be read just now.\n\n{problem}\n\nr tries again.").format(
                problem=clean(self._problem, 300)
            )
        if self.reader is not None and not self._read:
            return _("Reading the orders …")
        if self._seeking:
            return _("Looking through the customers' names …")
        if self.wish.filtered:
            return _("No order was found.\n\nEsc takes away every filter.")
        return _("No orders yet.\n\nThey appear here as soon as a store has told of one.")

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc takes the filters away only where there are some, and a row's keys are there only where there is one."""
        if action == "everything" and not self.wish.filtered:
            return False
        if action in ("sheet", "customer") and not (self.composed and self.table.count):
            return False
        return super().check_action(action, parameters)

    def action_everything(self) -> None:
        """No filter any more."""
        find = self.query_one(FindLine)
        with find.prevent(Input.Changed):
            find.value = ""
        self._narrow(OrderWish(sort=self.wish.sort, descending=self.wish.descending))

    def _narrow(self, wish: OrderWish) -> None:
        self.look_for(wish)
        self.fit()
        self.refresh_bindings()

    def action_find(self) -> None:
        """Into the find line, at once."""
        self.query_one(FindLine).begin()

    def _to_list(self) -> None:
        self.table.remove_class("hidden")
        self.set_focus(self.table)

    @on(Input.Changed, "#find")
    def _typed(self, event: Input.Changed) -> None:
        self._narrow(replace(self.wish, text=event.value))

    def action_store(self) -> None:
        """Only one store's."""
        names = store_names(self.reader) if self.reader else []
        choices = [("", _("every store")), *((name, name) for name in names)]
        self._choose(_("Store"), choices, "store")

    def action_state(self) -> None:
        """Only those that stand so."""
        states = ("open", *OrderState)
        choices = [("", _("every state")), *((str(state), _state_title(state)) for state in states)]
        self._choose(_("State"), choices, "state")

    def action_stock(self) -> None:
        """Only those that can, or can't, be sent."""
        choices = [("", _("all")), *((key, _stock_title(key)) for key in ("yes", "no", "oversold"))]
        self._choose(_("Stock"), choices, "stock")

    def _choose(self, title: str, choices: list[tuple[str, str]], field: str) -> None:
        def chosen(value: str | None) -> None:
            if value is not None:
                self._narrow(replace(self.wish, **{field: value}))  # type: ignore[arg-type]

        self.omnisync.push_screen(Choose(title, choices, getattr(self.wish, field)), chosen)

    def action_customer(self) -> None:
        """Only this buyer's; the same again shows all buyers'."""
        row = self.table.row
        if row is not None and row.customer:
            self.show_buyer("" if self.wish.customer else row.customer, buyer(row.order))

    def show_buyer(self, customer: str, name: str) -> None:
        """Only the orders of that buyer."""
        self._of_buyer = name
        self._narrow(replace(self.wish, customer=customer))

    def action_sort(self) -> None:
        """Choose the column to sort by."""

        def chosen(column: str | None) -> None:
            if column:
                self.sort_by(column)

        choices = [(column, sort_title(column)) for column in SORTS]
        self.omnisync.push_screen(Choose(_("Sort by"), choices, self.wish.sort), chosen)

    def sort_by(self, column: str) -> None:
        """Sort by a column; the same one again turns the order round."""
        descending = not self.wish.descending if self.wish.sort == column else column in ("placed", "total", "lines")
        self._narrow(replace(self.wish, sort=column, descending=descending))

    @on(VirtualTable.HeaderClicked)
    def _header(self, event: VirtualTable.HeaderClicked) -> None:
        if event.column in SORTS:
            self.sort_by(event.column)

    def action_fresh(self) -> None:
        """Put the rows in order anew."""
        self.look_for(self.wish)

    @on(VirtualTable.Opened)
    def action_sheet(self) -> None:
        """Everything about the order."""
        if row := self.table.row:
            from omnisync.tui.screens.order import Sheet

            self.omnisync.push_screen(Sheet(row.order.id))

    def action_copy_code(self) -> None:
        """Copy the order's number."""
        if row := self.table.row:
            self.omnisync.copy(row.order.number)

    def action_copy_row(self) -> None:
        """Copy the row as it stands on the screen, with tabs."""
        if row := self.table.row:
            cells = ("".join(cell.text for cell in column.cells(row)).strip() for column in self.table.columns)
            self.omnisync.copy("\t".join(cells))


def _counted(found: OrderCounts) -> list[tuple[str, int, str]]:
    return [
        (_("open"), found.open, ""), (_("fulfillable"), found.fulfillable, ""),
        (_("short"), found.short, "refused"), (_("oversold"), found.oversold, "refused"),
        (_("set aside"), found.aside, "refused"),
    ]  # fmt: skip


def _state_title(state: str) -> str:
    return _("still to be sent") if state == "open" else order_state_words(state)


def _stock_title(stock: str) -> str:
    return {"yes": _("fulfillable"), "no": _("not fulfillable"), "oversold": _("oversold")}[stock]

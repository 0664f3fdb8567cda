"""The product list: every warehouse's balance and every store's figures in one row, and what is done to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from omnisync.log.overview import rules_of, store_names
from omnisync.log.product_list import Sort, warehouses
from omnisync.log.product_view import BY_NAME, FrozenList, ListRow, Wish, first_rows
from omnisync.model.clean import clean
from omnisync.moment import said
from omnisync.text import _, number
from omnisync.tui.acts import Acts
from omnisync.tui.finder import GLANCE, Finder
from omnisync.tui.keys import bindings
from omnisync.tui.pages import Source
from omnisync.tui.screens.base import Page
from omnisync.tui.screens.product_acts import ProductActs, state_title
from omnisync.tui.screens.product_columns import Shape, lay_out, sort_title
from omnisync.tui.widgets.find_line import FindBar, FindLine
from omnisync.tui.widgets.found import Found
from omnisync.tui.widgets.price_editor import PriceEditor
from omnisync.tui.widgets.table import VirtualTable

_MANY = 300_000
"""Products of which no order is there within a glance: their first rows are shown at once."""

_FIND_HELP = _(
    "Type words of the name, the code or a barcode: the beginning of each is enough, all of them must occur, "
    "and letters with or without their marks are the same. Enter goes to the list, Esc shows everything again."
)

_OF_NOW = frozenset({"price", "update", "general_update", "exclude", "sheet"})
"""Actions that have no place in the past."""

_OF_A_ROW = frozenset({"price", "update", "exclude", "sheet", "why"})
"""Actions on the marked row or the selected ones: there are none where nothing is found."""


class ProductTable(VirtualTable[ListRow]):
    """The list itself."""

    def key_of(self, row: ListRow) -> int:
        """A product's id."""
        return row.product.id

    def look_of(self, row: ListRow) -> tuple[str, str]:
        """Changed rows have a dot, products that the ERP no longer sells are dim."""
        return "•" if row.changed else "", "" if row.product.active else "dim"


class Products(Page):
    """All products. What acts on them is in ProductActs."""

    BINDINGS: ClassVar = bindings("products")
    WHILE_TYPING = frozenset(
        {"find", "price", "update", "general_update", "exclude", "why", "state", "category", "sort", "fresh"}
    )
    HELP_TEXT = _(
        "One row per product: what every warehouse holds, what is on hand, reserved and available, then for each store "
        "the quantity and the price with a sign:\n"
        "✓ confirmed   … on its way   ‖ held until you say yes   ! refused\n"
        "– excluded   ∞ always in stock   · not listed there\n"
        "≠ the store shows something else\n"
        "A dot • before a row: it has changed since the list was put in order; r puts it in order anew."
    )

    def __init__(self) -> None:
        super().__init__()
        self.shape = Shape()
        self.wish = Wish()
        self.do = ProductActs(self)
        self._built_wish = self.wish
        self._finder: Finder | None = None
        self._measured = -1
        self._total = 0
        self.moment: int | None = None
        """The past moment (milliseconds UTC) of which the figures are, None for now."""

    @property
    def acts(self) -> Acts:
        """What was ordered on any screen."""
        return self.omnisync.acts

    def body(self) -> ComposeResult:
        """The line to find with, the list, the place for a price being edited."""
        yield FindBar(FindLine(_("F3 or / to find: name, code, barcode"), _FIND_HELP, self._to_list))
        yield Static("", id="past", classes="hidden", markup=False)
        yield ProductTable(id="products")
        yield Static("", id="empty", classes="hidden", markup=False)
        yield PriceEditor()

    def on_mount(self) -> None:
        """The first rows at once."""
        self.set_focus(self.table)
        # At once, not when the message of it comes round: what is found is read while the letter is painted.
        self.watch(self.query_one(FindLine), "value", self._typed, init=False)
        self.watch(self.table, "scroll_y", self.do.place_editor, init=False)
        if self.reader is None:
            self._show_empty()
        else:
            self._open()

    def on_unmount(self) -> None:
        """End the finder's threads."""
        if self._finder is not None:
            self._finder.close()

    @property
    def table(self) -> ProductTable:
        """The list."""
        return self.query_one(ProductTable)

    def _open(self) -> None:
        self._finder = Finder(self.omnisync.desk.database, self._show_head, self._built, lambda: self.app.size.height)
        self._learn()
        rows = self._first_rows()
        self.shape.measure(rows)
        self.table.show_head(rows)
        self.fit()
        # Threads at work would take their share of the time until these rows are painted.
        self.call_after_refresh(self._put_in_order)

    def _first_rows(self) -> Sequence[ListRow]:
        assert self.reader is not None
        return first_rows(self.reader, self.wish, self.app.size.height)

    def _put_in_order(self) -> None:
        if self._finder is not None:
            self._finder.look_for(self.wish, glance=None)

    @on(VirtualTable.Moved)
    def _other_rows(self) -> None:
        """Other rows may be longer than those that were measured; they are painted first, and then known."""
        if self.table.scroll_offset.y != self._measured:
            self.call_after_refresh(self._measure)

    def _measure(self) -> None:
        table, rows = self.table, self.table.seen()
        top = table.scroll_offset.y
        # Rows that are still being read are told of when they come.
        self._measured = top if rows and len(rows) == min(table.size.height, table.count - top) else -1
        if self.shape.measure(rows):
            self.fit()

    def _learn(self) -> None:
        """The warehouses and stores that there are."""
        reader = self.reader
        assert reader is not None
        rules = {name: rules_of(reader, name) for name in store_names(reader)}
        self.shape.warehouses = warehouses(reader)
        self.shape.stores = [name for name, each in rules.items() if each is not None]
        self.shape.currencies = {name: each.currency for name, each in rules.items() if each is not None}
        self.shape.exempt = {
            name: frozenset(each.exempt_categories) for name, each in rules.items() if each is not None
        }

    def on_resize(self) -> None:
        """Another width has room for other columns, and the price that is being edited has another place."""
        self.fit()
        self.call_after_refresh(self.do.place_editor)

    def fit(self) -> None:
        """Lay the columns out anew."""
        width = self.size.width - 1
        if width > 0 and self.composed:
            self.table.lay_out(lay_out(self.shape, width))
            self.tell_found()

    # Data

    def data_appeared(self) -> None:
        """The first data is there."""
        if self._finder is None:
            self._open()

    def data_changed(self) -> None:
        """Rows stay where they are; those that changed are repainted."""
        if self._finder is None:
            self._open()
            return
        before = (self.shape.warehouses, self.shape.stores)
        self._learn()
        if before != (self.shape.warehouses, self.shape.stores):
            self.fit()
        if not self.table.count and not self.wish.filtered:
            self._finder.look_for(self.wish)
        if self.moment is None:
            self.table.reread()
        self.run_worker(self.acts.look(), exit_on_error=True)

    def look_for(self, wish: Wish) -> None:
        """Show other products, or the same in another order."""
        self.wish = wish
        if self._finder is not None:
            self._finder.look_for(wish, 0 if self._total > _MANY else GLANCE)

    def _built(self, order: FrozenList, wish: Wish) -> None:
        if not self.composed:
            return
        same = replace(wish, sort=BY_NAME) == replace(self._built_wish, sort=BY_NAME)
        keep = self.table.row if same and not self.table.pages.only_head else None
        self._built_wish = wish
        cursor = (order.position(keep.product.id) or 0) if keep else 0
        if not same:
            self.table.forget_selection()
        self._measured = -1
        self.table.show(self._as_of(order), cursor)
        if not wish.filtered:
            if not self._total and self._finder is not None:
                # The shop was empty when the screen opened.
                self.shape.measure(self._first_rows())
                self.fit()
            self._total = order.count
        self._show_empty()
        self.tell_found()

    def _show_head(self, rows: Sequence[ListRow]) -> None:
        if self.moment is None:
            self.table.show_head(rows)

    def _as_of(self, order: FrozenList) -> Source[ListRow]:
        """The rows of that order, as they are or as they were."""
        if self.moment is None or self.reader is None:
            return order
        from omnisync.log.past import seq_at
        from omnisync.log.past_list import PastList

        return PastList(order, self.omnisync.desk.database, seq_at(self.reader, self.moment))

    def show_moment(self, moment: int | None) -> None:
        """The figures of a past moment, None: of now. The past can be looked at, not changed."""
        self.moment = moment
        box = self.query_one("#past", Static)
        box.set_class(moment is None, "hidden")
        if moment is not None:
            box.update(
                Content(
                    _(" As it was at {time}; nothing can be changed here. Esc: back to now").format(time=said(moment))
                )
            )
        if self.order is not None:
            self.table.show(self._as_of(self.order), self.table.cursor)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What would change something, or shows how things are now, is not there in the past."""
        if self.moment is not None and action in _OF_NOW:
            return False
        if action in _OF_A_ROW and self.is_mounted and self.nothing_found:
            return False
        return super().check_action(action, parameters)

    def _to_list(self) -> None:
        if not self.nothing_found:
            self.table.remove_class("hidden")
            self.set_focus(self.table)

    @property
    def nothing_found(self) -> bool:
        """Whether it is known that there is no row to go to."""
        # The last letters typed may not have become a wish yet.
        settled = self.query_one(FindLine).value == self.wish.text and self._built_wish == self.wish
        return settled and not self.table.count and not self.table.pages.only_head

    @property
    def order(self) -> FrozenList | None:
        """The frozen order that is on the screen."""
        return self._finder.shown if self._finder else None

    def tell_found(self) -> None:
        """How many were found, and what the list is narrowed to."""
        wish, table = self.wish, self.table
        count = number(table.count)
        text = (
            _("{n} of {total}").format(n=count, total=number(self._total))
            if wish.filtered
            else _("{n} products").format(n=count)
        )
        if table.pages.only_head:
            text = "…"
        parts = [text]
        if wish.category:
            parts.append(_("category: {name}").format(name=clean(wish.category, 20)))
        if wish.state:
            parts.append(_("only: {state}").format(state=state_title(wish.state)))
        # Where no title on the screen has the arrow, it is said in words.
        if self.size.width >= 100 or wish.sort.by not in {column.id for column in table.columns}:
            parts.append(_("sort: {column}").format(column=sort_title(wish.sort.by)))
        self.query_one(Found).tell(parts)

    def _show_empty(self) -> None:
        """A calm word where there are no rows, with the next step."""
        empty = self.reader is None or (not self.table.count and not self.table.pages.only_head)
        box = self.query_one("#empty", Static)
        changed = box.has_class("hidden") == empty
        box.set_class(not empty, "hidden")
        self.table.set_class(empty, "hidden")
        if changed:
            self.refresh_bindings()
        if empty:
            box.update(Content(self._why_empty()))
            if self.focused is self.table:
                self.set_focus(self.query_one(FindLine) if self.wish.filtered else None)
        elif self.focused is None:
            self.set_focus(self.table)

    def _why_empty(self) -> str:
        desk = self.omnisync.desk
        if self.wish.filtered and self.reader is not None:
            return _("Nothing was found.\n\nEsc in the find line shows everything again.")
        if not desk.configured:
            return _(
                "There is no shop here yet.\n\nOmniSync looks for its configuration at\n{path}\n\n"
                "Leave with F10, then run `omnisync init` to write one,\nor `omnisync demo` to see a sample shop at work."
            ).format(path=clean(str(desk.config)))
        if self.omnisync.data.problem and desk.database.exists():
            return _(
                "{problem}\n\nIf it stays so, leave with F10 and run `omnisync restore`: it puts a backup in its place."
            ).format(problem=clean(self.omnisync.data.problem, 400))
        return _("No products yet.\n\nThey appear here by themselves as soon as the ERP has been read.")

    # Keys

    def action_sheet(self) -> None:
        """Everything about the product."""
        self.do.sheet()

    def action_why(self) -> None:
        """Why the marked store shows what it shows."""
        self.do.why()

    def action_price(self) -> None:
        """Edit the marked store's price in its cell."""
        self.do.edit_price()

    def action_update(self) -> None:
        """Send the figures of one or many now."""
        self.run_worker(self.do.update())

    def action_general_update(self) -> None:
        """Send everything now."""
        self.run_worker(self.do.general_update())

    def action_exclude(self) -> None:
        """Stop sending stock or price, or start again."""
        self.run_worker(self.do.exclude())

    def action_state(self) -> None:
        """Narrow the list to a state."""
        self.run_worker(self.do.choose_state())

    def action_category(self) -> None:
        """Narrow the list to a category."""
        self.run_worker(self.do.choose_category())

    def action_sort(self) -> None:
        """Choose the column to sort by."""
        self.run_worker(self.do.choose_sort())

    def action_copy_code(self) -> None:
        """Copy the code."""
        self.do.copy_code()

    def action_copy_row(self) -> None:
        """Copy the row."""
        self.do.copy_row()

    def action_at(self) -> None:
        """The list as it was."""
        self.run_worker(self.do.choose_moment())

    def action_clear(self) -> None:
        """Back by one step: first nothing is selected, then everything is shown again."""
        if self.moment is not None:
            self.show_moment(None)
        elif self.table.chosen_count():
            self.table.forget_selection()
        elif self.wish.filtered:
            self.query_one(FindLine).value = ""
            self.look_for(Wish(sort=self.wish.sort))

    def action_find(self) -> None:
        """Into the find line, at once: the letters may already be there."""
        self.query_one(FindLine).begin()

    def _typed(self, text: str) -> None:
        self.look_for(replace(self.wish, text=text))

    def action_store(self, step: int) -> None:
        """Mark another store."""
        if self.shape.stores:
            self.shape.store = (self.shape.store + step) % len(self.shape.stores)
            self.fit()

    def action_warehouse(self, step: int) -> None:
        """Another warehouse, where not all have room."""
        if self.shape.warehouses:
            self.shape.warehouse = (self.shape.warehouse + step) % len(self.shape.warehouses)
            self.fit()

    def action_fresh(self) -> None:
        """Put the rows in order anew. They are on the screen already: no first rows in between, nor another cursor."""
        self._put_in_order()

    def sort_by(self, column: str) -> None:
        """Sort by a column; the same one again turns the order round."""
        old = self.wish.sort
        sort = Sort(column, descending=not old.descending if old.by == column else False)
        self.shape.sort = sort
        self.fit()
        self.look_for(replace(self.wish, sort=sort))

    @on(VirtualTable.HeaderClicked)
    def _header(self, event: VirtualTable.HeaderClicked) -> None:
        self.sort_by(event.column)

    @on(VirtualTable.Selected)
    def _selected(self) -> None:
        chosen = self.table.chosen_count()
        self.note(_("{n} selected").format(n=number(chosen)) if chosen else "")

    @on(VirtualTable.Opened)
    def _opened(self) -> None:
        if self.moment is None:
            self.do.sheet()
        else:
            self.do.why()

    @on(PriceEditor.Wrong)
    def _price_wrong(self, event: PriceEditor.Wrong) -> None:
        self.omnisync.warn(event.why)

    @on(PriceEditor.Saved)
    async def _price_saved(self, event: PriceEditor.Saved) -> None:
        await self.do.set_price(event.product, event.code, event.store, event.minor)

"""What a person does to products from the list: one, the selected ones, or all that were found.

Each act shows at once what it hopes for, then what the daemon made of it; for many it first says how
many they are and what will happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual.geometry import Region

from omnisync.log.plan import What
from omnisync.log.product_view import STATES, categories
from omnisync.model.clean import clean
from omnisync.ports import in_thread
from omnisync.text import _, plural
from omnisync.tui.screens.ask import Choose
from omnisync.tui.screens.plan import PlanAsk
from omnisync.tui.screens.product_columns import sort_title
from omnisync.tui.widgets.price_editor import PriceEditor

if TYPE_CHECKING:
    from omnisync.model.commands import AnyCommand
    from omnisync.tui.screens.products import Products

_EVERYWHERE = "*"
_LEAST_LINE = 10
"""Cells that a price needs to be edited in."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What an act concerns: these codes; ``ids`` of those whose rows are known; ``all_`` if it is everything there is."""

    codes: tuple[str, ...]
    ids: tuple[int, ...]
    everything: bool = False


class ProductActs:
    """The acts of the list's screen."""

    def __init__(self, screen: Products) -> None:
        self._screen = screen
        self._app = screen.omnisync

    # Looking closer

    def sheet(self) -> None:
        """Everything about the product under the cursor."""
        if row := self._screen.table.row:
            from omnisync.tui.screens.product import Sheet

            self._app.push_screen(Sheet(row.product.id, self._screen.shape.store))

    def why(self) -> None:
        """Why the marked store shows what it shows."""
        row, store = self._screen.table.row, self._screen.shape.marked_store
        if row and store:
            from omnisync.tui.screens.why import WhyPage

            self._app.push_screen(WhyPage(row.product.id, store, self._screen.moment))

    def copy_code(self) -> None:
        """Copy the code under the cursor."""
        if row := self._screen.table.row:
            self._app.copy(row.product.code)

    def copy_row(self) -> None:
        """Copy the row as it stands on the screen, with tabs."""
        if row := self._screen.table.row:
            cells = ("".join(cell.text for cell in column.cells(row)).strip() for column in self._screen.table.columns)
            self._app.copy("\t".join(cells))

    # Narrowing and sorting

    async def choose_state(self) -> None:
        """Only products with a figure in one state."""
        choices = [("", _("everything")), *((state, state_title(state)) for state in STATES)]
        found = await self._app.push_screen_wait(Choose(_("Show"), choices, self._screen.wish.state))
        if found is not None:
            self._screen.look_for(replace(self._screen.wish, state=found))

    async def choose_category(self) -> None:
        """Only products of one category."""
        if self._screen.reader is None:
            return
        choices = [("", _("every category")), *((name, name) for name in categories(self._screen.reader))]
        found = await self._app.push_screen_wait(Choose(_("Category"), choices, self._screen.wish.category))
        if found is not None:
            self._screen.look_for(replace(self._screen.wish, category=found))

    async def choose_sort(self) -> None:
        """Sort by any column, also one that has no room on the screen."""
        screen = self._screen
        choices = [(column, sort_title(column)) for column in screen.shape.sortable()]
        found = await self._app.push_screen_wait(Choose(_("Sort by"), choices, screen.wish.sort.by))
        if found is not None:
            screen.sort_by(found)

    async def choose_moment(self) -> None:
        """The figures of a past moment."""
        from omnisync.tui.screens.moment import ask_moment

        moment = await ask_moment(self._app)
        if moment is not None:
            self._screen.show_moment(moment)

    # Ordering something

    def edit_price(self) -> None:
        """Open the cell of the marked store's price."""
        screen, row = self._screen, self._screen.table.row
        store = screen.shape.marked_store
        if row is None or not store:
            return
        price = screen.shape.price_of(row, store)
        if price is None:
            self._app.say(_("{code} is not listed on {store}.").format(code=clean(row.product.code), store=store))
            return
        place = self._place_of_price(store)
        if place is not None:
            screen.query_one(PriceEditor).open(row.product.id, row.product.code, store, price, place)

    def place_editor(self) -> None:
        """The columns are others, or the screen is: the line lies over its cell again, and its row is in sight."""
        editor = self._screen.query_one(PriceEditor)
        if editor.display:
            self._screen.table.show_cursor()
            if (place := self._place_of_price(editor.store)) is not None:
                editor.lie(place)

    def _place_of_price(self, store: str) -> Region | None:
        screen = self._screen
        place = screen.table.place_of(f"price:{store}") or screen.table.place_of(f"stock:{store}")
        if place is None:
            return None
        # A phone has no room for prices: there the line lies over the quantity and reaches to its left.
        left = min(place.x, screen.size.width - _LEAST_LINE - 1)
        return Region(left, place.y, max(place.width, _LEAST_LINE), 1)

    async def set_price(self, product: int, code: str, store: str, minor: int | None) -> None:
        """Send a price of the store's own, or give the list its say again."""
        from omnisync.model.commands import SetPrice

        keys = [(product, store, "price")]
        self._screen.shape.hopes.update(dict.fromkeys(keys, ("waiting", minor)))
        await self._order(SetPrice(store, code, minor), keys)

    async def update(self) -> None:
        """Send the figures of the targets now."""
        from omnisync.model.commands import Update

        targets = await self._targets()
        if targets is None:
            return
        if len(targets.codes) > 1:
            title = plural("Update {n} product?", "Update {n} products?", len(targets.codes))
            if not await self._app.push_screen_wait(
                PlanAsk(title, What.UPDATE, codes=() if targets.everything else targets.codes)
            ):
                return
        keys = self._keys(
            targets, self._screen.shape.stores, ("stock", "price"), ("confirmed", "waiting", "differs", "refused")
        )
        self._hope(keys, "waiting")
        await self._order(Update(codes=() if targets.everything else targets.codes), keys)

    async def exclude(self) -> None:
        """Stop or start again sending stock, price or both, to the marked store or to all."""
        targets = await self._targets()
        store = self._screen.shape.marked_store
        if targets is None or not store:
            return
        count = len(targets.codes)
        what = clean(targets.codes[0]) if count == 1 else plural("{n} product", "{n} products", count)
        choices = list(_exclusions(store, everywhere=len(self._screen.shape.stores) > 1))
        chosen = await self._app.push_screen_wait(
            Choose(_("{what}: exclude, or send again?").format(what=what), choices)
        )
        if chosen is None:
            return
        on, kinds, where = _read_choice(chosen)
        stores = list(self._screen.shape.stores) if where == _EVERYWHERE else [where]
        await self._exclude(f"{what}: {dict(choices)[chosen]}?", targets, stores, kinds, on=on)

    async def _exclude(
        self, title: str, targets: Targets, stores: Sequence[str], kinds: Sequence[str], *, on: bool
    ) -> None:
        from omnisync.model.commands import Exclude

        commands = [
            Exclude(store, targets.codes, stock="stock" in kinds, price="price" in kinds, on=on) for store in stores
        ]
        note = (
            _("What the stores show stays as it is until you send it again.")
            if on
            else _("They follow the ERP from now on.")
        )
        if len(targets.codes) > 1 and not await self._app.push_screen_wait(PlanAsk(title, commands, notes=[note, ""])):
            return
        for command in commands:
            keys = self._keys(targets, [command.store], kinds, None)
            self._hope(keys, "excluded" if on else "waiting")
            await self._order(command, keys)

    async def general_update(self) -> None:
        """Everything, with a look at what would be sent."""
        from omnisync.tui.screens.update import GeneralUpdate

        if self._screen.reader is not None:
            await self._app.push_screen(GeneralUpdate())

    # How an act runs

    async def _targets(self) -> Targets | None:
        """All that is selected, else the row under the cursor."""
        table, order = self._screen.table, self._screen.order
        if not table.chosen_count():
            row = table.row
            return Targets((row.product.code,), (row.product.id,)) if row else None
        if order is None:
            return None
        ids = tuple(table.selected)
        if not table.all_found:
            return Targets(await in_thread(lambda: order.codes(ids)), ids)
        everything = not self._screen.wish.filtered and not ids
        codes = await in_thread(order.codes)
        if ids:
            left_out = set(await in_thread(lambda: order.codes(ids)))
            codes = tuple(code for code in codes if code not in left_out)
        return Targets(codes, tuple(row.product.id for row in self._screen.table.seen()), everything)

    def _keys(
        self, targets: Targets, stores: Sequence[str], kinds: Sequence[str], states: Sequence[str] | None
    ) -> list[tuple[int, str, str]]:
        """The figures that an act concerns, of the rows that are known."""
        found = []
        concerned = set(targets.ids)
        for row in self._screen.table.seen():
            if row.product.id in concerned:
                for (store, kind), figure in row.product.figures.items():
                    if store in stores and kind in kinds and (states is None or figure.state in states):
                        found.append((row.product.id, store, kind))
        return found

    def _hope(self, keys: Iterable[tuple[int, str, str]], state: str) -> None:
        self._screen.shape.hopes.update(dict.fromkeys(keys, (state, None)))

    async def _order(self, command: AnyCommand, keys: Sequence[tuple[int, str, str]]) -> None:
        """Show the hope, have it done, then show what is."""
        table = self._screen.table
        table.refresh()
        reply = await self._app.order(command)
        for key in keys:
            self._screen.shape.hopes.pop(key, None)
        if reply is not None:
            self._app.acts.follow(keys)
        table.reread()
        table.refresh()


def state_title(state: str) -> str:
    """A state of the filter as people call it."""
    return {
        "waiting": _("on their way"), "held": _("held until you say yes"), "refused": _("refused by a store"),
        "excluded": _("excluded by you"), "differs": _("a store shows something else"),
    }[state]  # fmt: skip


def _exclusions(store: str, *, everywhere: bool) -> Iterable[tuple[str, str]]:
    """The choices; a key names on or off, the kinds and the store."""
    for where in (store, _EVERYWHERE) if everywhere else (store,):
        name = _("every store") if where == _EVERYWHERE else where
        yield f"on stock,price {where}", _("exclude stock and price on {store}").format(store=name)
        yield f"on stock {where}", _("exclude stock on {store}").format(store=name)
        yield f"on price {where}", _("exclude price on {store}").format(store=name)
        yield f"off stock,price {where}", _("send stock and price again on {store}").format(store=name)


def _read_choice(key: str) -> tuple[bool, list[str], str]:
    on, kinds, where = key.split(" ", 2)
    return on == "on", kinds.split(","), where

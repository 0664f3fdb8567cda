"""One order with everything that is known of it: lines, buyer, totals, what is reserved where, what happened."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from textual.app import ComposeResult

from omnisync.errors import DatabaseError
from omnisync.explain.happened import sentence
from omnisync.explain.orders import buyer, erp_words, oversold_words, stock_words
from omnisync.explain.words import order_state_words
from omnisync.log.order_sheet import LineView, OrderSheet, order_sheet
from omnisync.log.reader import Reader
from omnisync.model.clean import clean
from omnisync.model.money import Money
from omnisync.model.order import Address, Customer, OrderState
from omnisync.model.quantity import PIECE
from omnisync.ports import in_thread
from omnisync.text import _, money, plural, quantity, when
from omnisync.tui.keys import bindings
from omnisync.tui.screens.ask import Ask, Choose
from omnisync.tui.screens.base import Page
from omnisync.tui.widgets.lines import Line, Lines, time_part, time_size
from omnisync.tui.widgets.table import fitted

if TYPE_CHECKING:
    from omnisync.log.forget import Person

_NARROW = 60
"""On a screen of fewer cells a line of the order takes two of the screen."""

_LEAST_NAME, _MARGINS = 15, 3
"""Cells that a product's name has in any case, and those that the page keeps to itself."""


class Sheet(Page):
    """The sheet of one order."""

    BINDINGS: ClassVar = bindings("order")
    HELP_TEXT = _(
        "What was ordered, by whom, for how much; in which warehouse each line is reserved and what is short; "
        "whether the ERP has the order; and what happened to it, the newest first."
    )

    def __init__(self, order: int) -> None:
        super().__init__()
        self._order = order
        self._sheet: OrderSheet | None = None

    def body(self) -> ComposeResult:
        """One page of text."""
        yield Lines()

    def on_mount(self) -> None:
        """Show it."""
        self.set_focus(self.query_one(Lines))
        self.data_changed()

    def data_changed(self) -> None:
        """Read it anew; the same text is not repainted."""
        if self.reader is None or not self.composed:
            return
        self._sheet = order_sheet(self.reader, self._order)
        lines = self.query_one(Lines)
        if self._sheet is None:
            lines.show([[(_("This order is not there any more."), "dim")]])
        else:
            lines.show(_lines(self._sheet, self.omnisync.desk.clock.now(), self.size.width))

    def on_resize(self) -> None:
        """Another width is laid out anew."""
        self.data_changed()

    def action_product(self) -> None:
        """A product of the order; asks which where there are several."""
        lines = self._sheet.lines if self._sheet else ()
        known = {str(line.product): f"{line.code}  {line.name}" for line in lines if line.product is not None}
        if len(known) == 1:
            self._open(next(iter(known)))
        elif known:
            self.omnisync.push_screen(Choose(_("Which product?"), [*known.items()]), self._open)

    def _open(self, product: str | None) -> None:
        if product is not None:
            from omnisync.tui.screens.product import Sheet as ProductSheet

            self.omnisync.push_screen(ProductSheet(int(product)))

    def action_history(self) -> None:
        """Everything that happened to it."""
        from omnisync.tui.screens.history import of_order

        if self._sheet is not None:
            self.omnisync.push_screen(of_order(self._sheet.row.order.number))

    def action_customer(self) -> None:
        """All orders of this buyer, in the list."""
        from omnisync.tui.screens.orders import Orders

        if self._sheet is None or not self._sheet.row.customer:
            return
        row = self._sheet.row
        self.omnisync.action_screen("orders")
        page = self.omnisync.screen
        assert isinstance(page, Orders)
        self.omnisync.call_later(page.show_buyer, row.customer, buyer(row.order))

    def action_forget(self) -> None:
        """Erase the buyer, after saying who that is and what is lost."""
        self.run_worker(self._forget(), exclusive=True, group="forget")

    async def _forget(self) -> None:
        from omnisync.explain.people import effect, left_words, named
        from omnisync.log.forget import find
        from omnisync.model.commands import Forget

        if self._sheet is None or self._sheet.row.order.customer is None:
            self.omnisync.say(_("Nothing personal is known of this order's customer."))
            return
        database, buyer_id = self.omnisync.desk.database, self._sheet.row.customer

        def read() -> list[Person]:
            with Reader(database) as reader:
                return find(reader, buyer_id)

        try:
            found = await in_thread(read)
        except DatabaseError as error:
            self.omnisync.warn(str(error))
            return
        title = plural("Erase this customer?", "Erase these {n} customers?", len(found))
        if not found or not await self.omnisync.push_screen_wait(Ask(title, [*named(found), "", *effect(found)])):
            return
        reply = await self.omnisync.order(Forget(tuple(person.id for person in found)))
        if reply is not None:
            self.omnisync.say(" ".join(left_words(reply)))

    def action_copy_code(self) -> None:
        """Copy the order's number."""
        if self._sheet is not None:
            self.omnisync.copy(self._sheet.row.order.number)


def _lines(sheet: OrderSheet, now: int, width: int) -> Iterator[Line]:
    order = sheet.row.order
    text, look = stock_words(order, sheet.row.lacking)
    yield [(order.number, "bold"), ("  ", ""), (order.store, "bold"), ("  " + order_state_words(order.state), "title")]
    told = _("{store} says: {state}").format(store=order.store, state=sheet.remote_state) if sheet.remote_state else ""
    placed = _("placed {when}").format(when=when(order.placed_at, now))
    yield [("   ".join(each for each in (placed, told, sheet.payment) if each), "dim")]
    yield [(fitted(_("stock"), 10), "title"), (text, look)]
    for missing in sheet.oversold:
        for part in wrap(oversold_words(order, missing, now), max(20, width - 12)):
            yield [(" " * 10 + part, "refused")]
    yield [(fitted(_("ERP"), 10), "title"), (_erp(sheet), "")]
    yield []
    yield from _customer(order.customer, erased=order.erased)
    yield []
    yield from _goods(sheet, width)
    yield []
    yield [(_("What happened, the newest first"), "title")]
    size = time_size((each.at for each in sheet.told), now, width)
    for each in sheet.told:
        yield [time_part(each.at, now, size), (sentence(each.event), "")]


def _erp(sheet: OrderSheet) -> str:
    order = sheet.row.order
    text = erp_words(order)
    if order.export_ref and order.export_ref not in text:
        text += f" ({order.export_ref})"
    if order.export == "due" and order.unknown:
        text += ": " + _("it goes there once every product is known")
    if sheet.released:
        text += ", " + _("its balances have the order in them")
    return text


def _customer(customer: Customer | None, *, erased: bool) -> Iterator[Line]:
    yield [(_("Customer"), "title")]
    if customer is None:
        text = _("erased at a person's wish; the order itself stays") if erased else _("not told by the store")
        yield [("  " + text, "dim")]
        return
    parts = (customer.name, customer.company, customer.phone, customer.email)
    yield [("  " + ("   ".join(each for each in parts if each) or "–"), "")]
    tax = " ".join(each for each in (customer.tax_office, customer.tax_number) if each)
    addresses = [(_("send to"), _address(customer.shipping))]
    if customer.billing != customer.shipping:
        addresses.append((_("bill to"), _address(customer.billing)))
    for title, text in (*addresses, (_("tax"), tax), (_("note"), customer.note)):
        if text:
            yield [("  " + fitted(title, 9), "dim"), (text, "")]


def _address(address: Address) -> str:
    town = " ".join(each for each in (address.postcode, address.city) if each)
    parts = (address.name, address.company, address.street, address.district, town, address.country, address.phone)
    return ", ".join(each for each in parts if each)


class _Row(NamedTuple):
    """A line of the order in words."""

    code: str
    name: str
    pieces: str
    price: str
    stock: str
    look: str


def _goods(sheet: OrderSheet, width: int) -> Iterator[Line]:
    order = sheet.row.order
    rows = [_row(line, sheet) for line in sheet.lines]
    goods = sum(line.price * line.quantity // PIECE for line in sheet.lines if OrderState(line.state).holds_stock)
    amounts = [(_("goods"), goods, "")]
    if sheet.shipping and OrderState(order.state).holds_stock:
        amounts.append((_("shipping"), sheet.shipping, ""))
    amounts.append((_("total"), order.total, "bold"))
    sums = [(title, money(Money(minor, order.currency)), look) for title, minor, look in amounts]
    yield [(_("Ordered"), "title")]
    yield from (
        _on_a_phone(rows, sums, order.currency) if width < _NARROW else _in_columns(rows, sums, order.currency, width)
    )


def _row(line: LineView, sheet: OrderSheet) -> _Row:
    stock, look = _line_stock(line, sheet)
    if line.state != sheet.row.order.state and (state := order_state_words(line.state)) != stock:
        stock += f"  {state}"
    price = money(Money(line.price, sheet.row.order.currency))
    return _Row(clean(line.code), clean(line.name), quantity(line.quantity), price, stock, look)


def _on_a_phone(rows: list[_Row], sums: list[tuple[str, str, str]], currency: str) -> Iterator[Line]:
    for row in rows:
        yield [(f"  {row.code}  {row.name}", "")]
        yield [(f"    {row.pieces} × {row.price}  ", ""), (row.stock, row.look)]
    for title, amount, look in sums:
        yield [("  " + fitted(title, 14) + fitted(f"{amount} {currency}", 16, right=True), look)]


def _in_columns(rows: list[_Row], sums: list[tuple[str, str, str]], currency: str, width: int) -> Iterator[Line]:
    """Each column as wide as its longest text, but the names have what is left; the sums end where the prices do."""
    code, longest, pieces, price, stock, _look = (
        max(map(cell_len, texts), default=0) for texts in zip(*rows, strict=True)
    )
    rest = 2 + code + 1 + 1 + pieces + 3 + price + 2 + stock
    name = max(_LEAST_NAME, min(longest, width - _MARGINS - rest))
    for row in rows:
        text = f"  {fitted(row.code, code)} {fitted(row.name, name)} {fitted(row.pieces, pieces, right=True)}"
        yield [(f"{text} × {fitted(row.price, price, right=True)}  ", ""), (row.stock, row.look)]
    amount_size = max(len(amount) for _title, amount, _look in sums)
    title_size = 2 + code + 1 + name + 1 + pieces + 3 + price - amount_size - 2
    for title, amount, look in sums:
        yield [(f"{fitted(title, title_size, right=True)}  {fitted(amount, amount_size, right=True)} {currency}", look)]


def _line_stock(line: LineView, sheet: OrderSheet) -> tuple[str, str]:
    """Where it is reserved, or why it isn't."""
    state = OrderState(line.state)
    if line.product is None:
        return _("! unknown product"), "refused"
    if line.lacking:
        return _("✗ short {quantity} in {warehouse}").format(
            quantity=quantity(line.lacking), warehouse=line.warehouse
        ), "refused"
    if line.reserved:
        return _("✓ {quantity} reserved in {warehouse}").format(
            quantity=quantity(line.reserved), warehouse=line.warehouse
        ), "confirmed"
    if not state.holds_stock:
        return order_state_words(line.state), "dim"
    return (_("✓ booked by the ERP"), "confirmed") if sheet.released else ("–", "dim")

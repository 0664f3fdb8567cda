"""One order with everything that is known of it: lines, buyer, totals, what is reserved where, what happened."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult

from omnisync.errors import DatabaseError
from omnisync.explain.happened import order_state_words, sentence
from omnisync.explain.orders import buyer, erp_words, oversold_words, stock_words
from omnisync.log.order_sheet import LineView, OrderSheet, order_sheet
from omnisync.log.reader import Reader
from omnisync.model.money import Money
from omnisync.model.order import Address, Customer, OrderState
from omnisync.model.quantity import PIECE
from omnisync.ports import in_thread
from omnisync.text import _, money, quantity, when
from omnisync.tui.keys import bindings
from omnisync.tui.screens.ask import Ask, Choose
from omnisync.tui.screens.base import Page
from omnisync.tui.widgets.lines import Line, Lines
from omnisync.tui.widgets.table import fitted

if TYPE_CHECKING:
    from omnisync.log.forget import Person

_ROOMY, _NARROW = 100, 60


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
        from omnisync.explain.people import effect, left_words
        from omnisync.log.forget import find
        from omnisync.model.commands import Forget

        if self._sheet is None or self._sheet.row.order.customer is None:
            self.omnisync.say(_("Nothing personal is known of this order's buyer."))
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
        known = [f"{person.id}   {person.name}   {person.email}" for person in found]
        if not found or not await self.omnisync.push_screen_wait(
            Ask(_("Erase this person?"), [*known, "", *effect(found)])
        ):
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
    for each in sheet.told:
        time = fitted(when(each.at, now), 18) if width >= _ROOMY else when(each.at, now) + "  "
        yield [(time, "dim"), (sentence(each.event), "")]


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


def _goods(sheet: OrderSheet, width: int) -> Iterator[Line]:
    narrow = width < _NARROW
    order = sheet.row.order
    yield [(_("Ordered"), "title")]
    for line in sheet.lines:
        yield from _phone_line(line, sheet) if narrow else (_wide_line(line, sheet, width),)
    goods = sum(line.price * line.quantity // PIECE for line in sheet.lines if OrderState(line.state).holds_stock)
    amounts = [(_("goods"), goods)]
    if sheet.shipping and OrderState(order.state).holds_stock:
        amounts.append((_("shipping"), sheet.shipping))
    for title, minor in amounts:
        yield _amount(title, minor, order.currency, "", width)
    yield _amount(_("total"), order.total, order.currency, "bold", width)


def _amount(title: str, minor: int, currency: str, look: str, width: int) -> Line:
    """Under the lines' prices: the figures end where those do."""
    text = money(Money(minor, currency), with_currency=True)
    place = 14 if width < _NARROW else 54 if width >= _ROOMY else 31
    return [("  " + fitted(title, place, right=width >= _NARROW) + fitted(text, 16, right=True), look)]


def _wide_line(line: LineView, sheet: OrderSheet, width: int) -> Line:
    order = sheet.row.order
    price = money(Money(line.price, order.currency))
    code, name, price_width = (14, 30, 16) if width >= _ROOMY else (12, 15, 11)
    text = f"  {fitted(line.code, code)} {fitted(line.name, name)} {fitted(quantity(line.quantity), 6, right=True)}"
    text += f"{fitted('× ' + price, price_width, right=True)} "
    words, look = _line_stock(line, sheet)
    state = order_state_words(line.state) if line.state != order.state else ""
    return [(text, ""), (" " + words, look), (f"  {state}" if state and width >= _ROOMY else "", "dim")]


def _phone_line(line: LineView, sheet: OrderSheet) -> Iterator[Line]:
    price = money(Money(line.price, sheet.row.order.currency))
    yield [(f"  {line.code}  {line.name}", "")]
    words, look = _line_stock(line, sheet)
    yield [(f"    {quantity(line.quantity)} × {price}  ", ""), (words, look)]


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

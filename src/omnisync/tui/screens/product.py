"""One product with everything that is known of it: balances, listings, reservations, what happened last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult

from omnisync.explain.happened import sentence
from omnisync.explain.words import figure_words, reason_words, state_words
from omnisync.log.overview import store_names
from omnisync.log.product_list import ProductView, figure_view, views
from omnisync.log.rows import FigureRow
from omnisync.log.story import Told, Why, events_of_product, why
from omnisync.model.events import Kind
from omnisync.text import _, age, quantity, when
from omnisync.tui.keys import bindings
from omnisync.tui.screens.base import Page
from omnisync.tui.widgets.lines import Line, Lines, sign
from omnisync.tui.widgets.table import fitted

_EVENTS = 30


class Sheet(Page):
    """The sheet of one product; ← and → mark a store, w says why it shows what it shows."""

    BINDINGS: ClassVar = bindings("sheet")
    HELP_TEXT = _(
        "For each store: what it should show (wanted), what was last sent, what the store acknowledged (confirmed) and "
        "what a read-back found there (seen), with how long ago. Below: what is reserved for orders, and what happened."
    )

    def __init__(self, product: int) -> None:
        super().__init__()
        self._product = product
        self._store = 0

    def body(self) -> ComposeResult:
        """One page of text."""
        yield Lines()

    def on_mount(self) -> None:
        """Show it."""
        self.set_focus(self.query_one(Lines))
        self.data_changed()

    def open(self, product: int) -> None:
        """Show another product instead."""
        self._product = product
        self.data_changed()

    def data_changed(self) -> None:
        """Read it anew; the same text is not repainted."""
        reader = self.reader
        if reader is None or not self.is_mounted:
            return
        product = views(reader, [(self._product, None)])[0]
        stores = store_names(reader)
        chains = [found for store in stores if (found := why(reader, self._product, store)) is not None]
        told = events_of_product(reader, self._product, _EVENTS)
        self.query_one(Lines).show(_lines(product, chains, self._store, told, self.omnisync.desk.clock.now()))

    def action_store(self, step: int) -> None:
        """Mark another store."""
        if self.reader is not None and (names := store_names(self.reader)):
            self._store = (self._store + step) % len(names)
            self.data_changed()

    def action_why(self) -> None:
        """Why the marked store shows what it shows."""
        from omnisync.tui.screens.why import WhyPage

        if self.reader is not None and (names := store_names(self.reader)):
            self.omnisync.push_screen(WhyPage(self._product, names[self._store]))

    def action_update(self) -> None:
        """Send its figures now."""
        self.run_worker(update_one(self, self._product))

    def action_copy_code(self) -> None:
        """Copy the code."""
        if self.reader is not None:
            self.omnisync.copy(views(self.reader, [(self._product, None)])[0].code)


async def update_one(page: Page, product: int) -> None:
    """Order an update of one product and follow its figures."""
    from omnisync.sync.commands import Update

    assert page.reader is not None
    view = views(page.reader, [(product, None)])[0]
    if await page.omnisync.order(Update(codes=(view.code,))) is not None:
        page.omnisync.say(_("{code} is being sent.").format(code=view.code))
        page.omnisync.acts.follow((product, store, kind) for store, kind in view.figures)


def _lines(product: ProductView, chains: list[Why], marked: int, told: list[Told], now: int) -> Iterator[Line]:
    yield [(product.code, "bold"), ("  ", ""), (product.name, "bold")]
    state = "" if product.active else _("no longer sold by the ERP")
    yield [("  ".join(each for each in (product.category, product.unit, state) if each), "dim")]
    yield []
    yield from _balances(product, chains, now)
    yield []
    head = "  " + fitted(_("store"), 13) + "".join(fitted(word, 13, right=True) for word in _stages())
    yield [(head, "title")]
    for at, chain in enumerate(chains):
        yield from _listing(chain, now, marked=at == marked)
    yield []
    yield from _reservations(chains[:1], now)
    yield [(_("What happened last"), "title")]
    for each in told:
        yield [(fitted(when(each.at, now), 18), "dim"), (sentence(each.event), "")]


def _stages() -> tuple[str, ...]:
    return _("wanted"), _("sent"), _("confirmed"), _("seen")


def _balances(product: ProductView, chains: list[Why], now: int) -> Iterator[Line]:
    yield [("  " + fitted(_("warehouse"), 18) + fitted(_("on hand"), 10, right=True) + fitted(_("reserved"), 10, right=True), "title")]
    for each in chains[0].balances if chains else ():
        figures = fitted(quantity(each.on_hand), 10, right=True) + fitted(quantity(each.reserved), 10, right=True)
        counted = _("counted {when}").format(when=when(each.counted_at, now))
        yield [("  " + fitted(each.warehouse, 18) + figures, ""), (f"   {counted}", "dim")]
    totals = fitted(quantity(product.on_hand), 10, right=True) + fitted(quantity(product.reserved), 10, right=True)
    available = "   " + _("available {quantity}").format(quantity=quantity(product.available))
    yield [("  " + fitted(_("all"), 18) + totals + available, "bold")]


def _listing(chain: Why, now: int, *, marked: bool) -> Iterator[Line]:
    margin = "▸ " if marked else "  "
    look = "bold" if marked else ""
    if not chain.figures:
        yield [(margin + fitted(chain.store, 13), look), sign("none"), (" " + state_words("none"), "dim")]
        return
    name = chain.store
    for kind in (Kind.STOCK, Kind.PRICE):
        row = chain.figures.get(kind)
        if row is not None:
            yield _figure(row, margin + fitted(name, 13), chain.rules.currency, now, look)
            margin, name = "  ", "  " + _("price")


def _figure(row: FigureRow, head: str, currency: str, now: int, look: str) -> Line:
    view = figure_view(
        row.store, row.kind, row.mode, row.wanted, row.wanted_rev, row.confirmed, row.confirmed_rev, row.check_at,
        row.reason,
    )  # fmt: skip
    parts = [(head, look)]
    for value, at in ((row.wanted, row.wanted_at), (row.sent, row.sent_at), (row.confirmed, row.confirmed_at), (row.seen, row.seen_at)):
        figure = figure_words(row.kind, value, currency) if at or value is not None else "–"
        parts += [(fitted(figure, 8, right=True), ""), (fitted(age(at, now) if at else "", 5, right=True), "dim")]
    reason = f": {reason_words(row.reason)}" if row.reason else ""
    return [*parts, ("  ", ""), sign(view.state), (f" {state_words(view.state)}{reason}", view.state)]


def _reservations(chains: list[Why], now: int) -> Iterator[Line]:
    for chain in chains:
        if chain.reservations:
            yield [(_("Reserved for orders"), "title")]
        for each in chain.reservations:
            text = _("{quantity} in {warehouse} for order {number} from {store}").format(
                quantity=quantity(each.quantity), warehouse=each.warehouse, number=each.number, store=each.store
            )
            yield [(fitted(when(each.at, now), 18), "dim"), (text, "")]
        if chain.reservations:
            yield []

"""One product with everything that is known of it: balances, listings, reservations, what happened last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult

from omnisync.explain.happened import sentence
from omnisync.explain.share import share_of
from omnisync.explain.words import figure_words, reason_words, state_words
from omnisync.log.overview import store_names
from omnisync.log.product_list import ProductView, figure_view, views
from omnisync.log.rows import FigureRow
from omnisync.log.story import Told, Why, events_of_product, further_keys, why, whys
from omnisync.model.events import Kind
from omnisync.text import _, age, quantity, when
from omnisync.tui.keys import bindings
from omnisync.tui.screens.ask import Ask
from omnisync.tui.screens.base import Page
from omnisync.tui.widgets.lines import Line, Lines, Part, sign, time_part, time_size
from omnisync.tui.widgets.table import fitted

_EVENTS = 30
_ROOMY, _NARROW = 100, 60

_STATE = 14
"""Cells beside a figure's stages, where there is no room for ages, that its state may take."""


class Sheet(Page):
    """The sheet of one product; ← and → mark a store, w says why it shows what it shows."""

    BINDINGS: ClassVar = bindings("sheet")
    HELP_TEXT = _(
        "For each store: what it should show (wanted), what was last sent, what the store acknowledged (confirmed) and "
        "what a read-back found there (seen), with how long ago. Below: what is reserved for orders, and what happened."
    )

    def __init__(self, product: int, store: int = 0) -> None:
        """``store`` is the place of the one that is marked at first."""
        super().__init__()
        self._product, self._store = product, store

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
        if reader is None or not self.composed:
            return
        product = views(reader, [(self._product, None)])[0]
        stores = store_names(reader)
        chains = whys(reader, self._product, stores)
        told = events_of_product(reader, self._product, _EVENTS)
        now = self.omnisync.desk.clock.now()
        lines = _lines(product, further_keys(reader, self._product), chains, self._store, told, now, self.size.width)
        self.query_one(Lines).show(lines)

    def on_resize(self) -> None:
        """Another width is laid out anew."""
        self.data_changed()

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

    def action_history(self) -> None:
        """Everything that happened to it."""
        from omnisync.log.story import code_of
        from omnisync.tui.screens.history import of_product

        if self.reader is not None:
            self.omnisync.push_screen(of_product(self._product, code_of(self.reader, self._product)))

    def action_unlink(self) -> None:
        """The marked store's listing is another product."""
        self.run_worker(self._unlink())

    async def _unlink(self) -> None:
        from omnisync.model.commands import Link

        names = store_names(self.reader) if self.reader is not None else []
        chain = why(self.reader, self._product, names[self._store]) if self.reader is not None and names else None
        if chain is None or not chain.remote_id:
            self.omnisync.say(_("It is not listed there."))
            return
        title = _("Take {code} away from listing {listing} on {store}?")
        effect = _(
            "The listing stays at the store as it is, and nothing is sent to it until you say which product it is: it "
            "then waits for you as unmatched."
        )
        given = {"code": chain.code, "listing": chain.remote_id, "store": chain.store}
        if not await self.omnisync.push_screen_wait(Ask(title.format(**given), [effect])):
            return
        if await self.omnisync.order(Link(chain.store, chain.remote_id, "")) is not None:
            self.omnisync.say(_("Listing {listing} on {store} has no product now.").format(**given))
            self.data_changed()

    def action_update(self) -> None:
        """Send its figures now."""
        self.run_worker(update_one(self, self._product))

    def action_copy_code(self) -> None:
        """Copy the code."""
        if self.reader is not None:
            self.omnisync.copy(views(self.reader, [(self._product, None)])[0].code)


async def update_one(page: Page, product: int) -> None:
    """Order an update of one product and follow its figures."""
    from omnisync.model.commands import Update

    assert page.reader is not None
    view = views(page.reader, [(product, None)])[0]
    if await page.omnisync.order(Update(codes=(view.code,))) is not None:
        page.omnisync.say(_("{code} is being sent.").format(code=view.code))
        page.omnisync.acts.follow((product, store, kind) for store, kind in view.figures)


def _lines(
    product: ProductView, keys: list[tuple[str, str]], chains: list[Why], marked: int, told: list[Told], now: int,
    width: int,
) -> Iterator[Line]:  # fmt: skip
    yield [(product.code, "bold"), ("  ", ""), (product.name, "bold")]
    state = "" if product.active else _("no longer sold by the ERP")
    yield [("   ".join(each for each in (product.category, product.unit, state) if each), "dim")]
    yield from _keys(keys)
    yield []
    yield from _balances(product, chains, now, width)
    yield []
    yield from _listings(chains, marked, now, width)
    yield []
    yield from _reservations(chains[:1], now, width)
    yield [(_("What happened last"), "title")]
    listings = {chain.store: chain.remote_id for chain in chains}
    size = time_size((each.at for each in told), now, width)
    for each in told:
        yield [time_part(each.at, now, size), (sentence(share_of(each.event, product.code, listings)), "")]


def _keys(keys: list[tuple[str, str]]) -> Iterator[Line]:
    for kind, title in (("barcode", _("barcode")), ("alias", _("also known as"))):
        if known := [key for each, key in keys if each == kind]:
            yield [(f"{title} ", "dim"), (", ".join(known), "")]


def _balances(product: ProductView, chains: list[Why], now: int, width: int) -> Iterator[Line]:
    narrow = width < _NARROW
    name, figure = (12, 9) if narrow else (18, 10)

    def line(title: str, *figures: str) -> str:
        return "  " + fitted(title, name) + "".join(fitted(each, figure, right=True) for each in figures)

    yield [(line(_("warehouse"), _("on hand"), _("reserved")), "title")]
    for each in chains[0].balances if chains else ():
        text = line(each.warehouse, quantity(each.on_hand), quantity(each.reserved))
        counted = "" if narrow else "   " + _("counted {when}").format(when=when(each.counted_at, now))
        yield [(text, ""), (counted, "dim")]
    yield [(line(_("all"), quantity(product.on_hand), quantity(product.reserved)), "bold")]
    yield [(line(_("available"), quantity(product.available)), "bold")]


def _listings(chains: list[Why], marked: int, now: int, width: int) -> Iterator[Line]:
    """Wanted, sent, confirmed, seen; on a narrow screen without the ages, on a phone only the two ends."""
    stages = [_("wanted"), _("sent"), _("confirmed"), _("seen")]
    size = 18 if width >= _ROOMY else 11
    if width < _NARROW:
        stages, size = [_("wanted"), _("seen")], 9
    yield [("  " + fitted(_("store"), 13) + "".join(fitted(word, size, right=True) for word in stages), "title")]
    for at, chain in enumerate(chains):
        margin, look = ("▸ ", "bold") if at == marked else ("  ", "")
        if not chain.figures:
            yield [(margin + fitted(chain.store, 13), look), sign("none"), (" " + state_words("none"), "dim")]
        head = chain.store
        for kind in (Kind.STOCK, Kind.PRICE):
            row = chain.figures.get(kind)
            if row is not None:
                yield from _figure(row, (margin + fitted(head, 13), look), chain.rules.currency, now, width)
                margin, head = "  ", "  " + _("price")


def _figure(row: FigureRow, head: Part, currency: str, now: int, width: int) -> Iterator[Line]:
    """Its stages and its state; what has no room beside them stands below."""
    view = figure_view(
        row.store, row.kind, row.mode, row.wanted, row.wanted_rev, row.confirmed, row.confirmed_rev, row.check_at,
        row.reason,
    )  # fmt: skip
    stages = [
        (row.wanted, row.wanted_at), (row.sent, row.sent_at), (row.confirmed, row.confirmed_at), (row.seen, row.seen_at)
    ]  # fmt: skip
    if width < _NARROW:
        stages = [stages[0], stages[3]]
    parts = [head]
    for value, at in stages:
        figure = figure_words(row.kind, value, currency)
        if width >= _ROOMY:
            parts += [(fitted(figure, 10, right=True), ""), (fitted(age(at, now) if at else "", 8, right=True), "dim")]
        else:
            parts.append((fitted(figure, 9 if width < _NARROW else 11, right=True), ""))
    parts += [("  ", ""), sign(view.state)]
    words = state_words(view.state) + (f": {reason_words(row.reason)}" if row.reason else "")
    if width >= _ROOMY or (width >= _NARROW and cell_len(words) <= _STATE):
        yield [*parts, (f" {words}", view.state)]
    else:
        yield parts
        if width >= _NARROW or row.reason:
            yield [("      ", ""), (words, view.state)]


def _reservations(chains: list[Why], now: int, width: int) -> Iterator[Line]:
    for chain in chains:
        if chain.reservations:
            yield [(_("Reserved for orders"), "title")]
        size = time_size((each.at for each in chain.reservations), now, width)
        for each in chain.reservations:
            text = _("{quantity} in {warehouse} for order {number} from {store}").format(
                quantity=quantity(each.quantity), warehouse=each.warehouse, number=each.number, store=each.store
            )
            yield [time_part(each.at, now, size), (text, "")]
        if chain.reservations:
            yield []

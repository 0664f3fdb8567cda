"""`omnisync products`: every product with all warehouses and what each store shows, in one list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click

from omnisync.cli import names, table
from omnisync.cli.options import UNITS, at_option, json_option, limit_option, read_at, store_option
from omnisync.cli.output import Piece, say, say_json, say_pieces, tell, width
from omnisync.cli.place import Place
from omnisync.explain.words import SIGNS, figure_words
from omnisync.log import past, product_list
from omnisync.log.overview import store_names
from omnisync.log.product_list import FigureView, ProductView, Sort
from omnisync.log.reader import Reader
from omnisync.log.selling import Selling, riskiest
from omnisync.model.events import Kind
from omnisync.model.rules import StoreRules
from omnisync.moment import said
from omnisync.text import _, number, percent, quantity, tenths

_AT_ONCE = 500
_MOST_FOUND = 20_000
_SORTS = ("code", "name", "on_hand", "reserved", "available")


@click.command(
    short_help=_("All products with every warehouse's and store's figures."),
    help=_(
        "All products with every warehouse's and store's figures.\n\n"
        "TEXT finds by code, barcode or words of the name, with or without its accents. "
        "Signs beside a store's figure: ✓ confirmed, … on its way, ‖ held until you say yes, ! refused, "
        "– not sent, ∞ always shown in stock, ≠ the store shows something else, · not listed there. "
        "In a narrow terminal columns are left out; --json has them all.\n\n"
        "With --at every figure is the one of that moment; which products are listed, and in which order, is today's.\n\n"
        "Example: omnisync products boru --sort available"
    ),
)
@click.argument("text", nargs=-1)
@click.option(
    "--sort", metavar="WHAT", default="code", show_default=True,
    help=_("code, name, on_hand, reserved, available, warehouse:NAME, stock:STORE or price:STORE."),
)  # fmt: skip
@click.option("--descending", is_flag=True, help=_("The largest first."))
@click.option("--at-risk", is_flag=True, help=_("Those most likely to be sold twice just now, and how likely."))
@store_option(_("Show the figures of this store only."))
@at_option(_('As it was then: "14:03", "yesterday 14:03", "2026-11-20 14:03", in the shop\'s time.'))
@limit_option(50, _("How many products; 0: all."), zero_is_all=True)
@json_option(UNITS)
@click.pass_obj
def products(
    place: Place,
    text: tuple[str, ...],
    sort: str,
    descending: bool,
    at_risk: bool,
    store: str,
    at: str,
    limit: int,
    as_json: bool,
) -> None:
    """List the products."""
    with place.reader() as reader:
        if at_risk:
            _say_risks(riskiest(reader, place.now(), limit or None), as_json=as_json)
            return
        stores = [store] if store else store_names(reader)
        rules = {name: names.rules(reader, name) for name in stores}
        words = " ".join(text)
        rows = _found(reader, words, limit) if words else [*_page(reader, _sort(reader, sort, descending), limit)]
        if at:
            moment = read_at(at, place.now())
            then = past.Past(reader, past.seq_at(reader, moment))
            rows = then.views([row.id for row in rows])
            rules = {name: each for name, each in then.rules().items() if name in rules}
            if not as_json:
                say(_("As it was at {time}:").format(time=said(moment)))
        if as_json:
            say_json([_as_json(row, rules) for row in rows])
            return
        _print(rows, product_list.warehouses(reader), rules)
        tell(_("{n} of {total} products").format(n=number(len(rows)), total=number(product_list.count(reader, words))))


def _say_risks(found: Sequence[Selling], *, as_json: bool) -> None:
    if as_json:
        say_json([{"code": each.code, "available": each.available, "oversell_risk": each.risk} for each in found])
        return
    columns = [
        table.Column(_("Code"), least=6), table.Column(_("Name"), least=8), table.Column(_("Available"), right=True),
        table.Column(_("Sold an hour"), right=True), table.Column(_("Risk"), right=True),
    ]  # fmt: skip
    rows: list[list[str | Piece]] = [
        [each.code, each.name, quantity(each.available), tenths(each.per_hour), percent(each.risk)] for each in found
    ]
    for line in table.lines(columns, rows, width()):
        say_pieces(line)
    tell(
        _("{n} products may be sold twice: see [last_pieces] in the configuration.").format(n=number(len(found)))
        if found
        else _("Nothing is likely to be sold twice just now.")
    )


def _sort(reader: Reader, by: str, descending: bool) -> Sort:
    kind, _colon, name = by.partition(":")
    known = {"warehouse": product_list.warehouses, "stock": store_names, "price": store_names}
    if by not in _SORTS and (kind not in known or name not in known[kind](reader)):
        raise click.BadParameter(
            _("one of {known}, or warehouse:, stock:, price: with a name is expected").format(known=", ".join(_SORTS)),
            param_hint="--sort",
        )
    return Sort(by, descending)


def _found(reader: Reader, words: str, limit: int) -> list[ProductView]:
    return product_list.find(reader, words, min(limit or _MOST_FOUND, _MOST_FOUND))


def _page(reader: Reader, sort: Sort, limit: int) -> Iterator[ProductView]:
    after, left = None, limit or product_list.count(reader)
    while left > 0:
        rows = product_list.page(reader, sort, min(left, _AT_ONCE), after)
        if not rows:
            return
        yield from rows
        after, left = rows[-1], left - len(rows)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which columns are shown."""

    warehouses: Sequence[str]
    sums: bool
    prices: bool
    stores: Sequence[str]


def _choices(warehouses: Sequence[str], stores: Sequence[str]) -> Iterator[_Choice]:
    """From everything to the least: warehouses go first, then sums, prices, stores."""
    yield _Choice(warehouses, sums=True, prices=True, stores=stores)
    yield _Choice((), sums=True, prices=True, stores=stores)
    yield _Choice((), sums=False, prices=True, stores=stores)
    for most in range(len(stores), -1, -1):
        yield _Choice((), sums=False, prices=False, stores=stores[:most])


def _print(rows: Sequence[ProductView], warehouses: Sequence[str], rules: dict[str, StoreRules]) -> None:
    room = width()
    for choice in _choices(warehouses, [*rules]):
        columns, cells = _columns(choice), [_cells(row, choice, rules) for row in rows]
        if not choice.stores or table.smallest(columns, cells) <= room:
            for line in table.lines(columns, cells, room):
                say_pieces(line)
            if left_out := [name for name in rules if name not in choice.stores]:
                tell(_("no room for: {stores}").format(stores=", ".join(left_out)))
            return


def _columns(choice: _Choice) -> list[table.Column]:
    columns = [table.Column(_("Code"), least=8), table.Column(_("Name"), least=10)]
    columns += [table.Column(name, right=True) for name in choice.warehouses]
    if choice.sums:
        columns += [table.Column(_("hand"), right=True), table.Column(_("resv"), right=True)]
    columns.append(table.Column(_("avail"), right=True))
    for name in choice.stores:
        columns.append(table.Column(name, right=True))
        if choice.prices:
            columns.append(table.Column("", right=True))
    return columns


def _cells(row: ProductView, choice: _Choice, rules: dict[str, StoreRules]) -> list[str | Piece]:
    cells: list[str | Piece] = [row.code, row.name]
    cells += [quantity(row.balances[name]) if name in row.balances else "–" for name in choice.warehouses]
    cells += [quantity(row.on_hand), quantity(row.reserved)] if choice.sums else []
    cells.append(quantity(row.available))
    for name in choice.stores:
        cells += _store_cells(row, name, rules[name], prices=choice.prices)
    return cells


def _store_cells(row: ProductView, store: str, rules: StoreRules, *, prices: bool) -> list[str | Piece]:
    stock, price = row.figures.get((store, Kind.STOCK)), row.figures.get((store, Kind.PRICE))
    exempt = row.category in rules.exempt_categories
    cells: list[str | Piece] = [_signed(stock, rules.currency, exempt=exempt)]
    if prices:
        cells.append(_signed(price, rules.currency) if price is not None else "")
    return cells


def _signed(figure: FigureView | None, currency: str, *, exempt: bool = False) -> Piece:
    """A figure with its sign: what the store shows as far as is known, else what it is to show."""
    if figure is None:
        return Piece(SIGNS["none"].letter)
    sign = SIGNS[figure.state]
    value = figure.value if figure.state == "waiting" or figure.shown is None else figure.shown
    text = SIGNS["exempt"].letter if exempt else figure_words(figure.kind, value, currency)
    return Piece(f"{text} {sign.letter}", "" if figure.state == "confirmed" else sign.colour)


def _as_json(row: ProductView, rules: dict[str, StoreRules]) -> dict[str, Any]:
    stores: dict[str, Any] = {}
    for (store, kind), figure in row.figures.items():
        if store not in rules:
            continue
        entry = stores.setdefault(store, {"currency": rules[store].currency})
        entry["exempt"] = row.category in rules[store].exempt_categories
        entry[kind] = {
            "state": figure.state, "wanted": figure.value, "shown": figure.shown, "reason": figure.reason,
        }  # fmt: skip
    return {
        "code": row.code, "name": row.name, "category": row.category, "unit": row.unit, "active": bool(row.active),
        "on_hand": row.on_hand, "reserved": row.reserved, "available": row.available, "warehouses": row.balances,
        "stores": stores,
    }  # fmt: skip

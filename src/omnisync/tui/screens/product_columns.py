"""The columns of the product list, laid out for the width there is: 160 and 140, 80, or a phone's 40.

First the code, the name, what is available and the marked store; then, as far as there is room, the
other stores, what is on hand and reserved, and the warehouses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from rich.cells import cell_len

from omnisync.explain.words import SIGNS
from omnisync.log.product_list import FigureView, ProductView, Sort
from omnisync.log.product_view import BY_NAME, ListRow
from omnisync.model.clean import clean
from omnisync.model.money import Money, minor_digits
from omnisync.model.quantity import PIECE
from omnisync.text import _, money, quantity
from omnisync.tui.widgets.table import MARGIN, Cell, Column, fitted

_PHONE, _WIDE = 60, 150
_TOTAL, _STOCK, _NAME = 6, 5, 25
_HOUSES, _PRICES = (4, 7), (9, 12)
"""The least and the most cells of a warehouse's balances and of a store's prices."""

_TITLE = 10
"""The most cells of a warehouse's name."""

_CODES = (8, 14)
"""The least and the most cells of the codes."""

_NO_LISTING = SIGNS["none"].letter

Hope = tuple[str, int | None]
"""What a person has just ordered and the daemon has not answered yet: a state and, for a price, its value."""


@dataclass(slots=True)
class Shape:
    """What the columns depend on but the width. ``hopes`` by (product, store, kind)."""

    warehouses: Sequence[str] = ()
    stores: Sequence[str] = ()
    currencies: Mapping[str, str] = field(default_factory=dict)
    exempt: Mapping[str, frozenset[str]] = field(default_factory=dict)
    store: int = 0
    warehouse: int = 0
    sort: Sort = BY_NAME
    hopes: dict[tuple[int, str, str], Hope] = field(default_factory=dict)
    code_width: int = _CODES[0]
    house_width: int = _HOUSES[0]
    price_width: int = _PRICES[0]

    def measure(self, rows: Iterable[ListRow]) -> bool:
        """Room for the codes and figures that this shop has; what no row so far has needed is left to the names.

        Answers whether there has to be more room than before.
        """
        before = (self.code_width, self.house_width, self.price_width)
        codes = [_CODES[0]]
        held: set[int] = {0}
        dearest: dict[str, int] = {}
        for row in rows:
            codes.append(cell_len(clean(row.product.code)))
            held.update(row.product.balances.values())
            for (store, kind), figure in row.product.figures.items():
                if kind == "price":
                    dearest[store] = max(dearest.get(store, 0), figure.value or 0, figure.shown or 0)
        prices = (len(money(Money(value, self.currencies.get(store, "")))) for store, value in dearest.items())
        self.code_width = max(self.code_width, _within(max(codes), _CODES))
        self.house_width = max(self.house_width, _within(max(map(len, map(quantity, held))), _HOUSES))
        self.price_width = max(self.price_width, _within(max(prices, default=0) + 1, _PRICES))
        return before != (self.code_width, self.house_width, self.price_width)

    @property
    def store_width(self) -> int:
        """Quantity, sign, price, sign."""
        return _STOCK + 1 + self.price_width + 1

    @property
    def marked_store(self) -> str:
        """The store whose price F4 edits, "" while there is none."""
        return self.stores[self.store] if self.stores else ""

    def sortable(self) -> Sequence[str]:
        """All columns that there are, on the screen or not."""
        return (
            "code", "name", *(f"warehouse:{name}" for name in self.warehouses), "on_hand", "reserved", "available",
            *(f"{kind}:{store}" for store in self.stores for kind in ("stock", "price")),
        )  # fmt: skip

    def price_of(self, row: ListRow, store: str) -> Money | None:
        """The price that the store shows or will show; None where it is not listed there."""
        figure = row.product.figures.get((store, "price"))
        if figure is None:
            return None
        value = figure.value if figure.value is not None else figure.shown
        return Money(value or 0, self.currencies[store])


def sort_title(column: str) -> str:
    """A column as people call it."""
    kind, _colon, name = column.partition(":")
    titles = {
        "code": _("code"), "name": _("name"), "on_hand": _("on hand"), "reserved": _("reserved"),
        "available": _("available"), "warehouse": _("warehouse {name}"), "stock": _("{name}: quantity"),
        "price": _("{name}: price"),
    }  # fmt: skip
    return titles[kind].format(name=clean(name))


def lay_out(shape: Shape, width: int) -> list[Column]:
    """The columns that fit into so many cells."""
    phone = width < _PHONE
    code_width = min(shape.code_width, 9) if phone else shape.code_width
    name = 10 if phone else 18 if width < _WIDE else 24
    store = _STOCK + 2 if phone else shape.store_width + 2
    room = width - MARGIN - code_width - 1 - name - 1 - (_TOTAL + 1)
    # The thousandths of what is sold by weight or length stand in full where there is room for them.
    house_width = min(shape.house_width, 7 if width >= _WIDE else 6)
    house = house_width + 1
    chosen = 0 if phone or not shape.warehouses else house
    longer = 0 if phone else _NAME - name
    stores = _all_or_some(len(shape.stores), room - chosen, store, longer, least=1)
    room -= stores * store
    totals = not phone and stores == len(shape.stores) and room >= 2 * (_TOTAL + 1) + chosen
    if totals:
        room -= 2 * (_TOTAL + 1)
    houses = 0 if phone else _all_or_some(len(shape.warehouses), room, house, longer, least=min(1, room // house))
    room -= houses * house
    if houses and (wider := min(_longest(shape.warehouses) - house_width, (room - longer) // houses)) > 0:
        # What is left over shows the warehouses' names in full.
        house_width, room = house_width + wider, room - houses * wider
    columns = [
        _titled(shape, "code", _("Code"), code_width, _code),
        _titled(shape, "name", _("Name"), name + max(0, room), _name),
        *_houses(shape, houses, house_width),
        *_totals(shape, full=totals),
    ]
    for at in _window(shape.store, len(shape.stores), stores):
        columns += _store(shape, at, folded=stores < len(shape.stores), phone=phone)
    return columns


def _within(size: int, limits: tuple[int, int]) -> int:
    return max(limits[0], min(size, limits[1]))


def _some(wanted: int, room: int, each: int, *, least: int) -> int:
    return max(min(wanted, least), min(wanted, room // each))


def _longest(names: Sequence[str]) -> int:
    return min(_TITLE, max(cell_len(clean(name)) for name in names))


def _all_or_some(wanted: int, room: int, each: int, longer: int, *, least: int) -> int:
    """All, if they fit beside short names; else longer names are worth more than one more that is not all of them."""
    return wanted if wanted * each <= room else _some(wanted, room - longer, each, least=least)


def _window(chosen: int, count: int, size: int) -> range:
    """So many neighbours, with the chosen one among them."""
    start = max(0, min(chosen - size // 2, count - size))
    return range(start, start + size)


def _titled(
    shape: Shape, by: str, title: str, width: int, text: Callable[[ProductView], str], *, right: bool = False,
    gap: str = " ", marked: bool = False,
) -> Column:  # fmt: skip
    """A column of one text, with the arrow of the sort in its title."""
    arrow = ("▼" if shape.sort.descending else "▲") if shape.sort.by == by else ""
    if cell_len(title) > width - len(arrow):
        title = fitted(title, width - len(arrow))
    title += arrow

    def cells(row: ListRow) -> Sequence[Cell]:
        return (Cell(fitted(text(row.product), width, right=right)),)

    return Column(by, title, width, cells, right, gap, marked)


def _code(product: ProductView) -> str:
    return clean(product.code)


def _name(product: ProductView) -> str:
    return clean(product.name, 80)


def _houses(shape: Shape, count: int, width: int) -> list[Column]:
    folded = count < len(shape.warehouses)
    found = []
    for at in _window(shape.warehouse, len(shape.warehouses), count):
        house = shape.warehouses[at]
        text = partial(_balance, house, width)
        marked = folded and at == shape.warehouse
        title = clean(house)
        found.append(_titled(shape, f"warehouse:{house}", title, width, text, right=True, marked=marked))
    return found


def _balance(house: str, width: int, product: ProductView) -> str:
    on_hand = product.balances.get(house)
    return "–" if on_hand is None else _amount(on_hand, width)


def _amount(thousandths: int, width: int) -> str:
    """A quantity that fits, without its grouping if need be: a cut number would be a lie, so it is rounded downwards, and says so by a ~."""
    text, pieces = quantity(thousandths), thousandths // PIECE
    if len(text) <= width:
        return text
    whole = (str(pieces),) if thousandths % PIECE == 0 else ()
    shorter = (*whole, f"~{pieces}", f"~{pieces // 1000}k", f"~{pieces // 1_000_000}M")
    return next((each for each in shorter if len(each) <= width), text)


def _price(price: Money, width: int) -> str:
    """A price that fits: a long one goes without its grouping."""
    text = money(price)
    if len(text) < width:
        return text
    digits = minor_digits(price.currency)
    return str(price).replace(".", text[-1 - digits]) if digits else str(price)


def _totals(shape: Shape, *, full: bool) -> list[Column]:
    wide = partial(_titled, shape, width=_TOTAL, right=True)
    available = wide("available", _("avail"), text=lambda product: _amount(product.available, _TOTAL))
    if not full:
        return [available]
    return [
        wide("on_hand", _("hand"), text=lambda product: _amount(product.on_hand, _TOTAL)),
        wide(
            "reserved", _("resv"), text=lambda product: _amount(product.reserved, _TOTAL) if product.reserved else "–"
        ),
        available,
    ]


def _store(shape: Shape, at: int, *, folded: bool, phone: bool) -> list[Column]:
    """A store's quantity, sign and price; its name is the title of both."""
    store = shape.stores[at]
    marked = at == shape.store
    title = clean(store)
    if folded and marked:
        title = f"◂{title}▸"
    arrow = "▼" if shape.sort.descending else "▲"
    stock_title = arrow if shape.sort.by == f"stock:{store}" else ""
    price_title = arrow if shape.sort.by == f"price:{store}" else ""
    if phone:
        stock = partial(_stock_cells, shape, store)
        return [Column(f"stock:{store}", title[: _STOCK + 1] + stock_title, _STOCK + 1, stock, False, " ", marked)]
    head = fitted(title + stock_title, shape.store_width)
    return [
        Column(f"stock:{store}", head[: _STOCK + 1], _STOCK + 1, partial(_stock_cells, shape, store), False, "│ ", marked),
        Column(
            f"price:{store}", head[_STOCK + 1 : -1] + (price_title or " "), shape.price_width + 1,
            partial(_price_cells, shape, store), False, "", marked,
        ),
    ]  # fmt: skip


def _stock_cells(shape: Shape, store: str, row: ListRow) -> Sequence[Cell]:
    figure, state = _figure(shape, store, "stock", row)
    if figure is None:
        return (Cell(fitted(_NO_LISTING, _STOCK, right=True) + " "),)
    if row.product.category in shape.exempt.get(store, ()):
        text = SIGNS["exempt"].letter
    else:
        value = _shown(figure, state)
        text = "?" if value is None else _amount(value, _STOCK)
    return _with_sign(fitted(text, _STOCK, right=True), state)


def _price_cells(shape: Shape, store: str, row: ListRow) -> Sequence[Cell]:
    figure, state = _figure(shape, store, "price", row)
    if figure is None:
        return (Cell(" " * (shape.price_width + 1)),)
    hope = shape.hopes.get((row.product.id, store, "price"))
    value = hope[1] if hope and hope[1] is not None else _shown(figure, state)
    unknown = "" if state in ("excluded", "off") else "?"
    text = unknown if value is None else _price(Money(value, shape.currencies.get(store, "")), shape.price_width)
    return _with_sign(fitted(text, shape.price_width, right=True), state)


def _figure(shape: Shape, store: str, kind: str, row: ListRow) -> tuple[FigureView | None, str]:
    figure = row.product.figures.get((store, kind))
    if figure is None:
        return None, "none"
    hope = shape.hopes.get((row.product.id, store, kind))
    return figure, hope[0] if hope else figure.state


def _shown(figure: FigureView, state: str) -> int | None:
    """What is on its way there, else what the store is known to show."""
    if state == "waiting" or figure.shown is None:
        return figure.value
    return figure.shown


def _with_sign(text: str, state: str) -> Sequence[Cell]:
    sign = SIGNS[state].letter
    if state == "confirmed":
        return (Cell(text + sign),)
    look = "excluded" if state in ("excluded", "off") else state
    return (Cell(text), Cell(sign, look)) if state != "refused" else (Cell(text + sign, look),)

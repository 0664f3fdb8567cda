"""Stock and price files: long (one figure a row) or wide (one column a warehouse or price list)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from omnisync.connect.erp import ErpBalance, ErpPrice
from omnisync.model.money import Money

from .columns import FIGURES, Field
from .numbers import Decimals, decimals, is_empty, known_currency
from .rows import ERROR, Mapped, Rows, as_text
from .settings import Settings
from .table import Cell, Table

_BRACKETS = str.maketrans("()[]", "    ")
_NO_PRICE = Money(0, "")
"""Stands where the cell is empty: the product isn't on that list."""
_TRIED = 200
"""Rows in which a column of a wide file must have a number to be taken as a warehouse or price list."""


def balances(table: Table, settings: Settings) -> Mapped[ErpBalance]:
    """What each warehouse holds. Raises SourceProblem when no column can be the quantity."""
    rows = Rows(table, FIGURES)
    if not rows.header:
        return rows.result([])
    quantity = rows.places(Field.QUANTITY)
    places = [] if quantity or rows.has(Field.WAREHOUSE) else _number_columns(rows, "a warehouse")
    if places:
        return _wide_balances(rows, places, settings)
    if not quantity:
        # A lone column of totals is the quantity; beside warehouses it would count everything twice.
        quantity = rows.places(Field.TOTAL)
    if not quantity:
        rows.require(Field.QUANTITY, "how many there are")
    return _long_balances(rows, quantity[0], settings)


def _long_balances(rows: Rows, place: int, settings: Settings) -> Mapped[ErpBalance]:
    codes = rows.codes()
    houses = rows.texts(Field.WAREHOUSE, settings.default_warehouse)
    if "" in houses:
        houses = [house or settings.default_warehouse for house in houses]
    quantities = _quantities(rows, place, _decimals(rows, [place], settings), "Quantity")
    rows.last_wins(_joined(codes, houses), lambda index: f"{codes[index]} in the warehouse {houses[index]}")
    return rows.result(rows.each(ErpBalance, codes, houses, quantities, rows.lines))


def _wide_balances(rows: Rows, places: Sequence[int], settings: Settings) -> Mapped[ErpBalance]:
    codes = rows.codes()
    for index in _places_empty(rows, places):
        rows.refuse(index, "No quantity stands in the row, and empty is not 0; the row was not read.")
    rows.last_wins(codes, lambda index: codes[index])
    sign = _decimals(rows, places, settings)
    # Beside a figure an empty cell is a 0: so do pivot tables and reports write that nothing is in that warehouse.
    columns = [_quantities(rows, place, sign, rows.header[place], empty=0) for place in places]
    found: list[ErpBalance] = []
    for place, column in zip(places, columns, strict=True):
        houses = [rows.header[place]] * len(rows)
        found += rows.each(ErpBalance, codes, houses, column, rows.lines)
    return rows.result(found)


def _places_empty(rows: Rows, places: Sequence[int]) -> list[int]:
    """The rows in which all of these cells are empty."""
    first, *others = (rows.cells(place) for place in places)
    empty = [index for index, cell in enumerate(first) if is_empty(cell)]
    return [index for index in empty if all(is_empty(cells[index]) for cells in others)]


def _quantities(rows: Rows, place: int, sign: Decimals, meaning: str, *, empty: int | None = None) -> list[int | None]:
    """One column of quantities; ``empty`` is what an empty cell stands for, None: such a row is refused."""
    cells = rows.cells(place)
    if sign.doubtful:
        _tell_doubt(rows, cells, sign)
    distinct = set(cells)
    known = sign.plain_quantities(distinct)
    if empty is not None:
        known.update((cell, empty) for cell in distinct if is_empty(cell))
    return rows.read_each(cells, sign.quantity, meaning, known=known)


def _tell_doubt(rows: Rows, cells: Sequence[Cell], sign: Decimals) -> None:
    """Read as decimals the shop sells too little, read as thousands it sells what isn't there."""
    for index, cell in enumerate(cells):
        if sign.doubts(cell):
            rows.note(
                index,
                f"'{as_text(cell)}' may be a decimal number or thousands; it and its like were read as decimals. "
                "The option decimal of the files connector settles it.",
            )
            return


@dataclass(frozen=True, slots=True)
class _PriceColumn:
    place: int
    price_list: str
    currency: str


def prices(table: Table, settings: Settings) -> Mapped[ErpPrice]:
    """The price lists. A price of 0 is no price: it is left out and reported once per list."""
    rows = Rows(table, FIGURES)
    if not rows.header:
        return rows.result([])
    price = rows.places(Field.PRICE)
    places = [] if rows.has(Field.PRICE_LIST) else _number_columns(rows, "a price list")
    if price and (rows.has(Field.PRICE_LIST) or not places):
        return _long_prices(rows, price[0], settings)
    if not places:
        rows.require(Field.PRICE, "what it costs")
    wide = [_price_column(rows.header[place], place) for place in places]
    wide += [_PriceColumn(place, settings.default_price_list, "") for place in price[:1]]
    return _wide_prices(rows, wide, settings)


def _long_prices(rows: Rows, place: int, settings: Settings) -> Mapped[ErpPrice]:
    codes = rows.codes()
    lists = rows.texts(Field.PRICE_LIST, settings.default_price_list)
    column = _PriceColumn(place, "Price", "")
    amounts = _amounts(rows, column, _decimals(rows, [place], settings), settings.currency)
    rows.last_wins(_joined(codes, lists), lambda index: f"{codes[index]} on the price list {lists[index]}")
    return _without_zeros(rows, rows.each(ErpPrice, codes, lists, amounts))


def _wide_prices(rows: Rows, columns: Sequence[_PriceColumn], settings: Settings) -> Mapped[ErpPrice]:
    codes = rows.codes()
    rows.last_wins(codes, lambda index: codes[index])
    sign = _decimals(rows, [column.place for column in columns], settings)
    read = [_amounts(rows, column, sign, settings.currency) for column in columns]
    found: list[ErpPrice] = []
    for column, amounts in zip(columns, read, strict=True):
        lists = [column.price_list] * len(rows)
        found += rows.each(ErpPrice, codes, lists, amounts)
    return _without_zeros(rows, found)


def _price_column(heading: str, place: int) -> _PriceColumn:
    """The heading "perakende TRY" or "Toptan (TL)" names list and currency."""
    words = heading.translate(_BRACKETS).split()
    currency = known_currency(words[-1]) if words else ""
    name = " ".join(words[:-1]) if currency and len(words) > 1 else heading
    return _PriceColumn(place, name, currency)


def _amounts(rows: Rows, column: _PriceColumn, sign: Decimals, currency: str) -> list[Money | None]:
    """One column of prices; the currency stands in the heading, else in its own column, else it is the shop's."""
    usual = column.currency or currency
    if column.currency:
        return rows.read_each(
            rows.cells(column.place),
            lambda cell: _amount(cell, usual, sign),
            column.price_list,
            known=sign.plain_money(set(rows.cells(column.place)), usual),
        )
    return rows.read_money(column.place, sign, lambda cell, known: _amount(cell, known, sign), usual, column.price_list)


def _amount(cell: Cell, currency: str, sign: Decimals) -> Money:
    if cell == "" or not as_text(cell):
        return _NO_PRICE
    if sign.doubts(cell):
        raise ValueError(
            f"'{as_text(cell)}' may be a decimal number or thousands; "
            "the option decimal of the files connector settles it"
        )
    amount = sign.money(cell, currency)
    if amount.minor < 0:
        raise ValueError(f"'{as_text(cell)}' is below zero")
    return amount


def _without_zeros(rows: Rows, found: Sequence[ErpPrice]) -> Mapped[ErpPrice]:
    """Stock programs write 0 where no price was given; a store would sell at it."""
    zeros = Counter(each.price_list for each in found if not each.price.minor and each.price is not _NO_PRICE)
    for price_list, count in zeros.items():
        rows.remark(
            f"{count} products have the price 0 on the list {price_list}: they are taken as having no price there."
        )
    return rows.result([each for each in found if each.price.minor])


def _number_columns(rows: Rows, meaning: str) -> list[int]:
    """The columns of unknown headings that hold numbers, or errors for numbers: each is one warehouse or price list."""
    found = []
    for place in rows.unknown:
        tried = [cell for cell in rows.cells(place)[:_TRIED] if as_text(cell)]
        if any(map(_is_number, tried)):
            found.append(place)
        elif tried:
            rows.remark(f"The column '{rows.header[place]}' holds no numbers, so that it isn't taken as {meaning}.")
    return found


def _is_number(cell: Cell) -> bool:
    if ERROR.fullmatch(as_text(cell)):
        # Were it taken for no warehouse, everything in it would be gone.
        return True
    try:
        Decimals("").money(cell, "EUR")
    except ValueError:
        return False
    return True


def _decimals(rows: Rows, places: Sequence[int], settings: Settings) -> Decimals:
    cells = chain.from_iterable(rows.cells(place) for place in places)
    return decimals(cells, settings.decimal, rows.delimiter)


def _joined(codes: Sequence[str], names: Sequence[str]) -> list[str]:
    """One key a row. Texts, because fifty thousand tuples keep the garbage collector busy."""
    return list(map("\0".join, zip(codes, names, strict=True)))

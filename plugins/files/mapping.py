"""Products, customers and order states: what their files say, in the words of the connector protocol."""

from __future__ import annotations

import re
from enum import Enum

from omnisync.connect.erp import ErpCustomer, ErpOrderState, ErpProduct, ErpState
from omnisync.model.money import Money
from omnisync.model.order import Address, Customer

from .columns import CUSTOMERS, PRODUCTS, STATES, Field, plain
from .numbers import Decimals, decimals
from .rows import ERROR, SCIENTIFIC, Mapped, Rows, as_text, unquoted
from .settings import Settings
from .table import Cell, Table
from .words import NO, STILL_OPEN, YES, state_of

_PLAIN = re.compile(r"[\w./-]+(?:\|[\w./-]+)*")
_SEVERAL = re.compile(r"[|;]")


def products(table: Table, settings: Settings) -> Mapped[ErpProduct]:
    """The products; one listed twice counts as it stands last.

    Raises SourceProblem when there is no column for the code or the name.
    """
    rows = Rows(table, PRODUCTS)
    rows.require(Field.NAME, "what it is called")
    if not len(rows):
        return rows.result([])
    codes = rows.codes()
    barcodes = _several(rows, Field.BARCODE)
    aliases = _several(rows, Field.ALIAS)
    costs = _costs(rows, settings)
    active = _active(rows)
    rows.last_wins(codes, lambda index: f"The product {codes[index]}")
    names, categories, units = map(rows.texts, (Field.NAME, Field.CATEGORY, Field.UNIT))
    return rows.result(rows.each(ErpProduct, codes, names, barcodes, aliases, categories, units, costs, active))


def _several(rows: Rows, field: Field) -> list[tuple[str, ...]]:
    """Barcodes or further codes: several in one cell, in several columns, or both."""
    places = rows.places(field)
    if not places:
        return [()] * len(rows)
    columns = [_split_column(rows, place, field) for place in places]
    if len(columns) == 1:
        return columns[0]
    return [tuple(dict.fromkeys(code for codes in row for code in codes)) for row in zip(*columns, strict=True)]


def _split_column(rows: Rows, place: int, field: Field) -> list[tuple[str, ...]]:
    texts = rows.texts_at(place)
    found: list[tuple[str, ...]] = [(text,) if text.isalnum() else () for text in texts]
    for index, text in enumerate(texts):
        if text and not found[index]:
            plain = _PLAIN.fullmatch(text)
            found[index] = tuple(text.split("|")) if plain else _split(rows, index, text, field)
    return found


def _split(rows: Rows, index: int, text: str, field: Field) -> tuple[str, ...]:
    parts = [unquoted(part.strip()) for part in _SEVERAL.split(text)]
    for part in parts:
        if SCIENTIFIC.fullmatch(part):
            rows.note(
                index,
                f"The {field} {part} has lost its last digits in Excel and was left out. "
                "Format the column as text before saving.",
            )
        elif ERROR.fullmatch(part):
            rows.note(index, f"The {field} is the error {part} of a spreadsheet and was left out.")
    lost = (SCIENTIFIC, ERROR)
    return tuple(dict.fromkeys(part for part in parts if part and not any(each.fullmatch(part) for each in lost)))


def _costs(rows: Rows, settings: Settings) -> list[Money | None]:
    places = rows.places(Field.COST)
    if not places:
        return [None] * len(rows)
    sign = decimals(rows.cells(places[0]), settings.decimal, rows.delimiter)
    return rows.read_money(
        places[0], sign, lambda cell, currency: _cost(cell, currency, sign), settings.currency, "Cost", refuse=False
    )


def _cost(cell: Cell, currency: str, sign: Decimals) -> Money | None:
    if cell == "" or not as_text(cell):
        return None
    if sign.doubts(cell):
        raise ValueError(
            f"'{as_text(cell)}' may be a decimal number or thousands; "
            "the option decimal of the files connector settles it"
        )
    return sign.money(cell, currency)


def _active(rows: Rows) -> list[bool]:
    for field, usual in ((Field.ACTIVE, True), (Field.PASSIVE, False)):
        if places := rows.places(field):
            read = rows.read_each(rows.texts_at(places[0]), _yes, str(field), refuse=False)
            return [value is None or value is _Answer.NONE or (value is _Answer.YES) is usual for value in read]
    return [True] * len(rows)


class _Answer(Enum):
    YES = 1
    NO = 2
    NONE = 3


def _yes(text: str) -> _Answer:
    word = plain(text)
    if not text:
        return _Answer.NONE
    if word in YES:
        return _Answer.YES
    if word in NO:
        return _Answer.NO
    raise ValueError(f"'{text}' is neither yes nor no")


def customers(table: Table, settings: Settings) -> Mapped[ErpCustomer]:
    """The customer accounts. Raises SourceProblem when there is no column for the code."""
    del settings
    rows = Rows(table, CUSTOMERS)
    if not len(rows):
        return rows.result([])
    codes = rows.codes()
    rows.last_wins(codes, lambda index: f"The customer {codes[index]}")
    fields = {field: rows.texts(field) for field in CUSTOMERS.words.values()}
    kept = rows.kept(range(len(rows)))
    found = [ErpCustomer(codes[at], _customer({field: fields[field][at] for field in fields})) for at in kept]
    return rows.result(found)


def _customer(row: dict[Field, str]) -> Customer:
    name, company, phone = row[Field.NAME], row[Field.COMPANY], row[Field.PHONE]
    address = Address(
        name, company, row[Field.STREET], row[Field.DISTRICT], row[Field.CITY], row[Field.POSTCODE],
        row[Field.COUNTRY], phone,
    )  # fmt: skip
    return Customer(
        name=name,
        email=row[Field.EMAIL],
        phone=phone,
        company=company,
        tax_number=row[Field.TAX_NUMBER],
        tax_office=row[Field.TAX_OFFICE],
        identity_number=row[Field.IDENTITY_NUMBER],
        note=row[Field.NOTE],
        billing=address,
        shipping=address,
    )


def order_states(table: Table, settings: Settings) -> Mapped[ErpOrderState]:
    """What became of the orders; the last word on each counts.

    An order is named by its key, or by its number where the file has no keys. Raises SourceProblem
    when there is no column for either, or none for the state.
    """
    del settings
    by = Field.KEY if any(STATES.field(heading) is Field.KEY for heading in table.header) else Field.NUMBER
    rows = Rows(table, STATES, by)
    rows.require(Field.STATE, "what became of the order")
    if not len(rows):
        return rows.result([])
    keys = rows.codes(by)
    states = rows.read_each(rows.texts(Field.STATE), _state, "State")
    last = dict(zip(rows.kept(keys), rows.kept(states), strict=True))
    return rows.result([ErpOrderState(key, state) for key, told in last.items() for state in told])


def _state(text: str) -> tuple[ErpState, ...]:
    """The state told, none while the ERP only has the order."""
    word = plain(text)
    if not text or word in STILL_OPEN:
        return ()
    state = state_of(word)
    if state is None:
        raise ValueError(f"'{text}' is no word for posted, shipped or cancelled that is known here")
    return (state,)

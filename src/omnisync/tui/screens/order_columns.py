"""The columns of the order list, laid out for the width there is: 160, 120, 80, or a phone's 40."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len

from omnisync.explain.orders import buyer, erp_words, stock_brief, stock_words
from omnisync.explain.words import order_state_words
from omnisync.log.order_list import OrderRow, OrderWish
from omnisync.model.clean import clean
from omnisync.model.money import Money
from omnisync.text import _, money, number, when
from omnisync.tui.widgets.table import MARGIN, Cell, Column, fitted

_PHONE, _HALF, _ROOMY = 60, 118, 156

_Plan = tuple[tuple[str, int], ...]
"""Columns and their widths; 0: what is left."""

_NARROW: _Plan = (("number", 11), ("customer", 10), ("stock", 0))
_ORDINARY: _Plan = (
    ("number", 11), ("store", 9), ("placed", 5), ("customer", 10), ("total", 13), ("state", 9), ("stock", 0),
)  # fmt: skip
_ROOMIER: _Plan = (
    ("number", 13), ("store", 10), ("placed", 5), ("customer", 14), ("total", 14), ("lines", 5), ("state", 12),
    ("stock", 0), ("erp", 12),
)  # fmt: skip
_WIDE: _Plan = (
    ("number", 14), ("store", 12), ("placed", 16), ("customer", 18), ("total", 14), ("lines", 5), ("state", 20),
    ("stock", 0), ("erp", 18),
)  # fmt: skip

_PLANS = ((_PHONE, _NARROW), (_HALF, _ORDINARY), (_ROOMY, _ROOMIER))
"""Each for screens below a width."""


def lay_out(wish: OrderWish, width: int, now: Callable[[], int]) -> list[Column]:
    """The columns that fit into so many cells; the stock takes what is left."""
    plan = next((plan for below, plan in _PLANS if width < below), _WIDE)
    left = width - MARGIN - sum(size + 1 for _name, size in plan)
    return [_column(name, size or max(8, left), wish, now, roomy=width >= _ROOMY) for name, size in plan]


def _column(name: str, width: int, wish: OrderWish, now: Callable[[], int], *, roomy: bool) -> Column:
    title = _titles()[name]
    right = name in ("total", "lines")
    if wish.sort == name:
        title = title[: width - 1] + ("▼" if wish.descending else "▲")

    def cells(row: OrderRow) -> Sequence[Cell]:
        if name == "stock":
            text, look = stock_words(row.order, row.lacking)
            if cell_len(text) > width:
                text = stock_brief(row.order, row.lacking) or text
            return (Cell(fitted(clean(text), width), look if look == "refused" else ""),)
        return (Cell(fitted(clean(_text(name, row, now(), width, roomy=roomy)), width, right=right)),)

    return Column(name, title, width, cells, right)


def _titles() -> dict[str, str]:
    return {
        "number": _("No"), "store": _("Store"), "placed": _("When"), "customer": _("Customer"), "total": _("Total"),
        "lines": _("Lines"), "state": _("State"), "stock": _("Stock"), "erp": _("ERP"),
    }  # fmt: skip


def _text(name: str, row: OrderRow, now: int, width: int, *, roomy: bool) -> str:
    order = row.order
    match name:
        case "number":
            return order.number
        case "store":
            return order.store
        case "placed":
            return when(order.placed_at, now) if roomy else brief(order.placed_at, now)
        case "customer":
            return buyer(order)
        case "total":
            total = Money(order.total, order.currency)
            # A cut amount would be another one: a long one goes without its currency, then without its grouping.
            texts = (money(total, with_currency=True), money(total))
            return next((text for text in texts if len(text) <= width), str(total))
        case "lines":
            return number(order.lines)
        case "state":
            return order_state_words(order.state)
    return erp_words(order)


def brief(at: int, now: int) -> str:
    """A time in five letters: the hour of today, else month and day."""
    text = when(at, now)
    return text[:5] if ":" in text[:5] else text[5:10]


def sort_title(name: str) -> str:
    """A column as people call it."""
    return _titles()[name]

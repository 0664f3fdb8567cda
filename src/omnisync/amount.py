"""An amount of money as people type it: 104,90 · 1.290 · 1 290 Ft · TRY 89.5."""

from __future__ import annotations

import re

from omnisync.model.money import Money, currency_code, minor_digits, parse_decimal
from omnisync.text import _

_AMOUNT = re.compile(r"\s*([^\d\s.,'+-]*)\s*([\d.,'\s\u00a0\u202f]+?)\s*([^\d\s.,'+-]*)\s*")


def parse_amount(text: str, currency: str) -> Money:
    """The amount in the store's currency. Raises ValueError with what is wrong.

    A single mark before exactly three digits groups thousands, because no price has three decimals.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ValueError(_("{text} is not an amount, e.g. 104,90").format(text=text))
    before, figures, after = match.groups()
    for word in filter(None, (before, after)):
        if currency_code(word) != currency:
            raise ValueError(_("the store's currency is {currency}").format(currency=currency))
    number = parse_decimal(_without_groups(figures))
    if number.normalize() != round(number, minor_digits(currency)).normalize():
        raise ValueError(_("{currency} has no such fractions").format(currency=currency))
    if number <= 0:
        raise ValueError(_("a price is above zero"))
    return Money.of(number, currency)


def _without_groups(figures: str) -> str:
    plain = re.sub(r"[\s']", "", figures)
    return re.sub(r"[.,]", "", plain) if re.fullmatch(r"\d{1,3}[.,]\d{3}", plain) else plain

"""What a listing should cost: the price list's price, the store's markup, the store's rounding."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from omnisync.model.money import Money, minor_digits

_STEP = re.compile(r"\d+(\.\d{1,2})?")
_ENDING = re.compile(r"x?(\d*)(\.\d{1,2})?")


def wanted_price(base: Money, markup: int, rounding: str) -> Money:
    """The base price with ``markup`` (hundredths of a percent) added, then rounded.

    ``rounding`` is "" (to the minor unit), a step such as "0.05" or "10", or an ending such as
    ".99" or "x90": the nearest price that is a multiple of the step, or ends so; halves go up.
    """
    if not markup and not rounding:
        return base
    minor = int((Decimal(base.minor) * (10_000 + markup) / 10_000).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if not rounding:
        return Money(minor, base.currency)
    step, ending = parse_rounding(rounding, base.currency)
    rounded = (2 * (minor - ending) + step) // (2 * step) * step + ending
    return Money(rounded if rounded > 0 else minor, base.currency)


def parse_rounding(rounding: str, currency: str) -> tuple[int, int]:
    """The step and the ending of a rounding rule, both in minor units of the currency.

    Raises ValueError when the rule can't be read or is finer than the currency.
    """
    scale = 10 ** minor_digits(currency)
    if rounding.startswith((".", "x")):
        match = _ENDING.fullmatch(rounding)
        if match is None or rounding in ("x", "."):
            raise ValueError(f"{rounding!r} is no rounding: use a step like 0.05 or an ending like .99 or x90")
        whole, cents = match.group(1) or "", match.group(2) or ""
        ending = Decimal(f"{whole or 0}{cents}") * scale
        step = Decimal(10 ** len(whole) * scale)
    else:
        if not _STEP.fullmatch(rounding) or not Decimal(rounding):
            raise ValueError(f"{rounding!r} is no rounding: use a step like 0.05 or an ending like .99 or x90")
        step, ending = Decimal(rounding) * scale, Decimal(0)
    if step != int(step) or ending != int(ending) or step < 1:
        raise ValueError(f"{rounding!r} is finer than {currency} can show")
    return int(step), int(ending)

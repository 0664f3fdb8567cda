"""One measured figure, and its JSON line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """``floor`` is what the bare tools need for the same; ``ratio`` is value by floor, None where the floor is 0."""

    bench: str
    value: float
    unit: str
    floor: float
    ratio: float | None
    limit: float
    ok: bool

    def line(self) -> str:
        return json.dumps(asdict(self))


def at_most(bench: str, value: float, unit: str, *, floor: float, limit: float, times: float | None = None) -> Figure:
    """Good when not above the limit and, where given, not above so many times the floor."""
    ratio = _ratio(value, floor)
    ok = value <= limit and (times is None or ratio is None or ratio <= times)
    return Figure(bench, _rounded(value), unit, _rounded(floor), ratio, limit, ok)


def at_least(bench: str, value: float, unit: str, *, floor: float, limit: float) -> Figure:
    """Good when not below the limit."""
    return Figure(bench, _rounded(value), unit, _rounded(floor), _ratio(value, floor), limit, value >= limit)


def at_least_share(bench: str, value: float, unit: str, *, floor: float, limit: float) -> Figure:
    """Good when the value is at least that share of what the bare tools reach."""
    ratio = _ratio(value, floor)
    ok = ratio is not None and ratio >= limit
    return Figure(bench, _rounded(value), unit, _rounded(floor), ratio, limit, ok)


def _ratio(value: float, floor: float) -> float | None:
    return round(value / floor, 3) if floor else None


def _rounded(value: float) -> float:
    return round(value, 3) if value < 100 else round(value, 1)

"""How products sell: what each store has of the last pieces, and how likely one is sold twice."""

from __future__ import annotations

from dataclasses import dataclass

from omnisync.log.apply.last_piece import offers_of
from omnisync.log.reader import Reader
from omnisync.log.state import State
from omnisync.model.last_piece import Share, oversell_risk, shares

LEAST_RISK = 0.001
"""A risk below one in a thousand is not worth a person's time."""


@dataclass(frozen=True, slots=True)
class Selling:
    """One product: each offering store's share of the last pieces, and the oversell risk (0 to 1) of this moment."""

    product: int
    code: str
    name: str
    available: int
    shares: dict[str, Share]
    risk: float

    @property
    def per_hour(self) -> float:
        """Pieces that sell an hour, from the shelf that sells most."""
        return max((share.per_hour for share in self.shares.values()), default=0.0)


def selling(reader: Reader, product: int, now: int) -> Selling:
    """How that product sells, as of now (milliseconds UTC)."""
    return _selling(State(reader.db), product, now)


def riskiest(reader: Reader, now: int, limit: int | None) -> list[Selling]:
    """The products most likely to be sold twice just now, the worst first; none below ``LEAST_RISK``."""
    state = State(reader.db)
    sold = reader.rows("SELECT DISTINCT product FROM sale_speed")
    found = [_selling(state, product, now) for (product,) in sold]
    return sorted((each for each in found if each.risk >= LEAST_RISK), key=lambda each: -each.risk)[:limit]


def slowed(state: State, now: int) -> tuple[str, ...]:
    """Codes of products that sell so little now that less of them needs to be kept back than is."""
    codes = []
    for product, before in state.select("SELECT product, kept FROM kept_back ORDER BY product"):
        found = _selling(state, product, now)
        if max((share.kept for share in found.shares.values()), default=0) < before:
            codes.append(found.code)
    return tuple(codes)


def _selling(state: State, product: int, now: int) -> Selling:
    row = state.products.get(product)
    assert row is not None
    figures = state.figures.of((product, "stock"))
    offers = offers_of(
        state.rules(), figures.values(), state.balances.of(product), state.choices.of(product),
        state.speeds.of(product), now,
    )  # fmt: skip
    found = shares(offers)
    showing = {store for store, figure in figures.items() if (figure.wanted or 0) > 0}
    risks = [
        oversell_risk(share.per_hour, share.blind, share.available, len(showing.intersection(share.rivals)))
        for share in found.values()
    ]
    return Selling(product, row.code, row.name, row.available, found, max(risks, default=0.0))

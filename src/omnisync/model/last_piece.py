"""Selling the last pieces: which store offers them, what the others keep back, and the risk of selling twice.

Between a sale in one store and the lower figure in another lie the other's next look and the platform's own
processing: the blind time. What sells meanwhile can't be known, but how much usually does (facts/store.md section 4).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from omnisync.model.quantity import PIECE

_RARELY = 0.01
"""So seldom more may be sold within the blind time than is kept back."""

_MEAN_LIFE = 2 * 24 * 3600 * 1000
"""Milliseconds in which what a sale says about the speed fades to a third: weekends count, last month does not."""

_YOUNGEST = 6 * 3600 * 1000
"""A first sale is taken for one of six hours: nobody knows yet how often there are more."""

_HOUR = 3600 * 1000


class LastPieceRules(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a store takes part in selling what is nearly gone.

    ``under``: with fewer than this left (thousandths; 0: no such rule) only one store offers them. ``rank`` is this
    store's place in the owner's order of preference, the lowest offers them; where all ranks are equal, the store that
    sells it best does. ``follow_sales``: the other stores also keep back what usually sells within the blind time.
    ``sees_after`` and ``shows_after``: seconds until a sale here is known to us, and until a figure of ours stands here.
    """

    under: int = 0
    rank: int = 0
    follow_sales: bool = False
    sees_after: int = 60
    shows_after: int = 0

    @property
    def on(self) -> bool:
        """Whether there is any such rule."""
        return self.under > 0 or self.follow_sales


class Speed(msgspec.Struct, frozen=True):
    """How quickly something sells: ``weight`` (thousandths) fades with time; ``at`` and ``since`` are milliseconds UTC."""

    weight: int
    at: int
    since: int

    def sold(self, quantity: int, at: int) -> Speed:
        """The same after another sale of so much at that time."""
        return Speed(self._faded(at) + quantity, max(at, self.at), min(at, self.since))

    def per_hour(self, now: int) -> float:
        """Pieces an hour, as of now."""
        age = max(now - self.since, _YOUNGEST)
        # A product that sells only since yesterday has not had the time to gather its full weight.
        gathered = _MEAN_LIFE * -math.expm1(-age / _MEAN_LIFE)
        return self._faded(now) / PIECE / gathered * _HOUR

    def _faded(self, now: int) -> int:
        return round(self.weight * math.exp(-max(0, now - self.at) / _MEAN_LIFE))


def blind_time(stores: Iterable[LastPieceRules]) -> int:
    """Seconds in which a sale in one of the stores may be unknown to the others, at worst."""
    stores = list(stores)
    return max(each.sees_after for each in stores) + max(each.shows_after for each in stores)


def kept_for_sales(per_hour: float, blind: int) -> int:
    """How many pieces (thousandths) to keep back so that hardly ever more sell within the blind time (seconds)."""
    expected = per_hour * blind / 3600
    pieces = 0
    while _more_than(pieces, expected) > _RARELY:
        pieces += 1
    return pieces * PIECE


def oversell_risk(per_hour: float, blind: int, available: int, offering: int) -> float:
    """How likely (0 to 1) more than what is available (thousandths) sells within the blind time (seconds).

    ``offering`` is how many stores show it: a single one counts down by itself and can't sell twice.
    """
    if offering < 2 or available < 0:
        return 0.0
    return _more_than(available // PIECE, per_hour * blind / 3600)


def _more_than(pieces: int, expected: float) -> float:
    """How likely a Poisson-distributed number is above this one."""
    if expected > 100:
        # Far beyond any shop this is for; the sum below would lose its precision.
        return float(expected > pieces)
    term = total = math.exp(-expected)
    for n in range(1, pieces + 1):
        term *= expected / n
        total += term
    return max(0.0, 1.0 - total)


class Offer(NamedTuple):
    """One store that offers a product.

    ``warehouses`` are those it sells from, ``available`` (thousandths) is what they have; it sells ``per_hour`` pieces.
    """

    rules: LastPieceRules
    warehouses: frozenset[str]
    available: int
    per_hour: float


class Share(NamedTuple):
    """What a store has of the ``available`` pieces: it leaves ``kept`` to the ``chosen`` store, itself perhaps (thousandths).

    ``rivals`` are the stores that sell from the same shelf, itself among them; ``per_hour`` is what they sell together,
    ``blind`` their blind time (seconds).
    """

    chosen: str
    available: int
    kept: int
    rivals: tuple[str, ...]
    per_hour: float
    blind: int


def shares(offers: Mapping[str, Offer]) -> dict[str, Share]:
    """The share of each of these stores in one product."""
    return {store: _share(store, offers) for store in offers}


def _share(store: str, offers: Mapping[str, Offer]) -> Share:
    own = offers[store]
    # Only stores that sell from the same shelf can sell each other's pieces.
    rivals = {name: other for name, other in offers.items() if not other.warehouses.isdisjoint(own.warehouses)}
    # The owner's first, then the quickest seller.
    chosen = min(rivals, key=lambda name: (rivals[name].rules.rank, -rivals[name].per_hour, name))
    per_hour = sum(other.per_hour for other in rivals.values())
    blind = blind_time(other.rules for other in rivals.values())
    kept = 0 if store == chosen else _kept_back(own, per_hour, blind)
    return Share(chosen, own.available, kept, tuple(rivals), per_hour, blind)


def _kept_back(own: Offer, per_hour: float, blind: int) -> int:
    if own.available < own.rules.under:
        return max(0, own.available)
    return kept_for_sales(per_hour, blind) if own.rules.follow_sales else 0

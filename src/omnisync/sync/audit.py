"""The audit: which figures a store shows differently from what we hold confirmed, and why. Pure over the state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from omnisync.connect.store import RemoteListing
from omnisync.log.apply.figures import KEEPS_SHOWING, is_dirty, would_give_up
from omnisync.log.audit import Sends
from omnisync.log.rows import FigureRow
from omnisync.log.writer import Change
from omnisync.model.drift import Cause, Evidence, judge
from omnisync.model.events import Drift, DriftFound, FiguresSeen, Kind, SeenFigure

_CLOCKS_APART = 120_000
"""Milliseconds by which the store's clock may be off ours."""

_LATE = 6 * 3_600_000
"""A figure that was sent so many milliseconds before the last one may have been carried out after it."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a store's past: when the reading of its last whole audit began (milliseconds UTC), and what was sent."""

    audited_at: int
    sends: Sends = field(default_factory=Sends)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A listing of which a read shows a figure that we did not expect, and what we held confirmed at that moment.

    ``changed`` is when the store says that it last changed each figure (milliseconds UTC), as far as it does.
    """

    product: int
    seen: SeenFigure
    believed: Mapping[Kind, int | None]
    changed: Mapping[Kind, int | None]


def times(listing: RemoteListing) -> dict[Kind, int | None]:
    """When the store says that it last changed each figure of the listing."""
    return {Kind.STOCK: listing.stock_at, Kind.PRICE: listing.price_at}


def suspect(
    change: Change, store: str, product: int, seen: SeenFigure, changed: Mapping[Kind, int | None]
) -> Suspect | None:
    """The listing, if one of its figures has drifted as far as is known before its orders are taken in."""
    rows = dict(_rows(change, store, product, seen))
    if not any(_has_drifted(row, value) for row, value in rows.values()):
        return None
    return Suspect(product, seen, {kind: row.confirmed for kind, (row, _) in rows.items()}, changed)


def _rows(change: Change, store: str, product: int, seen: SeenFigure) -> Iterator[tuple[Kind, tuple[FigureRow, int]]]:
    for kind, value in ((Kind.STOCK, seen.stock), (Kind.PRICE, seen.price)):
        row = change.state.figures.get((product, kind), store)
        if row is not None and value is not None:
            yield kind, (row, value)


def _has_drifted(row: FigureRow, value: int) -> bool:
    """Whether nothing that is under way explains it: no batch, no wish to be sent, no proof still awaited."""
    if row.batch or row.check_at or row.confirmed is None:
        return False
    if row.mode == "push":
        return value != row.confirmed and not is_dirty(row)
    # A store that takes a figure and goes on showing another one.
    return row.mode == "refused" and row.reason == KEEPS_SHOWING and not row.drift and value != row.wanted


def settle(change: Change, store: str, suspects: Sequence[Suspect], history: History) -> int:
    """Tell the log what was seen of these, now that the store's orders are taken in; answers how many have drifted."""
    drifts = [
        _drift(change, row, believed, value, cause, changed_at)
        for each in suspects
        for kind, (row, value) in _rows(change, store, each.product, each.seen)
        for changed_at in (each.changed.get(kind),)
        if (believed := _believed(row, each.believed.get(kind))) is not None
        and (cause := _cause(change, row, value, believed, history, changed_at)) is not None
    ]
    if drifts:
        change.append(DriftFound(store, tuple(drifts)))
    if suspects:
        change.append(FiguresSeen(store, tuple(each.seen for each in suspects)))
    return len(drifts)


def _drift(change: Change, row: FigureRow, believed: int, value: int, cause: Cause, changed_at: int | None) -> Drift:
    """The finding; the store's own time only where it can be that of what is found."""
    told = changed_at or 0
    fits = cause in (Cause.BY_HAND, Cause.LATE_BATCH) and told > row.sent_at - _CLOCKS_APART
    return Drift(_code(change, row.product), Kind(row.kind), believed, value, cause, told if fits else 0)


def _believed(row: FigureRow, confirmed: int | None) -> int | None:
    return row.sent if row.mode == "refused" and row.sent is not None else confirmed


def _cause(
    change: Change, row: FigureRow, value: int, believed: int, history: History, changed_at: int | None
) -> Cause | None:
    """Why it shows that value; None where it is what we believed, or something is under way by now."""
    if value == believed or row.confirmed is None:
        return None
    if row.mode == "refused":
        return Cause.SILENTLY_REFUSED if _has_drifted(row, value) else None
    if value != row.confirmed and not _has_drifted(row, value):
        return None
    return judge(_evidence(change, row, value, believed, history, changed_at))


def found_in_vain(
    change: Change,
    store: str,
    figures: Sequence[SeenFigure],
    products: Mapping[str, int | None],
    changed: Mapping[str, Mapping[Kind, int | None]],
    history: History,
) -> None:
    """What a read-back has looked for in vain for the last time has drifted too: say so before it is dealt with."""
    drifts = [
        _drift(
            change, row, row.confirmed, value,
            judge(_evidence(change, row, value, row.confirmed, history, changed_at)), changed_at,
        )
        for seen in figures
        if (product := products.get(seen.remote_id)) is not None
        for kind, (row, value) in _rows(change, store, product, seen)
        if row.confirmed is not None and not row.drift and would_give_up(row, value)
        for changed_at in (changed[seen.remote_id][kind],)
    ]  # fmt: skip
    if drifts:
        change.append(DriftFound(store, tuple(drifts)))


def _evidence(
    change: Change, row: FigureRow, value: int, believed: int, history: History, changed_at: int | None
) -> Evidence:
    assert row.confirmed is not None
    sent = history.sends.of(change.state, row, _code(change, row.product))
    earlier = [(at, figure) for at, figure in sent if at < row.sent_at]
    proven = _proven(change, row, believed, history.audited_at)
    if row.check_at and not proven:
        # It was looked for again and again since it was sent, and never seen.
        before: int | None = value
    else:
        before = row.seen if row.seen_at < row.sent_at else earlier[0][1] if earlier else None
    late = frozenset(figure for at, figure in earlier if at > row.sent_at - _LATE)
    untouched = changed_at is not None and changed_at < row.sent_at - _CLOCKS_APART
    return Evidence(believed, value, row.confirmed, proven, before, late, untouched)


def _proven(change: Change, row: FigureRow, believed: int, audited_at: int) -> bool:
    """Whether a read has seen the figure since it was confirmed; a store's own answer to a write is no read."""
    by_reading = change.state.rules()[row.store].checks_by_reading
    if row.seen == believed and (row.seen_at > row.confirmed_at or (by_reading and row.seen_at == row.confirmed_at)):
        return True
    return audited_at > row.confirmed_at


def _code(change: Change, product: int) -> str:
    row = change.state.products.get(product)
    assert row is not None
    return row.code

"""What audits do: drifts found, and what people say to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from omnisync.log.apply.figures import DRIFT, drift_ended, press
from omnisync.log.rows import DriftRow, FigureRow
from omnisync.log.state import State
from omnisync.model.drift import Cause
from omnisync.model.events import DriftAccepted, DriftFound, DriftRepaired, Kind


def drift_found(state: State, event: DriftFound) -> None:
    """Each is kept until the store shows what it should, or a person accepts what it shows."""
    state.expect((drift.product for drift in event.drifts), state.drifts, figures=Kind, store=event.store)
    for drift in event.drifts:
        product = state.product(drift.product)
        figure = state.figures.get((product.id, drift.kind), event.store) if product else None
        if product is None or figure is None:
            continue
        row = DriftRow(
            product.id, event.store, drift.kind, drift.believed, drift.shown, drift.cause, state.at,
            changed_at=drift.changed_at,
        )  # fmt: skip
        if drift.cause is Cause.SOLD_THERE:
            row.state, row.ended_at = "explained", state.at
        figure.drift = int(row.state == "open")
        state.figures.change(figure)
        state.drifts.put(row)
        state.trace(product.id)


def _drifted(state: State, event: DriftRepaired | DriftAccepted) -> Iterator[FigureRow]:
    for code in event.products:
        product = state.product(code)
        figure = state.figures.get((product.id, event.kind), event.store) if product else None
        if product is not None and figure is not None and figure.drift:
            state.trace(product.id)
            yield figure


def drift_repaired(state: State, event: DriftRepaired) -> None:
    """What is wanted is sent again; the drift ends when the store shows it."""
    for figure in _drifted(state, event):
        if figure.mode == "held" and figure.reason == DRIFT:
            figure.mode, figure.reason = "push", ""
        press(state, figure)


def drift_accepted(state: State, event: DriftAccepted) -> None:
    """What the store shows is taken for confirmed, and nothing is sent until another figure is wanted."""
    for figure in _drifted(state, event):
        drift_ended(state, figure, "accepted")
        if figure.mode == "refused" or (figure.mode == "held" and figure.reason == DRIFT):
            figure.mode, figure.reason = "push", ""
            state.reconsider.add(figure.product)
        figure.confirmed = figure.seen
        figure.confirmed_rev = figure.wanted_rev
        figure.check_at = figure.checks = 0
        state.figures.change(figure)


HANDLERS: Mapping[type[Any], Callable[[State, Any], None]] = {
    DriftFound: drift_found,
    DriftRepaired: drift_repaired,
    DriftAccepted: drift_accepted,
}

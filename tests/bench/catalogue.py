"""Every bench by the names of its figures."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import structlog
from tests.bench import (
    appending,
    auditing,
    erp_pull,
    first_rows,
    idle,
    intake,
    keys,
    last_pieces,
    latency,
    listing,
    log_tail,
    program_start,
    push,
    quiet,
    rebuilding,
    start,
    time_travel,
    ui_load,
    undoing,
    year,
)  # fmt: skip
from tests.bench.figure import Figure
from tests.bench.size import Size

from omnisync.daemon.memory import calm_collector

Bench = Callable[[Size], Iterable[Figure]]

ALL: Sequence[tuple[tuple[str, ...], Bench]] = tuple(
    (module.NAMES, module.run)
    for module in (
        erp_pull, latency, push, auditing, quiet, intake, appending, rebuilding, listing, first_rows, keys, program_start, log_tail,
        time_travel, undoing, ui_load, idle, start, year,
    )
) + tuple((last_pieces.names(every), partial(last_pieces.run, every)) for every in last_pieces.EVERY)  # fmt: skip

# What the engine tells goes nowhere: a bench prints figures and nothing else.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def as_the_daemon() -> None:
    """Set this process up as the daemon sets itself up."""
    calm_collector()


def chosen(names: Sequence[str]) -> list[Bench]:
    """The benches with a figure whose name begins with one of these; all when there are none."""
    return [
        run for figures, run in ALL if not names or any(figure.startswith(name) for figure in figures for name in names)
    ]

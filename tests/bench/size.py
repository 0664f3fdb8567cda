"""How large each bench is: as the limits are meant, or tiny for the smoke test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """``rounds``: repetitions of which the median counts; ``samples``: single latencies; ``seconds``: of watching; ``worlds`` of ``hours``: simulated."""

    products: int
    live_products: int
    listed: int
    pages: int
    events: int
    past_events: int
    producers: int
    appends: int
    orders: int
    rounds: int
    samples: int
    seconds: float
    worlds: int
    hours: float


FULL = Size(
    products=10_000,
    live_products=1_240,
    listed=1_000_000,
    pages=400,
    events=1_000_000,
    past_events=5_000_000,
    producers=50,
    appends=400,
    orders=1_000,
    rounds=5,
    samples=100,
    seconds=30,
    worlds=5,
    hours=12,
)

TINY = Size(
    products=120,
    live_products=40,
    listed=300,
    pages=3,
    events=400,
    past_events=600,
    producers=3,
    appends=4,
    orders=6,
    rounds=1,
    samples=2,
    seconds=0.5,
    worlds=1,
    hours=0.5,
)

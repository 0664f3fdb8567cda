"""What the demo shows: live how each store is doing, and at the end a summary for people or as JSON."""

from __future__ import annotations

import shutil
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

import msgspec

from omnisync.log.compare import Mismatch
from omnisync.log.latency import Latency, percentile
from omnisync.log.overview import StoreView
from omnisync.text import _, age, number


class Spread(msgspec.Struct, frozen=True):
    """The middle one of some durations, and the one that only one in a hundred exceeds; milliseconds."""

    p50: int | None
    p99: int | None

    @classmethod
    def of(cls, durations: list[int]) -> Spread:
        """Of these; None of nothing."""
        return cls(percentile(durations, 50), percentile(durations, 99))


class Latencies(msgspec.Struct, frozen=True):
    """How long an order took to lower the other stores, and a change of the ERP to be confirmed."""

    order_to_others: Spread
    change_to_confirmed: Spread

    @classmethod
    def of(cls, latency: Latency) -> Latencies:
        """As measured so far."""
        return cls(Spread.of(latency.orders), Spread.of(latency.changes))


class StoreSummary(msgspec.Struct, frozen=True):
    """How one store came out."""

    name: str
    platform: str
    listings: int
    confirmed: int
    waiting: int
    held: int
    quarantined: int
    calls: int
    errors: int


class Summary(msgspec.Struct, frozen=True):
    """How the whole demo came out. ``differing``: figures of which a store shows something else than we confirmed."""

    products: int
    warehouses: int
    orders: int
    oversold: int
    stores: list[StoreSummary]
    latency_ms: Latencies
    verify: str
    differing: int

    @property
    def good(self) -> bool:
        """Whether every promise was kept."""
        return self.verify == "equal" and not self.differing


@dataclass(frozen=True, slots=True)
class Moment:
    """The shop just now."""

    now: int
    seconds: int
    stores: Sequence[StoreView]
    orders: Counter[str]
    cancelled: int
    sold_out: int
    latency: Latencies


class Screen:
    """Shows one moment after the other: a block that is drawn anew, or on no terminal a line each."""

    def __init__(self, out: TextIO, *, block: bool) -> None:
        self.block = block
        self.mute = False
        """Nothing may be printed while the screens are shown."""
        self._out = out
        self._height = 0

    def show(self, moment: Moment) -> None:
        """Show this moment in place of the last one."""
        if self.mute:
            return
        if not self.block:
            self.say(line_of(moment))
            return
        # A line that the terminal breaks would make the block higher than it is known to be.
        width = shutil.get_terminal_size().columns
        lines = [piece for line in block_of(moment) for piece in textwrap.wrap(line, width) or [""]]
        above = f"\x1b[{self._height}F\x1b[J" if self._height else ""
        self._out.write(above + "\n".join(lines) + "\n")
        self._out.flush()
        self._height = len(lines)

    def say(self, text: str) -> None:
        """A line that stays."""
        if self.mute:
            return
        self._out.write(text + "\n")
        self._out.flush()
        self._height = 0


def line_of(moment: Moment) -> str:
    """The moment on one line."""
    stores = "  ".join(
        _("{name}: {confirmed} confirmed, {waiting} waiting, {held} held").format(
            name=view.name, confirmed=number(view.confirmed), waiting=number(view.waiting), held=number(view.held)
        )
        for view in moment.stores
    )
    return f"{moment.seconds:>4} s  {stores}  {_orders(moment)}"


def block_of(moment: Moment) -> list[str]:
    """The moment as a small table."""
    heads = [
        _("store"), _("confirmed"), _("waiting"), _("oldest"), _("held"), _("refused"), _("set aside"), _("orders"),
    ]  # fmt: skip
    rows = [
        [
            view.name, number(view.confirmed), number(view.waiting), age(view.oldest, moment.now), number(view.held),
            number(view.refused), number(view.quarantined), number(moment.orders[view.name]),
        ]
        for view in moment.stores
    ]  # fmt: skip
    return [f"{moment.seconds} s · {_orders(moment)}", *_table([heads, *rows]), _speed(moment.latency)]


def text_of(summary: Summary) -> list[str]:
    """The summary for people."""
    heads = [
        _("store"), _("listings"), _("confirmed"), _("waiting"), _("held"), _("set aside"), _("calls"), _("errors"),
    ]  # fmt: skip
    rows = [
        [
            each.name, *map(number, (each.listings, each.confirmed, each.waiting, each.held)),
            *map(number, (each.quarantined, each.calls, each.errors)),
        ]
        for each in summary.stores
    ]  # fmt: skip
    return [
        "",
        _counts(summary),
        *_table([heads, *rows]),
        _speed(summary.latency_ms),
        _("Asked directly, the stores show what OmniSync holds as confirmed.")
        if not summary.differing
        else _("Asked directly, the stores show {n} figures that differ from what OmniSync holds as confirmed.").format(
            n=number(summary.differing)
        ),
        _("Rebuilding every table from the event log gives the same tables.")
        if summary.verify == "equal"
        else _("Rebuilding from the event log gives other tables: {tables}.").format(tables=summary.verify),
    ]


def mismatch_line(store: str, found: Mismatch) -> str:
    """One figure of which the store shows something else than it should."""
    return _("{store}: the {kind} of listing {listing} is {theirs} (in thousandths or cents), and not {ours}.").format(
        store=store, kind=found.kind, listing=found.remote_id, theirs=found.theirs, ours=found.ours
    )


def _counts(summary: Summary) -> str:
    return _(
        "{products} products in {warehouses} warehouses; {orders} orders taken; {oversold} products oversold."
    ).format(
        products=number(summary.products),
        warehouses=number(summary.warehouses),
        orders=number(summary.orders),
        oversold=number(summary.oversold),
    )


def _orders(moment: Moment) -> str:
    return _("{orders} orders, {cancelled} cancelled, {sold_out} turned away as sold out").format(
        orders=number(moment.orders.total()), cancelled=number(moment.cancelled), sold_out=number(moment.sold_out)
    )


def _speed(latency: Latencies) -> str:
    return _(
        "From an order to the lower figure at the other stores: {order} (99 of 100: {order99}). "
        "From a change to its confirmation: {change} ({change99})."
    ).format(
        order=_seconds(latency.order_to_others.p50),
        order99=_seconds(latency.order_to_others.p99),
        change=_seconds(latency.change_to_confirmed.p50),
        change99=_seconds(latency.change_to_confirmed.p99),
    )


def _seconds(milliseconds: int | None) -> str:
    return "–" if milliseconds is None else _("{n} s").format(n=f"{milliseconds / 1000:.2f}")


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]

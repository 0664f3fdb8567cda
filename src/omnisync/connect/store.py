"""The store's side of the connector protocol: what a platform's connector does, with plain data.

A connector translates and speaks. It holds no state of its own, decides nothing about stock or
price, never sleeps, never repeats a request by itself. It raises only the errors below
``omnisync.errors.ConnectorError``; what they mean to the engine stands there. That holds for an answer of
a shape that nobody expected too. The conformance kit (``omnisync.testing.conformance``) tries all of it.

What comes by the ten thousand is a msgspec.Struct, made five times as fast as a dataclass.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import msgspec

from omnisync.connect.budget import Allowance
from omnisync.connect.check import Finding
from omnisync.errors import Rejected
from omnisync.model.money import Money
from omnisync.model.order import OrderPart
from omnisync.model.quantity import PIECE


class ReadBack(StrEnum):
    """How a written figure can be seen again at the store."""

    ANSWER = "answer"
    """The write's own answer carries the figures as stored."""
    READ = "read"
    """A separate read shows them, perhaps a little later."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do, as data; the engine asks this and never the platform's name.

    ``max_batch``: most listings in one push. ``grouped``: all items of one push must share
    ``ListingRef.group``. ``receipt``: push answers with a handle and the per-item results are asked
    for later, first after ``receipt_polls[0]`` seconds, then after the next, the last one repeating;
    results are gone after ``receipt_life`` seconds. ``repeat_window``: seconds in which the same
    body is refused (0: never). ``read_back`` and ``read_batch``: how and how many listings at once
    can be read again. ``lowers_own_stock``: the platform lowers its own figure when it sells.
    ``quantity_step``: smallest step of a quantity in thousandths; ``max_quantity``: largest figure
    it takes, in thousandths. ``orders_overlap``: seconds by which two order pulls must overlap, so
    that late-visible orders are found. ``orders_history``: how many seconds back orders can be asked for.
    """

    max_batch: int
    receipt: bool
    read_back: ReadBack
    read_batch: int
    grouped: bool = False
    receipt_polls: tuple[float, ...] = ()
    receipt_life: float = 0
    repeat_window: float = 0
    lowers_own_stock: bool = True
    quantity_step: int = PIECE
    max_quantity: int = 999_999 * PIECE
    orders_overlap: float = 120
    orders_history: float = 14 * 86400


class ListingRef(msgspec.Struct, frozen=True, gc=False):
    """How a store names a listing.

    ``remote_id`` is unique within the store and never changes; ``key`` is what a push names it by
    (a barcode, an SKU; may equal remote_id); ``group`` is the parent under which it must be written
    ("" for none); ``extra`` is what the connector itself wants back with each push (e.g. the list
    price last read). All are stored as strings.
    """

    remote_id: str
    key: str = ""
    group: str = ""
    extra: Mapping[str, str] = msgspec.field(default_factory=dict)


class RemoteListing(msgspec.Struct, frozen=True, gc=False):
    """A listing as the store shows it: what it is called, and its figures.

    ``code`` and ``barcodes`` are what it may be matched by; ``stock`` in thousandths or None when
    the store tracks none; ``price`` is the regular price or None. ``takes_stock`` / ``takes_price``
    are False where a push of it would be ignored (e.g. a variation whose parent holds the stock).
    ``stock_at`` and ``price_at`` are when (milliseconds UTC, by its own clock) the store last changed that figure, at
    the latest, as far as the same answer tells: evidence for the cause of a figure that nobody here has sent.
    """

    ref: ListingRef
    code: str
    barcodes: tuple[str, ...]
    name: str
    stock: int | None
    price: Money | None
    takes_stock: bool = True
    takes_price: bool = True
    active: bool = True
    stock_at: int | None = None
    price_at: int | None = None


class PushItem(msgspec.Struct, frozen=True, gc=False):
    """The absolute figures one listing should show; None leaves that figure alone."""

    ref: ListingRef
    stock: int | None = None
    price: Money | None = None


class ItemResult(msgspec.Struct, frozen=True, gc=False):
    """What became of one item of a push: taken, or refused in the store's own words.

    ``stock`` and ``price`` are the figures which the answer shows as stored (ReadBack.ANSWER), else None.
    ``temporary`` tells that the same item may be taken later (e.g. too many price changes a minute).
    """

    remote_id: str
    refused: str = ""
    stock: int | None = None
    price: Money | None = None
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """The store's answer to a push: a receipt to ask with later, or the results at once."""

    receipt: str = ""
    results: tuple[ItemResult, ...] = ()


class StoreConnector(Protocol):
    """One store, spoken to. Made by the plugin's ``connect(options, context)``, which asks nothing of the store.

    ``key`` and ``extra`` of a listing may be read anew by ``read``; of the rest only figures are taken from it.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this store can do."""

    async def check(self) -> Sequence[Finding]:
        """Try address, keys, rights and clock; say in plain words what is wrong and what to do.

        Never raises: whatever the store answers becomes a finding.
        """

    def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        """Every listing of the store, page by page; each listing once.

        One that can't be read is raised as Rejected with its remote_id in ``item``, from an iterator that
        goes on after it, as with ``orders``; the engine sets it aside, and it still counts as there. With
        the remote_id of its parent everything below the parent does. Where not even that can be told,
        ``item`` is whatever names it to a person; then nothing that is missing counts as gone.
        """

    async def read(self, refs: Sequence[ListingRef]) -> Sequence[RemoteListing | Rejected]:
        """These listings as the store shows them now, at most ``read_batch``, of any groups; missing ones are left out.

        For one that can't be read a Rejected stands among the others, with its remote_id, or its parent's, in
        ``item``; where not even that can be told, whatever names it to a person: then nothing counts as missing.
        """

    async def push(self, items: Sequence[PushItem], key: str) -> PushAnswer:
        """Write these figures in one call. ``key`` is the same when the same batch is sent again.

        An item that the store does not know or take is refused in its own result, never by an error, and
        the others are carried out. A stock between two steps is rounded down or refused. An answer that
        can't be understood is UnknownOutcome, because the figures may have been taken.
        """

    async def results(self, receipt: str, items: Sequence[PushItem]) -> Sequence[ItemResult] | None:
        """The outcome of each item of an earlier push, or None while it is not settled.

        Raises Rejected when the receipt is unknown or has expired.
        """

    def orders(self, since: int, until: int) -> AsyncIterator[Sequence[OrderPart]]:
        """Every order part changed between the two times (milliseconds UTC), page by page.

        The connector slices windows that the platform would clip; order and repeats don't matter. One
        order that can't be read is raised as Rejected with its number in ``item`` and its JSON in ``payload``, from an iterator
        that goes on after it (an async generator would end there); the engine sets it aside and asks for
        the next page. ``taken`` of a line is what the store's own figure is lower by because of it just
        now: 0 once the store has put the pieces back.
        """

    async def read_order(self, payload: str) -> Sequence[OrderPart]:
        """The parts of an order out of its JSON, as ``orders`` would read it; a person has mended it.

        Raises Rejected with what is still wrong. A connector of an earlier day may lack it.
        """

    def allowances(self) -> Sequence[Allowance]:
        """What is left of the store's rate limits just now, for people to see; empty where it names none.

        Asks nobody and is quick: ``Http.budget.left()`` is the whole answer. A connector of an earlier
        day may lack it.
        """

    async def close(self) -> None:
        """Give connections back."""

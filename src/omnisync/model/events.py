"""Everything that can happen, as typed facts: what the log stores, and all that the tables are made from.

Quantities are in thousandths, amounts in minor units, times in milliseconds UTC. A product is named
by its code, a listing by store and remote id, an order by store and number. A field is only ever
added, with a default, so that an old log can be read for ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeAlias, Union

import msgspec

from omnisync.model.drift import Cause
from omnisync.model.order import OrderState
from omnisync.model.rules import StoreRules


class Kind(StrEnum):
    """Which figure of a listing."""

    STOCK = "stock"
    PRICE = "price"


class Fact(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type"):
    """Base of all events."""


# The shop's own rules


class StoreRulesSet(Fact, frozen=True, tag="store.rules"):
    """The configuration gave a store these rules, or an undo gave it those it ``was`` under before.

    ``instead_of`` are the configured rules that were undone: they stay so until the configuration says others.
    """

    store: str
    rules: StoreRules
    was: StoreRules | None = None
    instead_of: StoreRules | None = None


class StoreClosed(Fact, frozen=True, tag="store.closed"):
    """A store left the configuration: nothing is pushed to it any more."""

    store: str


# The ERP


class Card(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """A product's card: everything the ERP says of it but balances and prices."""

    code: str
    name: str
    barcodes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    category: str = ""
    unit: str = ""
    cost: int | None = None
    cost_currency: str = ""
    active: bool = True


class ProductsRead(Fact, frozen=True, tag="erp.products"):
    """New or changed product cards.

    Here as in balances and prices: ``corrected`` says that a person mended a row which could not be read.
    """

    source: str
    cards: tuple[Card, ...]
    corrected: bool = False


class ProductsGone(Fact, frozen=True, tag="erp.gone"):
    """These products are no longer in the ERP: they count as inactive, their listings show 0."""

    source: str
    codes: tuple[str, ...]


class Count(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """What one warehouse holds of a product; ``line`` is where in the source it stood."""

    code: str
    warehouse: str
    on_hand: int
    line: int = 0


class BalancesCounted(Fact, frozen=True, tag="erp.balances"):
    """Changed balances of a read that began at ``began_at``.

    ``released`` are the reservations (store, number) that this read already has in its figures, because
    the ERP had posted those orders before (P8): both in one event, so that no figure jumps in between.
    """

    source: str
    began_at: int
    counts: tuple[Count, ...]
    released: tuple[tuple[str, str], ...] = ()
    corrected: bool = False


class ListPrice(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """A product's price on a price list; ``minor`` None: it is no longer on that list; ``was``: before, None for none."""

    code: str
    price_list: str
    minor: int | None
    currency: str
    was: int | None = None


class PricesRead(Fact, frozen=True, tag="erp.prices"):
    """Changed prices of price lists."""

    source: str
    prices: tuple[ListPrice, ...]
    corrected: bool = False


class SealedCustomer(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """An ERP customer account: its personal fields are sealed with the key of ``id``.

    ``digest`` is a hash keyed with that same key, so that it too says nothing once the key is destroyed.
    """

    code: str
    id: str
    sealed: str
    digest: str


class CustomersRead(Fact, frozen=True, tag="erp.customers"):
    """New or changed customer accounts of the ERP."""

    source: str
    customers: tuple[SealedCustomer, ...]


class ErpOrderMoved(Fact, frozen=True, tag="erp.order"):
    """The ERP's word on an order it was given: posted, shipped or cancelled.

    ``known_at`` is when the read that said so began: only a balance of then or later contains it (P8).
    """

    store: str
    number: str
    state: str
    known_at: int


class OrderExporting(Fact, frozen=True, tag="order.exporting"):
    """The order is about to be handed to the ERP under this key."""

    store: str
    number: str
    key: str


class OrderExported(Fact, frozen=True, tag="order.exported"):
    """The ERP has the order, under its own reference; "" where it was cancelled before the ERP got it."""

    store: str
    number: str
    ref: str


# The stores: listings


class SeenListing(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """A listing as the store's catalogue shows it, and the product code it was matched to ("" for none)."""

    remote_id: str
    product: str
    name: str
    code: str = ""
    barcodes: tuple[str, ...] = ()
    key: str = ""
    group: str = ""
    extra: dict[str, str] = {}
    takes_stock: bool = True
    takes_price: bool = True
    active: bool = True
    stock: int | None = None
    price: int | None = None
    reason: str = ""


class ListingsSeen(Fact, frozen=True, tag="store.listings"):
    """New or changed listings of a store's catalogue."""

    store: str
    listings: tuple[SeenListing, ...]


class ListingsGone(Fact, frozen=True, tag="store.listings-gone"):
    """These listings are no longer in the store's catalogue."""

    store: str
    remote_ids: tuple[str, ...]


class ListingLinked(Fact, frozen=True, tag="listing.linked"):
    """A person linked a listing to a product ("" unlinks it), or took such a link back.

    ``by`` is "person", or "match" where an undo gives the listing back to the matching, with the ``reason`` why it
    has no product. ``was``, ``was_by`` and ``was_reason`` say the same of the time before.
    """

    store: str
    remote_id: str
    product: str
    by: str = "person"
    reason: str = ""
    was: str = ""
    was_by: str = "match"
    was_reason: str = ""


class SeenFigure(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """What a read-back found for one listing; None where the store shows none or was not asked.

    ``extra`` is what the connector wants back with a push, where that changed.
    """

    remote_id: str
    stock: int | None = None
    price: int | None = None
    extra: dict[str, str] | None = None


class FiguresSeen(Fact, frozen=True, tag="store.seen"):
    """Figures read back from a store.

    ``missing`` are listings that were asked for and not found, ``unreadable`` those of which the answer made no sense.
    """

    store: str
    figures: tuple[SeenFigure, ...]
    missing: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


class Drift(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """A figure that the store shows differently from what we held confirmed, and what made it so.

    ``changed_at`` is when the store says that it last changed it (milliseconds UTC, by its own clock), 0: it doesn't.
    """

    product: str
    kind: Kind
    believed: int
    shown: int
    cause: Cause
    changed_at: int = 0


class DriftFound(Fact, frozen=True, tag="audit.drift"):
    """An audit found these figures of a store to be other ones than we knew."""

    store: str
    drifts: tuple[Drift, ...]


# The stores: pushes


class BatchItem(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """One listing's figures in a batch, each with the revision of the wish it fulfils (0: padding)."""

    product: str
    remote_id: str
    stock: int | None = None
    stock_rev: int = 0
    price: int | None = None
    price_rev: int = 0


class BatchMade(Fact, frozen=True, tag="batch.made"):
    """A batch was put together and is about to be sent; ``fingerprint`` is a hash of its body."""

    store: str
    key: str
    items: tuple[BatchItem, ...]
    fingerprint: str


class BatchSent(Fact, frozen=True, tag="batch.sent"):
    """The store took the batch in and gave a receipt ("" where it answers at once)."""

    store: str
    key: str
    receipt: str


class BatchOutcome(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """What became of one item: taken, refused in the store's words, or to be tried again later.

    ``stock`` and ``price`` are what the store's answer shows as stored, where it does.
    """

    remote_id: str
    refused: str = ""
    again_at: int = 0
    stock: int | None = None
    price: int | None = None


class BatchAnswered(Fact, frozen=True, tag="batch.answered"):
    """Per-item results of a batch."""

    store: str
    key: str
    outcomes: tuple[BatchOutcome, ...]


class BatchLost(Fact, frozen=True, tag="batch.lost"):
    """Whether the batch arrived is not known: it is looked up by a read-back, then sent again if need be."""

    store: str
    key: str
    reason: str


class BatchDropped(Fact, frozen=True, tag="batch.dropped"):
    """The batch was given up: it did not get through, or was too much as a whole; its listings wait for the next one."""

    store: str
    key: str
    reason: str


class StoreBroke(Fact, frozen=True, tag="connector.broke"):
    """A connection stopped working; said once."""

    connector: str
    reason: str


class StoreRecovered(Fact, frozen=True, tag="connector.recovered"):
    """A connection works again; said once."""

    connector: str


# Orders


class LineSeen(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """A line of a part; ``product`` is the code it was matched to, "" when none is known."""

    line_id: str
    product: str
    remote_id: str
    codes: tuple[str, ...]
    name: str
    quantity: int
    price: int
    taken: int = 0
    state: OrderState | None = None


class OrderSeen(Fact, frozen=True, tag="order.seen"):
    """A store told of an order, or of a part of it, something new.

    ``customer`` is the id of the buyer whose key sealed the personal fields in ``sealed``.
    """

    store: str
    number: str
    part: str
    state: OrderState
    modified_at: int
    placed_at: int
    total: int
    currency: str
    lines: tuple[LineSeen, ...]
    warehouse: str
    customer: str = ""
    sealed: str = ""
    replaces: tuple[str, ...] = ()
    dead: bool = False
    remote_state: str = ""
    payment: str = ""
    shipping: int | None = None
    digest: str = ""


class LineResolved(Fact, frozen=True, tag="order.line"):
    """A line whose product was not known has been matched; ``product`` "": it ``was``, and that is taken back."""

    store: str
    number: str
    line_id: str
    product: str
    was: str = ""


# A person


class PriceSet(Fact, frozen=True, tag="person.price"):
    """A store's own price for a product; ``minor`` None gives the price list its say again.

    How it stood before: ``was`` is the own price, ``wanted`` the price that was to be shown unless it was held,
    ``allowed`` the suspicious one that a person had said yes to, ``rejected`` the one to which no. An undo gives these
    back as ``yes``, which the guard need not ask about, ``had`` and ``no``.
    """

    store: str
    product: str
    minor: int | None
    currency: str
    was: int | None = None
    wanted: int | None = None
    allowed: int | None = None
    yes: int | None = None
    had: int | None = None
    rejected: int | None = None
    no: int | None = None


class ExclusionSet(Fact, frozen=True, tag="person.exclusion"):
    """Pushing of stock or price switched off or on for these products; None leaves that one alone."""

    store: str
    products: tuple[str, ...]
    stock: bool | None = None
    price: bool | None = None


class PricesCorrected(Fact, frozen=True, tag="person.list-prices"):
    """List prices that the ERP gave were taken back; each holds until the ERP says another price than it does now."""

    prices: tuple[ListPrice, ...]


class ActKind(StrEnum):
    """What a person, or a read of the ERP, did as one."""

    PRICE = "price"
    EXCLUSION = "exclusion"
    LINK = "link"
    RULES = "rules"
    IMPORT = "import"
    ROW = "row"
    UNDO = "undo"


class Acted(Fact, frozen=True, tag="act"):
    """The events from ``first`` up to this one are one act, which can be undone as one; its number is this event's.

    ``count`` is how many things it changed; ``undoes`` the act that it takes back, 0 for none.
    """

    kind: ActKind
    first: int
    count: int
    undoes: int = 0


class StorePaused(Fact, frozen=True, tag="person.pause"):
    """Nothing is sent to the store (``on``), or everything again; its orders are taken in all the while."""

    store: str
    on: bool


class StoreLive(Fact, frozen=True, tag="person.go"):
    """A person said go: from now on the store is sent to. Until then it is in plan-only."""

    store: str


class UpdateOrdered(Fact, frozen=True, tag="person.update"):
    """Push these products now, changed or not; no codes means all. ``store`` "" means every store."""

    store: str
    products: tuple[str, ...] = ()


class CustomerForgotten(Fact, frozen=True, tag="person.forgot"):
    """A buyer's or an account's personal fields are gone for good: the key that sealed them was destroyed.

    ``key`` is a hash of that key, so that an old backup with the key in it can be told from one with a newer
    key of the same buyer, who ordered again. ``forgotten_at`` is when it was asked for: a restore says it again.
    """

    customer: str
    key: str
    forgotten_at: int


class Retried(Fact, frozen=True, tag="person.retry"):
    """Try refused figures of these products again."""

    store: str
    products: tuple[str, ...]


class SalesSlowed(Fact, frozen=True, tag="sales.slowed"):
    """So little of these was sold lately that less of their last pieces needs to be kept back."""

    products: tuple[str, ...]


class DriftRepaired(Fact, frozen=True, tag="person.drift-repaired"):
    """The store is to be sent again what it should show, for these drifts of one kind."""

    store: str
    kind: Kind
    products: tuple[str, ...]


class DriftAccepted(Fact, frozen=True, tag="person.drift-accepted"):
    """The store's own figure is right: stock stays until another figure is wanted, a price gets its own event."""

    store: str
    kind: Kind
    products: tuple[str, ...]


# The guard


class ChangeHeld(Fact, frozen=True, tag="guard.held"):
    """A read of the ERP was held as suspicious; ``digest`` names exactly this change."""

    hold: str
    connector: str
    feed: str
    reason: str
    count: int
    total: int
    digest: str
    sample: tuple[str, ...] = ()


class FiguresHeld(Fact, frozen=True, tag="guard.figures"):
    """Figures of a store that wait for a person, all for one reason."""

    store: str
    kind: Kind
    reason: str
    products: tuple[str, ...]


class HoldReleased(Fact, frozen=True, tag="guard.released"):
    """A person said yes to a held read of the ERP (the exact change, by its digest), and why."""

    hold: str
    why: str = ""


class HoldRejected(Fact, frozen=True, tag="guard.rejected"):
    """A person said no to a held read: it is not taken in as long as it says the same."""

    hold: str
    why: str = ""


class HoldDropped(Fact, frozen=True, tag="guard.dropped"):
    """A held read is no longer there: the ERP's data became ordinary again."""

    hold: str


class FiguresReleased(Fact, frozen=True, tag="guard.figures-released"):
    """A person said yes to held figures; no products means all of the store's."""

    store: str
    kind: Kind
    products: tuple[str, ...] = ()
    why: str = ""


class FiguresRejected(Fact, frozen=True, tag="guard.figures-rejected"):
    """A person said no to held figures: they are not sent until the ERP says something else of the product."""

    store: str
    kind: Kind
    products: tuple[str, ...] = ()
    why: str = ""


# Quarantine


class Quarantined(Fact, frozen=True, tag="quarantine.in"):
    """One thing was refused or can't be understood, with the reason in the words of who refused it.

    ``connector`` and ``subject`` (e.g. "line:TY-1:77", "row:stock.csv") name it; the same one again counts up.
    ``sealed`` is what was told, encrypted with the key of ``customer``; ``digest`` a hash of it, keyed with that key.
    """

    connector: str
    subject: str
    reason: str
    customer: str = ""
    sealed: str = ""
    digest: str = ""


class QuarantineClosed(Fact, frozen=True, tag="quarantine.out"):
    """It was mended, or no longer matters.

    ``settled``: a person has settled it as it is, for the reason ``why``; told the same again it stays out.
    """

    connector: str
    subject: str
    why: str = ""
    settled: bool = False


class CodeMapped(Fact, frozen=True, tag="person.code"):
    """A person said that a code which stores use means this product."""

    code: str
    product: str


# The log itself


class BackupWritten(Fact, frozen=True, tag="log.backup"):
    """A backup was written and proven: of how many bytes, holding how many events."""

    path: str
    size: int
    events: int


class Restored(Fact, frozen=True, tag="log.restored"):
    """A backup took the place of the database: what happened after ``backup_at`` (its newest event) is not in it.

    What the stores show is therefore not known any more: every figure is to be seen before it is sent.
    """

    backup_at: int


Event: TypeAlias = Union[  # noqa: UP007
    StoreRulesSet, StoreClosed, ProductsRead, ProductsGone, BalancesCounted, PricesRead, CustomersRead, ErpOrderMoved,
    OrderExporting, OrderExported, ListingsSeen, ListingsGone, ListingLinked, FiguresSeen, BatchMade, BatchSent,
    BatchAnswered, BatchLost, BatchDropped, StoreBroke, StoreRecovered, OrderSeen, LineResolved, PriceSet,
    ExclusionSet, PricesCorrected, Acted, DriftFound, DriftRepaired, DriftAccepted,
    StorePaused, StoreLive, UpdateOrdered, Retried, SalesSlowed, ChangeHeld, FiguresHeld, HoldReleased, HoldRejected,
    HoldDropped,
    FiguresReleased, FiguresRejected, Quarantined, QuarantineClosed, CodeMapped, BackupWritten, Restored, CustomerForgotten,
]  # fmt: skip

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_list_decoder: msgspec.json.Decoder[list[Event]] = msgspec.json.Decoder(list[Event])


def encode(event: Event) -> bytes:
    """The event as JSON, as it stands in the log."""
    return _encoder.encode(event)


def decode(payload: bytes | str) -> Event:
    """The event back from its JSON."""
    return _decoder.decode(payload)


def decode_all(payloads: Iterable[str]) -> list[Event]:
    """The same for many at once, which takes less time."""
    return _list_decoder.decode(f"[{','.join(payloads)}]")


def tag(event: Event) -> str:
    """The event's type as stored, e.g. "erp.balances"."""
    return str(type(event).__struct_config__.tag)


def digest(thing: msgspec.Struct) -> str:
    """A short hash of a struct's content, to notice that nothing changed."""
    return hashlib.blake2b(_encoder.encode(thing), digest_size=8).hexdigest()

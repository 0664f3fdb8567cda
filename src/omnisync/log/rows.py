"""The rows of the tables in sql/tables.sql, field for column; booleans are 0 or 1 as SQLite keeps them."""

from __future__ import annotations

from dataclasses import dataclass

RULES, EVERY = 0, -1
"""In place of a product where an event is traced: what changed the stores' rules, and what touched every product."""


@dataclass(slots=True)
class ProductRow:
    """A product with its sums over all warehouses (thousandths); ``digest`` is a hash of its card as read."""

    id: int
    code: str
    name: str
    name_key: str
    category: str
    unit: str
    cost: int | None
    cost_currency: str
    active: int
    digest: str = ""
    on_hand: int = 0
    reserved: int = 0
    available: int = 0


@dataclass(slots=True)
class ProductKeyRow:
    """A code, barcode or alias of a product."""

    key: str
    product: int
    kind: str


@dataclass(slots=True)
class BalanceRow:
    """One warehouse's balance of a product; ``counted_seq`` is the event that counted it last."""

    product: int
    warehouse: str
    on_hand: int = 0
    reserved: int = 0
    counted_at: int = 0
    counted_seq: int = 0


@dataclass(slots=True)
class PriceRow:
    """A product's price on one list, in minor units; ``said`` is what the ERP says where a person took that back."""

    product: int
    price_list: str
    minor: int
    currency: str
    said: int | None = None


@dataclass(slots=True)
class CustomerRow:
    """A buyer of a store, or an account of the ERP; ``ref`` is what that source calls them.

    ``forgotten_at`` > 0: what was told of them until then has been erased.
    """

    id: str
    source: str
    ref: str
    sealed: str
    digest: str = ""
    forgotten_at: int = 0


@dataclass(slots=True)
class ErasureRow:
    """A customer whose key was destroyed; ``key`` is a hash of that key."""

    key: str
    customer: str
    forgotten_at: int


@dataclass(slots=True)
class StoreRow:
    """A store's rules as JSON; ``open`` 0 once it has left the configuration, ``paused`` by a person.

    ``live`` 0: in plan-only, nothing is sent until a person says go.
    ``instead_of`` are the configured rules as JSON where a person took them back, else "".
    """

    name: str
    rules: str
    open: int = 1
    paused: int = 0
    live: int = 0
    instead_of: str = ""


@dataclass(slots=True)
class ActRow:
    """An act: the events ``first`` to ``seq``; ``undone_by`` is the act that took it back, 0 while it is in force."""

    seq: int
    first: int
    kind: str
    count: int
    undoes: int
    undone_by: int


@dataclass(slots=True)
class ChoiceRow:
    """A person's own price and exclusions for one product in one store."""

    product: int
    store: str
    price: int | None = None
    currency: str = ""
    no_stock: int = 0
    no_price: int = 0


@dataclass(slots=True)
class ListingRow:
    """A listing; ``stock`` and ``price`` as the catalogue showed them; ``linked_by`` "match" or "person"."""

    store: str
    remote_id: str
    product: int | None
    key: str
    grp: str
    extra: str
    code: str
    barcodes: str
    name: str
    takes_stock: int
    takes_price: int
    active: int
    stock: int | None
    price: int | None
    linked_by: str
    reason: str


@dataclass(slots=True)
class FigureRow:
    """One figure of one listing.

    ``mode``: push, held (by the guard), refused (by the store), excluded (by a person), off (nothing
    to push). A revision is the seq of the event that changed the wish. ``seen`` is what a read-back
    found. ``allowed`` is a suspicious figure that a person said yes to,
    ``rejected`` what the ERP said (on hand, or the price) when a person said no. ``check_at`` > 0: it is still
    to be seen at the store from then on; ``checks`` counts how often that failed. ``drift`` 1: an audit
    found another figure there, and that is not settled yet (DriftRow).
    """

    product: int
    store: str
    kind: str
    remote_id: str
    grp: str
    mode: str = "push"
    reason: str = ""
    wanted: int | None = None
    wanted_rev: int = 0
    wanted_at: int = 0
    sent: int | None = None
    sent_rev: int = 0
    sent_at: int = 0
    confirmed: int | None = None
    confirmed_rev: int = 0
    confirmed_at: int = 0
    seen: int | None = None
    seen_at: int = 0
    allowed: int | None = None
    batch: str = ""
    next_try: int = 0
    check_at: int = 0
    checks: int = 0
    drift: int = 0
    rejected: int | None = None


@dataclass(slots=True)
class DriftRow:
    """The last drift of a figure: what was believed, what the store showed, why, and what became of it.

    ``state``: open, repaired (the store shows what it should), explained (by orders, or it shows again what was
    believed), accepted (by a person).
    """

    product: int
    store: str
    kind: str
    believed: int
    shown: int
    cause: str
    found_at: int
    state: str = "open"
    ended_at: int = 0
    changed_at: int = 0


@dataclass(slots=True)
class BatchRow:
    """A batch: made (about to be sent), sent (taken in), lost (outcome unknown), done, dropped.

    ``items`` as JSON, "" once it is done or dropped; ``made_seq`` is the event that made it, in which they stand too.
    """

    key: str
    store: str
    state: str
    receipt: str
    fingerprint: str
    items: str
    made_seq: int
    size: int
    refused: int
    made_at: int
    sent_at: int = 0
    done_at: int = 0


@dataclass(slots=True)
class OrderRow:
    """An order. ``export``: "" (not yet), due, sending, done, never.

    ``released`` is the event that ended its reservation for good, or 0.
    ``taken`` is, by product id as JSON, how much the store has taken off its own figures for it.
    """

    id: int
    store: str
    number: str
    state: str
    remote_state: str
    placed_at: int
    total: int
    currency: str
    shipping: int | None
    payment: str
    warehouse: str
    customer: str
    sealed: str
    lines: int = 0
    unknown: int = 0
    export: str = ""
    export_key: str = ""
    export_ref: str = ""
    exported_at: int = 0
    erp_state: str = ""
    erp_at: int = 0
    released: int = 0
    taken: str = ""


@dataclass(slots=True)
class PartRow:
    """A part (package) of an order; ``dead`` 1: it says so of itself, 2: another took its place.

    ``digest`` is a hash of what the store said of it last.
    """

    shop_order: int
    part: str
    state: str
    modified_at: int
    total: int
    dead: int
    digest: str = ""


@dataclass(slots=True)
class LineRow:
    """A line of a part; ``taken`` is what the store's own figure was already lowered by."""

    shop_order: int
    line_id: str
    part: str
    product: int | None
    remote_id: str
    codes: str
    name: str
    quantity: int
    price: int
    taken: int
    state: str


@dataclass(slots=True)
class ReservationRow:
    """Goods owed to a buyer and still counted on hand by the ERP."""

    shop_order: int
    line_id: str
    product: int
    warehouse: str
    quantity: int
    at: int


@dataclass(slots=True)
class SpeedRow:
    """How a product sells in a store: see ``Speed`` in model/last_piece.py."""

    product: int
    store: str
    weight: int
    at: int
    since: int


@dataclass(slots=True)
class KeptRow:
    """The most (thousandths) that any store leaves to another of a product's last pieces."""

    product: int
    kept: int


@dataclass(slots=True)
class HoldRow:
    """A suspicious read of the ERP: held, released by a person, or dropped."""

    id: str
    connector: str
    feed: str
    reason: str
    count: int
    total: int
    digest: str
    sample: str
    at: int
    state: str


@dataclass(slots=True)
class QuarantineRow:
    """One thing set aside with the reason; ``closed_at`` 0 while it is open; ``settled`` 1: by a person, as it is."""

    connector: str
    subject: str
    reason: str
    first_at: int
    last_at: int
    times: int = 1
    closed_at: int = 0
    settled: int = 0
    customer: str = ""
    sealed: str = ""
    digest: str = ""

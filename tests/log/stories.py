"""Made-up stories for the log: events of every type over a handful of products, stores and orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import strategies as st

from omnisync.log.writer import Change
from omnisync.model import events as ev
from omnisync.model.drift import Cause
from omnisync.model.last_piece import LastPieceRules
from omnisync.model.order import OrderState
from omnisync.model.rules import GuardRules, Owner, StoreRules

CODES = ("A", "B", "C", "D")
STORES = ("s1", "s2")
REMOTES = ("r1", "r2", "r3", "r4")
HOUSES = ("w1", "w2")
BARCODES = ("8690000000012", "8690000000029", "X-1")
NUMBERS = ("1", "2", "3")
PARTS = ("", "P1", "P2")
LINES = ("l1", "l2")

_codes, _stores, _remotes = st.sampled_from(CODES), st.sampled_from(STORES), st.sampled_from(REMOTES)
_numbers, _houses, _parts = st.sampled_from(NUMBERS), st.sampled_from(HOUSES), st.sampled_from(PARTS)
_pieces = st.integers(-1, 12).map(lambda n: n * 1000)
_amounts = st.sampled_from((0, 500, 990, 1000, 1290, 2600))
_kinds = st.sampled_from(list(ev.Kind))
_maybe_code = st.sampled_from(("", *CODES))


def _some(values: st.SearchStrategy[Any], most: int = 3, least: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(values, min_size=least, max_size=most).map(tuple)


def _unique(values: st.SearchStrategy[Any], key: Callable[[Any], Any]) -> st.SearchStrategy[Any]:
    return st.lists(values, min_size=1, max_size=3, unique_by=key).map(tuple)


_owners = st.sampled_from((*Owner, Owner.ASK))
_rules = st.builds(
    StoreRules, platform=st.just("any"), currency=st.just("TRY"), warehouses=st.sampled_from((HOUSES, ("w1",), ("w2",))),
    orders_from=_houses, price_list=st.sampled_from(("retail", "web")), markup=st.sampled_from((0, 1000)),
    buffer=st.sampled_from((0, 2000)), cap=st.sampled_from((0, 3000)), push_stock=st.booleans(), push_price=st.booleans(),
    exempt_categories=st.sampled_from(((), ("Exempt",))), checks_by_reading=st.booleans(),
    guard=st.builds(GuardRules, below_cost=st.booleans()), stock_owner=_owners, price_owner=_owners,
    last_piece=st.builds(
        LastPieceRules, under=st.sampled_from((0, 3000)), rank=st.integers(0, 9), follow_sales=st.booleans()
    ),
)  # fmt: skip
_card = st.builds(
    ev.Card, code=_codes, name=st.sampled_from(("Işıklı çanta", "Fűrész", "")), barcodes=_some(st.sampled_from(BARCODES)),
    aliases=_some(st.sampled_from(("X-1", "B"))), category=st.sampled_from(("", "Exempt")),
    cost=st.none() | _amounts, cost_currency=st.just("TRY"), active=st.booleans(),
)  # fmt: skip
_count = st.builds(ev.Count, code=_codes, warehouse=_houses, on_hand=_pieces)
_listed = st.builds(
    ev.ListPrice, code=_codes, price_list=st.sampled_from(("retail", "web")), minor=st.none() | _amounts,
    currency=st.sampled_from(("TRY", "EUR")),
)  # fmt: skip
_seen_listing = st.builds(
    ev.SeenListing, remote_id=_remotes, product=_maybe_code, name=st.just("listing"), code=_codes,
    barcodes=_some(st.sampled_from(BARCODES)), key=st.just("k"), group=st.sampled_from(("", "g")),
    extra=st.sampled_from(({}, {"a": "1"})), takes_stock=st.booleans(), takes_price=st.booleans(), active=st.booleans(),
    stock=st.none() | _pieces, price=st.none() | _amounts, reason=st.sampled_from(("", "unknown")),
)  # fmt: skip
_seen_figure = st.builds(
    ev.SeenFigure, remote_id=_remotes, stock=st.none() | _pieces, price=st.none() | _amounts,
    extra=st.none() | st.just({"a": "2"}),
)  # fmt: skip
_item = st.builds(
    ev.BatchItem, product=_codes, remote_id=_remotes, stock=st.none() | _pieces, stock_rev=st.integers(0, 1),
    price=st.none() | _amounts, price_rev=st.integers(0, 1),
)  # fmt: skip
_outcome = st.builds(
    ev.BatchOutcome, remote_id=_remotes, refused=st.sampled_from(("", "", "no")), again_at=st.sampled_from((0, 0, 99)),
    stock=st.none() | _pieces, price=st.none() | _amounts,
)  # fmt: skip
_line = st.builds(
    ev.LineSeen, line_id=st.sampled_from(LINES), product=_maybe_code, remote_id=_remotes, codes=_some(_codes),
    name=st.just("line"), quantity=st.sampled_from((1000, 2000)), price=_amounts, taken=st.sampled_from((0, 1000)),
    state=st.none() | st.sampled_from(list(OrderState)),
)  # fmt: skip
_order = st.builds(
    ev.OrderSeen, store=_stores, number=_numbers, part=_parts, state=st.sampled_from(list(OrderState)),
    modified_at=st.integers(1, 9), placed_at=st.just(1), total=_amounts, currency=st.just("TRY"),
    lines=_unique(_line, lambda line: line.line_id), warehouse=_houses, customer=st.sampled_from(("", "s1:7")),
    sealed=st.just("sealed"), replaces=_some(_parts, 1), dead=st.booleans(), digest=st.sampled_from(("d1", "d2")),
)  # fmt: skip
_drift = st.builds(
    ev.Drift,
    product=_codes,
    kind=_kinds,
    believed=_pieces,
    shown=_pieces,
    cause=st.sampled_from(list(Cause)),
    changed_at=st.sampled_from((0, 7)),
)
_subject = st.sampled_from(("order:1", "line:1:l1"))

_key = st.integers(0, 5).map(str)

BUILDERS: dict[type[ev.Fact], st.SearchStrategy[Any]] = {
    ev.StoreRulesSet: st.builds(ev.StoreRulesSet, _stores, _rules, instead_of=st.none() | _rules),
    ev.StoreClosed: st.builds(ev.StoreClosed, _stores),
    ev.ProductsRead: st.builds(ev.ProductsRead, st.just("p.csv"), _unique(_card, lambda card: card.code)),
    ev.ProductsGone: st.builds(ev.ProductsGone, st.just("p.csv"), _some(_codes, 2)),
    ev.BalancesCounted: st.builds(
        ev.BalancesCounted, st.just("b.csv"), st.integers(1, 9), _some(_count), _some(st.tuples(_stores, _numbers), 1)
    ),
    ev.PricesRead: st.builds(ev.PricesRead, st.just("x.csv"), _some(_listed)),
    ev.CustomersRead: st.builds(
        ev.CustomersRead, st.just("c.csv"), _some(st.builds(ev.SealedCustomer, _codes, st.just("erp:K"), _codes, _codes), 1)
    ),
    ev.ErpOrderMoved: st.builds(ev.ErpOrderMoved, _stores, _numbers, st.just("posted"), st.integers(1, 9)),
    ev.OrderExporting: st.builds(ev.OrderExporting, _stores, _numbers, st.just("key")),
    ev.OrderExported: st.builds(ev.OrderExported, _stores, _numbers, st.sampled_from(("", "ERP-1"))),
    ev.ListingsSeen: st.builds(ev.ListingsSeen, _stores, _unique(_seen_listing, lambda seen: seen.remote_id)),
    ev.ListingsGone: st.builds(ev.ListingsGone, _stores, _some(_remotes, 2)),
    ev.ListingLinked: st.builds(ev.ListingLinked, _stores, _remotes, _maybe_code, st.sampled_from(("person", "match"))),
    ev.FiguresSeen: st.builds(ev.FiguresSeen, _stores, _some(_seen_figure), _some(_remotes, 1), _some(_remotes, 1)),
    ev.BatchMade: st.builds(ev.BatchMade, _stores, st.just(""), _unique(_item, lambda item: item.remote_id), st.just("f")),
    ev.BatchSent: st.builds(ev.BatchSent, _stores, _key, st.just("receipt")),
    ev.BatchAnswered: st.builds(ev.BatchAnswered, _stores, _key, _unique(_outcome, lambda each: each.remote_id)),
    ev.BatchLost: st.builds(ev.BatchLost, _stores, _key, st.just("lost")),
    ev.BatchDropped: st.builds(ev.BatchDropped, _stores, _key, st.just("dropped")),
    ev.StoreBroke: st.builds(ev.StoreBroke, _stores, st.just("why")),
    ev.StoreRecovered: st.builds(ev.StoreRecovered, _stores),
    ev.OrderSeen: _order,
    ev.LineResolved: st.builds(ev.LineResolved, _stores, _numbers, st.sampled_from(LINES), _maybe_code, _codes),
    ev.PriceSet: st.builds(
        ev.PriceSet, _stores, _codes, st.none() | _amounts, st.just("TRY"), yes=st.none() | _amounts,
        had=st.none() | _amounts,
    ),
    ev.PricesCorrected: st.builds(ev.PricesCorrected, _some(_listed)),
    ev.Acted: st.builds(ev.Acted, st.sampled_from(list(ev.ActKind)), st.integers(1, 9), st.just(1), st.integers(0, 12)),
    ev.ExclusionSet: st.builds(
        ev.ExclusionSet, _stores, _some(_codes), st.none() | st.booleans(), st.none() | st.booleans()
    ),
    ev.StoreLive: st.builds(ev.StoreLive, _stores),
    ev.StorePaused: st.builds(ev.StorePaused, _stores, st.booleans()),
    ev.UpdateOrdered: st.builds(ev.UpdateOrdered, st.sampled_from(("", *STORES)), _some(_codes, 2)),
    ev.SalesSlowed: st.builds(ev.SalesSlowed, _some(_codes)),
    ev.Retried: st.builds(ev.Retried, _stores, _some(_codes)),
    ev.ChangeHeld: st.builds(
        ev.ChangeHeld, st.sampled_from(("h1", "h2")), st.just("erp"), st.just("balances"), st.just("empty"), st.just(1),
        st.just(2), st.just("digest"), _some(_codes),
    ),
    ev.FiguresHeld: st.builds(ev.FiguresHeld, _stores, _kinds, st.just("many-zeros"), _some(_codes)),
    ev.HoldReleased: st.builds(ev.HoldReleased, st.sampled_from(("h1", "h2"))),
    ev.HoldDropped: st.builds(ev.HoldDropped, st.sampled_from(("h1", "h2"))),
    ev.CodeMapped: st.builds(ev.CodeMapped, st.sampled_from(("X-1", "X-2")), _codes),
    ev.HoldRejected: st.builds(ev.HoldRejected, st.sampled_from(("h1", "h2"))),
    ev.FiguresRejected: st.builds(ev.FiguresRejected, _stores, _kinds, _some(_codes, 2)),
    ev.FiguresReleased: st.builds(ev.FiguresReleased, _stores, _kinds, _some(_codes, 2)),
    ev.DriftFound: st.builds(ev.DriftFound, _stores, _unique(_drift, lambda drift: (drift.product, drift.kind))),
    ev.DriftRepaired: st.builds(ev.DriftRepaired, _stores, _kinds, _some(_codes, 2)),
    ev.DriftAccepted: st.builds(ev.DriftAccepted, _stores, _kinds, _some(_codes, 2)),
    ev.Quarantined: st.builds(ev.Quarantined, _stores, _subject, st.just("why")),
    ev.QuarantineClosed: st.builds(ev.QuarantineClosed, _stores, _subject),
    ev.CustomerForgotten: st.builds(
        ev.CustomerForgotten, st.sampled_from(("erp:K", "s1:7")), st.just("hash"), st.just(5)
    ),
    ev.BackupWritten: st.builds(ev.BackupWritten, st.just("b.db"), st.just(5), st.just(1)),
    ev.Restored: st.builds(ev.Restored, st.just(5)),
}  # fmt: skip
"""How each type of event is made up."""

_ORDINARY: tuple[type[ev.Fact], ...] = (
    ev.ListingsSeen,
    ev.BalancesCounted,
    ev.OrderSeen,
    ev.BatchMade,
    ev.BatchAnswered,
    ev.FiguresSeen,
    ev.DriftFound,
)

_types: st.SearchStrategy[type[ev.Fact]] = st.sampled_from([*BUILDERS, *_ORDINARY, *_ORDINARY])
some_events = _types.flatmap(BUILDERS.__getitem__)

BEGINNING: tuple[ev.Event, ...] = (
    ev.StoreRulesSet("s1", StoreRules("any", "TRY", HOUSES, "w1", "retail")),
    ev.StoreRulesSet("s2", StoreRules("any", "TRY", ("w1",), "w1", "retail", checks_by_reading=True)),
    ev.ProductsRead("p.csv", tuple(ev.Card(code, f"Product {code}") for code in CODES)),
    ev.BalancesCounted("b.csv", 1, tuple(ev.Count(code, house, 5000) for code in CODES for house in HOUSES)),
    ev.PricesRead("x.csv", tuple(ev.ListPrice(code, "retail", 1000, "TRY") for code in CODES)),
    *(
        ev.ListingsSeen(store, tuple(ev.SeenListing(*pair, "listing") for pair in zip(REMOTES, CODES, strict=True)))
        for store in STORES
    ),
)
"""An ordinary shop to begin with: every product listed in both stores."""


def tell(change: Change, event: ev.Event) -> None:
    """Append the event as the engine would: batches are real ones, a product has one listing in a store."""
    match event:
        case ev.BatchMade(store, _, items):
            made = tuple(_due(change, store, item) for item in items)
            change.append(ev.BatchMade(store, f"b{change.next_seq}", made, event.fingerprint))
            return
        case ev.BatchSent() | ev.BatchAnswered() | ev.BatchLost() | ev.BatchDropped():
            keys = [row.key for row in _batches(change) if row.store == event.store]
            if not keys:
                return
            event = msgspec.structs.replace(event, key=keys[int(event.key) % len(keys)])
        case ev.ListingsSeen(store, listings):
            free = [seen for seen in listings if _is_free(change, store, seen.remote_id, seen.product)]
            names = [seen.product for seen in free if seen.product]
            event = ev.ListingsSeen(store, tuple(s for s in free if not s.product or names.count(s.product) == 1))
        case ev.ListingLinked(store, remote, code):
            if not _is_free(change, store, remote, code):
                return
    change.append(event)


def _batches(change: Change) -> list[Any]:
    return [row for seq in range(change.next_seq) if (row := change.state.batches.get(f"b{seq}")) is not None]


def _due(change: Change, store: str, item: ev.BatchItem) -> ev.BatchItem:
    """The item with the revisions that its figures have now; what was drawn as 0 is padding."""
    product = change.state.product(item.product)
    revs = []
    for kind, drawn in ((ev.Kind.STOCK, item.stock_rev), (ev.Kind.PRICE, item.price_rev)):
        row = change.state.figures.get((product.id, kind), store) if product else None
        revs.append(row.wanted_rev if row is not None and drawn else 0)
    return ev.BatchItem(item.product, item.remote_id, item.stock, revs[0], item.price, revs[1])


def _is_free(change: Change, store: str, remote_id: str, code: str) -> bool:
    product = change.state.product(code) if code else None
    if product is None:
        return True
    rows = [(remote, change.state.listings.get((store, remote))) for remote in REMOTES if remote != remote_id]
    return all(row is None or row.product != product.id for _, row in rows)

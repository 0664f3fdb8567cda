"""What changed in the ERP: rows read against rows known, as events; suspicious parts are held back.

Every function runs inside one transaction of the writer and answers how many rows it took in. An
unchanged read appends nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeVar

from omnisync.connect.erp import ErpBalance, ErpCustomer, ErpOrderState, ErpPrice, ErpProduct, ErpRead, RowProblem
from omnisync.log import people, pulls
from omnisync.log.rows import OrderRow
from omnisync.log.writer import Change
from omnisync.model.events import (
    Acted,
    ActKind,
    BalancesCounted,
    Card,
    ChangeHeld,
    Count,
    CustomersRead,
    ErpOrderMoved,
    HoldDropped,
    ListPrice,
    PricesRead,
    ProductsGone,
    ProductsRead,
    SealedCustomer,
    digest,
)  # fmt: skip
from omnisync.model.order import LEFT, OrderState
from omnisync.model.rules import ErpRules, ReleaseBy
from omnisync.sync import guard, matching
from omnisync.sync.guard import Suspicion
from omnisync.sync.quarantine import set_aside_only

T = TypeVar("T")
Key = TypeVar("Key")

_ROWS_PER_EVENT = 500


def products(rules: ErpRules, change: Change, read: ErpRead[ErpProduct]) -> int:
    """New and changed cards; products that a full read no longer has."""
    known = pulls.card_digests(change.state)
    cards: list[Card] = []
    here: set[str] = set()
    for row in read.rows:
        here.add(row.code)
        card = card_of(row)
        if known.get(row.code) != digest(card):
            cards.append(card)
    for some in _slices(cards):
        change.append(ProductsRead(read.source, some))
        change.state.make_room()
    gone = [code for code, old in known.items() if old and code not in here] if read.complete else []
    alive = sum(1 for old in known.values() if old)
    if _may_pass(change, rules.name, "products", guard.of_read(rules.guard, gone, alive)):
        for codes in _slices(gone):
            change.append(ProductsGone(read.source, codes))
    if cards:
        matching.match_again(change)
    return len(cards)


def card_of(row: ErpProduct) -> Card:
    """The product's card as the log keeps it."""
    return Card(
        row.code, row.name, row.barcodes, row.aliases, row.category, row.unit,
        row.cost.minor if row.cost else None, row.cost.currency if row.cost else "", row.active,
    )  # fmt: skip


def balances(rules: ErpRules, change: Change, read: ErpRead[ErpBalance]) -> int:
    """Changed balances, rows that a full read no longer has as 0, and the reservations they now contain."""
    known = pulls.balances(change.state)
    counts: list[Count] = []
    zeros: dict[str, Count] = {}
    keys = [(row.code, row.warehouse) for row in read.rows]
    differing = [row for key, row in zip(keys, read.rows, strict=True) if known.get(key) != row.on_hand]
    codes = pulls.card_digests(change.state).keys() if differing else ()
    for row in differing:
        if row.code in codes:
            before = known.get((row.code, row.warehouse))
            count = Count(row.code, row.warehouse, row.on_hand, row.line)
            if before and before > 0 >= row.on_hand:
                zeros[f"{row.code} {row.warehouse}"] = count
            else:
                counts.append(count)
    missing = _missing(known, keys) if read.complete else []
    gone = {f"{code} {warehouse}": Count(code, warehouse, 0) for code, warehouse in missing if known[code, warehouse]}
    above = sum(1 for value in known.values() if value > 0)
    suspicion = guard.of_read(rules.guard, gone, above) or guard.of_zeros(rules.guard, {**zeros, **gone}, above)
    fallen = {(count.code, count.warehouse): count for count in (*zeros.values(), *gone.values())}
    if _may_pass(change, rules.name, "balances", suspicion):
        counts += fallen.values()
        fallen = {}
    released = _released(change, rules, read, known, counts, fallen.keys())
    slices = [*_slices(counts)] or [()] * bool(released)
    for some in slices:
        # With the last of the rows: what is released must not be counted as available before its balance has fallen.
        change.append(BalancesCounted(read.source, read.began_at, some, released if some is slices[-1] else ()))
        change.state.make_room()
    return len(counts)


def _released(
    change: Change, rules: ErpRules, read: ErpRead[ErpBalance], known: dict[tuple[str, str], int], counts: list[Count],
    held: AbstractSet[tuple[str, str]],
) -> tuple[tuple[str, str], ...]:  # fmt: skip
    """The orders that this read already has in its figures (P8); not those of which a figure is held or could not be read."""
    orders = pulls.unreleased(change.state)
    if rules.release is ReleaseBy.BALANCE:
        orders = _shown_by_balance(change, rules, read.began_at, known, counts, orders)
    else:
        orders = [order for order in orders if order.erp_at and order.erp_at < read.began_at]
        if rules.release is ReleaseBy.STORE_SHIPPED:
            gone = (*LEFT, OrderState.RETURNED)
            orders = [order for order in orders if order.state in gone]
    orders = [order for order in orders if held.isdisjoint(_needs(change, order))]
    if read.problems and not read.complete:
        here = {(row.code, row.warehouse) for row in read.rows}
        orders = [order for order in orders if _needs(change, order).keys() <= here]
    return tuple((order.store, order.number) for order in orders)


def _shown_by_balance(
    change: Change, rules: ErpRules, began_at: int, known: dict[tuple[str, str], int], counts: list[Count],
    orders: list[OrderRow],
) -> list[OrderRow]:  # fmt: skip
    """The oldest orders whose goods all fit into what this read's balances fell by."""
    fallen = {(c.code, c.warehouse): known.get((c.code, c.warehouse), 0) - c.on_hand for c in counts}
    shown: list[OrderRow] = []
    for order in orders:
        handed_over = order.exported_at if rules.export_orders else order.placed_at
        if not handed_over or handed_over > began_at:
            continue
        need = _needs(change, order)
        if all(fallen.get(key, 0) >= quantity for key, quantity in need.items()):
            for key, quantity in need.items():
                fallen[key] -= quantity
            shown.append(order)
    return shown


def _needs(change: Change, order: OrderRow) -> dict[tuple[str, str], int]:
    """What is reserved for the order, by code and warehouse."""
    need: dict[tuple[str, str], int] = {}
    for row in change.state.reservations.of(order.id).values():
        product = change.state.products.get(row.product)
        key = (product.code if product else "", row.warehouse)
        need[key] = need.get(key, 0) + row.quantity
    return need


def prices(rules: ErpRules, change: Change, read: ErpRead[ErpPrice]) -> int:
    """Changed list prices; those which a full read no longer has are taken off their list."""
    known = pulls.prices(change.state)
    changed: list[ListPrice] = []
    keys = [(row.code, row.price_list) for row in read.rows]
    said = [(row.price.minor, row.price.currency) for row in read.rows]
    differing = [row for key, now, row in zip(keys, said, read.rows, strict=True) if known.get(key) != now]
    codes = pulls.card_digests(change.state).keys() if differing else ()
    for row in differing:
        if row.code in codes:
            before = known.get((row.code, row.price_list))
            was = before[0] if before and before[1] == row.price.currency else None
            changed.append(ListPrice(row.code, row.price_list, row.price.minor, row.price.currency, was))
    missing = _missing(known, keys) if read.complete else []
    gone = {f"{code} {name}": ListPrice(code, name, None, "") for code, name in missing}
    if _may_pass(change, rules.name, "prices", guard.of_read(rules.guard, gone, len(known))):
        changed += gone.values()
    # All prices of a product in one event, however the file is laid out: less to write and to look through.
    changed.sort(key=lambda each: each.code)
    first, replaced = change.next_seq, sum(each.was is not None for each in changed)
    for some in _slices(changed):
        change.append(PricesRead(read.source, some))
        change.state.make_room()
    if replaced:
        change.append(Acted(ActKind.IMPORT, first, replaced))
    return len(changed)


def customers(rules: ErpRules, change: Change, read: ErpRead[ErpCustomer]) -> int:
    """New or changed customer accounts; what a read no longer has stays known, orders may name it."""
    db = change.state.db
    told: list[SealedCustomer] = []
    for row in read.rows:
        id_ = f"{rules.name}:{row.code}"
        known = change.state.customers.get(id_)
        if known is not None and known.forgotten_at:
            # The ERP still has the account; whoever was erased here stays so until the ERP gives it a new code.
            continue
        digest_ = people.digest(db, id_, row.customer)
        if known is None or known.digest != digest_:
            told.append(SealedCustomer(row.code, id_, people.seal(db, id_, row.customer), digest_))
    for some in _slices(told):
        change.append(CustomersRead(read.source, some))
    return len(told)


def order_states(_rules: ErpRules, change: Change, read: ErpRead[ErpOrderState]) -> int:
    """The ERP's word on orders, where it is new."""
    moved = 0
    # The last row of an order has the say: a file may tell its whole story, posted, then shipped.
    for row in {row.key: row for row in read.rows}.values():
        order = pulls.exported_as(change.state, row.key)
        if order is not None and order.erp_state != row.state:
            change.append(ErpOrderMoved(order.store, order.number, row.state, read.began_at))
            moved += 1
    return moved


def _may_pass(change: Change, connector: str, feed: str, suspicion: Suspicion | None) -> bool:
    """Whether the removals of a read may be taken in; what may not is held until a person says yes."""
    held = pulls.open_hold(change.state, connector, feed)
    if suspicion is None:
        if held:
            change.append(HoldDropped(held[0]))
        return True
    if held:
        hold, held_digest, state = held
        if held_digest == suspicion.digest and state in ("held", "rejected"):
            return False
        change.append(HoldDropped(hold))
        if held_digest == suspicion.digest:
            return True
    change.append(
        ChangeHeld(
            f"{feed}-{suspicion.digest}-{change.next_seq}", connector, feed, suspicion.reason, suspicion.count,
            suspicion.total, suspicion.digest, suspicion.sample,
        )
    )  # fmt: skip
    return False


def problems(rules: ErpRules, change: Change, feed: str, found: Sequence[RowProblem]) -> None:
    """Rows that can't be read are set aside with file and line, and forgotten when they are mended."""
    connector, rows = rules.name, f"row:{feed}:"
    told: dict[str, list[RowProblem]] = {}
    for each in found:
        told.setdefault(f"{rows}{each.source}:{each.line}", []).append(each)
    set_aside_only(
        change, connector, rows,
        {
            subject: (
                " ".join(dict.fromkeys(each.text for each in each_of)),
                next((each.row for each in each_of if each.row), ""),
            )
            for subject, each_of in told.items()
        },
    )  # fmt: skip


def _missing(known: Iterable[Key], read: Iterable[Key]) -> list[Key]:
    """What is known and was not read, in the order in which it is known."""
    here = set(read)
    return [key for key in known if key not in here]


def _slices(rows: Collection[T]) -> Iterator[tuple[T, ...]]:
    all_rows = tuple(rows)
    for start in range(0, len(all_rows), _ROWS_PER_EVENT):
        yield all_rows[start : start + _ROWS_PER_EVENT]

"""Takes an act back: what it changed gets its old value again, by events of the same kinds as those that did it.

First everything is worked out (``plan``), which is also the preview; then the events are appended. What somebody
changed again since is a conflict: left out, unless it is forced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from omnisync.errors import CommandRefused
from omnisync.log import acts, pulls
from omnisync.log.rows import ActRow, ProductRow
from omnisync.log.state import State
from omnisync.log.writer import Change
from omnisync.model.commands import Reply, Undo
from omnisync.model.events import (
    Acted,
    ActKind,
    Event,
    ExclusionSet,
    Kind,
    LineResolved,
    ListingLinked,
    ListingsSeen,
    ListPrice,
    PricesCorrected,
    PriceSet,
    PricesRead,
    QuarantineClosed,
    Quarantined,
    StoreRulesSet,
)
from omnisync.text import _

_MOST_TOLD = 200
_ROWS_PER_EVENT = 500

Value = int | str | bool | None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that goes back: whose, which figure or setting, what it is now and what it will be again.

    ``what``: price, list-price (minor units of ``currency``), no-stock, no-price (excluded or not), product (of a
    listing or an order's line), rules (the names of those that differ). ``conflict``: it was changed again since.
    ``no``: a person had said no to the price that it goes back to, which is not sent: the store keeps what it shows.
    """

    store: str
    subject: str
    what: str
    now: Value
    back: Value
    currency: str = ""
    conflict: bool = False
    no: bool = False


@dataclass(slots=True)
class Plan:
    """The events that take an act back, in their order, what they change, and what is left out for a conflict."""

    events: list[Event] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    conflicts: list[Item] = field(default_factory=list)
    left: int = 0
    """Things that the act made and that stay: there was nothing before to go back to."""

    def add(self, item: Item, *, possible: bool = True, force: bool = False) -> bool:
        """Note a thing; answers whether it goes back."""
        goes = possible and (force or not item.conflict)
        (self.items if goes else self.conflicts).append(item)
        return goes


def run(change: Change, command: Undo) -> Reply:
    """Tell what would go back and, if so ordered, take it back. Raises CommandRefused where there is nothing to undo."""
    state = change.state
    act = acts.of_event(state, command.event) if command.event else acts.last(state)
    if act is None:
        raise CommandRefused(
            _("Event {number} is no part of anything that can be undone.").format(number=command.event)
            if command.event
            else _("There is nothing to undo.")
        )
    if act.undone_by:
        raise CommandRefused(_("That was undone already (by {number}).").format(number=act.undone_by))
    made = plan(state, act, force=command.force)
    at, actor = acts.done_at(state.db, act)
    seq = 0
    if command.go and made.events:
        first = change.next_seq
        for event in made.events:
            change.append(event)
        seq = change.append(Acted(ActKind.UNDO, first, len(made.items), act.seq))
    return {
        "act": act.seq, "kind": act.kind, "count": act.count, "at": at, "by": actor, "undoes": act.undoes, "seq": seq,
        "changes": len(made.items), "stores": dict(Counter(item.store for item in made.items)), "left": made.left,
        "items": [msgspec.to_builtins(item) for item in made.items[:_MOST_TOLD]],
        "conflicts": len(made.conflicts),
        "conflicting": [msgspec.to_builtins(item) for item in made.conflicts[:_MOST_TOLD]],
    }  # fmt: skip


def plan(state: State, act: ActRow, *, force: bool = False) -> Plan:
    """What takes the act back, as things are now."""
    made = Plan()
    events = acts.events(state.db, act)
    priced = [event for event in events if isinstance(event, PriceSet)]
    for store in dict.fromkeys(event.store for event in priced):
        codes = (event.product for event in priced if event.store == store)
        state.expect(codes, state.choices, state.prices, figures=(Kind.PRICE,), store=store)
    for event in events:
        back = _BACK.get(type(event))
        if back is not None:
            back(state, event, made, force)
    return made


def price_event(
    state: State, product: ProductRow, store: str, minor: int | None, currency: str, undone: PriceSet | None = None
) -> PriceSet:
    """A store's own price for a product, with how things stood before; ``undone`` is what it takes back."""
    choice, figure = state.choices.get(product.id, store), state.figures.get((product.id, "price"), store)
    own = choice.price if choice else None
    if figure is None:
        wanted = allowed = rejected = None
    else:
        sure = figure.mode != "held" and figure.rejected is None
        wanted, allowed, rejected = figure.wanted if sure else None, figure.allowed, figure.rejected
    event = PriceSet(store, product.code, minor, currency, own, wanted, allowed, rejected=rejected)
    if undone is None:
        return event
    return msgspec.structs.replace(event, yes=undone.wanted, had=undone.allowed, no=undone.rejected)


def _price(state: State, event: PriceSet, made: Plan, force: bool) -> None:
    product = state.product(event.product)
    choice = state.choices.get(product.id, event.store) if product is not None else None
    now = choice.price if choice is not None else None
    item = Item(
        event.store,
        event.product,
        "price",
        now,
        event.was,
        event.currency,
        now != event.minor,
        event.rejected is not None,
    )
    possible = product is not None and event.store in state.rules() and now != event.was
    if made.add(item, possible=possible, force=force):
        assert product is not None
        made.events.append(price_event(state, product, event.store, event.was, event.currency, event))


def _exclusion(state: State, event: ExclusionSet, made: Plan, force: bool) -> None:
    state.expect(event.products, state.choices, state.prices, state.balances, figures=Kind)
    back: dict[str, tuple[str, ...]] = {}
    for column, on in (("no_stock", event.stock), ("no_price", event.price)):
        concerned = []
        for code in event.products if on is not None else ():
            product = state.product(code)
            choice = state.choices.get(product.id, event.store) if product is not None else None
            now = bool(getattr(choice, column, 0))
            item = Item(event.store, code, column.replace("_", "-"), now, not on, conflict=now is not on)
            # What is as it was before needs nothing, whoever brought it there.
            if made.add(item, possible=product is not None and now is on, force=force):
                concerned.append(code)
        back[column] = tuple(concerned)
    stock, price = back["no_stock"], back["no_price"]
    if stock:
        both = not event.stock if stock == price else None
        made.events.append(ExclusionSet(event.store, stock, not event.stock, both))
    if price and price != stock:
        made.events.append(ExclusionSet(event.store, price, None, not event.price))


def _linked(state: State, event: ListingLinked, made: Plan, force: bool) -> None:
    row = state.listings.get((event.store, event.remote_id))
    now = _code(state, row.product) if row is not None else ""
    before = state.product(event.was) if event.was else None
    taken = pulls.listing_of(state, before.id, event.store) if before is not None else None
    conflict = row is None or now != event.product or row.linked_by != event.by
    item = Item(event.store, event.remote_id, "product", now, event.was, conflict=conflict)
    if made.add(item, possible=row is not None and taken in (None, event.remote_id), force=force):
        assert row is not None
        made.events.append(
            ListingLinked(
                event.store, event.remote_id, event.was, event.was_by, event.was_reason, now, row.linked_by, row.reason
            )
        )


def _matched(state: State, event: ListingsSeen, made: Plan, force: bool) -> None:
    """Listings that a link had found their products."""
    for seen in event.listings:
        row = state.listings.get((event.store, seen.remote_id))
        now = _code(state, row.product) if row is not None else ""
        conflict = row is None or now != seen.product or row.linked_by != "match"
        item = Item(event.store, seen.remote_id, "product", now, "", conflict=conflict)
        if made.add(item, possible=row is not None, force=force):
            made.events.append(ListingLinked(event.store, seen.remote_id, "", "match", "unknown", now, "match"))


def _line(state: State, event: LineResolved, made: Plan, force: bool) -> None:
    """An order's line that a link had found its product."""
    order = state.order(event.store, event.number)
    lines = state.lines.of(order.id).values() if order is not None else ()
    now = next((_code(state, line.product) for line in lines if line.line_id == event.line_id), "")
    subject = f"{event.number}:{event.line_id}"
    item = Item(event.store, subject, "product", now, event.was, conflict=now != event.product)
    if made.add(item, possible=now != event.was, force=force):
        made.events.append(LineResolved(event.store, event.number, event.line_id, event.was, now))


def _set_aside_again(state: State, event: QuarantineClosed, made: Plan, _force: bool) -> None:
    row = state.quarantine.get((event.connector, event.subject))
    if row is not None and row.closed_at:
        made.events.append(Quarantined(event.connector, event.subject, row.reason))


def _no_longer_set_aside(state: State, event: Quarantined, made: Plan, _force: bool) -> None:
    row = state.quarantine.get((event.connector, event.subject))
    if row is not None and not row.closed_at:
        made.events.append(QuarantineClosed(event.connector, event.subject))


def _rules(state: State, event: StoreRulesSet, made: Plan, force: bool) -> None:
    now = state.rules().get(event.store)
    if event.was is None or now is None:
        made.left += 1
        return
    differing = [
        name for name in event.rules.__struct_fields__ if getattr(event.rules, name) != getattr(event.was, name)
    ]
    item = Item(event.store, event.store, "rules", ", ".join(differing), "", conflict=now != event.rules)
    if made.add(item, force=force):
        instead_of = event.rules if event.instead_of is None else None
        made.events.append(StoreRulesSet(event.store, event.was, now, instead_of))


def _list_prices(state: State, event: PricesRead | PricesCorrected, made: Plan, force: bool) -> None:
    state.expect((each.code for each in event.prices), state.choices, state.prices, figures=(Kind.PRICE,))
    back = []
    for each in event.prices:
        if each.minor is None or each.was is None:
            made.left += 1
            continue
        product = state.product(each.code)
        row = state.prices.get(product.id, each.price_list) if product is not None else None
        now = row.minor if row is not None else None
        same_money = row is not None and row.currency == each.currency
        item = Item("", each.code, "list-price", now, each.was, each.currency, conflict=now != each.minor)
        if made.add(item, possible=same_money and now != each.was, force=force):
            back.append(ListPrice(each.code, each.price_list, each.was, each.currency, now))
    for start in range(0, len(back), _ROWS_PER_EVENT):
        made.events.append(PricesCorrected(tuple(back[start : start + _ROWS_PER_EVENT])))


def _code(state: State, product: int | None) -> str:
    row = state.products.get(product) if product is not None else None
    return row.code if row is not None else ""


_BACK: Mapping[type[Any], Callable[[State, Any, Plan, bool], None]] = {
    PriceSet: _price,
    ExclusionSet: _exclusion,
    ListingLinked: _linked,
    ListingsSeen: _matched,
    LineResolved: _line,
    QuarantineClosed: _set_aside_again,
    Quarantined: _no_longer_set_aside,
    StoreRulesSet: _rules,
    PricesRead: _list_prices,
    PricesCorrected: _list_prices,
}

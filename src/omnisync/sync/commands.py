"""Carries out what a person ordered (model/commands.py) on the running engine, each order once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from omnisync.errors import CommandRefused
from omnisync.log import forget, pulls
from omnisync.log.audit import open_drifts
from omnisync.log.rows import ProductRow
from omnisync.log.state import State
from omnisync.log.writer import Change
from omnisync.model.commands import (
    Accept,
    AnyCommand,
    Audit,
    Dismiss,
    Exclude,
    Forget,
    Go,
    Link,
    MapCode,
    NewKey,
    Pause,
    Preview,
    Pull,
    Release,
    Repair,
    Replay,
    Reply,
    Retry,
    SetPrice,
    SetPrices,
    Status,
    Undo,
    Update,
)
from omnisync.model.events import (
    Acted,
    ActKind,
    DriftAccepted,
    DriftRepaired,
    ExclusionSet,
    FiguresRejected,
    FiguresReleased,
    HoldRejected,
    HoldReleased,
    Kind,
    ListingLinked,
    Retried,
    StoreLive,
    StorePaused,
    UpdateOrdered,
)  # fmt: skip
from omnisync.model.rules import StoreRules
from omnisync.sync import matching, matters, replaying, undo
from omnisync.sync.engine import Engine, StorePlan, save_row
from omnisync.sync.forgetting import leave_nothing
from omnisync.sync.preview import preview
from omnisync.sync.store import allowances
from omnisync.sync.undo import price_event
from omnisync.text import _


class Commands:
    """Carries out commands on a running engine. Raises CommandRefused with the reason."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def run(self, command: AnyCommand, *, actor: str, id: str) -> Reply:  # noqa: A002
        """Carry out a command once; the same id again gives the first answer."""
        match command:
            case Status():
                return self._status()
            case Pull():
                return self._pull(command)
            case Audit():
                return self._audit(command)
            case Repair():
                await self._take_orders(command.store)
            case Replay():
                return await replaying.replay(self._engine, command, actor, id)
            case Forget():
                return await self._forget(command, actor)
            case NewKey():
                return await self._new_key(command)
            case Preview(commands):
                return await preview(self._engine, commands, _carry_out)
        if isinstance(command, Go) and command.store not in self._engine.stores:
            raise CommandRefused(_unknown_store(command.store, self._engine.stores))
        reply = await self._engine.log.transact(lambda change: _once(change, id, command), actor)
        if isinstance(command, Release) and self._engine.erp is not None:
            self._engine.erp.sync.wake_pull.set()
        if isinstance(command, Pause):
            self._engine.stores[command.store].sync.pause(on=command.on)
        if isinstance(command, Go):
            self._engine.stores[command.store].sync.health.plan_only = False
        return reply

    def _status(self) -> Reply:
        engine = self._engine
        rows = {name: save_row(name, plan.sync.health) for name, plan in engine.stores.items()}
        if engine.erp is not None:
            rows[engine.erp.sync.rules.name] = save_row(engine.erp.sync.rules.name, engine.erp.sync.health)
        return {
            "connectors": [msgspec.to_builtins(row) for row in rows.values()],
            "allowances": {
                name: [msgspec.to_builtins(each) for each in allowances(plan.sync.connector)]
                for name, plan in engine.stores.items()
            },
            "audits": {
                name: len(plan.sync.walk.seen) for name, plan in engine.stores.items() if plan.sync.walk is not None
            },
            "trouble": engine.database_trouble,
            "now": engine.clock.now(),
        }

    async def _new_key(self, command: NewKey) -> Reply:
        """Needs no memory of its id: the same keys twice are the same keys. Neither log nor event has them."""
        plan = self._engine.stores.get(command.store)
        if plan is None:
            raise CommandRefused(_unknown_store(command.store, self._engine.stores))
        if plan.keys is None:
            raise CommandRefused(_("The keys of {store} can't be changed here.").format(store=command.store))
        if not command.secrets:
            return {"asked": [list(each) for each in plan.keys.asked()]}
        findings, connector = await plan.keys.renew(command.secrets)
        if connector is not None:
            # What is under way still has the old one, which is closed with the daemon.
            plan.sync.connector = connector
            self._ask_store(plan)
            plan.sync.told.info("store.new_key")
        return {"works": connector is not None, "findings": [msgspec.to_builtins(each) for each in findings]}

    def _audit(self, command: Audit) -> Reply:
        stores = [command.store] if command.store else [*self._engine.stores]
        for name in stores:
            plan = self._engine.stores.get(name)
            if plan is None:
                raise CommandRefused(_unknown_store(name, self._engine.stores))
            plan.sync.health.hurry()
            plan.sync.wake_audit.set()
        return {"stores": stores, "now": self._engine.clock.now()}

    async def _take_orders(self, store: str) -> None:
        """No figure is raised again which an order explains that we were not told of yet (P3).

        Where orders can't be read, nothing is sent before they can be.
        """
        for name, plan in self._engine.stores.items():
            if store in ("", name):
                await plan.sync.pull_orders()

    async def _forget(self, command: Forget, actor: str) -> Reply:
        """Needs no memory of its id: whoever is erased already is passed over."""
        log = self._engine.log

        def decide(change: Change) -> int:
            unknown = [each for each in command.customers if change.state.customers.get(each) is None]
            if unknown:
                raise CommandRefused(_("There is no customer {name}.").format(name=", ".join(unknown)))
            return forget.forget(change, command.customers, log.path.parent)

        forgotten = await log.transact(decide, actor)
        left = await leave_nothing(log)
        return {
            "forgotten": forgotten, "backups": left.backups, "unreached": list(left.unreached), "clean": left.clean
        }  # fmt: skip

    def _pull(self, command: Pull) -> Reply:
        engine = self._engine
        if not command.store:
            if engine.erp is None:
                raise CommandRefused(_("There is no ERP in the configuration."))
            engine.erp.sync.health.hurry()
            engine.erp.sync.wake_pull.set()
            return {}
        plan = engine.stores.get(command.store)
        if plan is None:
            raise CommandRefused(_unknown_store(command.store, engine.stores))
        self._ask_store(plan)
        return {}

    @staticmethod
    def _ask_store(plan: StorePlan) -> None:
        plan.sync.health.hurry()
        plan.sync.wake_orders.set()
        plan.sync.wake_push.set()
        plan.sync.wake_audit.set()
        plan.sync.wake_check.set()


def _once(change: Change, id_: str, command: AnyCommand) -> Reply:
    answered = change.answered(id_)
    if answered is not None:
        return msgspec.json.decode(answered, type=dict[str, Any])
    reply = _carry_out(change, command)
    change.answer(id_, msgspec.json.encode(reply).decode())
    return reply


def _carry_out(change: Change, command: AnyCommand) -> Reply:
    state = change.state
    match command:
        case SetPrice(store, code, minor):
            return _set_prices(change, store, ((code, minor),))
        case SetPrices(store, prices):
            return _set_prices(change, store, prices)
        case Undo():
            return undo.run(change, command)
        case Exclude():
            return _exclude(change, command)
        case Update():
            return _update(change, command)
        case Release():
            return _release(change, command)
        case Repair() | Accept():
            return _settle_drifts(change, command)
        case Link() | Dismiss() | MapCode():
            return _settle(change, command)
        case Pause(store, on):
            _store(state, store)
            return {"seq": change.append(StorePaused(store, on))}
        case Go(store):
            return _go(change, store)
        case Retry(store, codes):
            _store(state, store)
            codes = tuple(_product(state, code).code for code in codes) or tuple(pulls.refused(state, store))
            return {"seq": change.append(Retried(store, codes)), "products": len(codes)}
    raise CommandRefused(_("That can't be done here."))


def _go(change: Change, store: str) -> Reply:
    known = change.state.stores.get(store)
    if known is not None and known.live:
        raise CommandRefused(_("{store} is sent to already.").format(store=store))
    if reason := matters.forbids_to_go(change, store):
        raise CommandRefused(reason)
    return {"seq": change.append(StoreLive(store))}


def _update(change: Change, command: Update) -> Reply:
    state = change.state
    if command.store:
        _store(state, command.store)
        _live(state, command.store)
    codes = tuple(_product(state, code).code for code in command.codes)
    return {"seq": change.append(UpdateOrdered(command.store, codes))}


def _set_prices(change: Change, store: str, prices: Sequence[tuple[str, int | None]]) -> Reply:
    state = change.state
    currency = _store(state, store).currency
    if any(minor is not None and minor <= 0 for _code, minor in prices):
        raise CommandRefused(_("A price is above zero."))
    state.expect((code for code, _minor in prices), state.choices, state.prices, figures=(Kind.PRICE,), store=store)
    products = [(_product(state, code), minor) for code, minor in prices]
    wanted = {product.code: (product, minor) for product, minor in products}
    first = change.next_seq
    for product, minor in wanted.values():
        change.append(price_event(state, product, store, minor, currency))
    return _acted(change, ActKind.PRICE, first, len(wanted))


def _exclude(change: Change, command: Exclude) -> Reply:
    """Only what changes is written down, so that an undo knows what to give back."""
    state, first = change.state, change.next_seq
    _store(state, command.store)
    state.expect(command.codes, state.choices, figures=Kind)
    products = {product.code: product.id for product in (_product(state, code) for code in command.codes)}
    concerned: dict[str, tuple[str, ...]] = {}
    for kind, chosen in (("no_stock", command.stock), ("no_price", command.price)):
        concerned[kind] = tuple(
            code
            for code, product in products.items()
            if chosen and bool(getattr(state.choices.get(product, command.store), kind, 0)) is not command.on
        )
    stock, price = concerned["no_stock"], concerned["no_price"]
    if stock and stock == price:
        change.append(ExclusionSet(command.store, stock, command.on, command.on))
    else:
        for codes, of_stock, of_price in ((stock, command.on, None), (price, None, command.on)):
            if codes:
                change.append(ExclusionSet(command.store, codes, of_stock, of_price))
    return {**_acted(change, ActKind.EXCLUSION, first, len({*stock, *price})), "products": len(products)}


def _acted(change: Change, kind: ActKind, first: int, count: int) -> Reply:
    """The events since ``first`` are one act; the answer names it, 0 where nothing was to be done."""
    return {"seq": change.append(Acted(kind, first, count)) if count else 0}


def _release(change: Change, command: Release) -> Reply:
    if command.hold:
        if command.hold not in pulls.held(change.state):
            raise CommandRefused(_("Nothing is held under the name {name}.").format(name=command.hold))
        hold_event = HoldRejected if command.no else HoldReleased
        return {"seq": change.append(hold_event(command.hold, command.why))}
    _store(change.state, command.store)
    codes = tuple(_product(change.state, code).code for code in command.codes)
    figures_event = FiguresRejected if command.no else FiguresReleased
    return {"seq": change.append(figures_event(command.store, command.kind, codes, command.why))}


def _settle_drifts(change: Change, command: Repair | Accept) -> Reply:
    state = change.state
    if command.store:
        _store(state, command.store)
    codes = {_product(state, code).code for code in command.codes}
    count = 0
    for (store, kind), found in open_drifts(state, command.store).items():
        shown = {code: value for code, value in found.items() if not codes or code in codes}
        if not shown or command.kind not in (None, kind):
            continue
        count += len(shown)
        if isinstance(command, Repair):
            change.append(DriftRepaired(store, kind, tuple(shown)))
            continue
        change.append(DriftAccepted(store, kind, tuple(shown)))
        for code, value in shown.items() if kind is Kind.PRICE else ():
            change.append(price_event(state, _product(state, code), store, value, state.rules()[store].currency))
    return {"figures": count}


def _settle(change: Change, command: Link | Dismiss | MapCode) -> Reply:
    match command:
        case Dismiss(connector, subject, why):
            return replaying.dismiss(change, connector, subject, why)
        case MapCode(connector, subject, code):
            return replaying.map_code(change, connector, subject, _product(change.state, code))
    return _link(change, command)


def _link(change: Change, command: Link) -> Reply:
    state = change.state
    _store(state, command.store)
    row = state.listings.get((command.store, command.remote_id))
    if row is None:
        raise CommandRefused(
            _("{store} has no listing {listing}.").format(store=command.store, listing=command.remote_id)
        )
    code = command.code
    if code:
        product = _product(state, code)
        code = product.code
        other = pulls.listing_of(state, product.id, command.store)
        if other not in (None, command.remote_id):
            raise CommandRefused(
                _("{code} is already linked to listing {listing} there; unlink that one first.").format(
                    code=code, listing=other
                )
            )
    first = change.next_seq
    was = state.products.get(row.product) if row.product is not None else None
    change.append(
        ListingLinked(
            command.store, command.remote_id, code,
            was=was.code if was else "", was_by=row.linked_by, was_reason=row.reason,
        )
    )  # fmt: skip
    matching.match_again(change)
    return _acted(change, ActKind.LINK, first, 1)


def _product(state: State, code: str) -> ProductRow:
    product = state.product(code) or matching.find(state, (code,))[0]
    if product is None:
        raise CommandRefused(_("There is no product {code}.").format(code=code))
    return product


def _store(state: State, store: str) -> StoreRules:
    rules = state.rules()
    if store not in rules:
        raise CommandRefused(_unknown_store(store, rules))
    return rules[store]


def _live(state: State, store: str) -> None:
    known = state.stores.get(store)
    if known is None or not known.live:
        text = _("{store} is in plan-only: nothing is sent yet. Look at the plan, then say go: omnisync go {store}")
        raise CommandRefused(text.format(store=store))


def _unknown_store(store: str, known: Iterable[str]) -> str:
    return _("There is no store {store}. The stores are: {known}.").format(store=store, known=", ".join(known))

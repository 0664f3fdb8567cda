"""What a person can order, as data: the same whether it comes from this process or over the socket."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias, Union

import msgspec

from omnisync.errors import CommandRefused
from omnisync.log import pulls
from omnisync.log.rows import ProductRow
from omnisync.log.state import State
from omnisync.log.writer import Change
from omnisync.model.events import (
    ExclusionSet,
    FiguresReleased,
    HoldReleased,
    Kind,
    ListingLinked,
    PriceSet,
    Retried,
    UpdateOrdered,
)  # fmt: skip
from omnisync.model.rules import StoreRules
from omnisync.sync import matching
from omnisync.sync.engine import Engine, save_row
from omnisync.text import _


class Command(msgspec.Struct, frozen=True, tag_field="command"):
    """Base of all commands."""


class SetPrice(Command, frozen=True, tag="price"):
    """A store's own price for a product, in minor units of the store's currency; None: the price list's again."""

    store: str
    code: str
    minor: int | None


class Exclude(Command, frozen=True, tag="exclude"):
    """Stop (or with ``on`` False start again) pushing stock, price or both of these products."""

    store: str
    codes: tuple[str, ...]
    stock: bool
    price: bool
    on: bool = True


class Update(Command, frozen=True, tag="update"):
    """Push now, changed or not: everything, one store, some products."""

    store: str = ""
    codes: tuple[str, ...] = ()


class Release(Command, frozen=True, tag="release"):
    """Yes to a held change: a hold's id, or held figures of a store."""

    hold: str = ""
    store: str = ""
    kind: Kind = Kind.STOCK
    codes: tuple[str, ...] = ()


class Link(Command, frozen=True, tag="link"):
    """This listing is that product; code "" takes the link away."""

    store: str
    remote_id: str
    code: str


class Retry(Command, frozen=True, tag="retry"):
    """Send again what the store refused; no codes: everything refused there."""

    store: str
    codes: tuple[str, ...] = ()


class Pause(Command, frozen=True, tag="pause"):
    """Stop pushing to a store until resumed; orders are still taken in."""

    store: str
    on: bool = True


class Pull(Command, frozen=True, tag="pull"):
    """Ask the ERP (store "") or a store's orders and catalogue now."""

    store: str = ""


class Status(Command, frozen=True, tag="status"):
    """How every connection is doing just now."""


AnyCommand: TypeAlias = Union[SetPrice, Exclude, Update, Release, Link, Retry, Pause, Pull, Status]  # noqa: UP007

Reply: TypeAlias = dict[str, Any]


class Commands:
    """Carries out commands on a running engine. Raises CommandRefused with the reason."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def run(self, command: AnyCommand, *, actor: str, id: str) -> Reply:  # noqa: A002
        """Carry out a command once; the same id again gives the first answer."""
        match command:
            case Status():
                return self._status()
            case Pause() | Pull():
                return self._steer(command)
        reply = await self._engine.log.transact(lambda change: _once(change, id, command), actor)
        if isinstance(command, Release) and self._engine.erp is not None:
            self._engine.erp.sync.wake_pull.set()
        return reply

    def _status(self) -> Reply:
        engine = self._engine
        rows = {name: save_row(name, plan.sync.health) for name, plan in engine.stores.items()}
        if engine.erp is not None:
            rows[engine.erp.sync.rules.name] = save_row(engine.erp.sync.rules.name, engine.erp.sync.health)
        return {"connectors": [msgspec.to_builtins(row) for row in rows.values()], "now": engine.clock.now()}

    def _steer(self, command: Pause | Pull) -> Reply:
        engine = self._engine
        if isinstance(command, Pull) and not command.store:
            if engine.erp is None:
                raise CommandRefused(_("There is no ERP in the configuration."))
            engine.erp.sync.wake_pull.set()
            return {}
        plan = engine.stores.get(command.store)
        if plan is None:
            raise CommandRefused(_unknown_store(command.store, engine.stores))
        if isinstance(command, Pause):
            plan.sync.health.paused = command.on
            plan.sync.wake_push.set()
        else:
            plan.sync.wake_orders.set()
            engine.wake_catalogue(command.store)
        return {}


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
            rules = _store(state, store)
            product = _product(state, code)
            return {"seq": change.append(PriceSet(store, product.code, minor, rules.currency))}
        case Exclude(store, codes, stock, price, on):
            _store(state, store)
            codes = tuple(_product(state, code).code for code in codes)
            seq = change.append(ExclusionSet(store, codes, on if stock else None, on if price else None))
            return {"seq": seq, "products": len(codes)}
        case Update(store, codes):
            if store:
                _store(state, store)
            codes = tuple(_product(state, code).code for code in codes)
            return {"seq": change.append(UpdateOrdered(store, codes))}
        case Release():
            return _release(change, command)
        case Link():
            return _link(change, command)
        case Retry(store, codes):
            _store(state, store)
            codes = codes or tuple(pulls.refused(state, store))
            return {"seq": change.append(Retried(store, codes)), "products": len(codes)}
    raise CommandRefused(_("That can't be done here."))


def _release(change: Change, command: Release) -> Reply:
    if command.hold:
        if command.hold not in pulls.held(change.state):
            raise CommandRefused(_("Nothing is held under the name {name}.").format(name=command.hold))
        return {"seq": change.append(HoldReleased(command.hold))}
    _store(change.state, command.store)
    return {"seq": change.append(FiguresReleased(command.store, command.kind, command.codes))}


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
    seq = change.append(ListingLinked(command.store, command.remote_id, code))
    matching.match_again(change)
    return {"seq": seq}


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


def _unknown_store(store: str, known: Iterable[str]) -> str:
    return _("There is no store {store}. The stores are: {known}.").format(store=store, known=", ".join(known))

"""What a person can order, as data: the same whether it comes from this process or over the socket."""

from __future__ import annotations

from typing import Any, TypeAlias, Union

import msgspec

from omnisync.model.events import Kind


class Command(msgspec.Struct, frozen=True, tag_field="command"):
    """Base of all commands."""


class SetPrice(Command, frozen=True, tag="price"):
    """A store's own price for a product, in minor units of the store's currency; None: the price list's again."""

    store: str
    code: str
    minor: int | None


class SetPrices(Command, frozen=True, tag="prices"):
    """The same for many products of one store at once: code and minor units, or None, each."""

    store: str
    prices: tuple[tuple[str, int | None], ...]


class Undo(Command, frozen=True, tag="undo"):
    """Take an act back: the one with that event in it, 0 for the last one of a person.

    Without ``go`` it only tells what would change. What was changed again since is left out, unless ``force``.
    """

    event: int = 0
    go: bool = False
    force: bool = False


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
    """Yes, or with ``no`` no, to a held change: a hold's id, or held figures of a store; ``why`` is kept."""

    hold: str = ""
    store: str = ""
    kind: Kind = Kind.STOCK
    codes: tuple[str, ...] = ()
    no: bool = False
    why: str = ""


class Audit(Command, frozen=True, tag="audit"):
    """Read the store's whole list (store "": every store's) and compare every figure now."""

    store: str = ""


class Repair(Command, frozen=True, tag="repair"):
    """Send again what stores should show where audits found something else.

    ``store`` "" is every store, no ``codes`` every product, ``kind`` None stock and price.
    """

    store: str = ""
    codes: tuple[str, ...] = ()
    kind: Kind | None = None


class Accept(Command, frozen=True, tag="accept"):
    """What audits found at stores is right: prices become the store's own, stock stays until another is wanted."""

    store: str = ""
    codes: tuple[str, ...] = ()
    kind: Kind | None = None


class Link(Command, frozen=True, tag="link"):
    """This listing is that product; code "" takes the link away."""

    store: str
    remote_id: str
    code: str


class Retry(Command, frozen=True, tag="retry"):
    """Send again what the store refused; no codes: everything refused there."""

    store: str
    codes: tuple[str, ...] = ()


class Replay(Command, frozen=True, tag="replay"):
    """Try again what is set aside, as it was told or as a person has mended it (``payload``, JSON)."""

    connector: str
    subject: str
    payload: str = ""


class Dismiss(Command, frozen=True, tag="dismiss"):
    """What is set aside need not be mended; ``why`` is kept."""

    connector: str
    subject: str
    why: str


class MapCode(Command, frozen=True, tag="map"):
    """The line that is set aside is this product, and so is whatever bears its code from now on."""

    connector: str
    subject: str
    code: str


class Pause(Command, frozen=True, tag="pause"):
    """Stop pushing to a store until resumed; orders are still taken in."""

    store: str
    on: bool = True


class Go(Command, frozen=True, tag="go"):
    """The store's plan was looked at: send to it from now on."""

    store: str


class Pull(Command, frozen=True, tag="pull"):
    """Ask the ERP (store "") or a store's orders and catalogue now."""

    store: str = ""


class NewKey(Command, frozen=True, tag="new-key", repr_omit_defaults=True):
    """Other secrets for a store's connector, by the option's name: tried first, then kept and used at once.

    Without secrets nothing is tried: the answer says which the connector has.
    """

    store: str
    secrets: dict[str, str] = {}

    def __repr__(self) -> str:
        """Without the secrets (P10)."""
        return f"NewKey({self.store!r}, {', '.join(self.secrets)})"

    __str__ = __repr__


class Forget(Command, frozen=True, tag="forget"):
    """Erase everything personal of these buyers and accounts, by their ids, here and in every backup at hand."""

    customers: tuple[str, ...]


class Status(Command, frozen=True, tag="status"):
    """How every connection is doing just now, and what is left of its rate limits."""


Bulk: TypeAlias = Union[SetPrices, Undo, Exclude, Release, Repair, Retry]  # noqa: UP007
"""What may change many figures at once."""


class Preview(Command, frozen=True, tag="preview"):
    """What these commands together would send, hold and call off; carries nothing out."""

    commands: tuple[Bulk, ...]


AnyCommand: TypeAlias = Union[  # noqa: UP007
    SetPrice, SetPrices, Undo, Exclude, Update, Release, Audit, Repair, Accept, Link, Retry, Replay, Dismiss, MapCode,
    Pause, Go, Pull, NewKey, Forget, Preview,
    Status
]  # fmt: skip

Reply: TypeAlias = dict[str, Any]

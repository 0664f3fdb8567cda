"""What a person calls things: a product by code, barcode or alias, in large or small letters, a store by its name."""

from __future__ import annotations

from collections.abc import Sequence

from omnisync.errors import CommandRefused
from omnisync.log.overview import rules_of, store_names
from omnisync.log.reader import Reader
from omnisync.log.story import code_of, products_called
from omnisync.model.rules import StoreRules
from omnisync.text import _

_MOST = 5
"""Products that are named where one of them is meant."""


def product(reader: Reader, name: str) -> int:
    """The product's id. Raises CommandRefused when there is none, or several, of that name."""
    found = products_called(reader, name)
    if not found:
        text = _("There is no product {code}. `omnisync products TEXT` finds one.")
        raise CommandRefused(text.format(code=name))
    if len(found) > 1:
        known = ", ".join(code_of(reader, each) for each in found[:_MOST]) + (" …" if len(found) > _MOST else "")
        text = _("{code} may be any of several products: {known}. Name one by its own code.")
        raise CommandRefused(text.format(code=name, known=known))
    return found[0]


def codes(reader: Reader, typed: Sequence[str]) -> tuple[str, ...]:
    """The products' own codes, in the order given, each once. Raises CommandRefused for an unknown one."""
    return tuple(dict.fromkeys(code_of(reader, product(reader, name)) for name in typed))


def rules(reader: Reader, store: str) -> StoreRules:
    """The store's rules. Raises CommandRefused when there is no such store."""
    found = rules_of(reader, store)
    if found is None:
        known = ", ".join(store_names(reader)) or _("none yet")
        raise CommandRefused(_("There is no store {store}. The stores are: {known}.").format(store=store, known=known))
    return found

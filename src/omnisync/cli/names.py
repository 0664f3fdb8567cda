"""What a person calls things: a product by code, barcode or alias, a store by its name."""

from __future__ import annotations

from collections.abc import Sequence

from omnisync.errors import CommandRefused
from omnisync.log.overview import rules_of, store_names
from omnisync.log.reader import Reader
from omnisync.log.story import code_of, product_of
from omnisync.model.rules import StoreRules
from omnisync.text import _


def product(reader: Reader, key: str) -> int:
    """The product's id. Raises CommandRefused when there is none, or several, of that code."""
    found = product_of(reader, key)
    if found is None:
        raise CommandRefused(
            _("There is no product {code}, or several with that barcode. `omnisync products TEXT` finds one.").format(
                code=key
            )
        )
    return found


def codes(reader: Reader, keys: Sequence[str]) -> tuple[str, ...]:
    """The products' own codes, in the order given, each once. Raises CommandRefused for an unknown one."""
    return tuple(dict.fromkeys(code_of(reader, product(reader, key)) for key in keys))


def rules(reader: Reader, store: str) -> StoreRules:
    """The store's rules. Raises CommandRefused when there is no such store."""
    found = rules_of(reader, store)
    if found is None:
        known = ", ".join(store_names(reader)) or _("none yet")
        raise CommandRefused(_("There is no store {store}. The stores are: {known}.").format(store=store, known=known))
    return found

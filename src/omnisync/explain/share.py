"""What of an event concerns one product: an event may tell of hundreds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from omnisync.model.events import Event


def share_of(event: Event, code: str, listings: Mapping[str, str]) -> Event:
    """The event with its lists cut down to the product; ``listings`` are its ids at the stores, by store.

    A list in which the product is not named stays whole: then the product is concerned in another way.
    """
    names = {code, listings.get(getattr(event, "store", ""), code)}
    shares: dict[str, Any] = {}
    for field in event.__struct_fields__:
        value = getattr(event, field)
        if isinstance(value, tuple) and (share := tuple(each for each in value if names & _names(each))):
            shares[field] = share
    return msgspec.structs.replace(event, **shares)


def _names(item: object) -> set[object]:
    if isinstance(item, str):
        return {item}
    return {getattr(item, name, None) for name in ("code", "product", "remote_id")}

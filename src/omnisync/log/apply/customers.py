"""What is known of buyers and of the ERP's customer accounts; their personal fields stay sealed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from omnisync.log.rows import CustomerRow
from omnisync.log.state import State
from omnisync.model.events import CustomersRead


def customers_read(state: State, event: CustomersRead) -> None:
    """New or changed accounts of the ERP."""
    for told in event.customers:
        remember(state, CustomerRow(told.id, "erp", told.code, told.sealed, told.digest))


def remember(state: State, customer: CustomerRow) -> None:
    """Keep what was told last of a customer."""
    known = state.customers.get(customer.id)
    if known is None:
        state.customers.put(customer)
    else:
        known.ref, known.sealed, known.digest = customer.ref, customer.sealed, customer.digest
        state.customers.put(known)


HANDLERS: Mapping[type[Any], Callable[[State, Any], None]] = {CustomersRead: customers_read}

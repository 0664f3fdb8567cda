"""What is known of buyers and of the ERP's customer accounts; their personal fields stay sealed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from omnisync.log.rows import CustomerRow, ErasureRow
from omnisync.log.state import State
from omnisync.model.events import CustomerForgotten, CustomersRead


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


def customer_forgotten(state: State, event: CustomerForgotten) -> None:
    """What was sealed stands empty from here on, in every table; nobody could open it any more."""
    state.erasures.put(ErasureRow(event.key, event.customer, event.forgotten_at))
    known = state.customers.get(event.customer)
    if known is None:
        source, _colon, ref = event.customer.partition(":")
        known = CustomerRow(event.customer, source, ref, "")
    known.sealed, known.digest, known.forgotten_at = "", "", event.forgotten_at
    state.customers.put(known)
    for (order_id,) in state.select("SELECT id FROM shop_order WHERE customer = ? ORDER BY id", event.customer):
        order = state.orders.get(order_id)
        assert order is not None
        order.sealed = ""
        state.orders.put(order)


HANDLERS: Mapping[type[Any], Callable[[State, Any], None]] = {
    CustomersRead: customers_read,
    CustomerForgotten: customer_forgotten,
}

"""Everything that goes wrong in a simulated shop, each with its own rate, in one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from omnisync.connect.sandbox import Fault


@dataclass(frozen=True)
class Trouble:
    """One fault: how often it comes in an ordinary world, counted per request, per order, or per hour."""

    rate: float
    per: str
    what: str


TABLE: Mapping[str, Trouble] = {
    # The line to a store.
    "slow": Trouble(0.002, "request", "the answer takes longer than anybody waits; the store acts all the same"),
    "cut_before": Trouble(0.006, "request", "the connection is cut before the store has acted"),
    "cut_after": Trouble(0.010, "request", "the connection is cut after the store has acted"),
    "rate_limited": Trouble(0.008, "request", "429"),
    "unavailable": Trouble(0.006, "request", "503, with or without a time"),
    "server_error": Trouble(0.005, "request", "500"),
    "html": Trouble(0.003, "request", "200 with a page of something else"),
    "junk_before_json": Trouble(0.003, "request", "a plugin's noise before the JSON"),
    "unauthorized": Trouble(0.0004, "request", "401"),
    "forbidden": Trouble(0.0004, "request", "403"),
    "store_down": Trouble(
        0.08, "hour", "a store cuts or refuses every connection for minutes or hours; its buyers buy on"
    ),
    "store_down_for_a_day": Trouble(0.004, "hour", "... for a day"),
    # What stores do with orders.
    "late_visible": Trouble(0.08, "order", "an order or its change shows up minutes later, with its old time"),
    "told_again": Trouble(0.05, "order", "an order is told again as changed, and nothing has"),
    "rows_hidden": Trouble(0.05, "hour", "for ten minutes what is new is missing in the answers, without an error"),
    "split": Trouble(0.08, "order", "a package is split: it dies, two are born"),
    "cancel_some": Trouble(0.05, "order", "some pieces are cancelled: the package is born anew"),
    "unsupplied": Trouble(0.02, "order", "the seller can't deliver a package"),
    "unpaid": Trouble(0.06, "order", "an order waits for its payment"),
    "cancelled": Trouble(0.07, "order", "the buyer cancels"),
    "returned": Trouble(0.05, "order", "it is shipped and comes back"),
    "trashed": Trouble(0.03, "order", "it is thrown into the trash, which is another list"),
    "refunded": Trouble(0.04, "order", "some pieces are refunded, which another address tells"),
    "unreadable": Trouble(0.01, "order", "a plugin garbles one order for a while"),
    # What stores do with figures.
    "late_batches": Trouble(0.08, "hour", "for an hour batches take up to half an hour"),
    "receipt_lost": Trouble(0.08, "hour", "the store forgets a receipt; the items are worked on"),
    "item_refused": Trouble(0.01, "item", "an item fails for a passing reason"),
    "silent_refusal": Trouble(0.01, "item", "an item is called a success, and nothing changes"),
    "edited_there": Trouble(0.3, "hour", "somebody changes a figure in the store's panel"),
    # The ERP.
    "counted_anew": Trouble(0.3, "hour", "somebody corrects balances by hand, also below zero, many at once"),
    "retired": Trouble(0.05, "hour", "a product leaves the ERP for some hours"),
    "half_written": Trouble(0.4, "hour", "an export stands half written for some seconds"),
    "row_garbled": Trouble(0.2, "hour", "for minutes a quantity in the stock file is no number"),
    "erp_gone": Trouble(0.06, "hour", "the ERP's folder is gone for minutes"),
    # The shop's own computer.
    "crash": Trouble(0.6, "hour", "the process is killed at any await"),
    "power_cut": Trouble(0.08, "hour", "... and the end of the log was not on the disk"),
    "restored": Trouble(0.02, "hour", "an older backup is restored"),
    "disk_full": Trouble(0.05, "hour", "nothing can be written for minutes"),
    "clock_jump": Trouble(0.05, "hour", "the clock is set by up to three minutes, in either direction"),
}

ORDINARY: Mapping[str, float] = {name: trouble.rate for name, trouble in TABLE.items()}

OF_REQUESTS: Mapping[str, Fault] = {
    name: Fault(name) for name, trouble in TABLE.items() if trouble.per == "request"
}  # fmt: skip
"""The faults which the sandboxes draw for each request."""

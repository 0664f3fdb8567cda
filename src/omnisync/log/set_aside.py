"""One thing that is set aside, whole: what was told of it, as far as that was kept and nobody was forgotten."""

from __future__ import annotations

import json
from dataclasses import dataclass

from omnisync.log.overview import SetAside
from omnisync.log.people import unseal
from omnisync.log.reader import Reader


@dataclass(frozen=True, slots=True)
class Content:
    """``payload`` is JSON, "" where nothing was kept; ``editable``: it may be mended and tried again."""

    aside: SetAside
    payload: str
    editable: bool


def found(reader: Reader, subject: str, connector: str = "") -> list[SetAside]:
    """What is set aside under that name; of one connector or of all."""
    sql = """SELECT connector, subject, reason, first_at, last_at, times FROM quarantine
        WHERE closed_at = 0 AND subject = ? AND (? = '' OR connector = ?) ORDER BY connector"""
    return [SetAside(*row) for row in reader.rows(sql, subject, connector, connector)]


def content(reader: Reader, aside: SetAside) -> Content:
    """What was told of it: an order's own JSON, or the line of the order whose product is not known."""
    sql = "SELECT customer, sealed FROM quarantine WHERE connector = ? AND subject = ?"
    for customer, sealed in reader.rows(sql, aside.connector, aside.subject):
        told = unseal(reader.db, customer, sealed)
        if told is not None and told.note:
            return Content(aside, told.note, editable=True)
    kind, _colon, rest = aside.subject.partition(":")
    number, _colon, line_id = rest.rpartition(":")
    if kind == "line":
        sql = """SELECT l.codes, l.name, l.quantity, l.price, o.currency, l.remote_id FROM order_line l
            JOIN shop_order o ON o.id = l.shop_order WHERE o.store = ? AND o.number = ? AND l.line_id = ? LIMIT 1"""
        for codes, name, quantity, price, currency, remote_id in reader.rows(sql, aside.connector, number, line_id):
            told_line = {
                "order": number, "line": line_id, "codes": json.loads(codes), "name": name,
                "quantity": quantity / 1000, "price": f"{price / 100:.2f} {currency}", "listing": remote_id,
            }  # fmt: skip
            return Content(aside, json.dumps(told_line, ensure_ascii=False), editable=False)
    return Content(aside, "", editable=False)

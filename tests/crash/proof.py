"""What must be true: of a daemon that has caught up, and of a shop in which nothing was lost."""

from __future__ import annotations

import json
from collections import Counter

from tests.crash.street import Street
from tests.crash.victim import Victim

from omnisync.folders import DATABASE, LOG
from omnisync.log.reader import Reader


def behind(reader: Reader, street: Street) -> str:
    """What the daemon has not caught up with yet, "" for nothing."""
    if missing := street.bought.keys() - set(reader.rows("SELECT store, number FROM shop_order")):
        return f"{len(missing)} orders"
    shelves = {
        code: (pieces // 1000, f"{minor // 100}.{minor % 100:02}")
        for code, pieces, minor in reader.rows(
            """SELECT p.code, p.on_hand, l.minor FROM product p
            JOIN price l ON l.product = p.id AND l.price_list = 'retail'"""
        )
    }
    if shelves != street.shelves():
        return "what the ERP says"
    if reader.one("SELECT count(*) FROM figure WHERE mode = 'push'") != 2 * len(shelves) * len(street.stores):
        return "listings"
    for what, sql in (
        ("figures to send", "SELECT count(*) FROM figure WHERE wanted_rev > confirmed_rev AND mode = 'push'"),
        ("open batches", "SELECT count(*) FROM batch WHERE state IN ('made', 'sent', 'lost')"),
        ("orders to hand over", "SELECT count(*) FROM shop_order WHERE export IN ('due', 'sending')"),
    ):
        if count := reader.one(sql):
            return f"{count} {what}"
    return ""


def unsettled(reader: Reader) -> str:
    """What goes on in a daemon that has caught up: the ERP has still to post, a store to show what it took."""
    if count := reader.one("SELECT count(*) FROM reservation"):
        return f"{count} reservations"
    if count := reader.one("SELECT count(*) FROM figure WHERE check_at > 0 AND mode = 'push'"):
        return f"{count} figures to see"
    return ""


def nothing_lost(street: Street, victim: Victim) -> None:
    """Raises AssertionError with what is wrong once everything has settled and the daemon has ended."""
    with Reader(street.data / DATABASE) as reader:
        known = Counter(reader.rows("SELECT store, number FROM shop_order"))
        assert set(known) == set(street.bought), "an order was lost, or came from nowhere"
        lines: dict[tuple[str, str], Counter[str]] = {}
        for store, number, code, pieces in reader.rows(
            """SELECT o.store, o.number, p.code, l.quantity FROM order_line l
            JOIN shop_order o ON o.id = l.shop_order JOIN product p ON p.id = l.product"""
        ):
            lines.setdefault((store, number), Counter())[code] += pieces // 1000
        assert lines == street.bought, "an order's lines are there twice, or not at all"
        assert not reader.rows("SELECT * FROM quarantine WHERE closed_at = 0"), "something was set aside"
        assert not reader.rows("SELECT * FROM hold WHERE state = 'held'"), "the guard holds something"
        assert not (left := behind(reader, street) or unsettled(reader)), f"stuck: {left}"
        told = street.handed_over()
        exported = set(reader.rows("SELECT store, number FROM shop_order WHERE export = 'done'"))
    assert max(told.values(), default=1) == 1, "an order was handed over twice"
    assert set(told) == exported, "an order was not handed over"
    assert set(street.bought) - set(told) <= street.cancelled, "an order was never handed over"
    for store in street.stores.values():
        shown, wanted = store.figures(), street.shelves()
        wrong = {code: (shown.get(code), wanted[code]) for code in wanted if shown.get(code) != wanted[code]}
        assert not wrong, f"{store.name} shows something else than the ERP has: {wrong}"
    done = victim.omnisync("verify")
    assert done.returncode == 0, done.stdout + done.stderr
    log = (street.data / LOG).read_text("utf-8")
    surprises = [line for line in log.splitlines() if '"surprise"' in line or "daemon.died" in line]
    assert not surprises, f"something unforeseen: {json.loads(surprises[0])}"

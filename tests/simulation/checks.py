"""What must hold in a simulated shop: all the time, at each push, and when everything has come to rest.

Each finding is a sentence that begins with the promise (DESIGN 4) it breaks. The world's own truth is the judge:
the ERP's books, the sandboxes' figures, the orders that buyers placed.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.simulation.erp import Books
from tests.simulation.floor import Floor
from tests.simulation.shape import Shape
from tests.simulation.watch import Watched

from omnisync.connect.store import StoreConnector
from omnisync.log.rebuild import verify
from omnisync.model.events import Event, FiguresReleased, HoldReleased, Kind, Retried, StoreLive
from omnisync.ports import Clock

_MOST = 20
"""So many findings are enough to see what is wrong."""


class Checks:
    """Watches one world."""

    def __init__(self, path: Path, books: Books, floors: Mapping[str, Floor], shape: Shape, clock: Clock) -> None:
        self.path, self.books, self.floors, self.shape, self.clock = path, books, floors, shape, clock
        self.broken: list[str] = []
        self.clock_set_by = 0
        """Milliseconds by which the computer's clock was set in all, so that its times may be off by so much."""
        self.available: Callable[[Floor, str], int] = lambda _, __: 0
        """How many of a product there truly are for a store."""
        self._last_seq = 0
        self._digests: dict[tuple[str, str, str], str] = {}
        self._outages: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
        """When each began, and the newest event at its end: the computer's clock may be set at any time."""
        self._written_for: dict[tuple[Any, ...], set[int]] = defaultdict(set)
        self._watch_limits()

    def watched(self, name: str, connector: StoreConnector) -> StoreConnector:
        """The connector, with somebody looking over its shoulder."""
        watched: Any = Watched(self, name, connector)
        return watched

    def find(self, text: str) -> None:
        """Something does not hold."""
        if len(self.broken) < _MOST and text not in self.broken:
            self.broken.append(text)

    def raise_if_broken(self) -> None:
        """Raise AssertionError with everything that was found."""
        if self.broken:
            raise AssertionError("\n".join(self.broken))

    def open(self) -> Any:
        """A connection of our own, for reading."""
        return closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, isolation_level=None))

    # What the world tells.

    def outage(self, name: str, *, on: bool) -> None:
        """A store goes down, or comes back."""
        spans = self._outages[name]
        now = self.clock.now()
        if on:
            spans.append((now, None))
        elif spans and spans[-1][1] is None:
            with self.open() as db:
                spans[-1] = (spans[-1][0], _newest(db))

    def written_to(self, name: str) -> None:
        """A store is sent figures: not one that has been down for so long that its orders were asked for in vain."""
        began, ended = self._outages[name][-1] if self._outages[name] else (0, 0)
        down = self.clock.now() - began
        if ended is None and down > self._until_noticed(name):
            self.find(f"one write an outage: {name} is written to when it has been down for {down // 1000} s")

    def _until_noticed(self, name: str) -> int:
        """Milliseconds after which a store that is down is known to be."""
        return int(1000 * (2 * self.floors[name].shape.orders_every + 300)) + self.clock_set_by

    def lost_its_memory(self) -> None:
        """The end of the log was lost, or an older backup stands in its place: what was known of events counts no more."""
        self._last_seq = 0
        self._digests.clear()
        self._written_for.clear()
        self._outages.update(
            {name: [span for span in spans if span[1] is None] for name, spans in self._outages.items()}
        )

    def was_started_again(self) -> None:
        """A daemon that just started may not know yet that a store is down: it may try once more."""
        self._outages.update(
            {
                name: [*spans[:-1], (self.clock.now(), spans[-1][1])]
                for name, spans in self._outages.items()
                if spans and spans[-1][1] is None
            }
        )

    def _watch_limits(self) -> None:
        for name, floor in self.floors.items():
            gate = getattr(floor.box, "_gate", None)
            if gate is not None:
                self._watch_gate(name, gate._windows)

    def _watch_gate(self, name: str, windows: Any) -> None:
        admits = windows.admits

        def watched(endpoint: str, group: str, now: int) -> bool:
            admitted: bool = admits(endpoint, group, now)
            if not admitted:
                self.find(f"P6: {name} was asked more often than it publishes: {endpoint}")
            return admitted

        windows.admits = watched

    # All the time.

    def now(self) -> None:
        """What must hold at any moment."""
        with self.open() as db:
            self._events(db)
            self._identities(db)
            self._reservations(db)
            self._figures(db)
        self.broken += [each for each in self.books.oddities if each not in self.broken]

    def _identities(self, db: sqlite3.Connection) -> None:
        for code, hand, reserved, available in db.execute("SELECT code, on_hand, reserved, available FROM product"):
            if available != hand - reserved:
                self.find(f"identity: {code} has {available} available of {hand} less {reserved}")
        sql = """SELECT p.code, p.on_hand, p.reserved, sum(b.on_hand), sum(b.reserved) FROM product p
            JOIN balance b ON b.product = p.id GROUP BY p.id HAVING p.on_hand <> sum(b.on_hand)
            OR p.reserved <> sum(b.reserved)"""
        for row in db.execute(sql):
            self.find(f"identity: the warehouses of {row[0]} do not add up: {row[1:]}")
        sql = "SELECT store, count(*) FROM batch WHERE state IN ('made', 'sent', 'lost') GROUP BY store"
        for store, count in db.execute(sql):
            if count > 1:
                self.find(f"one open batch: {store} has {count}")

    def _reservations(self, db: sqlite3.Connection) -> None:
        """Every order that is owed and not released holds exactly its living lines; nothing else holds anything."""
        held = {
            (order, line): quantity
            for order, line, quantity in db.execute("SELECT shop_order, line_id, quantity FROM reservation")
        }
        owed: Counter[tuple[int, str]] = Counter()
        back: Counter[tuple[int, str]] = Counter()
        for order, line, quantity, state in self._living(db):
            (back if state == "returned" else owed)[order, line] += quantity
        posted = {order for (order,) in db.execute("SELECT id FROM shop_order WHERE erp_at <> 0")}
        released = {order for (order,) in db.execute("SELECT id FROM shop_order WHERE released <> 0")}
        for key in owed.keys() | held.keys():
            should = 0 if key[0] in released else owed[key]
            # What came back after the ERP had posted it waits for a balance.
            at_most = should + (back[key] if key[0] in posted - released else 0)
            if not should <= held.get(key, 0) <= at_most:
                self.find(f"P3: order {key[0]} line {key[1]} holds {held.get(key, 0)} instead of {should}")
        decided = {(order.store, order.number) for order in self.books.orders.values() if order.state}
        for each in db.execute("SELECT store, number FROM shop_order WHERE released <> 0"):
            if each not in decided:
                self.find(f"P8: {each} was released, and the ERP has not worked on it")

    @staticmethod
    def _living(db: sqlite3.Connection) -> list[tuple[int, str, int, str]]:
        """Lines of known products that are owed to their buyers or came back from them, by the parts that are alive."""
        sql = """SELECT l.shop_order, l.line_id, l.quantity, l.state, p.dead FROM order_line l
            JOIN order_part p ON p.shop_order = l.shop_order AND p.part = l.part WHERE l.product IS NOT NULL"""
        rows = db.execute(sql).fetchall()
        covered = {(order, line) for order, line, _, _, dead in rows if not dead}
        return [
            (order, line, quantity, state)
            for order, line, quantity, state, dead in rows
            if state != "cancelled" and (not dead or (dead == 1 and (order, line) not in covered))
        ]

    def _figures(self, db: sqlite3.Connection) -> None:
        """Each wish is what the rules make of the balances; what counts as proven was seen."""
        stock: dict[tuple[str, str], int] = {
            (code, house): there
            for code, house, there in db.execute(
                "SELECT p.code, b.warehouse, b.on_hand - b.reserved FROM balance b JOIN product p ON p.id = b.product"
            )
        }
        sql = """SELECT p.code, p.active, f.store, f.mode, f.reason, f.wanted, f.wanted_rev, f.confirmed,
            f.confirmed_rev, f.seen, f.check_at, f.batch FROM figure f JOIN product p ON p.id = f.product
            WHERE f.kind = 'stock'"""
        offered: dict[str, int] = {}
        for code, active, store, mode, reason, wanted, rev, confirmed, confirmed_rev, seen, check, batch in db.execute(
            sql
        ):
            should = self._wanted(self.floors[store], code, stock, active=bool(active))
            offered[code] = max(offered.get(code, 0), wanted)
            # With rules for the last pieces only one of the stores shows them all.
            if wanted > should or (wanted < should and not self.shape.configuration):
                self.find(f"P3: {store} is to show {wanted} of {code}, its balances and orders say {should}")
            if mode != "push" or batch or check or rev > confirmed_rev:
                continue
            if confirmed != wanted:
                self.find(f"P4: {store} {code} counts as done with {confirmed} instead of {wanted} {reason}")
            if seen != confirmed and self.floors[store].shape.platform == "trendyol":
                self.find(f"P4: {store} {code} counts as showing {confirmed}, and was last seen showing {seen}")

        for code, pieces in offered.items():
            should = max(self._wanted(each, code, stock, active=True) for each in self.floors.values())
            if self.shape.configuration and code not in self.books.retired and pieces != should:
                self.find(f"P3: no store is to show more than {pieces} of {code}, and there are {should}")

    @staticmethod
    def _wanted(floor: Floor, code: str, stock: Mapping[tuple[str, str], int], *, active: bool) -> int:
        shape = floor.shape
        there = sum(stock.get((code, house), 0) for house in shape.warehouses) - 1000 * shape.buffer
        if shape.exempt and code == max(floor.remote_of):
            there = 9000
        if shape.cap:
            there = min(there, 1000 * shape.cap)
        return max(0, there) if active else 0

    # The log.

    def _events(self, db: sqlite3.Connection) -> None:
        newest = _newest(db)
        rows = db.execute("SELECT seq, at, type, payload FROM event WHERE seq > ? ORDER BY seq", (self._last_seq,))
        for _, at, kind, payload in rows:
            look = getattr(self, "_" + kind.replace(".", "_"), None)
            if look is not None:
                look(db, at, json.loads(payload))
        self._last_seq = newest

    def _order_seen(self, db: sqlite3.Connection, at: int, told: Mapping[str, Any]) -> None:
        key = (told["store"], told["number"], told["part"])
        if self._digests.get(key) == told.get("digest"):
            self.find(f"P2: order {key} was taken in again, and said nothing new")
        self._digests[key] = told.get("digest", "")
        if not told.get("dead") and any(line[5] and not line[6] for line in told["lines"]):
            self.find(f"money: order {key} is taken in as sold for nothing")
        if told["number"] not in self.floors[told["store"]].numbers:
            self.find(f"P2: nobody placed the order {told['number']} in {told['store']}")

    def _erp_balances(self, db: sqlite3.Connection, at: int, told: Mapping[str, Any]) -> None:
        """A reservation ends only with a balance that was exported after its order was worked on, and could be read."""
        decided = {(each.store, each.number): each for each in self.books.orders.values() if each.state}
        exported = max((each for each in self.books.exports if each <= at + self.clock_set_by), default=0)
        for store, number in told.get("released", ()):
            order = decided.get((store, number))
            if order is None or order.posted_at > exported:
                self.find(f"P8: {store} {number} was released by a balance of {exported}: {order}")
            elif not self.books.told(order, at + self.clock_set_by):
                self.find(f"P8: {store} {number} was released by a balance that could not be read: {order}")

    def _connector_broke(self, db: sqlite3.Connection, at: int, told: Mapping[str, Any]) -> None:
        if "asks to wait" in told["reason"] or "rate limit" in told["reason"]:
            self.find(f"P6: waiting counts as a failure of {told['connector']}: {told['reason']}")

    def _batch_made(self, db: sqlite3.Connection, at: int, told: Mapping[str, Any]) -> None:
        """Wishes that were born while a store was down come to it as one write, however many they were."""
        for began, ended in self._outages[told["store"]]:
            if at < began:
                continue
            margin = self._until_noticed(told["store"])
            for item in told["items"]:
                for name, rev in (
                    ("stock", item[3] if len(item) > 3 else 0),
                    ("price", item[5] if len(item) > 5 else 0),
                ):
                    born = db.execute("SELECT at FROM event WHERE seq = ?", (rev,)).fetchone() if rev else None
                    if born and began + margin < born[0] and (ended is None or rev <= ended):
                        revs = self._written_for[told["store"], began, item[1], name]
                        revs.add(rev)
                        if len(revs) > 1:
                            self.find(f"one write an outage: {told['store']} {item[0]} {name} had {sorted(revs)}")

    # At rest.

    def what_an_owner_does(self) -> list[Event]:
        """Has everything tried again that was refused, and says yes to everything that is held, and go to every store."""
        codes = tuple(self.books.codes)
        done: list[Event] = [Retried(name, codes) for name in self.floors]
        with self.open() as db:
            # A power cut may have taken the owner's first word with it.
            done += [StoreLive(name) for (name,) in db.execute("SELECT name FROM store WHERE NOT live ORDER BY name")]
            done += [HoldReleased(each) for (each,) in db.execute("SELECT id FROM hold WHERE state = 'held'")]
            sql = "SELECT DISTINCT store, kind FROM figure WHERE mode = 'held' ORDER BY store, kind"
            done += [FiguresReleased(store, Kind(kind)) for store, kind in db.execute(sql)]
        return done

    def unsettled(self) -> list[str]:
        """What has not come to rest yet."""
        with self.open() as db:
            found = [f"stuck: batch {each}" for each in db.execute(_OPEN_BATCHES)]
            found += [f"stuck: figure {each}" for each in db.execute(_OPEN_FIGURES)]
            found += [f"stuck: order {each}" for each in db.execute(_OPEN_ORDERS)]
            found += [f"stuck: set aside {each}" for each in db.execute(_SET_ASIDE)]
            found += [f"stuck: held {each}" for each in db.execute("SELECT id FROM hold WHERE state = 'held'")]
            found += self._amiss(db)
        return found[:_MOST]

    def _amiss(self, db: sqlite3.Connection) -> list[str]:
        """Where the shop's figures are not the world's."""
        found: list[str] = []
        for name, floor in self.floors.items():
            shown = floor.shown()
            sql = "SELECT remote_id, kind, wanted, confirmed FROM figure WHERE store = ? ORDER BY remote_id, kind"
            for remote, kind, wanted, confirmed in db.execute(sql, (name,)):
                own = 1000 * shown[remote][0] if kind == "stock" else shown[remote][1]
                if not own == confirmed == wanted:
                    found.append(f"P4: {name} shows {own} for {remote} {kind}: {wanted=} {confirmed=}")
            count = db.execute("SELECT count(*) FROM figure WHERE store = ?", (name,)).fetchone()[0]
            if count != 2 * len(shown):
                found.append(f"{name} has {len(shown)} listings, and we know {count} figures")
            found += self._orders(db, name, floor)
        sql = "SELECT p.code, b.warehouse, b.on_hand FROM balance b JOIN product p ON p.id = b.product"
        known = {(code, house): hand for code, house, hand in db.execute(sql)}
        for key, pieces in self.books.stock.items():
            if known.get(key, 0) != 1000 * pieces:
                found.append(f"the ERP has {pieces} of {key}, we know {known.get(key, 0)}")
        return found

    def _orders(self, db: sqlite3.Connection, name: str, floor: Floor) -> list[str]:
        known = Counter(number for (number,) in db.execute("SELECT number FROM shop_order WHERE store = ?", (name,)))
        placed = Counter(floor.numbers)
        found = [f"P2: {name} {number} is missing" for number in (placed - known)]
        found += [f"P2: {name} {number} is there too often" for number in (known - placed)]
        sql = """SELECT o.id, o.number, p.code, l.line_id FROM shop_order o JOIN order_line l ON l.shop_order = o.id
            JOIN product p ON p.id = l.product WHERE o.store = ?"""
        of_line = {(order, line): (number, code) for order, number, code, line in db.execute(sql, (name,))}
        ours: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for order, line, quantity, state in self._living(db):
            if (order, line) in of_line and state != "returned":
                number, code = of_line[order, line]
                ours[number][code] += quantity // 1000
        for number in floor.numbers:
            theirs = Counter(floor.live(number))
            if +theirs != +ours[number]:
                found.append(f"sold pieces: {name} {number} owes {dict(theirs)}, we count {dict(ours[number])}")
        return found

    def at_rest(self) -> None:
        """What must hold in the end, beside that everything has come to rest."""
        self.now()
        for order in self.books.orders.values():
            if order.number not in self.floors[order.store].numbers:
                self.find(f"P5: the ERP was given an order that nobody placed: {order}")
        wanted = {
            (name, number)
            for name, floor in self.floors.items()
            for number in floor.numbers
            if +Counter(floor.live(number))
        }
        given = Counter((order.store, order.number) for order in self.books.orders.values())
        for key, times in given.items():
            if times > 1:
                self.find(f"P5: the ERP has order {key} {times} times")
        for key in sorted(wanted - given.keys()):
            self.find(f"P5: the ERP was never given {key}")
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            for each in verify(db):
                self.find(f"P1: a rebuild gives another table: {each}")
            for (text,) in db.execute("PRAGMA integrity_check"):
                if text != "ok":
                    self.find(f"P9: the database is damaged: {text}")


def _newest(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])


_OPEN_BATCHES = "SELECT store, key, state FROM batch WHERE state IN ('made', 'sent', 'lost')"
_OPEN_FIGURES = """SELECT store, kind, remote_id, mode, reason, wanted, confirmed FROM figure
    WHERE mode <> 'push' OR wanted_rev > confirmed_rev OR check_at > 0 OR batch <> ''"""
_OPEN_ORDERS = """SELECT store, number, state, export, released FROM shop_order o WHERE export IN ('due', 'sending')
    OR EXISTS (SELECT 1 FROM reservation r WHERE r.shop_order = o.id)"""
# A store's clock that is off stays so in its world, and waits for somebody all the while.
_SET_ASIDE = "SELECT connector, subject, reason FROM quarantine WHERE closed_at = 0 AND subject <> 'setting:clock'"

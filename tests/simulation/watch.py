"""Looks over a connector's shoulder: what is written when, and whether it was looked up before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from omnisync.connect.store import ListingRef, PushAnswer, PushItem, RemoteListing
from omnisync.errors import NotSent, RateLimited, Rejected, UnknownOutcome

if TYPE_CHECKING:
    from tests.simulation.checks import Checks


class Watched:
    """A connector to a store; everything is passed on unchanged."""

    def __init__(self, checks: Checks, name: str, connector: Any) -> None:
        self._checks, self._name, self._connector = checks, name, connector
        self._pushing = 0
        self._unknown: set[str] = set()
        """Listings of which nobody knows whether the last write arrived."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    async def read(self, refs: Sequence[ListingRef]) -> Sequence[RemoteListing | Rejected]:
        """Read listings: they have been looked up."""
        found: Sequence[RemoteListing | Rejected] = await self._connector.read(refs)
        self._unknown -= {ref.remote_id for ref in refs}
        return found

    async def push(self, items: Sequence[PushItem], key: str) -> PushAnswer:
        """Write figures."""
        ids = {item.ref.remote_id for item in items}
        if self._pushing:
            self._checks.find(f"one open batch: {self._name} is written to twice at once")
        if self._unknown & ids:
            self._checks.find(f"P5: {self._name} {sorted(self._unknown & ids)} is sent again without a look")
        self._checks.written_to(self._name)
        self._falling_first(items)
        self._not_emptied(items)
        self._pushing += 1
        try:
            answer: PushAnswer = await self._connector.push(items, key)
        except (NotSent, RateLimited):
            raise
        except UnknownOutcome:
            self._unknown |= ids
            raise
        finally:
            self._pushing -= 1
        return answer

    def _falling_first(self, items: Sequence[PushItem]) -> None:
        """No quantity is raised while one that must fall waits, unless that one can't be sent now."""
        with self._checks.open() as db:
            sql = "SELECT remote_id, sent, confirmed FROM figure WHERE store = ? AND kind = 'stock' AND batch <> ''"
            figures = {remote: (sent, confirmed) for remote, sent, confirmed in db.execute(sql, (self._name,))}
            rising = [
                item.ref.remote_id
                for item in items
                if item.stock is not None
                and (known := figures.get(item.ref.remote_id)) is not None
                and known[1] is not None
                and item.stock > known[1]
            ]
            sql = """SELECT remote_id FROM figure WHERE store = ? AND kind = 'stock' AND mode = 'push' AND batch = ''
                AND wanted_rev > confirmed_rev AND wanted < confirmed AND next_try = 0
                AND wanted_at < (SELECT max(made_at) FROM batch WHERE store = ?)"""
            falling = [remote for (remote,) in db.execute(sql, (self._name, self._name))]
        if rising and falling:
            self._checks.find(f"falling first: {self._name} raises {rising[:3]} while {falling[:3]} must fall")

    def _not_emptied(self, items: Sequence[PushItem]) -> None:
        """A store is not emptied at a stroke while the goods are there, and nothing says that they may be promised (P8)."""
        floor = self._checks.floors[self._name]
        zeros = [floor.code_of[item.ref.remote_id] for item in items if item.stock == 0]
        promised: Counter[str] = Counter()
        for order in self._checks.books.untold():
            if order.warehouse in floor.shape.warehouses:
                promised += order.taken
        there = [
            code
            for code in floor.remote_of
            if self._checks.available(floor, code) - promised[code] > floor.shape.buffer + 1
        ]
        wrong = [code for code in zeros if code in there]
        if len(wrong) > 3 and len(wrong) > 0.4 * len(there):
            self._checks.find(f"P7: {self._name} is emptied of {wrong}, of which there is enough")

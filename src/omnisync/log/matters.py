"""Everything that waits for a person, of one store or of all: held, refused, set aside, unmatched, in this order."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import msgspec

from omnisync.log.overview import REASON_KEY, HoldView, RefusedView, SetAside, UnmatchedView, held, quarantine, refused
from omnisync.log.reader import Reader
from omnisync.model.fold import fold

Matter: TypeAlias = HoldView | RefusedView | SetAside | UnmatchedView
"""One thing that waits."""

KINDS = ("held", "refused", "aside", "unmatched")
"""What a list of them can be narrowed to."""

_UNMATCHED = "FROM listing WHERE product IS NULL AND (? = '' OR store = ?)"


class Matters:
    """What waits, in a frozen order; ``page`` may be called on any thread.

    A shop may sell on a store what its ERP knows nothing of, so the unmatched are read page by page.
    """

    def __init__(self, path: Path, store: str = "", kind: str = "", text: str = "") -> None:
        self._path, self._store = path, store
        with Reader(path) as reader:
            self._first = _first(reader, store, kind)
            unmatched = reader.one(f"SELECT count(*) {_UNMATCHED}", store, store) if kind in ("", "unmatched") else 0
        if text.strip():
            # All of them have to be looked through once.
            self.count = len(self._first) + unmatched
            words = fold(text).split()
            self._first, unmatched = [each for each in self.page(0, self.count) if _has(each, words)], 0
        self.count = len(self._first) + unmatched
        self.figures = self.count + sum(_figures(each) - 1 for each in self._first)
        """The same with each held figure counted, as the status line counts them."""

    def page(self, start: int, stop: int) -> list[Matter]:
        """The matters at these positions."""
        found = self._first[start:stop]
        wanted = min(stop, self.count) - start - len(found)
        if wanted <= 0:
            return found
        sql = f"""SELECT store, remote_id, code, barcodes, name, reason {_UNMATCHED}
            ORDER BY store, remote_id LIMIT ? OFFSET ?"""
        strings = msgspec.json.Decoder(tuple[str, ...])
        with Reader(self._path) as reader:
            rows = reader.rows(sql, self._store, self._store, wanted, max(0, start - len(self._first)))
        more = [
            UnmatchedView(store, remote, code, strings.decode(barcodes), name, reason)
            for store, remote, code, barcodes, name, reason in rows
        ]
        return [*found, *more]


def _has(matter: Matter, words: list[str]) -> bool:
    """Whether every word is in what is told of it."""
    told = (getattr(matter, name, "") for name in ("connector", "store", "subject", "code", "name", "reason"))
    lists = (getattr(matter, name, ()) for name in ("barcodes", "sample"))
    known = fold(" ".join((*told, *(each for some in lists for each in some))))
    return all(word in known for word in words)


def _figures(matter: Matter) -> int:
    return matter.count if isinstance(matter, HoldView) and not matter.hold else 1


def _first(reader: Reader, store: str, kind: str) -> list[Matter]:
    found: list[Matter] = []
    if kind in ("", "held"):
        found += [hold for hold in held(reader) if store in ("", connector_of(hold))]
    if kind in ("", "refused"):
        found += refused(reader, store)
    if kind in ("", "aside"):
        found += quarantine(reader, store)
    return found


def connector_of(matter: Matter) -> str:
    """Whose matter it is; a read that is held is the ERP's, which is named "erp"."""
    if isinstance(matter, SetAside):
        return matter.connector
    return matter.store or "erp"


def held_changes(reader: Reader, hold: HoldView, limit: int) -> list[tuple[str, int | None, int | None]]:
    """The first figures of a hold: code, what the store shows, and what a yes would send."""
    sql = f"""SELECT p.code, f.confirmed, f.wanted FROM figure f JOIN product p ON p.id = f.product
        WHERE f.store = ? AND f.kind = ? AND f.mode = 'held' AND {REASON_KEY} = ? ORDER BY p.code LIMIT ?"""
    return reader.rows(sql, hold.store, hold.kind, hold.reason.partition(":")[0], limit)

"""One table's rows in memory: looked up by key, changed as objects, written back in bulk."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import chain, compress, islice
from operator import attrgetter, ne
from typing import Any, Generic, TypeVar

R = TypeVar("R")

_SOME_KEYS, _MANY_KEYS = 16, 128
"""Keys in one look-up: one of two sizes, because SQLite plans and keeps a statement for each (0.2 KB a key)."""

_MANY = 1_000
"""From so many new rows on they are sorted before they are written."""

_FEW = 4
"""Up to so many keys, single look-ups are as quick as one for all."""


class _WriteBack(Generic[R]):
    """Writes changed rows, of the indexed columns only those whose values differ from what was noted last."""

    def __init__(self, name: str, keys: Sequence[str], others: Sequence[str], indexed: Sequence[str]) -> None:
        self._name, self._keys, self._indexed = name, keys, indexed
        self._always = [each for each in others if each not in indexed]
        self._noted: dict[int, tuple[Any, ...]] = {}
        self._indexed_values = _tuple_of(indexed)
        self._ways: dict[tuple[bool, ...], tuple[str, Callable[[R], Any]]] = {}

    def note(self, rows: Iterable[R]) -> None:
        """These rows are in memory as they are in the database."""
        if self._indexed:
            values = self._indexed_values
            self._noted.update((id(row), values(row)) for row in rows)

    def write(self, db: sqlite3.Connection, changed: dict[int, R]) -> None:
        """Write these rows (by identity)."""
        rows_by_way: dict[tuple[bool, ...], list[R]] = {}
        if not self._indexed:
            rows_by_way[()] = list(changed.values())
        for mark, row in changed.items() if self._indexed else ():
            now, before = self._indexed_values(row), self._noted.get(mark)
            way = (True,) * len(now) if before is None else tuple(map(ne, now, before))
            rows_by_way.setdefault(way, []).append(row)
            self._noted[mark] = now
        for way, rows in rows_by_way.items():
            sql, values = self._ways.get(way) or self._new_way(way)
            db.executemany(sql, map(values, rows))

    def _new_way(self, way: tuple[bool, ...]) -> tuple[str, Callable[[R], Any]]:
        columns = [*self._always, *compress(self._indexed, way)]
        sets = ", ".join(f"{each} = ?" for each in columns)
        where = " AND ".join(f"{key} = ?" for key in self._keys)
        self._ways[way] = made = f"UPDATE {self._name} SET {sets} WHERE {where}", attrgetter(*columns, *self._keys)
        return made

    def drop(self, row: R) -> None:
        """The row is no longer in memory: another one may get its identity."""
        self._noted.pop(id(row), None)

    def forget_all_but(self, rows: Iterable[R]) -> None:
        """Only these rows are in memory still."""
        noted = self._noted
        self._noted = {mark: noted[mark] for mark in map(id, rows) if mark in noted}

    def forget(self) -> None:
        """No row is in memory any more."""
        self._noted.clear()


def _tuple_of(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """A function that gives the values of these fields, as a tuple even where there is only one."""
    if len(names) == 1:
        value = attrgetter(*names)
        return lambda row: (value(row),)
    return attrgetter(*names) if names else lambda _: ()


def _look_ups(keys: Iterable[Any]) -> Iterator[tuple[str, list[Any]]]:
    """The keys in portions with SQL's marks for them; the last portion repeats its last key, which finds nothing more."""
    left = iter(keys)
    while some := list(islice(left, _MANY_KEYS)):
        size = _SOME_KEYS if len(some) <= _SOME_KEYS else _MANY_KEYS
        yield ", ".join("?" * size), some + some[-1:] * (size - len(some))


class _Groups(dict[Any, dict[Any, R]]):
    """Groups by their key; one that is not in memory is loaded when it is asked for."""

    def __init__(self, load: Callable[[Any], dict[Any, R]]) -> None:
        super().__init__()
        self._load = load

    def __missing__(self, group: Any) -> dict[Any, R]:
        self[group] = found = self._load(group)
        return found


class Table(Generic[R]):
    """A table's rows in groups: all rows that share the leading key columns are loaded together.

    ``group`` and ``rest`` name the two halves of the key (columns, comma between them); a half of
    several columns is a tuple, and ``many`` names the column in which groups that are wanted together
    differ, the last one unless it is named. A changed or new row must be ``put``. ``complete`` says that
    whatever is not in memory does not exist, which is so in an empty database. ``indexed`` names columns
    that stand in secondary indexes: they are written only where they changed, because SQLite writes every
    index of a column that it is told to set, changed or not, and that takes three times as long as the row.

    ``of(group)``: all rows of the group by the rest of their key; not to be changed but through put, add and
    delete. ``change(row)``: the row, which ``of`` or ``get`` gave, was changed. Both are called some ten times
    for every event of a rebuild, so they are a dictionary's and a list's own methods.
    """

    of: Callable[[Any], dict[Any, R]]
    change: Callable[[R], None]

    def __init__(
        self,
        db: sqlite3.Connection,
        row: Callable[..., R],
        name: str,
        group: str,
        rest: str,
        *,
        complete: bool,
        indexed: Sequence[str] = (),
        many: str = "",
    ) -> None:
        names = [field.name for field in fields(row)]  # type: ignore[arg-type]
        grouped, others_of_key = group.split(","), rest.split(",") if rest else []
        keys = [*grouped, *others_of_key]
        self.name = name
        self.grouped_by = group
        self.complete = complete
        self._stored: bool | None = None
        """Whether the database has any row of it; None: not known."""
        self._db, self._row = db, row
        self._groups = _Groups[R](self._load)
        self._single: dict[tuple[Any, Any], R] = {}
        """Rows of which the rest of the group is not in memory."""
        self.of = self._groups.__getitem__
        # Rows by identity: half the price of hashing their keys.
        self._new: dict[int, R] = {}
        self._changed: list[R] = []
        """As often as they were changed; among them may be new ones and those in ``_gone``."""
        # As long as nothing has been written, every row is to be written anyway: then there is nothing to note.
        nothing: deque[R] = deque(maxlen=0)
        self.change = nothing.append if complete else self._changed.append
        self._gone: dict[int, R] = {}
        """Rows which stand for nothing any more, kept so that no other row gets their identity."""
        self._deleted: dict[Any, None] = {}
        self.count = 0
        self.values: Callable[[R], tuple[Any, ...]] = attrgetter(*names)
        """A row's values, in the order of the table's columns."""
        self._group_of: Callable[[R], Any] = attrgetter(*grouped)
        self._rest_of: Callable[[R], Any] = attrgetter(*others_of_key) if rest else lambda _: None
        self._key_of: Callable[[R], Any] = attrgetter(*keys)
        self._single_group, self._single_key = len(grouped) == 1, len(keys) == 1
        self._columns_of_rest = others_of_key
        others = [each for each in names if each not in keys]
        where = " AND ".join(f"{key} = ?" for key in keys)
        self._all = f"SELECT {', '.join(names)} FROM {name} WHERE "
        self._select = self._all + " AND ".join(f"{key} = ?" for key in grouped)
        self._many_at = grouped.index(many or grouped[-1])
        fixed = [f"{key} = ?" for at, key in enumerate(grouped) if at != self._many_at]
        self._select_some = self._all + " AND ".join([*fixed, f"{grouped[self._many_at]} IN"])
        self._insert = f"INSERT INTO {name} VALUES ({', '.join('?' * len(names))})"
        self._write_back = _WriteBack[R](name, keys, others, indexed)
        self._delete = f"DELETE FROM {name} WHERE {where}"

    def all(self) -> Iterator[R]:
        """Every row that is in memory: all there are where the table is complete."""
        return chain.from_iterable(map(dict.values, self._groups.values()))

    @property
    def pending(self) -> int:
        """How many rows are to be written."""
        return len(self._new) + min(len(self._changed), self.count) + len(self._deleted)

    @property
    def changes(self) -> int:
        """How many changes are noted, several of one row too."""
        return len(self._changed)

    def get(self, group: Any, rest: Any = None) -> R | None:
        """One row, or None."""
        if self._single and group not in self._groups and (row := self._single.get((group, rest))) is not None:
            return row
        return self.of(group).get(rest)

    def _load(self, group: Any) -> dict[Any, R]:
        found: dict[Any, R] = {}
        if self._anything_stored():
            for values in self._db.execute(self._select, (group,) if self._single_group else group).fetchall():
                row = self._row(*values)
                found[self._rest_of(row)] = row
            self._write_back.note(found.values())
            self._add_single(group, found)
        self.count += max(1, len(found))
        return found

    def _anything_stored(self) -> bool:
        """Whether a row that is not in memory may be in the database: of some tables a shop has no row at all."""
        if self.complete:
            return False
        if self._stored is None:
            self._stored = bool(self._db.execute(f"SELECT EXISTS (SELECT 1 FROM {self.name})").fetchone()[0])
        return self._stored

    def values_of(self, group: Any) -> list[tuple[Any, ...]]:
        """The values of all rows of the group, in the order of their keys."""
        # What was read from the database and what was made since stand in memory in any order.
        found = self.of(group)
        return [] if not found else [self.values(found[rest]) for rest in sorted(found)]

    def load(self, values: Iterable[tuple[Any, ...]]) -> None:
        """Put rows of these values."""
        for each in values:
            self.put(self._row(*each))

    def prefetch(self, many: Collection[Any], *fixed: Any) -> None:
        """Load groups with a few look-ups instead of one each; where a group is a tuple, ``fixed`` is the rest of it."""
        if len(many) <= _FEW or not self._anything_stored():
            return
        missing = [each for each in many if self._full(each, fixed) not in self._groups]
        if len(missing) <= _FEW:
            return
        for each in missing:
            self._groups[self._full(each, fixed)] = {}
        loaded = []
        for marks, keys in _look_ups(missing):
            for values in self._db.execute(f"{self._select_some} ({marks})", (*fixed, *keys)):
                row = self._row(*values)
                self._groups[self._group_of(row)][self._rest_of(row)] = row
                loaded.append(row)
        self._write_back.note(loaded)
        for each in missing if self._single else ():
            group = self._full(each, fixed)
            self._add_single(group, self._groups[group])
        self.count += max(len(missing), len(loaded))

    def prefetch_single(self, many: Collection[Any], *fixed: Any, rest: Any) -> None:
        """Load only this row of each of the groups: ``get`` finds it, ``of`` and ``put`` would load all the others."""
        if len(many) <= _FEW or not self._anything_stored():
            return
        missing = [each for each in many if self._full(each, fixed) not in self._groups]
        if len(missing) <= _FEW:
            return
        where = "".join(f" AND {column} = ?" for column in self._columns_of_rest)
        values_of_rest = rest if isinstance(rest, tuple) else (rest,)
        loaded = []
        for marks, keys in _look_ups(missing):
            for values in self._db.execute(f"{self._select_some} ({marks}){where}", (*fixed, *keys, *values_of_rest)):
                row = self._row(*values)
                if self._single.setdefault((self._group_of(row), rest), row) is row:
                    loaded.append(row)
        self._write_back.note(loaded)
        self.count += len(loaded)

    def _add_single(self, group: Any, found: dict[Any, R]) -> None:
        """The whole group has been loaded: what was in memory of it stands in it, changed or not."""
        for rest, row in found.items() if self._single else ():
            single = self._single.pop((group, rest), None)
            if single is not None:
                self._write_back.drop(row)
                found[rest] = single

    def _full(self, one: Any, fixed: Sequence[Any]) -> Any:
        return (*fixed[: self._many_at], one, *fixed[self._many_at :]) if fixed else one

    def put(self, row: R) -> None:
        """The row is new or was changed."""
        mark = id(row)
        if mark in self._new:
            return
        group = self.of(self._group_of(row))
        rest = self._rest_of(row)
        known = group.get(rest)
        if known is row:
            self.change(row)
        elif known is None:
            self.add(group, rest, row)
        else:
            group[rest] = row
            self._replace(known, row)

    def add(self, group: dict[Any, R], rest: Any, row: R) -> None:
        """The row is new in that group (which ``of`` gave)."""
        group[rest] = row
        self.count += 1
        if self._gone:
            self._gone.pop(id(row), None)
        if self._deleted and self._deleted.pop(self._key_of(row), self) is None:
            self.change(row)
        else:
            self._new[id(row)] = row

    def _replace(self, known: R, row: R) -> None:
        """Another object stands for the same row now."""
        if self._drop(known):
            self._new[id(row)] = row
        else:
            self.change(row)

    def _drop(self, row: R) -> bool:
        """The object is not to be written any more; answers whether it was new."""
        self._write_back.drop(row)
        was_new = self._new.pop(id(row), None) is not None
        self._gone[id(row)] = row
        return was_new

    def delete(self, row: R) -> None:
        """The row is gone."""
        known = self.of(self._group_of(row)).pop(self._rest_of(row), row)
        if not self._drop(known):
            self._deleted[self._key_of(row)] = None

    def first_time(self, group: Any) -> None:
        """The group is known to have no rows yet: spares the look-up."""
        if group not in self._groups:
            self._groups[group] = {}
            self.count += 1

    def begin(self, group: Any, row: R, rest: Any = None) -> None:
        """The row is the first of its group, which is known to have had none, ever."""
        self._groups[group] = {rest: row}
        self._new[id(row)] = row
        self.count += 1

    def flush(self) -> None:
        """Write everything that changed."""
        if self._deleted:
            keys = [(key,) if self._single_key else key for key in self._deleted]
            self._db.executemany(self._delete, keys)
            self._deleted.clear()
        if self._changed:
            new, gone = self._new, self._gone
            once = dict(zip(map(id, self._changed), self._changed, strict=True))
            changed = {mark: row for mark, row in once.items() if mark not in new and mark not in gone}
            self._write_back.write(self._db, changed)
            self._changed.clear()
        self._gone.clear()
        if self._new:
            rows: Collection[R] = self._new.values()
            if len(rows) > _MANY:
                # A tree that is filled in order is filled twice as fast.
                rows = sorted(rows, key=self._key_of)
            self._db.executemany(self._insert, map(self.values, rows))
            self._write_back.note(rows)
            self._new.clear()
            self._stored = True
        self.change = self._changed.append

    def forget_older(self, keep: int) -> None:
        """Drop the groups that have been in memory the longest, until at most so many rows are left; all are written."""
        newer: dict[Any, dict[Any, R]] = {}
        self.count = 0
        for group in reversed(self._groups):
            rows = self._groups[group]
            if self.count + max(1, len(rows)) > keep:
                break
            newer[group] = rows
            self.count += max(1, len(rows))
        self._single.clear()
        self._groups.clear()
        self._groups.update(reversed(newer.items()))
        self._write_back.forget_all_but(row for rows in newer.values() for row in rows.values())
        self.complete = False

    def forget(self) -> None:
        """Drop every row from memory, written or not."""
        self._groups.clear()
        self._single.clear()
        self._new.clear()
        self._changed.clear()
        self._gone.clear()
        self._deleted.clear()
        self._write_back.forget()
        self.change = self._changed.append
        self.count = 0
        self.complete = False
        self._stored = None

"""Erasing a person: the key that seals their personal fields is destroyed, in the database and in every backup.

What sealed text there is, in the log, in backups, on another disk, can be opened by nobody after that. The
orders themselves stay with their goods and amounts, so no figure changes.

SQLite does not overwrite what it deletes: a row leaves remains in its page, in pages that were split, and
in the write-ahead log. So the table of keys is written anew, its old pages are overwritten with zeros
(``secure_delete``), and the write-ahead log is emptied into the database.

A backup that is not at hand (a stick in a drawer) still has the key. So each erasure is kept as a line in a
small file beside the database, without personal data, and a restore does it again (``again``).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from omnisync.errors import DatabaseError
from omnisync.log.kept_backups import FOLDER, folder_of, kept
from omnisync.log.people import key_hash, unseal
from omnisync.log.reader import Reader
from omnisync.log.writer import Change
from omnisync.model.events import CustomerForgotten
from omnisync.model.fold import fold
from omnisync.model.order import Customer

TOMBSTONES = "forgotten.jsonl"
"""The file in the data folder that says whose keys were destroyed: by a hash of the key, without personal data."""

UNFINISHED = "forgetting"
"""The row of ``meta`` that is there from the erasure until no remains of a key are left in the files."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(CustomerForgotten)


@dataclass(frozen=True, slots=True)
class Person:
    """One buyer of a store, or one account of the ERP, as found; ``open`` orders are still to be sent."""

    id: str
    source: str
    name: str
    email: str
    orders: int
    open: int
    not_in_erp: int


def find(reader: Reader, who: str = "", *, order: str = "") -> list[Person]:
    """Whom an e-mail address, a buyer's id, words of a name or an order's number belong to.

    An exact address or id goes before words of a name. Whoever has the same e-mail address as one that was
    found by order, address or id is the same person, and is found too.
    """
    known = [(id_, person) for id_, person in _opened(reader) if person is not None]
    wanted = who.strip().casefold()
    if order:
        sql = "SELECT DISTINCT customer FROM shop_order WHERE number = ? AND sealed <> ''"
        ids = {id_ for (id_,) in reader.rows(sql, order.strip())}
    else:
        ids = {id_ for id_, person in known if wanted and wanted in (id_.casefold(), person.email.strip().casefold())}
    if ids:
        addresses = {person.email.strip().casefold() for id_, person in known if id_ in ids} - {""}
        ids |= {id_ for id_, person in known if person.email.strip().casefold() in addresses}
    elif wanted:
        words = fold(who).split()
        ids = {
            id_ for id_, person in known
            if all(word in fold(f"{person.name} {person.company} {person.shipping.name} {_told(id_, person)}") for word in words)
        }  # fmt: skip
    return [_person(reader, id_, person.name or person.company, person.email) for id_, person in known if id_ in ids]


def _told(id_: str, person: Customer) -> str:
    """Of what is set aside, the whole payload may name the person."""
    return person.note if ":set-aside:" in id_ else ""


def _opened(reader: Reader) -> Iterator[tuple[str, Customer | None]]:
    for id_, sealed in reader.rows("SELECT id, sealed FROM customer WHERE sealed <> '' ORDER BY id"):
        yield id_, unseal(reader.db, id_, sealed)


def _person(reader: Reader, id_: str, name: str, email: str) -> Person:
    sql = """SELECT count(*), count(*) FILTER (WHERE state IN ('waiting', 'new', 'preparing')),
        count(*) FILTER (WHERE export IN ('due', 'sending')) FROM shop_order WHERE customer = ?"""
    return Person(id_, id_.partition(":")[0], name, email, *reader.rows(sql, id_)[0])


def one_person(found: Sequence[Person]) -> bool:
    """Whether these are certainly one and the same: one record, or all with one e-mail address."""
    return len(found) == 1 or len({person.email.strip().casefold() or person.id for person in found}) == 1


def forget(change: Change, customers: Sequence[str], folder: Path) -> int:
    """Destroy the keys of these customers and say so in the log; answers how many had one.

    ``scrub`` and ``wipe`` must follow: only after those nothing is left of the keys in the files.
    """
    done = []
    for id_ in customers:
        row = change.state.db.execute("SELECT key FROM customer_key WHERE customer = ?", (id_,)).fetchone()
        if row is not None:
            done.append(CustomerForgotten(id_, key_hash(row[0]), change.at))
    # First the file: what is erased must stay so whatever happens to the database in the next moment.
    _write_down(folder / TOMBSTONES, done)
    _destroy(change, done)
    return len(done)


def again(change: Change, told: Iterable[CustomerForgotten]) -> int:
    """Erase in a restored database whoever was erased after that backup was made; answers how many."""
    missing = [each for each in told if change.state.erasures.get(each.key) is None]
    _destroy(change, missing)
    return len(missing)


def _destroy(change: Change, told: Sequence[CustomerForgotten]) -> None:
    db = change.state.db
    for each in told:
        key = db.execute("SELECT key FROM customer_key WHERE customer = ?", (each.customer,)).fetchone()
        # Another key is a newer one: the buyer ordered again after the erasure.
        if key is not None and key_hash(key[0]) == each.key:
            db.execute("DELETE FROM customer_key WHERE customer = ?", (each.customer,))
        change.append(each, f"customer:{each.customer}")
    if told:
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, '1')", (UNFINISHED,))


def erasures(database: Path) -> list[CustomerForgotten]:
    """Everyone erased so far, as the file beside the database and the database itself say."""
    told = _read_tombstones(database.with_name(TOMBSTONES))
    # A database that can't be read is the very reason for many a restore; then the file has the say.
    with suppress(DatabaseError), Reader(database) as reader:
        rows = reader.rows("SELECT customer, key, forgotten_at FROM erasure ORDER BY forgotten_at, key")
        told += [CustomerForgotten(*row) for row in rows]
    return [*{each.key: each for each in told}.values()]


def scrub(db: sqlite3.Connection) -> bool:
    """Leave no remains of destroyed keys in the database and its write-ahead log; answers whether that worked.

    On the writer's own connection, between transactions. It does not work while somebody else reads for longer
    than a few seconds.
    """
    _rewrite_keys(db)
    busy, _pages, _moved = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def finished(db: sqlite3.Connection) -> None:
    """Nothing is left of the keys, in no file that we know of."""
    db.execute("DELETE FROM meta WHERE key = ?", (UNFINISHED,))


def unfinished(db: sqlite3.Connection) -> bool:
    """Whether an erasure was cut off before its remains were removed."""
    return db.execute("SELECT 1 FROM meta WHERE key = ?", (UNFINISHED,)).fetchone() is not None


def _rewrite_keys(db: sqlite3.Connection) -> None:
    before = db.execute("PRAGMA secure_delete").fetchone()[0]
    db.execute("PRAGMA secure_delete = ON")
    try:
        db.execute("BEGIN IMMEDIATE")
        try:
            (made,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'customer_key'").fetchone()
            db.execute("ALTER TABLE customer_key RENAME TO customer_key_before")
            db.execute(made)
            db.execute("INSERT INTO customer_key SELECT * FROM customer_key_before ORDER BY customer")
            db.execute("DROP TABLE customer_key_before")
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise
    finally:
        db.execute(f"PRAGMA secure_delete = {before}")


def backups_of(database: Path) -> list[Path]:
    """The copies of the database: what a restore kept in its folder, and the backups, wherever they are kept."""
    folder = database.parent
    beside = [path for path in folder.glob("*.db") if path != database]
    folders = {folder / FOLDER}
    with suppress(DatabaseError), Reader(database) as reader:
        folders.add(folder_of(reader, folder / FOLDER))
    ours = {*folder.glob(f"{FOLDER}/*.db"), *(backup.path for place in folders for backup in kept(place))}
    return sorted([*beside, *ours])


def wipe(backups: Iterable[Path], told: Collection[CustomerForgotten]) -> tuple[int, list[str]]:
    """Destroy the keys in these backups too; how many had one of them, and which could not be reached, and why."""
    wiped, failed = 0, []
    for path in backups:
        try:
            wiped += _wipe(path, told)
        except (sqlite3.Error, OSError) as error:
            failed.append(f"{path}: {error}")
    return wiped, failed


def _wipe(path: Path, told: Collection[CustomerForgotten]) -> bool:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)) as db:
        keys = dict(db.execute("SELECT customer, key FROM customer_key").fetchall())
        gone = [each.customer for each in told if each.customer in keys and key_hash(keys[each.customer]) == each.key]
        if not gone:
            return False
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")
        db.executemany("DELETE FROM customer_key WHERE customer = ?", [(each,) for each in gone])
        _rewrite_keys(db)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return True


def _write_down(path: Path, told: Iterable[CustomerForgotten]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "ab") as file:
        file.writelines(_encoder.encode(each) + b"\n" for each in told)
        file.flush()
        os.fsync(file.fileno())


def _read_tombstones(path: Path) -> list[CustomerForgotten]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        # A line that was cut off by a power failure belongs to an erasure that did not happen.
        with suppress(msgspec.MsgspecError):
            found.append(_decoder.decode(line))
    return found

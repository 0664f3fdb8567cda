"""Personal fields of buyers: sealed with each one's own key, so that destroying the key forgets the person."""

from __future__ import annotations

import hashlib
import re
import sqlite3

import msgspec

from omnisync.model.order import Customer
from omnisync.model.secrecy import HIDDEN

_decoder = msgspec.json.Decoder(Customer)


def load_seal() -> None:
    """Import what the first sealing would: a daemon does so before its memory fills and empties again."""
    import cryptography.fernet  # noqa: F401


def seal(db: sqlite3.Connection, customer_id: str, customer: Customer) -> str:
    """The personal fields, encrypted with the customer's key; the key is made when they are first told of."""
    from cryptography.fernet import Fernet

    return Fernet(_key(db, customer_id)).encrypt(msgspec.json.encode(customer)).decode()


def digest(db: sqlite3.Connection, customer_id: str, customer: Customer) -> str:
    """A hash to notice changes by, keyed with the customer's key: without it, it can't be guessed at."""
    key = _key(db, customer_id)
    return hashlib.blake2b(msgspec.json.encode(customer), digest_size=8, key=key[:64]).hexdigest()


def _key(db: sqlite3.Connection, customer_id: str) -> bytes:
    from cryptography.fernet import Fernet

    found = db.execute("SELECT key FROM customer_key WHERE customer = ?", (customer_id,)).fetchone()
    key: bytes = found[0] if found else Fernet.generate_key()
    if not found:
        db.execute("INSERT INTO customer_key VALUES (?, ?)", (customer_id, key))
    return key


_LEAST = 3
"""Letters; a shorter piece of a name stands in too many other words."""


def without_person(text: str, customer: Customer) -> str:
    """The text without what names this buyer: what is written into the log unsealed stays there for ever.

    Towns and countries stay, they name nobody, and a refusal may be about them.
    """
    told = [
        customer.email,
        customer.phone,
        customer.company,
        customer.tax_number,
        customer.identity_number,
        customer.note,
    ]
    told += customer.name.split()
    for address in (customer.billing, customer.shipping):
        told += [address.company, address.street, address.phone, *address.name.split()]
    pieces = sorted({piece.strip() for piece in told if len(piece.strip()) >= _LEAST}, key=len, reverse=True)
    if not pieces:
        return text
    # Whole words only: Adı is a name, and in Kadıköy it is none.
    return re.sub(rf"(?<!\w)(?:{'|'.join(map(re.escape, pieces))})(?!\w)", HIDDEN, text, flags=re.IGNORECASE)


def key_hash(key: bytes) -> str:
    """A hash by which a key is known again; it says nothing of what the key seals."""
    return hashlib.blake2b(key, digest_size=16).hexdigest()


def unseal(db: sqlite3.Connection, customer_id: str, sealed: str) -> Customer | None:
    """The personal fields back, or None when the key has been destroyed, also where the person has a new one since."""
    from cryptography.fernet import Fernet, InvalidToken

    found = db.execute("SELECT key FROM customer_key WHERE customer = ?", (customer_id,)).fetchone()
    if not found or not sealed:
        return None
    try:
        return _decoder.decode(Fernet(found[0]).decrypt(sealed.encode()))
    except InvalidToken:
        return None

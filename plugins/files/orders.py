"""Orders on their way to the ERP: one CSV file each, written whole or not at all, and never twice."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from omnisync.connect.erp import ErpOrder, ErpOrderLine
from omnisync.errors import NotSent, SourceProblem, Unavailable, UnknownOutcome
from omnisync.model.clean import clean
from omnisync.model.money import Money
from omnisync.model.order import Address
from omnisync.model.quantity import PIECE

from . import source
from .settings import Settings

DONE = "done"
"""The folder inside the orders folder into which the ERP's import may move what it has taken."""

COLUMNS = (
    "order_key", "store", "order_number", "ordered_at", "payment", "currency", "order_total", "shipping_price",
    "customer_name", "company", "email", "phone", "tax_number", "tax_office", "identity_number", "customer_note",
    *(f"{kind}_{part}" for kind in ("billing", "shipping")
      for part in ("name", "company", "street", "district", "city", "postcode", "country", "phone")),
    "line", "code", "name", "quantity", "unit_price", "line_total", "warehouse",
)  # fmt: skip
"""The columns of an order file; there is a row for each line of the order."""

_UNSAFE = re.compile(r"[^a-z0-9_-]+")
_LONGEST_NAME = 80
_LONGEST_TEXT = 1000


def send(order: ErpOrder, settings: Settings) -> str:
    """Write the order's file, unless it is there; answers its name.

    Raises NotSent when nothing was written, UnknownOutcome when the disk may not have kept it.
    """
    name = file_name(order.key)
    folder = settings.orders_folder
    # The ending keeps the ERP's import, which looks for *.csv, away from a file that is half written.
    part = folder / f"{name}.part"
    try:
        if _exists(name, settings):
            return name
        _prepare(settings)
        _write(part, render(order, settings))
        part.replace(folder / name)
    except OSError as error:
        raise NotSent(f"The order file {folder / name} can't be written: {error.strerror}.") from error
    try:
        _keep(folder)
    except OSError as error:
        raise UnknownOutcome(f"The order file {folder / name} may not be on the disk yet: {error.strerror}.") from error
    return name


def find(key: str, settings: Settings) -> str | None:
    """The name of the file of an order sent earlier, None when there is none. Raises Unavailable."""
    name = file_name(key)
    try:
        if not settings.folder.is_dir():
            raise Unavailable(f"The folder {settings.folder} can't be reached, so that order files can't be looked up.")
        return name if _exists(name, settings) else None
    except OSError as error:
        raise Unavailable(f"The orders folder {settings.orders_folder} can't be read: {error.strerror}.") from error


def file_name(key: str) -> str:
    """The file of an order: its key where that makes a safe name on every system, else with a check sum."""
    safe = _UNSAFE.sub("_", key)[:_LONGEST_NAME]
    if safe != key:
        # Keys that differ only in a sign or in case would else share a file, and one order would be lost.
        plain = _UNSAFE.sub("_", key.lower())[:_LONGEST_NAME]
        safe = f"{plain}-{hashlib.blake2b(key.encode(), digest_size=4).hexdigest()}"
    return f"order-{safe}.csv"


def render(order: ErpOrder, settings: Settings) -> bytes:
    """The order's file: UTF-8 with a byte order mark, so that Excel sees its letters, parted by semicolons."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(order, settings))
    return text.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """The text so that a spreadsheet never takes it for a formula, and on one line."""
    plain = clean(text, _LONGEST_TEXT).strip()
    return f"'{plain}" if plain.startswith(("=", "+", "-", "@")) else plain


def _rows(order: ErpOrder, settings: Settings) -> Iterator[list[str]]:
    head = _head(order, settings)
    for number, line in enumerate(order.lines, 1):
        yield [*head, str(number), *_line(line, settings.order_decimal)]


def _head(order: ErpOrder, settings: Settings) -> list[str]:
    customer, sign = order.customer, settings.order_decimal
    placed = datetime.fromtimestamp(order.placed_at / 1000, UTC).astimezone(settings.timezone)
    return [
        harmless(order.key),
        harmless(order.store),
        harmless(order.number),
        placed.strftime("%Y-%m-%d %H:%M:%S"),
        harmless(order.payment),
        order.total.currency,
        _money(order.total, sign),
        "" if order.shipping is None else _money(order.shipping, sign),
        *map(harmless, (customer.name, customer.company, customer.email, customer.phone, customer.tax_number)),
        *map(harmless, (customer.tax_office, customer.identity_number, customer.note)),
        *_address(customer.billing),
        *_address(customer.shipping),
    ]


def _address(address: Address) -> Sequence[str]:
    return [
        harmless(part)
        for part in (
            address.name, address.company, address.street, address.district, address.city, address.postcode,
            address.country, address.phone,
        )
    ]  # fmt: skip


def _line(line: ErpOrderLine, sign: str) -> list[str]:
    total = Decimal(line.price.minor * line.quantity) / PIECE
    whole = Money(int(total.quantize(Decimal(1), rounding=ROUND_HALF_UP)), line.price.currency)
    # Code and warehouse are the ERP's own words: changed, it would not know them again.
    return [
        line.code,
        harmless(line.name),
        _decimal(Decimal(line.quantity) / PIECE, sign),
        _money(line.price, sign),
        _money(whole, sign),
        line.warehouse,
    ]


def _money(money: Money, sign: str) -> str:
    return _decimal(money.amount, sign)


def _decimal(number: Decimal, sign: str) -> str:
    return f"{number:f}".replace(".", sign)


def _exists(name: str, settings: Settings) -> bool:
    return any((folder / name).is_file() for folder in (settings.orders_folder, settings.orders_folder / DONE))


def try_folder(settings: Settings) -> None:
    """Write and remove a small file in the orders folder. Raises NotSent when that isn't possible."""
    trial = settings.orders_folder / "omnisync-check.part"
    try:
        _prepare(settings)
        _write(trial, b"")
        trial.unlink()
    except OSError as error:
        raise NotSent(f"The orders folder {settings.orders_folder} can't be written to: {error.strerror}.") from error


def _prepare(settings: Settings) -> None:
    """Make the orders folder if it is ours to make. Raises NotSent or OSError."""
    folder = settings.orders_folder
    if folder.is_dir():
        return
    if not settings.own_orders_folder:
        raise NotSent(f"The orders folder {folder} isn't there.")
    _refuse_strange_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)


def _refuse_strange_folder(settings: Settings) -> None:
    """A network folder that isn't connected is an empty folder of this computer: no order may vanish in there."""
    try:
        if any(source.find(settings.folder, settings.names[feed]) for feed in ("products", "balances")):
            return
    except SourceProblem as error:
        raise NotSent(f"The order wasn't written: {error}") from error
    raise NotSent(
        f"The order wasn't written: {settings.folder} holds no products or stock file, so it may be the wrong folder, "
        "or a network folder that isn't connected."
    )


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _keep(folder: Path) -> None:
    """Make the new name in the folder last through a power cut; only POSIX systems can be asked to."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""The connector's options, checked once and given types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from omnisync.errors import ConfigurationError

ENCODINGS = ("auto", "utf-8", "cp1254", "cp1250")
DECIMALS = ("auto", ",", ".")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the files are and how they are read; ``decimal`` is "," or "." or "" for finding out."""

    folder: Path
    encoding: str
    decimal: str
    names: Mapping[str, str]
    default_warehouse: str
    default_price_list: str
    currency: str
    orders_folder: Path
    own_orders_folder: bool
    order_decimal: str
    timezone: ZoneInfo | None

    @property
    def fingerprint(self) -> str:
        """What decides how the same bytes are read: part of every mark, so that a new option reads again."""
        return "\x1f".join(
            (self.encoding, self.decimal, self.default_warehouse, self.default_price_list, self.currency)
        )


def read_settings(options: Mapping[str, object], currency: str) -> Settings:
    """The options with their defaults. Raises ConfigurationError with the option's name and what it takes."""
    folder = Path(_text(options, "folder", "")).expanduser()
    if folder == Path():
        raise ConfigurationError(
            "`folder` is missing under [erp]: it names the folder into which your stock program exports its files."
        )
    decimal = _choice(options, "decimal", DECIMALS)
    orders = Path(_text(options, "orders_folder", "orders")).expanduser()
    return Settings(
        folder=folder,
        encoding=_choice(options, "encoding", ENCODINGS),
        decimal="" if decimal == "auto" else decimal,
        names={
            "products": _text(options, "products", "products"),
            "balances": _text(options, "stock", "stock"),
            "prices": _text(options, "prices", "prices"),
            "customers": _text(options, "customers", "customers"),
            "order_states": _text(options, "order_states", "order_states"),
        },
        default_warehouse=_text(options, "default_warehouse", "main"),
        default_price_list=_text(options, "default_price_list", "retail"),
        currency=currency,
        orders_folder=folder / orders,
        own_orders_folder=not orders.is_absolute(),
        order_decimal=_choice(options, "order_decimal", (",", ".")),
        timezone=_timezone(_text(options, "timezone", "")),
    )


def _text(options: Mapping[str, object], name: str, default: str) -> str:
    value = options.get(name)
    return default if value is None else str(value).strip() or default


def _choice(options: Mapping[str, object], name: str, choices: tuple[str, ...]) -> str:
    value = _text(options, name, choices[0])
    if value not in choices:
        raise ConfigurationError(f"The option {name} of the files connector is {value!r}; it takes {_either(choices)}.")
    return value


def _either(choices: tuple[str, ...]) -> str:
    return " or ".join(repr(choice) for choice in choices)


def _timezone(name: str) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(
            f"The option timezone of the files connector is {name!r}, which is no known time zone; "
            "write it like Europe/Istanbul."
        ) from error

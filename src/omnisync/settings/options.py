"""A connector's own options, checked against what its manifest says they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from omnisync.connect.loader import Option, OptionType
from omnisync.folders import beside
from omnisync.settings.shape import OptionValue
from omnisync.text import _

_TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def option_value(option: Option, value: object, config: Path) -> OptionValue:
    """The value as the connector gets it, a secret wrapped. Raises ValueError with what is expected."""
    if option.type is OptionType.CHOICE:
        return _choice(option, value)
    if option.type is OptionType.FOLDER:
        return str(beside(config, _filled(option, value)))
    return _READERS[option.type](option, value)


def default_value(option: Option) -> OptionValue | None:
    """What stands for an option that nobody set, or None. A secret's default is wrapped like any secret."""
    if option.default is None:
        return None
    return SecretStr(str(option.default)) if option.type is OptionType.SECRET else option.default


def _text(_option: Option, value: object) -> str:
    # A seller's number is often written without quotes.
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ValueError(_("a text in quotes is expected"))
    return value.strip()


def _filled(option: Option, value: object) -> str:
    text = _text(option, value)
    if option.required and not text:
        raise ValueError(_("it must not be empty"))
    return text


def _integer(_option: Option, value: object) -> int:
    try:
        if isinstance(value, bool | float):
            raise ValueError
        return int(str(value))
    except ValueError:
        raise ValueError(_("a whole number is expected")) from None


def _boolean(_option: Option, value: object) -> bool:
    if isinstance(value, bool):
        return value
    try:
        return _TRUTH[str(value).strip().lower()]
    except KeyError:
        raise ValueError(_("true or false is expected")) from None


def _url(option: Option, value: object) -> str:
    text = _filled(option, value)
    if not text:
        return text
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(_("an address is expected that starts with https:// or http:// and holds no password"))
    return text


def _choice(option: Option, value: object) -> str:
    text = _text(option, value)
    if text not in option.choices:
        raise ValueError(_("one of {expected} is expected").format(expected=", ".join(option.choices)))
    return text


def _secret(option: Option, value: object) -> SecretStr:
    return SecretStr(_filled(option, value))


_READERS: Mapping[OptionType, Callable[[Option, object], OptionValue]] = {
    OptionType.TEXT: _filled,
    OptionType.SECRET: _secret,
    OptionType.INTEGER: _integer,
    OptionType.BOOLEAN: _boolean,
    OptionType.URL: _url,
}

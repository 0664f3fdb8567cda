"""Which seller account, and how it is reached: the connector's options, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from omnisync.errors import ConfigurationError

from .refusals import PRODUCTION


@dataclass(frozen=True, slots=True)
class Account:
    """A seller account and the way to it. The secrets never show in its text."""

    seller_id: str
    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    address: str = PRODUCTION
    integrator: str = "SelfIntegration"

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Account:
        """The account that the options describe. Raises ConfigurationError, naming the wrong one."""
        account = cls(
            _required(options, "seller_id"),
            _required(options, "api_key"),
            _required(options, "api_secret"),
            str(options.get("address") or PRODUCTION).strip().rstrip("/"),
            str(options.get("integrator") or "SelfIntegration").strip(),
        )
        if not (account.seller_id.isascii() and account.seller_id.isdigit()):
            raise ConfigurationError("seller_id must be Trendyol's seller number, digits only.")
        name = account.integrator
        if not (name.isascii() and name.isalnum() and len(name) <= 30):
            raise ConfigurationError("integrator must be at most 30 letters and digits, without spaces.")
        return account


def _required(options: Mapping[str, Any], name: str) -> str:
    value = str(options.get(name) or "").strip()
    if not value:
        raise ConfigurationError(
            f"{name} is missing; it stands in the panel: Hesap Bilgilerim > Entegrasyon Bilgileri."
        )
    return value

"""The connection test: address, keys, rights, settings and clock of a shop, in words for its owner.

facts/real-woocommerce.md 2. What the shop refuses becomes a finding, never an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from omnisync.connect.answer import Response, http_date
from omnisync.connect.check import Finding, Grade
from omnisync.connect.context import Context
from omnisync.errors import AuthFailed, ConfigurationError, ConnectorError, Moved, NotSent, Rejected, Unavailable
from omnisync.model.money import minor_digits

from .api import PLAIN_PREFIX, Api, Foreign, NoIndex, canonical

_OLDEST = 7
"""The oldest version of WooCommerce whose behaviour is known (7.9 was measured)."""

_CLOCK_TOLERANCE = 60


class Checkup:
    """One test of one shop. ``overlap`` is by how many seconds order pulls overlap."""

    def __init__(self, api: Api, context: Context, overlap: float) -> None:
        self._api = api
        self._context = context
        self._overlap = overlap
        self._findings: list[Finding] = []

    async def run(self) -> list[Finding]:
        """All findings; the first problem that stops everything else is the last one."""
        try:
            name = await self._address()
            if not name:
                return self._findings
            await self._rights()
            version = await self._version()
            await self._settings()
        except ConnectorError as error:
            self._add(Grade.PROBLEM, str(error), _advice(error))
            return self._findings
        if not any(finding.grade is Grade.PROBLEM for finding in self._findings):
            self._add(
                Grade.OK,
                f"Connected to {name}, WooCommerce {version or '(unknown)'}, prices in {self._context.currency}.",
            )
        return self._findings

    async def _address(self) -> str:
        """Look at the address and the clock; gives the shop's name, "" when there is no shop."""
        try:
            index, answer = await self._api.index()
        except NoIndex:
            # It may only be hidden: the first read below it tells.
            return self._api.address
        namespaces = index.get("namespaces")
        if isinstance(namespaces, list) and "wc/v3" not in namespaces:
            self._add(
                Grade.PROBLEM,
                "There is a WordPress at this address, but WooCommerce does not answer in it.",
                "Check that the WooCommerce plugin is active and up to date, and that no security plugin hides it.",
            )
            return ""
        if self._api.prefix == PLAIN_PREFIX:
            self._add(
                Grade.WARNING,
                "The shop has plain permalinks; OmniSync uses a way round.",
                'In WordPress choose Settings > Permalinks > "Post name".',
            )
        if not self._api.secure:
            self._add(
                Grade.WARNING,
                "The connection is plain http: anyone on the way can read orders and buyers' addresses.",
                "Let the shop's host switch on https, then put the https address here.",
            )
        self._own_address(index)
        self._clock(answer)
        return str(index.get("name") or self._api.address)

    def _own_address(self, index: Mapping[str, Any]) -> None:
        """Signatures are made over the address that the shop knows itself by (facts section 2)."""
        own = str(index.get("home") or index.get("url") or "")
        if _host(own) in ("", _host(self._api.address)):
            return
        self._add(
            Grade.WARNING,
            f"The shop calls itself {own}, not {self._api.address}.",
            "Put that address here.",
        )

    def _clock(self, answer: Response) -> None:
        """Compare the clocks: an order's times are the shop's, the window asked for is ours."""
        theirs = http_date(answer.headers.get("date"))
        if theirs is None:
            return
        apart = (self._context.clock.now() - theirs) / 1000
        if abs(apart) < _CLOCK_TOLERANCE:
            return
        # In minutes, so that it is not told anew for every second.
        minutes = max(1, round(abs(apart) / 60))
        self._add(
            Grade.PROBLEM if abs(apart) >= self._overlap else Grade.WARNING,
            f"This computer's clock is about {minutes} min {'ahead of' if apart > 0 else 'behind'} the shop's.",
            "Let this computer set its clock from the network, otherwise orders may be missed.",
            "clock",
        )

    async def _rights(self) -> None:
        """Read products and orders, and write nothing at all, which only a key that may write can do."""
        await self._api.get("products", {"per_page": "1", "_fields": "id"})
        await self._api.get("orders", {"per_page": "1", "_fields": "id"})
        await self._api.post("products/batch", {})

    async def _version(self) -> str:
        status = await self._told("system_status", {"_fields": "environment.version"})
        environment = status.get("environment")
        version = str(environment.get("version") or "") if isinstance(environment, dict) else ""
        major = version.split(".", 1)[0]
        if not major.isdigit() or int(major) < _OLDEST:
            self._add(
                Grade.WARNING,
                f"OmniSync does not know how WooCommerce {version or 'of this unknown version'} behaves.",
                f"Update WooCommerce to version {_OLDEST}.9 or newer.",
            )
        return version

    async def _settings(self) -> None:
        ours = self._context.currency
        theirs = await self._setting("general/woocommerce_currency")
        if theirs and theirs != ours:
            self._add(
                Grade.PROBLEM,
                f"The shop sells in {theirs}, but this store is configured with prices in {ours}.",
                f'Set currency = "{theirs}" for this store, or choose a price list in {theirs}.',
                "currency",
            )
        decimals = await self._setting("general/woocommerce_price_num_decimals")
        if decimals.isdigit() and int(decimals) < minor_digits(ours):
            self._add(
                Grade.WARNING,
                f"The shop rounds prices to {decimals} decimals; a price of 29.90 {ours} is charged differently.",
                "Change it in WooCommerce > Settings > General > Number of decimals, or send rounded prices.",
            )
        if await self._setting("tax/woocommerce_prices_include_tax") == "no":
            self._add(
                Grade.WARNING,
                "The shop takes prices without tax and adds it for its buyers.",
                "Choose a price list without tax for this store.",
            )
        if await self._setting("products/woocommerce_manage_stock") == "no":
            self._add(
                Grade.PROBLEM,
                "Stock management is switched off in the shop, so it takes no stock figures.",
                "Switch it on in WooCommerce > Settings > Products > Inventory.",
                "stock-management",
            )

    async def _setting(self, path: str) -> str:
        """One setting's value; "" where the shop's version doesn't have it."""
        return str((await self._told(f"settings/{path}")).get("value") or "")

    async def _told(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What stands there; empty where the shop has nothing of that name."""
        try:
            answer = await self._api.get(path, params)
        except (Rejected, Foreign):
            return {}
        return answer if isinstance(answer, dict) else {}

    def _add(self, grade: Grade, text: str, advice: str = "", topic: str = "") -> None:
        self._findings.append(Finding(grade, text, advice, topic))


def _host(address: str) -> str:
    """The host with its port; "" for what is no address."""
    try:
        return urlsplit(canonical(address)).netloc.lower()
    except ConfigurationError:
        return ""


def _advice(error: ConnectorError) -> str:
    """What to do about an error that its own sentence does not already say."""
    if isinstance(error, NotSent):
        if "CERTIFICATE" in str(error).upper():
            return "The shop's certificate is not valid. For a test shop that signs its own, set verify_tls = false."
        return "Check the address and this computer's internet connection."
    if isinstance(error, AuthFailed):
        return "Keys are made in WooCommerce > Settings > Advanced > REST API, with the permission Read/Write."
    if isinstance(error, Unavailable) and not isinstance(error, Moved):
        return "If the address is right, try again in some minutes."
    return ""

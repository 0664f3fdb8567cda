"""What the first screens need from above to set a shop up: looks at the ERP and the stores, and the writing.

The screens collect answers by setting ("erp.folder", "stores.trendyol.api_key"); whoever stands behind
``Guide`` looks with them. Nothing but ``write`` leaves anything behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from omnisync.connect.check import Finding
    from omnisync.connect.loader import Manifest, Option
    from omnisync.log.plan import Plan

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ErpLook:
    """What a look at the ERP found; ``good``: it can be read."""

    good: bool
    findings: Sequence[Finding]
    products: int
    barcodes: int
    """How many of the products have one."""
    customers: int
    warehouses: Mapping[str, int]
    """How many products each warehouse holds anything of."""
    lists: Mapping[str, tuple[str, int]]
    """Each price list's currency and its number of prices."""
    sample: Sequence[tuple[str, str]]
    """Code and name of the first products, to see whether letters are right."""
    problems: Sequence[str]
    """The first rows that can't be read, with where they stand."""
    problem_count: int


@dataclass(frozen=True, slots=True)
class StorePlan:
    """What OmniSync would do to one store first. ``problem`` is why that can't be said."""

    store: str
    matched: int = 0
    unmatched: int = 0
    held: int = 0
    """Figures that the guard would show to a person first."""
    same: int = 0
    orders: int = 0
    plan: Plan | None = None
    """What would be sent."""
    missing: Sequence[str] = ()
    """The first listings without a product."""
    problem: str = ""


class Guide(Protocol):
    """Looks for the screens, on threads; every method may be called again at any time."""

    async def connectors(self) -> tuple[Sequence[Manifest], Sequence[Manifest]]:
        """The programs and the platforms that can be connected."""

    def likely_currency(self) -> str:
        """The currency that goes with this system's language."""

    def wrong(self, option: Option, answer: str) -> str:
        """What is expected of an option instead of this answer; "" when it fits."""

    def wrong_name(self, name: str) -> str:
        """What is expected of a store's name; "" when it fits."""

    async def look_at_erp(self, answers: Answers) -> ErpLook:
        """Read everything that the ERP has."""

    async def test_store(self, name: str, answers: Answers, currencies: Sequence[str]) -> Sequence[Finding]:
        """Try a store's address, keys and rights; it may sell in any of the currencies."""

    async def plan(self, answers: Answers) -> Sequence[StorePlan]:
        """Read the ERP and every store, and say what would be sent; sends nothing. Raises OmniSyncError."""

    async def write(self, answers: Answers) -> None:
        """Write the configuration, readable by its owner only. Raises OmniSyncError."""

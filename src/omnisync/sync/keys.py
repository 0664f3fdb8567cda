"""Other keys for a store while the engine runs: tried, kept, then used at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from omnisync.connect.check import Finding
from omnisync.connect.store import StoreConnector


class StoreKeys(Protocol):
    """One store's secrets. Nothing here tells one to anybody."""

    def asked(self) -> Sequence[tuple[str, str]]:
        """The secrets that the connector has: each one's name, and what it is in words."""

    async def renew(self, secrets: Mapping[str, str]) -> tuple[Sequence[Finding], StoreConnector | None]:
        """Try them. When they work they are kept, and there is a connector that uses them. Raises CommandRefused."""

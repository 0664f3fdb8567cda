"""What a connection test found, in words for a shop owner."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from omnisync.errors import OmniSyncError
from omnisync.model.secrecy import Secrets
from omnisync.text import _, plural

_PATIENCE = 45.0
"""Seconds that a connection has for all of its test."""


class Grade(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about a connection, and what to do about it (empty when nothing is needed).

    ``topic`` names what stays so until a person changes it, e.g. "currency": while the daemon runs such a problem waits
    for one until a test no longer finds it. It is empty where the connection itself fails, which may pass.
    """

    grade: Grade
    text: str
    advice: str = ""
    topic: str = ""

    def without(self, secrets: Secrets) -> Finding:
        """The same without secrets, in case a connector repeats one in its words (P10)."""
        return replace(self, text=secrets.blot(self.text), advice=secrets.blot(self.advice))


class Checkable(Protocol):
    """A connector, as far as its test goes."""

    async def check(self) -> Sequence[Finding]:
        """What it says of its connection."""

    async def close(self) -> None:
        """End it."""


async def tested(make: Callable[[], Checkable], seconds: float = _PATIENCE) -> Sequence[Finding]:
    """What a new connector says of its connection; what it can't say itself is a finding too."""
    try:
        connector = make()
        try:
            async with asyncio.timeout(seconds):
                return await connector.check()
        finally:
            await connector.close()
    except TimeoutError:
        text = plural("did not answer within {n} second", "did not answer within {n} seconds", round(seconds))
        return [Finding(Grade.PROBLEM, text, _("Check the address, and this machine's connection to the internet."))]
    except OmniSyncError as error:
        return [Finding(Grade.PROBLEM, str(error))]
    except Exception as error:
        # A plugin may be anybody's: what breaks in it is shown, and everything else goes on.
        text = _("the connector itself failed: {reason}").format(reason=f"{type(error).__name__}: {error}")
        return [Finding(Grade.PROBLEM, text, _("Tell whoever wrote the connector."))]

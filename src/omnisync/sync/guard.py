"""The brake: which part of a change is too suspicious to be believed without a person (P7). Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from omnisync.model.rules import GuardRules


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why a change waits: the reason as a key for people's words, and how much of how much it concerns."""

    reason: str
    count: int
    total: int
    digest: str
    sample: tuple[str, ...]


def of_read(rules: GuardRules, gone: Collection[str], known: int) -> Suspicion | None:
    """A full read has lost so many of its rows that it is more likely broken than true."""
    if not gone or not known or 100 * len(gone) <= rules.shrink_percent * known:
        return None
    reason = "empty" if len(gone) == known else "shrunken"
    return Suspicion(reason, len(gone), known, _digest(gone), _sample(gone))


def of_zeros(rules: GuardRules, zeros: Collection[str], above_zero: int) -> Suspicion | None:
    """So many figures fall to zero at once that somebody should look."""
    if len(zeros) <= rules.zeros_count or 100 * len(zeros) <= rules.zeros_percent * above_zero:
        return None
    return Suspicion("many-zeros", len(zeros), above_zero, _digest(zeros), _sample(zeros))


def _digest(keys: Iterable[str]) -> str:
    return hashlib.blake2b("\n".join(sorted(keys)).encode(), digest_size=8).hexdigest()


def _sample(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(keys)[:10])

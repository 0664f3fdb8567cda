"""What a check is, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

Subject = TypeVar("Subject")


class Outcome(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not applicable: the connector says that its platform has no such thing."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check's outcome: ``text`` is what a connector must do, ``detail`` what was found or why it was skipped."""

    name: str
    text: str
    outcome: Outcome
    detail: str = ""


class Failed(Exception):
    """A promise is not kept; the text says what was found instead."""


class NotApplicable(Exception):
    """The connector does not claim what this check is about; the text says what."""


Run = Callable[[Subject], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Check(Generic[Subject]):
    """One promise: ``group.function`` is its name, the function's docstring its text."""

    group: str
    run: Run[Subject]

    @property
    def name(self) -> str:
        """Its name, which never has spaces."""
        return f"{self.group}.{self.run.__name__}"

    @property
    def text(self) -> str:
        """What a connector must do, and why."""
        return " ".join((self.run.__doc__ or "").split())


class Checks(list[Check[Subject]]):
    """The checks of one group, in the order in which they stand in their module."""

    def __init__(self, group: str) -> None:
        super().__init__()
        self._group = group

    def add(self, run: Run[Subject]) -> Run[Subject]:
        """Take in a function as a check (a decorator)."""
        self.append(Check(self._group, run))
        return run


def expect(truth: object, found: str) -> None:
    """Raise Failed with what was found unless it is true."""
    if not truth:
        raise Failed(found)


def listed(names: object, most: int = 5) -> str:
    """A few of many, for a sentence."""
    each = [str(name) for name in names] if isinstance(names, list | tuple | set | frozenset) else [str(names)]
    more = f" and {len(each) - most} more" if len(each) > most else ""
    return ", ".join(sorted(each)[:most]) + more

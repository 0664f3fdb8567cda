"""What a connection test found, in words for a shop owner."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about a connection, and what to do about it (empty when nothing is needed)."""

    grade: Grade
    text: str
    advice: str = ""

"""Several names in one line, parted by commas; one that has a comma in it stands in quotation marks, as in a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable


def listed(names: Iterable[str]) -> str:
    """The names in one line."""
    line = io.StringIO()
    csv.writer(line).writerow(names)
    return line.getvalue().removesuffix("\r\n")


def parted(line: str) -> list[str]:
    """The names of a line, without the spaces around them; empty ones are left out."""
    words = next(csv.reader(io.StringIO(line, newline=""), skipinitialspace=True), [])
    return [word.strip() for word in words if word.strip()]

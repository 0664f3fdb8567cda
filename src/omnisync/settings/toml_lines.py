"""In which line of a TOML text a key stands, so that an error can point at it."""

from __future__ import annotations

import re
import tomllib
from typing import Any

KeyPath = tuple[str, ...]

_HEADER = re.compile(r"\s*\[([^\[\]]+)\]\s*(#.*)?$")
_ASSIGNMENT = re.compile(r"\s*((?:[\w.-]|\"[^\"]*\"|'[^']*')+)\s*=")


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of every table and key. Keys inside an inline table stand where that table begins."""
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    inside_text = False
    for number, line in enumerate(text.splitlines(), 1):
        if not inside_text:
            if header := _HEADER.match(line):
                table = _parts(header.group(1))
                lines.setdefault(table, number)
            elif assignment := _ASSIGNMENT.match(line):
                lines.setdefault(table + _parts(assignment.group(1)), number)
        inside_text ^= (line.count('"""') + line.count("'''")) % 2 == 1
    return lines


def _parts(dotted: str) -> KeyPath:
    """The parts of a dotted key; TOML's own reader knows how it may be quoted."""
    try:
        value: Any = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return (dotted,)
    parts: list[str] = []
    while isinstance(value, dict):
        key, value = next(iter(value.items()))
        parts.append(key)
    return tuple(parts)

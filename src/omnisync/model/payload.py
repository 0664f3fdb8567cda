"""A payload as its fields, to be read and mended one by one. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

_DEEPEST = 50
"""Levels below which a value is one field, however much it holds: no platform nests so deep, and no stack is endless."""


class PayloadField(NamedTuple):
    """One value and where it stands: ``lines.0.quantity``."""

    path: str
    value: Any

    @property
    def text(self) -> str:
        """The value as a person may edit it: a text as it is, everything else as JSON."""
        return self.value if isinstance(self.value, str) else json.dumps(self.value, ensure_ascii=False)


def fields(payload: str) -> list[PayloadField]:
    """Every value of the payload, in its order. Raises ValueError when it is no JSON."""
    return list(_walk("", json.loads(payload), 0))


def _walk(path: str, value: Any, depth: int) -> Iterator[PayloadField]:
    if _is_field(value, depth):
        yield PayloadField(path, value)
        return
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _walk(f"{path}.{key}" if path else str(key), each, depth + 1)


def _is_field(value: Any, depth: int) -> bool:
    return depth == _DEEPEST or not isinstance(value, dict | list) or not value


def mended(payload: str, path: str, text: str) -> str:
    """The payload with another value there: of the kind that stood there, where the text can be that.

    Raises ValueError when there is no such field.
    """
    done = []

    def put(at: str, value: Any, depth: int) -> Any:
        if not _is_field(value, depth):
            if isinstance(value, dict):
                return {key: put(f"{at}.{key}" if at else key, each, depth + 1) for key, each in value.items()}
            return [put(f"{at}.{key}" if at else str(key), each, depth + 1) for key, each in enumerate(value)]
        if at != path:
            return value
        done.append(at)
        return _like(value, text)

    whole = put("", json.loads(payload), 0)
    if not done:
        raise ValueError(path)
    return json.dumps(whole, ensure_ascii=False)


def _like(before: Any, text: str) -> Any:
    if isinstance(before, str):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text

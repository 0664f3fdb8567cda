"""A payload as its fields, to be read and mended one by one. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple


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
    return list(_walk("", json.loads(payload)))


def _walk(path: str, value: Any) -> Iterator[PayloadField]:
    if not isinstance(value, dict | list) or not value:
        yield PayloadField(path, value)
        return
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _walk(f"{path}.{key}" if path else str(key), each)


def mended(payload: str, path: str, text: str) -> str:
    """The payload with another value there: of the kind that stood there, where the text can be that.

    Raises ValueError when there is no such field.
    """
    done = []

    def put(at: str, value: Any) -> Any:
        if isinstance(value, dict) and value:
            return {key: put(f"{at}.{key}" if at else key, each) for key, each in value.items()}
        if isinstance(value, list) and value:
            return [put(f"{at}.{key}" if at else str(key), each) for key, each in enumerate(value)]
        if at != path:
            return value
        done.append(at)
        return _like(value, text)

    whole = put("", json.loads(payload))
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

"""The manual of the settings, taken from the docstrings under the fields of `shape.py`.

For `omnisync init` and the documentation; reading a source takes milliseconds that a start has no use for.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from omnisync.model.quantity import PIECE
from omnisync.settings.shape import (
    ErpSettings,
    GuardSettings,
    KeepingSettings,
    LastPieceSettings,
    ScreenSettings,
    ShopSettings,
    StoreSettings,
)

TABLES: dict[str, type[BaseModel]] = {
    "shop": ShopSettings,
    "erp": ErpSettings,
    "guard": GuardSettings,
    "last_pieces": LastPieceSettings,
    "keeping": KeepingSettings,
    "stores.NAME": StoreSettings,
    "screen": ScreenSettings,
}
"""Every table of omnisync.toml by its heading."""

_NOT_WRITTEN = ("options", "name")
"""What `shape.py` keeps beside the keys of a connection's table: its options, and a store's own name."""

_IN_THOUSANDTHS = ("buffer", "cap", "exempt_figure", "under")


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting: ``default`` as it would be written in the file, "" where there is none."""

    name: str
    default: str
    text: str


def entries(model: type[BaseModel]) -> Iterator[Entry]:
    """The settings of one table, in the order in which they are described."""
    texts = _texts(model)
    for name, field in model.model_fields.items():
        if name not in _NOT_WRITTEN or model is ShopSettings:
            default = None if field.is_required() or field.default_factory else field.default
            yield Entry(name, _written(name, default), texts[name])


def toml(value: object) -> str:
    """The value as TOML writes it; JSON's texts, numbers, truths and lists are also TOML's."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, Path):
        value = str(value)
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _written(name: str, default: Any) -> str:
    if default is None:
        return ""
    return toml(default // PIECE if name in _IN_THOUSANDTHS else default)


def _texts(model: type[BaseModel]) -> dict[str, str]:
    """The text under each field, of the model and of what it inherits."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if each.__module__ != ShopSettings.__module__:
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(each))).body[0]
        assert isinstance(body, ast.ClassDef)
        name = ""
        for node in body.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                name = node.target.id
            elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                found[name] = " ".join(str(node.value.value).split())
                name = ""
    return found

"""What goes to the terminal: results to stdout, messages to stderr, and nothing that could steer it (P10).

Every text passes ``clean`` here, whoever wrote it; colours are added after that, by names.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

import click

from omnisync.model.clean import clean

_LONGEST = 4000
_PIPED = 10_000
"""Where nobody looks at a screen, lines are as long as they are."""

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class Piece(NamedTuple):
    """A text in a colour of click's (``green``, ``yellow``, ``red``, ``cyan`` ...), "" for none."""

    text: str
    colour: str = ""


def say(text: str = "", *, colour: str = "") -> None:
    """One line of the result."""
    click.echo(styled(text, colour))


def say_pieces(pieces: Iterable[Piece]) -> None:
    """One line of the result in several colours."""
    click.echo("".join(styled(piece.text, piece.colour) for piece in pieces))


def tell(text: str, *, colour: str = "") -> None:
    """A message: each of its lines to stderr."""
    for line in text.splitlines():
        click.echo(styled(line, colour), err=True)


def styled(text: str, colour: str) -> str:
    """The text made harmless, then coloured; click takes the colours out again where nobody sees them."""
    harmless = clean(text, _LONGEST)
    return click.style(harmless, fg=colour) if colour else harmless


def say_json(value: Any) -> None:
    """The result as JSON, lossless: what could steer a terminal is written as an escape."""
    click.echo(json_text(value, indent=2))


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON in which every letter is readable and no control or format character stands raw."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return text if text.isascii() and text.isprintable() else re.sub(r"[^\x20-\x7e\n]", _escaped, text)


def _escaped(match: re.Match[str]) -> str:
    char = match.group()
    if unicodedata.category(char) not in _UNSAFE:
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def width() -> int:
    """How many columns a line may have: the terminal's, or the environment's COLUMNS; else no limit."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit():
        return shutil.get_terminal_size().columns
    return _PIPED


def somebody_watches() -> bool:
    """Whether a person sits at the other end and can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()

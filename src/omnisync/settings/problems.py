"""What is wrong with a configuration, in words for a shop owner: place, key, what is expected.

No value that could be a secret is ever repeated.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omnisync.errors import ConfigurationError
from omnisync.settings.toml_lines import KeyPath
from omnisync.text import _


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``key`` is empty when it is about a file as a whole."""

    where: str
    key: KeyPath
    text: str

    def __str__(self) -> str:
        """Place, key and what is expected, in one line."""
        return ": ".join(part for part in (self.where, ".".join(self.key), self.text) if part)


def configuration_error(problems: Sequence[Problem]) -> ConfigurationError:
    """One error that lists all the problems, each once, in the order in which they were found."""
    lines = list(dict.fromkeys(str(problem) for problem in problems))
    if len(lines) == 1:
        return ConfigurationError(lines[0])
    title = _("{n} things are wrong in the configuration:").format(n=len(lines))
    return ConfigurationError("\n".join([title, *(f"  {line}" for line in lines)]))


def nearest(word: str, known: Iterable[str]) -> str:
    """The question whether a known word was meant, with a space before it; nothing when none is near."""
    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return " " + _("Did you mean {word}?").format(word=close[0]) if close else ""


def unknown_key(key: str, known: Iterable[str]) -> str:
    """What is said of a key that no setting has."""
    return _("there is no such setting.") + nearest(key, known)


def expected(error: Mapping[str, Any]) -> str:
    """The sentence for one of pydantic's errors."""
    context: Mapping[str, Any] = error.get("ctx") or {}
    kind: str = error["type"]
    if kind in _BOUNDS:
        return _BOUNDS[kind]().format(**context)
    for start, sentence in _KINDS:
        if kind.startswith(start):
            return sentence().format(**context)
    return str(context.get("error") or error["msg"])


# Functions, so that the language is the one in force when the sentence is needed.
_BOUNDS: Mapping[str, Callable[[], str]] = {
    "greater_than": lambda: _("a number above {gt} is expected"),
    "greater_than_equal": lambda: _("a number of at least {ge} is expected"),
    "less_than_equal": lambda: _("a number of at most {le} is expected"),
    "string_too_short": lambda: _("it must not be empty"),
    "too_short": lambda: _("at least one is expected"),
}

_KINDS: Sequence[tuple[str, Callable[[], str]]] = (
    ("missing", lambda: _("it is missing")),
    ("int_", lambda: _("a whole number is expected")),
    ("float_", lambda: _("a number is expected")),
    ("decimal_", lambda: _("a number is expected")),
    ("finite_", lambda: _("a number is expected")),
    ("bool_", lambda: _("true or false is expected")),
    ("string_", lambda: _("a text in quotes is expected")),
    ("path_", lambda: _("a folder is expected, as a text in quotes")),
    ("tuple_", lambda: _('a list is expected, e.g. ["ONE", "TWO"]')),
    ("model_", lambda: _("a table is expected")),
    ("mapping_", lambda: _("a table is expected")),
    ("dict_", lambda: _("a table is expected")),
    ("literal_", lambda: _("one of {expected} is expected")),
    ("enum", lambda: _("one of {expected} is expected")),
)

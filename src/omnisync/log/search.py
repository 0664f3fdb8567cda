"""What a person types to find products, as SQL: words by the full-text index, figures by the keys as well.

All words must occur, each as the beginning of a word. Keys of nothing but digits (barcodes) are not in the
full-text index: each is a word of its own, and the first digits of a million barcodes would be a walk through
a million words. They are a range of the keys' own index instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from omnisync.model.fold import fold

_HAS = "SELECT rowid AS product FROM search WHERE search MATCH ?"
_EXACT = "SELECT product FROM product_key WHERE key = ?"
_BEGINS = "SELECT product FROM product_key WHERE key >= ? AND key < ?"


class Query(NamedTuple):
    """A select of products' ids, and its values. An id may come twice."""

    sql: str
    values: tuple[str, ...]


def indexed(key: str) -> bool:
    """Whether the full-text index has that code, barcode or alias of a product."""
    return not _digits(key)


def everything(text: str) -> Query:
    """All that is found: exactly that code, barcode or alias; all of the words."""
    letters, figures = _sorted(text)
    parts = [Query(_HAS, (_match(letters),))] if letters else []
    parts += [Query(f"SELECT product FROM ({_BEGINS} UNION {_HAS})", _of_figure(word)) for word in figures]
    words = " INTERSECT ".join(part.sql for part in parts)
    values = tuple(value for part in parts for value in part.values)
    if not words:
        return Query(_EXACT, (text.strip(),))
    return Query(f"{_EXACT} UNION SELECT * FROM ({words})", (text.strip(), *values))


def first(text: str) -> Iterator[Query]:
    """The same, one source after another, each giving its first hits at once."""
    yield Query(_EXACT, (text.strip(),))
    letters, figures = _sorted(text)
    if letters:
        # A product that has a word has few keys: they are looked through.
        has = "(EXISTS (SELECT 1 FROM product_key WHERE product = rowid AND key >= ? AND key < ?) OR rowid IN ({}))"
        also = "".join(f" AND {has.format(_HAS)}" for _word in figures)
        values = tuple(value for word in figures for value in _of_figure(word))
        yield Query(_HAS + also, (_match(letters), *values))
    elif len(figures) == 1:
        yield Query(_BEGINS, _of_figure(figures[0])[:2])
        yield Query(_HAS, (_match(figures),))
    elif figures:
        yield everything(text)


def _words(text: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in fold(text)).split()


def _sorted(text: str) -> tuple[list[str], list[str]]:
    words = _words(text)
    return [word for word in words if not _digits(word)], [word for word in words if _digits(word)]


def _digits(word: str) -> bool:
    return word.isascii() and word.isdigit()


def _match(words: list[str]) -> str:
    """A query of the full-text index, with no operator in it."""
    return " ".join(f'"{word}"*' for word in words)


def _of_figure(word: str) -> tuple[str, str, str]:
    # ":" comes after "9": the range holds every key that begins with the word and goes on with a digit.
    return word, f"{word}:", _match([word])

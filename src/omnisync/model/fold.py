"""Folding of text for search: ışıklı = ISIKLI = isikli, fűrész = furesz (facts/store.md section 2)."""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans(
    {"ı": "i", "İ": "i", "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ß": "ss", "æ": "ae", "Æ": "ae",
     "œ": "oe", "Œ": "oe"}
)  # fmt: skip


class _Folded(dict[int, str]):
    """What each letter becomes, found out at its first use: nothing here depends on a letter's neighbours."""

    def __missing__(self, letter: int) -> str:
        before, found = "", chr(letter)
        while found != before:
            # A sign such as ℃ comes apart into letters which must be folded in their turn.
            before = found
            plain = unicodedata.normalize("NFKD", before.translate(_LETTERS).casefold())
            found = "".join(char for char in plain if not unicodedata.combining(char))
        self[letter] = found
        return found


_folded = _Folded()


def fold(text: str) -> str:
    """Lower case without diacritics; the same function is used on what is stored and on the query."""
    return text.lower() if text.isascii() else text.translate(_folded)

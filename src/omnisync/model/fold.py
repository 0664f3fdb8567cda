"""Folding of text for search: ışıklı = ISIKLI = isikli, fűrész = furesz (facts/store.md section 2)."""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans(
    {"ı": "i", "İ": "i", "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ß": "ss", "æ": "ae", "Æ": "ae",
     "œ": "oe", "Œ": "oe"}
)  # fmt: skip


def fold(text: str) -> str:
    """Lower case without diacritics; the same function is used on what is stored and on the query."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS).casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))

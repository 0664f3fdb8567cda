"""Text from outside, made harmless for a terminal (facts/tui.md section 7). Stored raw, shown clean."""

from __future__ import annotations

import unicodedata

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_LONGEST = 200


def clean(text: str, longest: int = _LONGEST) -> str:
    """The text without anything that could steer a terminal or break a layout.

    Drops control, format (bidi, zero width, tags), surrogate and private characters, variation
    selectors and skin tones; line breaks and tabs become a space; at most two combining marks stay
    together; longer text is cut with an ellipsis.
    """
    if text.isascii() and text.isprintable():
        return text if len(text) <= longest else text[: longest - 1] + "…"
    kept: list[str] = []
    marks = 0
    for char in text:
        if char in "\t\n\r\u2028\u2029":
            kept.append(" ")
            marks = 0
            continue
        category = unicodedata.category(char)
        if category in _DROPPED or "\ufe00" <= char <= "\ufe0f" or "\U0001f3fb" <= char <= "\U0001f3ff":
            continue
        if category in ("Mn", "Me"):
            marks += 1
            if marks > 2:
                continue
        else:
            marks = 0
        kept.append(char)
    result = "".join(kept)
    return result if len(result) <= longest else result[: longest - 1] + "…"

"""Text as it may come from a store, a buyer or a stock program: each tries something, or breaks what is careless."""

from __future__ import annotations

import unicodedata

NAMES = (
    "\x1b]52;c;aGFja2Vk\x1b\\clip", "\x1b]52;c;aGFja2Vk\x07bell", "\x1b]0;pwn\x07title", "\x1b]2;pwn\x1b\\title",
    "\x1b[2Jcleared", "\x1b[?1049lleft", "\x1bcreset", "\x1bP$q\x1b\\dcs", "\x9b2Jc1", "\x9d0;pwn\x9cc1 title",
    "[b]bold[/b]", "[/b]", "[red]x", "[@click=app.quit]x[/]", "[link=https://evil.example]x[/link]", "[M8x20] vida",
    "a\u202egnp.exe", "\u2067isolated", "zero\u200bwidth", "line\u2028apart", "null\x00del\x7f", "line\nbreak\ttab\rback",
    "tag\U000e0041\U000e007f", "z\u0300\u0301\u0302\u0303\u0304algo $name {0} %s",
)  # fmt: skip

_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def foreign(text: str) -> list[str]:
    """The characters in it that no terminal may get."""
    return [char for char in text if unicodedata.category(char) in _UNSEEN]

"""No name from outside can steer a terminal, open a link there, hide or reorder what stands beside it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnisync.model.clean import clean

HOSTILE = {
    "markup": ("[b]bold[/b]", "[b]bold[/b]"),
    "a bolt's size": ("Bolt [M8x20]", "Bolt [M8x20]"),
    "an action": ("[@click=app.quit]x", "[@click=app.quit]x"),
    "a link": ("[link=https://evil]x[/link]", "[link=https://evil]x[/link]"),
    "a closing tag": ("[/b]", "[/b]"),
    "title by OSC 0": ("a\x1b]0;pwn\x07b", "a]0;pwnb"),
    "clipboard by OSC 52": ("\x1b]52;c;aGFja2Vk\x1b\\x", "]52;c;aGFja2Vk\\x"),
    "clear screen": ("a\x1b[2Jb", "a[2Jb"),
    "colours": ("\x1b[31mred\x1b[0m", "[31mred[0m"),
    "C1 control sequence": ("a\x9b2Jb", "a2Jb"),
    "C1 operating command": ("a\x9d0;pwn\x9cb", "a0;pwnb"),
    "NUL": ("a\x00b", "ab"),
    "DEL": ("a\x7fb", "ab"),
    "bell and backspace": ("a\x07b\x08c", "abc"),
    "right to left": ("a\u202egpj.exe", "agpj.exe"),
    "isolates": ("a\u2067b\u2069c", "abc"),
    "zero width": ("a\u200bb\u200dc\ufeffd", "abcd"),
    "tags": ("a\U000e0041\U000e007fb", "ab"),
    "line breaks": ("a\r\nb\u2028c\u2029d\te", "a  b c d e"),
    "zalgo": ("a" + "\u0300" * 40 + "b", "a\u0300\u0300b"),
    "variation selector": ("\u2764\ufe0f", "\u2764"),
    "skin tone": ("\U0001f44d\U0001f3fd", "\U0001f44d"),
    "lone surrogate": ("a\ud800b", "ab"),
    "private use": ("a\ue000b", "ab"),
    "soft hyphen": ("a\u00adb", "ab"),
    "very long": ("x" * 10_000, "x" * 199 + "…"),
    "very long and not ASCII": ("ş" * 10_000, "ş" * 199 + "…"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_names_are_made_harmless(kind: str) -> None:
    raw, shown = HOSTILE[kind]
    assert clean(raw) == shown


@pytest.mark.parametrize("name", ["Şık çanta 12'li", "Fűrész – 5 mm", "日本 (M)", "☕ kahve", 'a "quoted" name', ""])
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert clean(name) == name


@given(st.text(st.characters(), max_size=400), st.integers(1, 300))
def test_whatever_comes_one_harmless_line_is_left(text: str, longest: int) -> None:
    shown = clean(text, longest)
    assert len(shown) <= longest
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert clean(shown, longest) == shown

"""Search finds Turkish, Hungarian, Romanian, Slovenian and Polish words with or without their letters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnisync.model.fold import fold


@pytest.mark.parametrize(
    ("query", "stored"),
    [
        ("isikli", "ışıklı"), ("ISIKLI", "ışıklı"), ("IŞIKLI", "ışıklı"), ("ışıklı", "IŞIKLI"), ("istanbul", "İstanbul"),
        ("İSTANBUL", "istanbul"), ("kirmizi", "kırmızı"), ("KIRMIZI", "kırmızı"), ("canta", "Çanta"), ("gözlük", "GOZLUK"),
        ("furesz", "fűrész"), ("FŰRÉSZ", "fűrész"), ("arvizturo", "ÁRVÍZTŰRŐ"), ("stefan", "ștefan"), ("şapka", "sapka"),
        ("surub", "șurub"), ("şurub", "șurub"), ("tesatura", "țesătură"), ("ţesătură", "țesătură"), ("lopata", "łopata"),
        ("strasse", "Straße"), ("STRASSE", "straße"), ("smorrebrod", "smørrebrød"), ("dura", "đura"), ("zlica", "ŽLICA"),
    ],
)  # fmt: skip
def test_a_word_is_found_with_or_without_its_letters(query: str, stored: str) -> None:
    assert fold(query) == fold(stored)


def test_folding_is_complete_for_every_letter_there_is() -> None:
    letters = [chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000]
    assert [letter for letter in letters if fold(fold(letter)) != fold(letter)] == []


def test_a_letter_and_its_accent_typed_apart_are_the_same_word() -> None:
    assert fold(unicodedata.normalize("NFD", "fűrész çanta")) == fold("fűrész çanta") == "furesz canta"


@given(st.text())
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(codec="ascii")))
def test_plain_text_only_loses_its_capitals(text: str) -> None:
    assert fold(text) == text.lower()


@given(st.text(), st.text())
def test_folding_does_not_depend_on_neighbours(one: str, other: str) -> None:
    assert fold(one + other) == fold(one) + fold(other)

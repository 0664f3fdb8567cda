"""Names in one line are the same names again, whatever is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnisync.model.comma_list import listed, parted

_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(str.strip).filter(bool)


@given(st.lists(_NAMES))
def test_what_is_listed_is_parted_into_the_same(names: list[str]) -> None:
    assert parted(listed(names)) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("", []),
        ("Merkez", ["Merkez"]),
        (" Merkez ,Depo 2, ,", ["Merkez", "Depo 2"]),
        ('Merkez, "Depo 2, Kadıköy"', ["Merkez", "Depo 2, Kadıköy"]),
        ('Boru ½" galvaniz, Vana', ['Boru ½" galvaniz', "Vana"]),
    ],
)
def test_a_line_as_a_person_writes_it(line: str, names: list[str]) -> None:
    assert parted(line) == names

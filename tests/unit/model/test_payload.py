"""A payload's fields, and one of them mended."""

from __future__ import annotations

import json

import pytest

from omnisync.model.payload import fields, mended

PAYLOAD = json.dumps({"number": "8812", "lines": [{"quantity": "two", "price": 12.5}], "note": None, "tags": []})


def test_every_value_has_its_place() -> None:
    assert [(each.path, each.text) for each in fields(PAYLOAD)] == [
        ("number", "8812"), ("lines.0.quantity", "two"), ("lines.0.price", "12.5"), ("note", "null"), ("tags", "[]"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [("number", "9", "9"), ("lines.0.price", "9", 9), ("lines.0.price", "dear", "dear"), ("note", '"x"', "x")],
)
def test_a_mended_value_is_of_the_kind_that_stood_there(path: str, text: str, value: object) -> None:
    found = {each.path: each.value for each in fields(mended(PAYLOAD, path, text))}
    assert found[path] == value
    assert len(found) == 5


@pytest.mark.parametrize("path", ["nope", "lines.7.price", "lines.x", "number.deeper", ""])
def test_a_field_that_is_not_there_is_an_error(path: str) -> None:
    with pytest.raises(ValueError, match=path or "^$"):
        mended(PAYLOAD, path, "1")


def test_what_is_nested_without_end_stands_in_one_field_and_breaks_no_screen() -> None:
    payload = '{"number": "1001", "x": ' + "[" * 900 + "1" + "]" * 900 + "}"
    number, deep = fields(payload)
    assert (number.path, number.value) == ("number", "1001")
    assert deep.text.count("[") == 900 - 49
    assert mended(payload, deep.path, "[7]").count("[") == 50
    assert mended(payload, "number", "1001") == payload

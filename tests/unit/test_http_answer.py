"""The body of an answer as JSON: whole characters only, and plain words where it is no JSON."""

from __future__ import annotations

import json

import pytest

from omnisync.connect.answer import Response
from omnisync.errors import Unavailable


def _answer(body: bytes) -> object:
    return Response(200, {}, body).json()


def test_half_an_emoji_is_replaced_because_it_can_be_written_nowhere() -> None:
    body = b'[{"name": "Kupa \\ud83d", "na\\uDE00me": ["\\ude00", "\\ud83d\\ude00"], "n": 1, "none": null}]'
    found = _answer(body)
    assert found == [{"name": "Kupa \ufffd", "na\ufffdme": ["\ufffd", "\U0001f600"], "n": 1, "none": None}]
    json.dumps(found, ensure_ascii=False).encode()


def test_a_whole_answer_stays_as_it_is() -> None:
    assert _answer(json.dumps({"name": "Işıklı çanta \U0001f600"}).encode()) == {"name": "Işıklı çanta \U0001f600"}


def test_what_is_no_json_is_said_with_its_beginning() -> None:
    with pytest.raises(Unavailable, match=r"not in JSON\. The answer starts with: '<html> maintenance"):
        _answer(b"<html>\n maintenance </html>")

"""A secret is blotted out in every form in which it comes back, and ordinary text stays."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnisync.model.secrecy import HIDDEN, Secrets

SECRET = 'cs_Kan/arya+ 42"<ő'


@pytest.mark.parametrize(
    "form",
    [
        SECRET, quote(SECRET), quote(SECRET, safe=""), quote_plus(SECRET),
        html.escape(SECRET), json.dumps(SECRET)[1:-1], json.dumps(SECRET, ensure_ascii=False)[1:-1], repr(SECRET)[1:-1],
        json.dumps(SECRET).replace("/", "\\/")[1:-1], urlencode({"oauth": SECRET}),
        base64.b64encode(SECRET.encode()).decode(),
    ],
)  # fmt: skip
def test_no_form_of_it_is_left(form: str) -> None:
    told = Secrets([SECRET]).blot(f"before {form} after")
    assert told in (f"before {HIDDEN} after", f"before oauth={HIDDEN} after") or told.startswith(f"before {HIDDEN}")
    assert "rya" not in told


@given(st.text("abcdefghij", max_size=7), st.binary(min_size=9, max_size=40).map(lambda raw: raw.hex()))
def test_a_basic_header_gives_nothing_away(user: str, secret: str) -> None:
    header = base64.b64encode(f"{user}:{secret}".encode()).decode()
    told = Secrets([secret]).blot(f"Authorization: Basic {header}")
    left = told.removeprefix("Authorization: Basic ").split(HIDDEN)
    assert len(left) == 2
    assert sum(map(len, left)) <= len(header) - (len(secret) * 4 // 3 - 4), "at most its first and last letter are left"


@given(st.text(min_size=6), st.text(), st.text())
def test_text_and_bytes_are_blotted_alike(secret: str, before: str, after: str) -> None:
    secrets = Secrets([secret])
    assert secret not in secrets.blot(before + secret + after).replace(HIDDEN, "\0") or secret in HIDDEN
    content = (before + secret + after).encode("utf-8", "surrogatepass")
    assert HIDDEN.encode() in secrets.blot_bytes(content)


def test_short_words_and_ordinary_text_stay() -> None:
    assert Secrets(["1234", ""]).blot("order 1234") == "order 1234"
    assert Secrets([SECRET]).blot("Boru 1/2") == "Boru 1/2"


def test_its_own_text_shows_nothing() -> None:
    assert SECRET not in repr(Secrets([SECRET]))

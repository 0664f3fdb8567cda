"""Secrets blotted out of whatever was told, in every form in which they travel (P10). Pure.

A platform, a proxy or a broken plugin may print back what was sent to it: a header, an address with its
query, a whole request in an HTML page. So what comes in is blotted at the border, before anybody reads it.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

HIDDEN = "•••"

_LEAST = 6
"""A shorter word is no secret worth the name, and would blot out ordinary text."""


class Secrets:
    """These secrets, to be blotted out of texts; the object's own text shows none of them."""

    __slots__ = ("_bytes", "_forms")

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: list[str] = []
        self._bytes: list[bytes] = []
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """These as well, from now on."""
        found = {form for secret in secrets if len(secret) >= _LEAST for form in _forms(secret)} | {*self._forms}
        # The longest first: a form may hold another one.
        self._forms = sorted(found, key=lambda form: (-len(form), form))
        self._bytes = [form.encode("utf-8", "surrogatepass") for form in self._forms]

    def blot(self, text: str) -> str:
        """The text without any of the secrets."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, HIDDEN)
        return text

    def blot_bytes(self, content: bytes) -> bytes:
        """The same for what is not decoded yet."""
        for form in self._bytes:
            if form in content:
                content = content.replace(form, HIDDEN.encode())
        return content


def _forms(secret: str) -> Iterator[str]:
    yield secret
    for escaped in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield escaped
        yield _lower_escapes(escaped)
    for ascii_only in (True, False):
        written = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield written
        yield written.replace("/", "\\/")
    yield html.escape(secret)
    yield repr(secret)[1:-1]
    yield from _base64(secret.encode("utf-8", "surrogatepass"))


def _lower_escapes(escaped: str) -> str:
    """%2F as %2f, as some servers write it."""
    head, *parts = escaped.split("%")
    return "%".join([head, *(part[:2].lower() + part[2:] for part in parts)])


def _base64(secret: bytes) -> Iterator[str]:
    """What of the secret shows in base64 at each place where it can begin (``user:secret`` of a Basic header)."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + secret).decode().rstrip("=")
        start = (before * 8 + 5) // 6
        end = (before + len(secret)) * 8 // 6
        piece = whole[start:end]
        if len(piece) >= _LEAST:
            yield piece
            yield piece.replace("+", "-").replace("/", "_")

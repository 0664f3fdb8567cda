"""Whether a secret can be read in a text, plain or in the forms in which it travels."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote


def leaks(texts: Iterable[str], secrets: Sequence[str]) -> bool:
    """Whether one of the texts holds one of the secrets."""
    forms = {form for secret in secrets if secret for form in _forms(secret)}
    forms |= {_basic(first, second) for first in secrets for second in secrets}
    return any(form in text for text in texts for form in forms)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield base64.b64encode(secret.encode()).decode()


def _basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()

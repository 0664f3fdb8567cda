"""One-legged OAuth 1.0a, with which a WooCommerce shop on plain http is signed in to.

facts/webshops.md 2.1, facts/real-woocommerce.md 2: parameters travel in the query string, all of
them are signed, the body never is; the key is the consumer secret followed by "&".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from collections.abc import Mapping
from urllib.parse import quote

from omnisync.connect import Clock


def signed(
    method: str,
    url: str,
    params: Mapping[str, str],
    *,
    key: str,
    secret: str,
    clock: Clock,
    rng: random.Random,
) -> dict[str, str]:
    """The query parameters of one request together with its signature; ``url`` has no query.

    Every call gives another nonce, because the shop refuses one that it has seen in 15 minutes.
    """
    whole = {
        **params,
        "oauth_consumer_key": key,
        "oauth_nonce": f"{rng.getrandbits(128):032x}",
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(clock.now() // 1000),
    }
    return {**whole, "oauth_signature": signature(method, url, whole, secret)}


def signature(method: str, url: str, params: Mapping[str, str], secret: str) -> str:
    """The HMAC-SHA256 of a request in base64, after RFC 5849 sections 3.4.1 and 3.4.2.

    But for the secret: WooCommerce takes it as it is, never escaped (facts/webshops.md 2.1).
    """
    text = base_string(method, url, params)
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def base_string(method: str, url: str, params: Mapping[str, str]) -> str:
    """What is signed: the method, the address and all parameters, sorted after they were escaped."""
    pairs = sorted((_escape(name), _escape(value)) for name, value in params.items())
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join((method.upper(), _escape(url), _escape(joined)))


def _escape(text: str) -> str:
    return quote(text, safe="~")

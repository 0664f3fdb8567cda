"""Who may ask: Basic over https, OAuth 1.0a over http, and the codes of a refusal (facts/real-woocommerce.md 2).

Written from the facts and the standard, not from the connector.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote, unquote

from starlette.requests import Request

from omnisync.connect import Clock

from .answers import WpError

_WINDOW = 15 * 60
_DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
_OAUTH = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")


class SignIn:
    """Keys with their secrets and permissions ("read", "write", "read_write"), and the nonces seen."""

    def __init__(self, clock: Clock, keys: Mapping[str, tuple[str, str]]) -> None:
        self._clock = clock
        self._keys = dict(keys)
        self._nonces: dict[tuple[str, str], int] = {}

    def check(self, request: Request, home: str) -> bool:
        """Whether a known key signed in. Raises WpError when a known key is used wrongly."""
        secure = is_secure(request)
        permission = self._with_key(request) if secure else self._signed(request, home)
        if permission is None:
            return False
        needed = "read" if request.method in ("GET", "HEAD") else "write"
        if needed not in permission:
            raise _refused(f"The API key provided does not have {needed} permissions.")
        return True

    def _with_key(self, request: Request) -> str | None:
        """Key and secret themselves, which count on https only; an unknown key is as good as none."""
        key = request.query_params.get("consumer_key", "")
        secret = request.query_params.get("consumer_secret", "")
        if not key:
            key, secret = _basic(request.headers.get("authorization", ""))
        if key not in self._keys:
            return None
        if not hmac.compare_digest(self._keys[key][0].encode(), secret.encode()):
            raise _refused("Consumer secret is invalid.")
        return self._keys[key][1]

    def _signed(self, request: Request, home: str) -> str | None:
        params = dict(request.query_params)
        if "oauth_consumer_key" not in params:
            return None
        missing = [name for name in _OAUTH if not params.get(name)]
        if missing:
            raise WpError(
                401,
                "woocommerce_rest_authentication_missing_parameter",
                f"Missing OAuth parameter {', '.join(missing)}",
            )
        key = params["oauth_consumer_key"]
        if key not in self._keys:
            raise _refused("Consumer key is invalid.")
        secret, permission = self._keys[key]
        if not hmac.compare_digest(_expected(request, home, params, secret), params["oauth_signature"]):
            raise _refused("Invalid signature - provided signature does not match.")
        self._fresh(key, params["oauth_timestamp"], params["oauth_nonce"])
        return permission

    def _fresh(self, key: str, timestamp: str, nonce: str) -> None:
        now = self._clock.now() // 1000
        if not timestamp.isdigit() or abs(now - int(timestamp)) > _WINDOW:
            raise _refused("Invalid timestamp.")
        self._nonces = {each: at for each, at in self._nonces.items() if at >= now - _WINDOW}
        if (key, nonce) in self._nonces:
            raise _refused("Invalid nonce - nonce has already been used.")
        self._nonces[key, nonce] = int(timestamp)


def is_secure(request: Request) -> bool:
    """Whether WordPress believes that the request came by https; a proxy has to tell it."""
    return request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"


def _refused(message: str) -> WpError:
    return WpError(401, "woocommerce_rest_authentication_error", message)


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        key, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return key, secret


def _expected(request: Request, home: str, params: Mapping[str, str], secret: str) -> str:
    """The signature as WooCommerce computes it, over the address that the shop knows itself by."""
    digest = _DIGESTS.get(params["oauth_signature_method"])
    if digest is None:
        raise _refused("Invalid signature - signature method is invalid.")
    # Names and values are decoded once more than PHP already did, then escaped twice.
    pairs = {_twice(name): _twice(value) for name, value in params.items() if name != "oauth_signature"}
    joined = "%26".join(f"{name}%3D{pairs[name]}" for name in sorted(pairs))
    folder = "/" + home.split("://", 1)[1].partition("/")[2]
    url = home + request.url.path.removeprefix(folder.rstrip("/"))
    text = f"{request.method}&{quote(url, safe='~')}&{joined}"
    return base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), digest).digest()).decode()


def _twice(text: str) -> str:
    return quote(unquote(text), safe="~").replace("%", "%25")

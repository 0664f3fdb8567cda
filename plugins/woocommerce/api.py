"""Speaks with the shop's REST interface: where it stands, how it is signed in to, what its refusals mean.

facts/real-woocommerce.md 2 and 3. Nothing here knows products or orders.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

from omnisync.connect.answer import Response, decoded
from omnisync.connect.budget import Allowance
from omnisync.connect.context import Context
from omnisync.errors import AuthFailed, ConfigurationError, ConnectorError, Moved, Rejected, Unavailable, UnknownOutcome

from .mapping import words
from .oauth import signed

PER_PAGE = 100
"""The most rows that the shop gives at once; more is refused with a 400."""

PLAIN_PREFIX = "/index.php/wp-json"
"""Where the interface stands when the shop has plain permalinks; the keys work there too (facts 2)."""

_PREFIXES = ("/wp-json", PLAIN_PREFIX)
_TIMEOUT = 120.0
"""Seconds: a batch of 100 items takes up to 15 s on an ordinary host, 40 s were seen (facts section 8)."""

_GROUP = "shop"


MALFORMED = (KeyError, ValueError, TypeError, AttributeError, ArithmeticError)
"""What reading JSON of another shape than expected can raise."""

T = TypeVar("T")


class Foreign(Unavailable):
    """An answer of 4xx that is not in WooCommerce's words."""


class NoIndex(Unavailable):
    """WordPress says nothing of itself here. ``prefix`` is where its interface would stand all the same.

    ``moved``: that it stands somewhere else, where it said so.
    """

    def __init__(self, message: str, prefix: str, moved: Moved | None = None) -> None:
        super().__init__(message)
        self.prefix = prefix
        self.moved = moved


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list; ``total`` is how many the whole list has, None when the shop doesn't say."""

    rows: list[dict[str, Any]]
    total: int | None

    @property
    def more(self) -> bool:
        """Whether rows may be left when this is the first page.

        A proxy may take the total away, a plugin may spoil it, and a host may give less rows at once than asked for.
        """
        told = self.total is not None and len(self.rows) < PER_PAGE
        return bool(self.rows) and not (told and self.total == len(self.rows))


@dataclass(frozen=True, slots=True)
class Credentials:
    """The pair of keys made in WooCommerce's settings. They never show in its text."""

    key: str = field(repr=False)
    secret: str = field(repr=False)


class Api:
    """The line to one shop. Raises NotSent, UnknownOutcome, RateLimited, AuthFailed, Rejected, Unavailable."""

    def __init__(self, address: str, credentials: Credentials, context: Context, *, verify_tls: bool) -> None:
        self.address = canonical(address)
        self.secure = self.address.startswith("https://")
        self.prefix = ""
        self._credentials = credentials
        self._context = context
        self._sign_in = _basic(credentials) if self.secure else None
        self._http = context.http(
            self.address,
            limits={},
            timeout=_TIMEOUT,
            verify_tls=verify_tls,
        )

    async def index(self) -> tuple[dict[str, Any], Response]:
        """What the WordPress says of itself, which also finds out where its interface stands.

        Nobody signs in for that: the keys are WooCommerce's own, and WordPress may refuse them (facts section 2).
        Raises NoIndex where it says nothing.
        """
        params = {"_fields": "name,url,home,namespaces"}
        answers: dict[str, Response] = {}
        moved: Moved | None = None
        for prefix in _PREFIXES:
            try:
                answer = await self._http.request("GET", f"{prefix}/", group=_GROUP, params=params)
            except Moved as error:
                # A rule of the server's for addresses that end in a slash concerns no other one.
                moved = moved or error
                continue
            found = _object(answer)
            if found is not None and answer.status < 300 and not _is_error(found):
                self.prefix = prefix
                return found, answer
            answers[prefix] = answer
        if moved is not None:
            raise NoIndex(str(moved), _PREFIXES[0], moved)
        first = answers[_PREFIXES[0]]
        if first.status < 300:
            _decoded(first)
        raise NoIndex(
            f"{self.address} answers, but there is no WordPress interface ({first.status}). "
            "Check the address; a shop in a subfolder needs it too (https://example.com/shop).",
            next((prefix for prefix, answer in answers.items() if _object(answer) is not None), _PREFIXES[0]),
        )

    async def call(self, method: str, path: str, params: Mapping[str, str] | None = None, body: Any = None) -> Response:
        """One request below ``wc/v3``; gives the answer when it is a 2xx.

        Some security plugins hide the index and leave WooCommerce's interface alone: that one is asked then.
        """
        prefix, hidden = self.prefix, None
        if not prefix:
            try:
                await self.index()
                prefix = self.prefix
            except NoIndex as error:
                prefix, hidden = error.prefix, error
        target = f"{prefix}/wc/v3/{path}"

        def query() -> dict[str, str]:
            """Signed anew for each attempt: a shop takes no signature twice."""
            if self.secure:
                return dict(params or {})
            return signed(
                method,
                self.address + target,
                dict(params or {}),
                key=self._credentials.key,
                secret=self._credentials.secret,
                clock=self._context.clock,
                rng=self._context.rng,
            )

        try:
            answer = await self._http.request(
                method, target, group=_GROUP, params=query, body=body, headers=self._sign_in
            )
        except Moved as error:
            if hidden is None:
                raise
            # The address of the index is the nearest to the one that a person has to put in.
            raise hidden.moved or hidden from error
        if answer.status >= 300:
            refused = refusal(answer, secure=self.secure)
            raise hidden if hidden is not None and isinstance(refused, Foreign) else refused
        if hidden is not None and _is_json(answer):
            self.prefix = prefix
        return answer

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """What stands at that path, decoded."""
        return self._value(await self.call("GET", path, params))

    async def page(self, path: str, params: Mapping[str, str]) -> Page:
        """One page of a list."""
        answer = await self.call("GET", path, {"per_page": str(PER_PAGE), **params})
        rows = self._value(answer)
        if not isinstance(rows, list) or not all(
            isinstance(row, dict) and isinstance(row.get("id"), int) for row in rows
        ):
            raise Unavailable(f"The shop gave something else than a list for {path}.")
        total = answer.headers.get("x-wp-total", "")
        return Page(rows, int(total) if total.isdigit() else None)

    async def post(self, path: str, body: Any) -> Any:
        """Write something. An answer that can't be read leaves open what was done: UnknownOutcome."""
        answer = await self.call("POST", path, body=body)
        try:
            return self._value(answer)
        except Unavailable as error:
            raise UnknownOutcome(str(error)) from error

    def _value(self, answer: Response) -> Any:
        """The body, decoded. Raises what it says where it is an error: some hosts send all of them as a 200."""
        value = _decoded(answer)
        if not _is_error(value):
            return value
        data = value.get("data")
        status = data.get("status") if isinstance(data, Mapping) else None
        if isinstance(status, int) and 400 <= status < 500:
            raise refusal(replace(answer, status=status), secure=self.secure)
        raise Unavailable(f"The shop answered {answer.status}, but with an error: {words(value)}")

    def allowances(self) -> list[Allowance]:
        """What is left of the shop's limits; WooCommerce itself names none."""
        return self._http.budget.left()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


def shaped(read: Callable[[], T], error: type[Unavailable | UnknownOutcome] = Unavailable) -> T:
    """The result of reading an answer. Raises the error when the answer has another shape than it should."""
    try:
        return read()
    except MALFORMED as wrong:
        raise error(f"The shop's answer has an unexpected form: {type(wrong).__name__}: {wrong}") from wrong


def canonical(address: str) -> str:
    """The shop's address in the form in which it is signed: no default port, no slash at the end.

    Raises ConfigurationError when it is no web address.
    """
    text = address.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        return _joined(parts)
    except ValueError:
        # It may hold a password: it is not repeated.
        raise ConfigurationError(
            "address: that is not the address of a shop; write it as https://shop.example, without a password"
        ) from None


def _joined(parts: SplitResult) -> str:
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError
    host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, {"http": 80, "https": 443}[parts.scheme]) else f":{parts.port}"
    folder = parts.path
    for tail in ("/index.php", "/wp-json", "/wp-admin"):
        folder = folder.split(tail, 1)[0]
    return f"{parts.scheme}://{host}{port}{folder.rstrip('/')}"


def refusal(answer: Response, *, secure: bool) -> ConnectorError:
    """The error that an answer of 4xx stands for, in words for a shop owner (facts section 2)."""
    error = _object(answer) or {}
    code = str(error.get("code") or "")
    if answer.status in (401, 403):
        return AuthFailed(_sign_in(code, words(error) if error else "", answer.status, secure=secure))
    if code:
        return Rejected(words(error))
    start = " ".join(answer.text[:120].split())
    return Foreign(
        f"The shop answered {answer.status}, but not in WooCommerce's words: {start!r}. "
        "A firewall, a proxy or a plugin may stand in between."
    )


def _sign_in(code: str, message: str, status: int, *, secure: bool) -> str:
    if not code:
        return (
            f"Something in front of the shop refuses the connection ({status}): a firewall, a security plugin or "
            "a password on the whole site. Ask who looks after the shop to let this computer through to /wp-json/."
        )
    if "timestamp" in message:
        return f"The shop says: {message} This computer's clock and the shop's differ by 15 minutes or more: set it."
    if "permissions" in message:
        return f"The shop says: {message} Make a key with the permission Read/Write."
    if "signature" in message:
        return (
            f"The shop says: {message} Either the consumer secret is wrong, or the shop calls itself by another "
            "address than the configured one."
        )
    if code == "woocommerce_rest_authentication_error":
        return f"The shop says: {message} Copy key and secret again, or make a new pair."
    if status == 403:
        return f"The shop says: {message} The key's user must be an administrator or a shop manager."
    where = (
        "the shop's server does not hand the sign-in on to WordPress (the Authorization header is removed), "
        "or a proxy does not tell WordPress that the connection is https"
        if secure
        else "the shop should be reached by https"
    )
    return f"The shop says: {message} The consumer key is unknown to it, or {where}."


def _basic(credentials: Credentials) -> dict[str, str]:
    pair = f"{credentials.key}:{credentials.secret}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def _is_error(value: Any) -> bool:
    """Whether this is how WordPress tells an error (facts section 3)."""
    return isinstance(value, dict) and isinstance(value.get("code"), str) and isinstance(value.get("message"), str)


def _is_json(answer: Response) -> bool:
    try:
        decoded(answer.content)
    except ValueError:
        return False
    return True


def _object(answer: Response) -> dict[str, Any] | None:
    """The answer when it is a JSON object, None when it is anything else."""
    try:
        value = decoded(answer.content)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _decoded(answer: Response) -> Any:
    """The body as JSON. Text in front of it is a fault of its own, never skipped (facts section 3).

    Raises Unavailable.
    """
    junk = _before_json(answer)
    if junk:
        raise Unavailable(
            f"Something in the shop prints text in front of its answers: {junk!r}. A plugin or a theme does that, or "
            "PHP shows its warnings (WP_DEBUG_DISPLAY); it has to be switched off in the shop."
        )
    return answer.json()


def _before_json(answer: Response) -> str:
    text = answer.text.removeprefix("\ufeff").lstrip()
    if text[:1] in ("[", "{"):
        return ""
    for start in sorted(found for mark in ("[", "{") if (found := text.find(mark)) > 0):
        try:
            decoded(text[start:])
        except ValueError:
            continue
        return " ".join(text[:start].split())[:120]
    return ""

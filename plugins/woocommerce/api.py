"""Speaks with the shop's REST interface: where it stands, how it is signed in to, what its refusals mean.

facts/real-woocommerce.md 2 and 3. Nothing here knows products or orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

from omnisync.connect.answer import Response, decoded
from omnisync.connect.budget import Allowance
from omnisync.connect.context import Context
from omnisync.errors import AuthFailed, ConfigurationError, ConnectorError, Rejected, Unavailable, UnknownOutcome

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


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list; ``total`` is how many the whole list has, None when the shop doesn't say."""

    rows: list[dict[str, Any]]
    total: int | None

    @property
    def more(self) -> bool:
        """Whether rows are left when this is the first page."""
        return len(self.rows) == PER_PAGE if self.total is None else bool(self.rows) and self.total > len(self.rows)


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
        self._http = context.http(
            self.address,
            limits={},
            auth=(credentials.key, credentials.secret) if self.secure else None,
            timeout=_TIMEOUT,
            verify_tls=verify_tls,
        )

    async def index(self) -> tuple[dict[str, Any], Response]:
        """What the WordPress says of itself, which also finds out where its interface stands."""
        params = {"_fields": "name,url,home,namespaces"}
        answers: list[Response] = []
        for prefix in _PREFIXES:
            answer = await self._http.request("GET", f"{prefix}/", group=_GROUP, params=params)
            found = _object(answer)
            if found is not None:
                self.prefix = prefix
                return found, answer
            answers.append(answer)
        if answers[0].status < 300:
            _decoded(answers[0])
        if answers[0].status in (401, 403):
            raise refusal(answers[0], secure=self.secure)
        raise Unavailable(
            f"{self.address} answers, but there is no WordPress interface ({answers[0].status}). "
            "Check the address; a shop in a subfolder needs it too (https://example.com/shop)."
        )

    async def call(self, method: str, path: str, params: Mapping[str, str] | None = None, body: Any = None) -> Response:
        """One request below ``wc/v3``; gives the answer when it is a 2xx."""
        if not self.prefix:
            await self.index()
        target = f"{self.prefix}/wc/v3/{path}"

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

        answer = await self._http.request(method, target, group=_GROUP, params=query, body=body)
        if answer.status >= 300:
            raise refusal(answer, secure=self.secure)
        return answer

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """What stands at that path, decoded."""
        return _decoded(await self.call("GET", path, params))

    async def page(self, path: str, params: Mapping[str, str]) -> Page:
        """One page of a list."""
        answer = await self.call("GET", path, {"per_page": str(PER_PAGE), **params})
        rows = _decoded(answer)
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
            return _decoded(answer)
        except Unavailable as error:
            raise UnknownOutcome(str(error)) from error

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
    return Unavailable(
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

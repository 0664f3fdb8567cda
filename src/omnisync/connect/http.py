"""HTTP for connectors: the only module that imports httpx, and the border where its errors become ours.

Never follows a redirect (a redirected POST loses its body and its credentials) and never repeats a
write. A read that found nobody is repeated within seconds, so that one lost answer does not end a walk
over a hundred pages; waiting for the rate budget is a matter of seconds too, or else an error.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import ssl
import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from omnisync.connect.budget import Budget
from omnisync.errors import ConnectorError, NotSent, RateLimited, Unavailable, UnknownOutcome
from omnisync.model.clean import clean
from omnisync.model.secrecy import Secrets
from omnisync.ports import Clock

# httpx brings a command line along, with all of rich and pygments: 5 MB and 60 ms that nobody here needs.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

import httpx  # noqa: E402

Transport = httpx.AsyncBaseTransport
"""What carries the requests: the network, or in tests an application in the same process."""

Params = Mapping[str, str | int]
"""What stands behind the question mark of an address."""

_LONGEST_WAIT = 5.0
"""Seconds that a request waits for its budget before it answers RateLimited instead."""

_LARGEST_ANSWER = 16 * 1024 * 1024
"""Bytes, unpacked. A page of 100 products with long descriptions has 2 MB; what JSON makes of 16 MB fits a small PC."""

_PACKED = {"": False, "identity": False, "gzip": True, "x-gzip": True}
"""How an answer may be packed."""

_GZIP = 16 + zlib.MAX_WBITS

_DEFAULT_PAUSE = 10.0
_READ_PAUSES = (1.0, 3.0)
"""Seconds before a read that found nobody is repeated; after the last one the error stands."""

_NO_ADDRESS = (httpx.UnsupportedProtocol, httpx.InvalidURL)

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class _Passing(ConnectorError):
    """Trouble of a read that may be over in a second."""


class _NobodyThere(_Passing, NotSent):
    """No connection for a read."""


class _NoAnswer(_Passing, Unavailable):
    """A read was cut off, or answered with a 5xx that names no time."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer below 500 that is neither a redirect nor a 429. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises Unavailable, saying what stands there instead."""
        try:
            found = decoded(self.content)
            return _whole(found) if b"\\ud" in self.content or b"\\uD" in self.content else found
        except ValueError:
            start = " ".join(self.text[:120].split())
            if start[:1] in ("{", "["):
                # A piece of an order may stand there, and what is told here goes into the log for ever.
                raise Unavailable(
                    f"It answered {self.status}, but its JSON is broken after {len(self.content)} bytes. "
                    "The connection may have been cut, or a plugin of the shop prints something into its answers."
                ) from None
            raise Unavailable(
                f"It answered {self.status}, but not in JSON. The answer starts with: {start!r}. "
                "A plugin, a firewall or a maintenance page of the shop may be printing this."
            ) from None


def decoded(content: bytes | str) -> Any:
    """The JSON decoded; what no platform writes on purpose (NaN, Infinity) counts as null. Raises ValueError."""
    try:
        return json.loads(content, parse_constant=lambda _name: None)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _whole(found: Any) -> Any:
    """The same with half characters (an emoji that was cut in two, as stores do with long names) replaced.

    Half of one can be written nowhere: not to the log, not to another store.
    """
    if isinstance(found, str):
        return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(found, list):
        return [_whole(each) for each in found]
    if isinstance(found, dict):
        return {_whole(key): _whole(value) for key, value in found.items()}
    return found


class Http:
    """One connector's line to one address, for the connector's whole life.

    Raises NotSent, UnknownOutcome (only for writes), RateLimited and Unavailable.
    """

    def __init__(
        self,
        base_url: str,
        *,
        clock: Clock,
        budget: Budget,
        transport: Transport | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float = 30.0,
        tls: ssl.SSLContext | None = None,
        secrets: Secrets | None = None,
    ) -> None:
        self.budget = budget
        self._secrets = secrets or Secrets(auth or ())
        self._clock = clock
        self._client = httpx.AsyncClient(
            base_url=base_url,
            transport=transport or httpx.AsyncHTTPTransport(verify=tls or tls_context(), retries=0),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip", **(headers or {})},
            auth=auth,
            timeout=httpx.Timeout(timeout, connect=10.0),
            follow_redirects=False,
            trust_env=False,
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        group: str,
        params: Params | Callable[[], Params] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send one request out of the budget ``group`` and give its answer.

        ``params`` may be a function that makes them, for signatures which are good for one request only:
        it is called right before each, also before a repeated one.
        """
        for pause in _READ_PAUSES if method not in _WRITES else ():
            try:
                return await self._once(method, path, group, params, body, headers)
            except _Passing:
                await self._clock.sleep(pause)
        return await self._once(method, path, group, params, body, headers)

    async def _once(
        self,
        method: str,
        path: str,
        group: str,
        params: Params | Callable[[], Params] | None,
        body: Any,
        headers: Mapping[str, str] | None,
    ) -> Response:
        await self._wait(group)
        self.budget.spend(group)
        writes = method in _WRITES
        try:
            query = params() if callable(params) else params
            async with self._client.stream(method, path, params=query, json=body, headers=headers) as answer:
                content = self._secrets.blot_bytes(await _read(answer))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, *_NO_ADDRESS) as error:
            text = f"No connection to {self._client.base_url.host}: {self._words(error)}"
            raise (NotSent(text) if writes else _NobodyThere(text)) from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            text = f"{self._client.base_url.host} gave no whole answer: {self._words(error)}"
            raise (UnknownOutcome(text) if writes else _NoAnswer(text)) from error
        except Unavailable as error:
            # The answer was refused as too large or oddly packed; what was asked for may have been done.
            if writes:
                raise UnknownOutcome(str(error)) from error
            raise
        self._refuse(answer, content, group, writes=writes)
        headers_told = {name.lower(): self._secrets.blot(value) for name, value in answer.headers.items()}
        return Response(answer.status_code, headers_told, content)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _words(self, error: Exception) -> str:
        return clean(self._secrets.blot(str(error) or type(error).__name__))

    async def _wait(self, group: str) -> None:
        waited = 0.0
        while (wait := (self.budget.ready_at(group) - self._clock.now()) / 1000) > 0:
            waited += wait
            if waited > _LONGEST_WAIT:
                raise RateLimited("The rate limit is used up for now.", self.budget.ready_at(group))
            await self._clock.sleep(wait)

    def _refuse(self, answer: httpx.Response, content: bytes, group: str, *, writes: bool) -> None:
        status = answer.status_code
        host = self._client.base_url.host
        until = retry_after(answer.headers.get("retry-after"), self._clock.now())
        if status == 429:
            until = until or self._clock.now() + int(_DEFAULT_PAUSE * 1000)
            self.budget.pause(group, until)
            raise RateLimited(f"{host} asks to wait (429).", until)
        if 300 <= status < 400:
            target = clean(self._secrets.blot(_place(answer.headers.get("location", ""))))
            raise Unavailable(
                f"{host} has moved ({status}) to {target or 'an address it does not name'}. "
                "Put that address into the configuration."
            )
        if status < 500:
            return
        start = clean(" ".join(content[:120].decode("utf-8", "replace").split()))
        text = f"{host} answered {status}: {start!r}"
        if writes and status != 503:
            raise UnknownOutcome(text)
        raise Unavailable(text, until) if writes or until else _NoAnswer(text)


async def _read(answer: httpx.Response) -> bytes:
    """The body, unpacked. Raises Unavailable for one that is too large or packed in an unknown way.

    httpx would unpack each piece as a whole, and pack upon pack where an answer says so: a few kilobytes could
    fill the memory. Here nothing grows beyond the limit.
    """
    if _number(answer.headers.get("content-length", "")) > _LARGEST_ANSWER:
        raise _too_large()
    # An answer out of the same process comes whole, and unpacked.
    whole_already = answer.is_stream_consumed
    encoding = "" if whole_already else answer.headers.get("content-encoding", "").strip().lower()
    if encoding not in _PACKED:
        raise Unavailable(f"The answer is packed in a way that was not asked for ({clean(encoding, 40)}).")
    unpacker = _Unpacker() if _PACKED[encoding] else None
    chunks: list[bytes] = []
    size = 0
    async for chunk in answer.aiter_bytes() if whole_already else answer.aiter_raw():
        whole = chunk if unpacker is None else unpacker.unpack(chunk, _LARGEST_ANSWER - size + 1)
        size += len(whole)
        if size > _LARGEST_ANSWER:
            raise _too_large()
        chunks.append(whole)
    if unpacker is not None and not unpacker.done and size:
        raise httpx.RemoteProtocolError("the packed answer ends too early")
    return b"".join(chunks)


def _too_large() -> Unavailable:
    return Unavailable(f"The answer is larger than {_LARGEST_ANSWER // 1024**2} MB and was refused.")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


class _Unpacker:
    """Unpacks gzip, also several members in a row, and never more than it is allowed to at a time."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)

    @property
    def done(self) -> bool:
        """Whether what was packed has come to its end."""
        return self._member.eof

    def unpack(self, chunk: bytes, most: int) -> bytes:
        """At most so many bytes of what the chunk holds. Raises httpx.DecodingError."""
        found: list[bytes] = []
        while chunk and most > 0:
            if self._member.eof:
                # Some servers fill up with zeros.
                chunk = chunk.lstrip(b"\0")
                self._member = zlib.decompressobj(_GZIP) if chunk else self._member
                continue
            try:
                found.append(self._member.decompress(chunk, most))
            except zlib.error as error:
                raise httpx.DecodingError(str(error)) from error
            most -= len(found[-1])
            chunk = self._member.unused_data or self._member.unconsumed_tail
        return b"".join(found)


def _place(location: str) -> str:
    """An address without what may be private in it: password, query, fragment."""
    target = location.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]
    scheme, mark, rest = target.partition("//")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}" if mark else target


def retry_after(value: str | None, now: int) -> int | None:
    """When a Retry-After header (seconds, or an HTTP date) allows the next call, in milliseconds UTC."""
    if not value:
        return None
    if value.strip().isdigit():
        return now + int(value) * 1000
    return http_date(value)


def http_date(value: str | None) -> int | None:
    """An HTTP date in milliseconds UTC, None when there is none or it can't be read."""
    if not value:
        return None
    try:
        return int(email.utils.parsedate_to_datetime(value).timestamp() * 1000)
    except ValueError:
        return None


def load_transport() -> None:
    """Import what the first request would: a daemon does so before its memory fills and empties again."""
    import httpcore  # noqa: F401

    tls_context()


_tls: ssl.SSLContext | None = None


def tls_context() -> ssl.SSLContext:
    """The system's certificate authorities, loaded once: it takes 50 ms of processor time."""
    global _tls  # noqa: PLW0603
    if _tls is None:
        _tls = httpx.create_ssl_context()
    return _tls


class ConnectionCut(Exception):
    """Raised by a sandbox in the same process to cut the connection without an answer."""


class InProcess(httpx.AsyncBaseTransport):
    """Carries requests to ASGI applications in this process, by host name; a host that is missing is down."""

    def __init__(self, applications: Mapping[str, Any], clock: Clock) -> None:
        self._applications = applications
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer through the application that stands for the request's host."""
        application = self._applications.get(request.url.host)
        if application is None:
            raise httpx.ConnectError("connection refused", request=request)
        allowed = request.extensions.get("timeout", {}).get("read") or 30.0
        answer = asyncio.ensure_future(_asked(application, request))
        # Whoever asked may be gone when the application cuts the connection.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        patience = asyncio.ensure_future(self._clock.sleep(allowed))
        try:
            await asyncio.wait({answer, patience}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise httpx.ReadTimeout("no answer in time", request=request)
            return answer.result()
        except ConnectionCut:
            raise httpx.ReadError("the connection was cut", request=request) from None
        finally:
            patience.cancel()


async def _asked(application: Any, request: httpx.Request) -> httpx.Response:
    """The application's whole answer; httpx's own way to ask one looks for another event loop each time."""
    status, headers, body = 0, [], bytearray()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": request.content, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message["headers"])
        else:
            body.extend(message.get("body", b""))

    await request.aread()
    url = request.url
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.split(b"?")[0],
        "query_string": url.query,
        "server": (url.host, url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }
    await application(scope, receive, send)
    return httpx.Response(status, headers=headers, content=bytes(body))

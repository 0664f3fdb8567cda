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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from omnisync.connect.budget import Budget
from omnisync.errors import ConnectorError, NotSent, RateLimited, Unavailable, UnknownOutcome
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

_LARGEST_ANSWER = 64 * 1024 * 1024
_DEFAULT_PAUSE = 10.0
_READ_PAUSES = (1.0, 3.0)
"""Seconds before a read that found nobody is repeated; after the last one the error stands."""

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
            found = json.loads(self.content)
            return _whole(found) if b"\\ud" in self.content or b"\\uD" in self.content else found
        except ValueError:
            start = " ".join(self.text[:120].split())
            raise Unavailable(
                f"It answered {self.status}, but not in JSON. The answer starts with: {start!r}. "
                "A plugin, a firewall or a maintenance page of the shop may be printing this."
            ) from None


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
    ) -> None:
        self.budget = budget
        self._clock = clock
        self._client = httpx.AsyncClient(
            base_url=base_url,
            transport=transport or httpx.AsyncHTTPTransport(verify=tls or tls_context(), retries=0),
            headers={"Accept": "application/json", **(headers or {})},
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
                content = await _read(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
            text = f"No connection to {self._client.base_url.host}: {_words(error)}"
            raise (NotSent(text) if writes else _NobodyThere(text)) from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            text = f"{self._client.base_url.host} gave no whole answer: {_words(error)}"
            raise (UnknownOutcome(text) if writes else _NoAnswer(text)) from error
        self._refuse(answer, content, group, writes=writes)
        return Response(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, content)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

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
            target = answer.headers.get("location", "")
            raise Unavailable(
                f"{host} has moved ({status}) to {target.split('?')[0] or 'an address it does not name'}. "
                "Put that address into the configuration."
            )
        if status < 500:
            return
        start = " ".join(content[:120].decode("utf-8", "replace").split())
        text = f"{host} answered {status}: {start!r}"
        if writes and status != 503:
            raise UnknownOutcome(text)
        raise Unavailable(text, until) if writes or until else _NoAnswer(text)


async def _read(answer: httpx.Response) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in answer.aiter_bytes():
        size += len(chunk)
        if size > _LARGEST_ANSWER:
            raise Unavailable(f"The answer is larger than {_LARGEST_ANSWER // 1024**2} MB and was refused.")
        chunks.append(chunk)
    return b"".join(chunks)


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


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

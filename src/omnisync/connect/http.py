"""HTTP for connectors: the one way out to the network, and the border where its errors become ours.

Never follows a redirect (a redirected POST loses its body and its credentials) and never repeats a
write. A read that found nobody is repeated within seconds, so that one lost answer does not end a walk
over a hundred pages; waiting for the rate budget is a matter of seconds too, or else an error.
"""

from __future__ import annotations

import ssl
import sys
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from omnisync.connect.answer import Response, Unpacker, retry_after
from omnisync.connect.budget import Budget
from omnisync.errors import ConnectorError, Moved, NotSent, RateLimited, Unavailable, UnknownOutcome
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

_DEFAULT_PAUSE = 10.0
_READ_PAUSES = (1.0, 3.0)
"""Seconds before a read that found nobody is repeated; after the last one the error stands."""

_NO_ADDRESS = (httpx.UnsupportedProtocol, httpx.InvalidURL)

_FOR_GOOD = frozenset({301, 308})
"""The redirects that say "from now on"."""

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class _Passing(ConnectorError):
    """Trouble of a read that may be over in a second."""


class _NobodyThere(_Passing, NotSent):
    """No connection for a read."""


class _NoAnswer(_Passing, Unavailable):
    """A read was cut off, or answered with a 5xx that names no time."""


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
        self._timeout = timeout
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
        except httpx.ReadTimeout as error:
            # Half a minute of silence is not over in a second, and whoever waits for the figures is to know it.
            text = f"{self._client.base_url.host} did not answer within {self._timeout:.0f} seconds."
            raise (UnknownOutcome(text) if writes else Unavailable(text)) from error
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
            raise Moved(
                f"{host} has moved ({status}) to {target or 'an address it does not name'}. "
                "Put that address into the configuration.",
                for_good=status in _FOR_GOOD,
            )
        if status < 500:
            return
        start = clean(" ".join(content[:300].decode("utf-8", "replace").split()))
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
    unpacker = Unpacker() if _PACKED[encoding] else None
    chunks: list[bytes] = []
    size = 0
    async for chunk in answer.aiter_bytes() if whole_already else answer.aiter_raw():
        try:
            whole = chunk if unpacker is None else unpacker.unpack(chunk, _LARGEST_ANSWER - size + 1)
        except zlib.error as error:
            raise httpx.DecodingError(str(error)) from error
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


def _place(location: str) -> str:
    """An address without what may be private in it: password, query, fragment."""
    target = location.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]
    scheme, mark, rest = target.partition("//")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}" if mark else target


def load_transport() -> None:
    """Import what the first request would: a daemon does so before its memory fills and empties again."""
    import anyio  # noqa: F401
    import httpcore  # noqa: F401

    tls_context()


_tls: ssl.SSLContext | None = None


def tls_context() -> ssl.SSLContext:
    """The system's certificate authorities, loaded once: it takes 50 ms of processor time."""
    global _tls  # noqa: PLW0603
    if _tls is None:
        _tls = httpx.create_ssl_context()
    return _tls

"""Requests to applications in the same process: how sandboxes are asked without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from omnisync.connect.sandbox import ConnectionCut
from omnisync.ports import Clock


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

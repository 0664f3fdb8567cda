"""The sandbox's front door: who may come in, how often, and how Trendyol words its refusals.

Written from facts/marketplaces.md 1.1 and 1.9. Where the facts leave the order of the checks open, the
firewall (User-Agent) comes first, then the key, then the rate.
"""

from __future__ import annotations

import base64
import re
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from email.utils import formatdate

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

SAME_BODY = "15 dakika boyunca aynı isteği tekrarlı olarak atamazsınız!"

_ENDPOINT_CALLS, _ENDPOINT_SECONDS = 50, 10
_MINUTE = 60_000

_ANNOUNCED = re.compile(r"\d+ - [A-Za-z0-9]{1,30}")
"""The User-Agent: a seller number and who made the program. Whose number it is, the firewall can't know."""

GROUPS: Mapping[str, int] = {"product read": 1000, "inventory write": 350, "shipment packages": 30}
"""Calls a minute that the endpoints of a group share, for the smallest seller tier."""


def refused(status: int, exception: str, key: str, message: str, now: int) -> JSONResponse:
    """A refusal in Trendyol's form."""
    error = {"key": key, "message": message, "errorCode": str(status)}
    return JSONResponse({"timestamp": now, "exception": exception, "errors": [error]}, status)


def bad_request(key: str, message: str, now: int) -> JSONResponse:
    """A 400 for a request that breaks a rule."""
    return refused(400, "ClientApiBusinessException", key, message, now)


def unauthorized(now: int) -> JSONResponse:
    """The 401 for a wrong key, secret or seller number."""
    return refused(401, "ClientApiAuthenticationException", "ClientApiAuthenticationException", "", now)


def too_many(now: int) -> JSONResponse:
    """The 429, which names no time to wait."""
    return refused(429, "TooManyRequestsException", "too.many.requests", "too.many.requests", now)


def broken(now: int) -> JSONResponse:
    """The 500 as clients have seen it."""
    return JSONResponse(
        {
            "timestamp": now,
            "exception": "TrendyolSystemException",
            "errors": [{"key": "generic.exception", "message": "Exception Occured", "errorCode": ""}],
        },
        500,
    )


def page(status: int, title: str) -> HTMLResponse:
    """A page of something that stands before the API: the firewall, or the note that it is closed."""
    return HTMLResponse(f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>", status)


class Windows:
    """Counts calls in sliding windows: 50 in 10 s per endpoint, and a group's calls a minute."""

    def __init__(self) -> None:
        self._calls: defaultdict[str, deque[int]] = defaultdict(deque)

    def admits(self, endpoint: str, group: str, now: int) -> bool:
        """Whether this call still fits; it is counted only if it does."""
        own = self._recent(endpoint, now - _ENDPOINT_SECONDS * 1000)
        shared = self._recent(f"group {group}", now - _MINUTE)
        if len(own) >= _ENDPOINT_CALLS or len(shared) >= GROUPS[group]:
            return False
        own.append(now)
        shared.append(now)
        return True

    def _recent(self, name: str, since: int) -> deque[int]:
        calls = self._calls[name]
        while calls and calls[0] <= since:
            calls.popleft()
        return calls


class Gate:
    """Lets a request in or says why not."""

    def __init__(self, options: Mapping[str, str], now: Callable[[], int]) -> None:
        pair = f"{options['api_key']}:{options['api_secret']}".encode()
        self._authorization = f"Basic {base64.b64encode(pair).decode()}"
        self._seller_id = options["seller_id"]
        self._windows = Windows()
        self._now = now

    def refusal(self, request: Request, endpoint: str, group: str) -> Response | None:
        """The answer that turns this request away, None when it may come in."""
        if not _ANNOUNCED.fullmatch(request.headers.get("user-agent", "")):
            return Response(status_code=403)
        known = request.headers.get("authorization") == self._authorization
        if not known or request.path_params["seller_id"] != self._seller_id:
            return unauthorized(self._now())
        return None if self._windows.admits(endpoint, group, self._now()) else too_many(self._now())

    def rested(self) -> None:
        """As after some minutes without a call: no window counts any."""
        self._windows = Windows()


def dated(answer: Response, now: int) -> Response:
    """The answer with a Date header of the sandbox's own clock."""
    answer.headers["date"] = formatdate(now / 1000, usegmt=True)
    return answer

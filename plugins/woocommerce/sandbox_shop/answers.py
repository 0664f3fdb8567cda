"""How WordPress words its answers: JSON, errors, and trouble on the server (facts/real-woocommerce.md 3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import HTMLResponse, RedirectResponse, Response

from omnisync.connect.sandbox import Fault


class WpError(Exception):
    """An error as the REST interface tells it: a code, a message and a status."""

    def __init__(self, status: int, code: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "data": {"status": status, **data}}


def answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer of the REST interface."""
    return Response(
        json.dumps(content, ensure_ascii=False),
        status,
        {
            "Content-Type": "application/json; charset=UTF-8",
            "Cache-Control": "no-cache, must-revalidate, max-age=0, no-store, private",
            **(headers or {}),
        },
    )


def bad_param(name: str, reason: str, code: str) -> WpError:
    """A parameter that the schema refuses."""
    return WpError(
        400,
        "rest_invalid_param",
        f"Invalid parameter(s): {name}",
        params={name: reason},
        details={name: {"code": code, "message": reason, "data": None}},
    )


def no_route() -> WpError:
    """An address that this version doesn't know."""
    return WpError(404, "rest_no_route", "No route was found matching the URL and request method.")


def apache_not_found() -> Response:
    """What the web server says of itself when WordPress was never asked."""
    return HTMLResponse(
        '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>404 Not Found</title>\n</head><body>\n'
        "<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n",
        404,
    )


def trouble(fault: Fault, home: str, pause: int) -> Response:
    """The answer to a request that meets this fault; ``pause`` is what a maintenance page asks for, in seconds."""
    if fault is Fault.UNAUTHORIZED:
        error = WpError(401, "woocommerce_rest_authentication_error", "Consumer secret is invalid.")
        return answer(error.body, error.status)
    if fault is Fault.FORBIDDEN:
        return HTMLResponse("<html><head><title>403 Forbidden</title></head><body>Request blocked.</body></html>", 403)
    if fault is Fault.RATE_LIMITED:
        return HTMLResponse("<html><body><h1>Too Many Requests</h1></body></html>", 429, {"Retry-After": "5"})
    if fault is Fault.SERVER_ERROR:
        message = "<p>There has been a critical error on this website.</p>"
        return answer({"code": "internal_server_error", "message": message, "data": {"status": 500}}, 500)
    if fault is Fault.UNAVAILABLE:
        page = "<!DOCTYPE html>\n<html dir='ltr'><head><title>Maintenance</title></head><body>Briefly unavailable for "
        return HTMLResponse(page + "scheduled maintenance.</body></html>", 503, {"Retry-After": str(pause)})
    if fault is Fault.MOVED:
        return RedirectResponse(f"{home}/moved/", 301)
    return HTMLResponse("<!DOCTYPE html>\n<html><head><title>The shop</title></head><body>Welcome!</body></html>")

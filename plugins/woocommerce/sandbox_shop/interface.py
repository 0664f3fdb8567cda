"""The REST interface itself: which address does what, after who asks was checked."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .answers import WpError, answer, apache_not_found, no_route
from .lists import Question

Handler = Callable[["Call"], Awaitable[Response]]


@dataclass(slots=True)
class Call:
    """One request below ``wc/v3``: what it asks, and with which numbers in its path."""

    method: str
    params: Mapping[str, str]
    body: dict[str, Any]
    numbers: tuple[int, ...]
    base: str
    question: Question


@dataclass(frozen=True, slots=True)
class Way:
    """One address of the interface: ``N`` in the pattern stands for a number."""

    methods: frozenset[str]
    pattern: re.Pattern[str]
    handler: Handler


def way(methods: str, path: str, handler: Handler) -> Way:
    """``way("GET", "products/N", ...)``."""
    return Way(frozenset(methods.split()), re.compile(path.replace("N", r"(\d+)")), handler)


WRITES = "POST PUT PATCH"


def find(ways: list[Way], method: str, path: str) -> tuple[Handler, tuple[int, ...]]:
    """Who answers at that address. Raises WpError when nobody does."""
    for each in ways:
        match = each.pattern.fullmatch(path)
        if match and method in each.methods:
            return each.handler, tuple(int(number) for number in match.groups())
    raise no_route()


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON body. Raises WpError when it is none."""
    raw = await request.body()
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise WpError(
            400, "rest_invalid_json", "Invalid JSON body passed.", json_error_message="Syntax error"
        ) from None
    return body if isinstance(body, dict) else {}


async def not_found(_: Request) -> Response:
    """Anything that is no address of the interface."""
    return apache_not_found()


def refuse_stranger(method: str, path: str) -> WpError:
    """What somebody who is not signed in gets; an unknown key is the same (facts section 2)."""
    if method == "GET":
        return WpError(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
    if path.endswith("batch"):
        message = "Sorry, you are not allowed to batch manipulate this resource."
        return WpError(401, "woocommerce_rest_cannot_batch", message)
    return WpError(401, "woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource.")


def error_answer(error: WpError) -> Response:
    """The error as an answer."""
    return answer(error.body, error.status)

"""What comes in over HTTP: unpacked within bounds, without our own secrets, and without a buyer's words in errors."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from omnisync.connect.budget import Budget
from omnisync.connect.http import Http
from omnisync.errors import ConnectorError, Unavailable, UnknownOutcome
from omnisync.model.secrecy import Secrets
from omnisync.testing.clock import ManualClock

MB = 1024 * 1024


class Stream(httpx.AsyncByteStream):
    """An answer in pieces, as it comes from a network."""

    def __init__(self, content: bytes, size: int = 65536) -> None:
        self._content, self._size = content, size

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self._content), self._size):
            yield self._content[at : at + self._size]


class Answering(httpx.AsyncBaseTransport):
    """Answers every request in the same way, or fails so."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self._answer = answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._answer(request)


def line(answer: Callable[[httpx.Request], httpx.Response], *secrets: str) -> Http:
    clock = ManualClock()
    return Http(
        "https://shop.test", clock=clock, budget=Budget({}, clock), transport=Answering(answer),
        secrets=Secrets(secrets),
    )  # fmt: skip


def packed(content: bytes, encoding: str, size: int = 65536) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(200, headers={"content-encoding": encoding}, stream=Stream(content, size))


def bomb() -> bytes:
    """A gigabyte of spaces in one megabyte: many members in a row."""
    return gzip.compress(b" " * 64 * MB) * 16


BOMB = bomb()


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b'{"a": 1}', ""), (b'{"a": 1}', "identity"), (gzip.compress(b'{"a": 1}'), "gzip"),
        (gzip.compress(b'{"a":') + gzip.compress(b" 1}"), "GZIP"),
         (gzip.compress(b'{"a": 1}') + b"\0" * 9, "x-gzip"),
    ],
    ids=["plain", "identity", "gzip", "members", "filled"],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 7, 65536])
async def test_ordinary_answers_are_unpacked(content: bytes, encoding: str, size: int) -> None:
    answer = await line(packed(content, encoding, size)).request("GET", "/", group="x")
    assert answer.json() == {"a": 1}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (packed(BOMB, "gzip"), "larger than 16 MB"),
        (packed(BOMB, "gzip", 2 * MB), "larger than 16 MB"),
        (packed(gzip.compress(BOMB), "gzip, gzip"), "packed in a way"),
        (packed(b"x" * 17 * MB, ""), "larger than 16 MB"),
        (lambda _: httpx.Response(200, headers={"content-length": str(2**40)}, stream=Stream(b"")), "larger than 16"),
        (packed(b"x", "br"), "packed in a way"),
        (packed(b"no gzip at all", "gzip"), "no whole answer"),
        (packed(gzip.compress(b"x" * 9999)[:-20], "gzip"), "no whole answer"),
    ],
    ids=["bomb", "bomb in one piece", "bomb in a bomb", "large", "says it is large", "not asked for", "no gzip", "cut"],
)
async def test_what_is_too_large_is_refused_in_one_sentence_and_without_filling_the_memory(
    answer: Callable[[httpx.Request], httpx.Response], words: str
) -> None:
    http = line(answer)
    tracemalloc.start()
    try:
        with pytest.raises(Unavailable, match=words):
            await http.request("GET", "/", group="x")
        assert tracemalloc.get_traced_memory()[1] < 48 * MB
        with pytest.raises(UnknownOutcome, match=words):
            await http.request("POST", "/", group="x")
    finally:
        tracemalloc.stop()


async def failure(answer: Callable[[httpx.Request], httpx.Response], *secrets: str) -> str:
    with pytest.raises(ConnectorError) as caught:
        (await line(answer, *secrets).request("GET", "/", group="x")).json()
    return str(caught.value)


async def test_a_broken_answer_repeats_nothing_of_an_order() -> None:
    cut = json.dumps([{"customer": "Ayşegül Yılmaz", "phone": "+905551234567"}])[:-5].encode()
    told = await failure(lambda _: httpx.Response(200, content=cut))
    assert "broken after" in told
    assert "Ay" not in told


async def test_nan_and_depth_are_read_or_refused_and_never_a_fault() -> None:
    answer = await line(lambda _: httpx.Response(200, content=b"[NaN, -Infinity, 1e999, 1]")).request(
        "GET", "/", group="x"
    )
    assert answer.json()[:2] == [None, None]
    assert "JSON is broken" in await failure(lambda _: httpx.Response(200, content=b"[" * 200_000))
    assert "JSON is broken" in await failure(lambda _: httpx.Response(200, content=b"[" + b"9" * 20_000 + b"]"))


async def test_a_redirect_names_the_place_and_nothing_private() -> None:
    where = "https://admin:pass@other.test/x?key=cs_kanarya_77#cs_kanarya_77"
    told = await failure(lambda _: httpx.Response(302, headers={"location": where}), "cs_kanarya_77")
    assert "https://other.test/x." in told
    assert "pass" not in told
    hostile = await failure(
        lambda _: httpx.Response(301, headers=[(b"location", b"https://x/\x1b]0;pwn\x07" + b"a" * 9000)])
    )
    assert "\x1b" not in hostile
    assert len(hostile) < 400


async def test_an_address_that_is_none_is_said_in_one_sentence() -> None:
    def invalid(request: httpx.Request) -> httpx.Response:
        raise httpx.InvalidURL(f"Invalid port: {request.url}")

    assert "No connection" in await failure(invalid)


async def test_a_store_that_is_silent_is_not_asked_again_and_again() -> None:
    asked = 0

    def silent(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        raise httpx.ReadTimeout("", request=request)

    with pytest.raises(Unavailable, match=r"shop\.test did not answer within 30 seconds"):
        await line(silent).request("GET", "orders", group="read")
    assert asked == 1
    with pytest.raises(UnknownOutcome):
        await line(silent).request("POST", "stock", group="write")

"""`omnisync log`: filters, other people's lines, rotation while following."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import structlog
from tests.cli.conftest import Shop

from omnisync.daemon.logs import start_logging
from omnisync.folders import LOG
from omnisync.logfile import Filter, Line, decode, follow, last
from omnisync.model.secrecy import Secrets
from omnisync.ports import SystemClock

AT = "2026-11-18T11:02:33.500000Z"


def line(event: str, level: str = "info", **fields: object) -> str:
    return json.dumps({"event": event, "level": level, "timestamp": AT, **fields}) + "\n"


LINES = [
    line("daemon.started", folder="/srv", stores=["trendyol"]),
    line("batch.confirmed", store="trendyol", items=212, refused=1),
    line("item.refused", "warning", store="trendyol", listing="ty-1", reason="barcode \x1b[31mis locked"),
    line("erp.broke", "error", connector="erp", reason="no such file"),
    "a library's own words\n",
]


@pytest.fixture
def log(shop: Shop) -> Path:
    path = shop.folder / LOG
    path.write_text("".join(LINES))
    return path


def test_a_line_is_words_and_not_json(shop: Shop, log: Path) -> None:
    shown = shop.ok("log").splitlines()
    assert shown[1] == "2026-11-18 14:02 info     trendyol     batch confirmed  items=212 refused=1"
    assert shown[2].endswith("item refused  listing=ty-1 reason=barcode [31mis locked")
    assert shown[4].endswith("a library's own words")


@pytest.mark.parametrize(
    ("words", "events"),
    [
        (["--level", "warning"], ["item.refused", "erp.broke"]), (["--store", "erp"], ["erp.broke"]),
        (["--store", "trendyol", "-n", "1"], ["item.refused"]), (["--grep", "LOCKED"], ["item.refused"]),
        (["-n", "0"], []), (["--grep", "nothing like it"], []),
    ],
)  # fmt: skip
def test_lines_are_chosen(shop: Shop, log: Path, words: list[str], events: list[str]) -> None:
    shown = shop.ok("log", "--json", *words)
    assert "\x1b" not in shown
    assert [json.loads(row)["event"] for row in shown.splitlines()] == events


def test_rotated_files_are_read_too_and_half_a_line_is_not(shop: Shop, log: Path) -> None:
    log.rename(log.with_name(f"{LOG}.1"))
    log.write_text(line("newest") + '{"event": "half')
    assert [json.loads(row)["event"] for row in shop.ok("log", "--json", "-n", "3").splitlines()] == [
        "erp.broke", "a library's own words", "newest",
    ]  # fmt: skip


def test_without_a_log_one_sentence(shop: Shop) -> None:
    assert "There is no log" in shop.refused("log")


def test_what_the_daemon_really_writes_is_understood(tmp_path: Path) -> None:
    before = logging.getLogger().handlers[:]
    try:
        start_logging(tmp_path, Secrets(["top-secret"]), echo=False)
        structlog.get_logger().bind(store="trendyol").error("store.broke", reason="key top-secret refused")
        found, _end = last(tmp_path / LOG, Filter(), 5)
    finally:
        for handler in logging.getLogger().handlers[:]:
            handler.close()
        logging.getLogger().handlers[:] = before
    assert [(each.level, each.store, each.text) for each in found] == [
        ("error", "trendyol", "store broke  reason=key ••• refused")
    ]
    assert found[0].at > 1_700_000_000_000


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b"\xff\xfe", b'{"event": 1, "level": "loud", "timestamp": "x"}', b"7"]
)
def test_no_line_is_too_odd(raw: bytes) -> None:
    assert decode(raw).level == "info"


async def test_following_goes_on_over_a_rotation_and_waits_for_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / LOG
    path.write_text(line("old"))
    _found, end = last(path, Filter(), 1)
    async with aclosing(follow(path, Filter(), end, SystemClock())) as lines:
        with path.open("a") as file:
            file.write(line("one") + line("two")[:20])
            file.flush()
            assert (await _next(lines)).record["event"] == "one"
            file.write(line("two")[20:] + line("three"))
        path.rename(path.with_name(f"{LOG}.1"))
        path.write_text(line("four"))
        assert [(await _next(lines)).record["event"] for _ in range(3)] == ["two", "three", "four"]


async def _next(lines: AsyncIterator[Line]) -> Line:
    return await asyncio.wait_for(anext(lines), 5)

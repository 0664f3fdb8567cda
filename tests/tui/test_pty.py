"""The screens in a real terminal: what is sent to it, and what becomes of keys that come all at once."""

from __future__ import annotations

import base64
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.bench import alone
from tests.terminal import Burst, Terminal
from tests.tui import hostile, hostile_daemon, hostile_shop
from tests.tui.hostile_shop import STORE

_F1, _F2, _F3, _F4, _F5, _F6, _F7, _F8, _F9, _F12 = (
    "\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS", "\x1b[15~", "\x1b[17~", "\x1b[18~", "\x1b[19~", "\x1b[20~", "\x1b[24~",
)  # fmt: skip
_DOWN, _ESCAPE, _ENTER, _PALETTE = "\x1b[B", "\x1b", "\r", "\x10"

_OURS = re.compile(
    rb"\x1b\[[<=>?]?[0-9;:]*(?:[mHhlutJKq]|\$p| ?q)|\x1b\]8;[^\x1b]*\x1b\\|\x1b\]22;[a-z-]+\x07|\x1b[78]|\r?\n"
)
"""Looks, places, modes, the keyboard's protocol, the mouse's shape: what the screens themselves send."""
_COPY = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)")


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    (tmp_path / "erp").mkdir()
    (tmp_path / "omnisync.toml").write_text(
        '[shop]\nname = "Demir"\ndata_folder = "data"\n[erp]\nconnector = "files"\nfolder = "erp"\n', "utf-8"
    )
    await hostile_shop.fill(tmp_path / "data")
    return tmp_path


@pytest.fixture
def terminal(folder: Path) -> Iterator[Terminal]:
    """The screens, at rest with their first rows."""
    with _screens(alone.__file__, "screens", folder / "omnisync.toml", folder / "report", "H-000") as made:
        made.until_written(b"H-000")
        made.until_quiet()
        yield made


@pytest.fixture
def answered(folder: Path) -> Iterator[Terminal]:
    """The same with a daemon whose answers are hostile."""
    with _screens(hostile_daemon.__file__, folder / "omnisync.toml") as made:
        made.until_written("● daemon".encode())
        made.until_written(b"H-000")
        made.until_quiet()
        yield made


def _screens(*command: object) -> Terminal:
    # The shorter the program waits for the rest of a key that begins with Esc, the sooner the tests are done.
    given = {"ESCDELAY": "20", "PYTHONPATH": str(Path(__file__).parents[2])}
    return Terminal([sys.executable, "-P", *map(str, command)], given, size=(120, 40))


def _seen(terminal: Terminal, keys: str, wanted: str) -> Burst:
    """Press, wait until something is there, then until it is quiet."""
    since = terminal.send(keys)
    terminal.until_written(wanted.encode(), since)
    terminal.until_quiet(0.05)
    return Burst(0, 0, terminal.written(since))


def _check(written: bytes) -> list[str]:
    """Nothing but our own sequences and harmless text; answers what was copied."""
    copied = [base64.b64decode(each).decode() for each in _COPY.findall(written)]
    rest = _OURS.sub(b"", _COPY.sub(b"", written))
    assert not [rest[max(0, at - 40) : at + 40] for at, byte in enumerate(rest) if byte < 0x20 or byte == 0x7F][:3]
    assert not hostile.foreign(rest.decode("utf-8"))
    assert not hostile.foreign("".join(copied).replace("\t", ""))
    return copied


def _leave(terminal: Terminal) -> None:
    """Esc, and a moment, because it is the beginning of other keys too."""
    terminal.press(_ESCAPE, 0.25)
    terminal.until_quiet()


def _look(terminal: Terminal, *keys: str) -> None:
    """Press each of these keys and leave what it opened."""
    for key in keys:
        terminal.press(key, 0.2)
        _leave(terminal)


def _end(terminal: Terminal) -> list[str]:
    """It still lives, ends in order, and has sent nothing but what it should; answers what was copied."""
    assert terminal.end() == 128 + signal.SIGTERM
    return _check(terminal.written())


def test_hostile_names_do_nothing_in_the_list_the_sheet_and_the_reasons(terminal: Terminal) -> None:
    for at in range(len(hostile.NAMES)):
        _seen(terminal, _ENTER, "next store")
        terminal.press("w", 0.25)
        terminal.until_quiet()
        _leave(terminal)
        _leave(terminal)
        if at % 8 == 0:
            terminal.press("Y")
        terminal.send(_DOWN)
    assert len(_end(terminal)) == 3


def test_hostile_names_do_nothing_in_the_past(terminal: Terminal) -> None:
    for _ in hostile.NAMES:
        _seen(terminal, "w", "What led there")
        _seen(terminal, "[", "As it was at")
        _leave(terminal)
        terminal.send(_DOWN)
    _look(terminal, "t")
    _end(terminal)


def test_hostile_names_do_nothing_in_questions_and_help(terminal: Terminal) -> None:
    _look(terminal, "c", "f", "s", _F6, _F5, _F1, _PALETTE, "U", "\x1b[15;2~")
    terminal.send("/H-0 x")
    _leave(terminal)
    terminal.send("99999999\r")
    _end(terminal)


def test_hostile_buyers_do_nothing(terminal: Terminal) -> None:
    _seen(terminal, _F7, "W-23")
    for _ in hostile.NAMES:
        _look(terminal, _ENTER)
        terminal.send(_DOWN)
    _look(terminal, _F12, _F5, _F6, _F1)
    _end(terminal)


def test_hostile_orders_and_products_do_nothing_in_their_histories(terminal: Terminal) -> None:
    _seen(terminal, _F7, "W-23")
    for _ in range(4):
        _seen(terminal, _ENTER, "What happened")
        _seen(terminal, _F3, "1 event")
        _seen(terminal, _ENTER, "sealed")
        for _level in range(3):
            _leave(terminal)
        terminal.send(_DOWN)
    _seen(terminal, _F2, "H-000")
    _seen(terminal, _ENTER, "next store")
    _seen(terminal, _F3, " events")
    # The events name every product: each record holds every text.
    for _ in range(7):
        _seen(terminal, _ENTER, "actor")
        _leave(terminal)
        terminal.press("y")
        terminal.send(_DOWN)
    assert len(_end(terminal)) == 7


def test_hostile_listings_and_reasons_do_nothing_in_what_waits(terminal: Terminal) -> None:
    _seen(terminal, _F9, STORE)
    since = terminal.send(_F6)
    terminal.until_written(b"What waits for you", since)
    terminal.until_written(b"unmatched", since)
    terminal.press("\x1b[F")
    for _ in hostile.NAMES:
        _seen(terminal, _ENTER, "Which product")
        _leave(terminal)
        terminal.press("\x1b[A")
    for _ in hostile.NAMES:
        terminal.press("\x1b[A", 0.03)
    assert b"24 figures are held" in terminal.written()
    _look(terminal, _ENTER, _F4, _F6, "\x01" + _ENTER)
    _end(terminal)


def test_hostile_words_of_a_store_do_nothing(terminal: Terminal) -> None:
    _seen(terminal, _F9, STORE)
    _look(terminal, _F1, _F4)
    terminal.press(_F6, 0.2)
    for _ in range(5 * len(hostile.NAMES)):
        terminal.send(_DOWN)
    for _ in hostile.NAMES:
        terminal.send("\x1b[A")
    _look(terminal, _ENTER, _F6, _F3, _F1)
    _end(terminal)


def test_hostile_names_do_nothing_in_what_differs_and_in_the_plan_of_a_new_store(terminal: Terminal) -> None:
    _seen(terminal, _F9, "oldest unconfirmed")
    _seen(terminal, "d", "edited by hand")
    for at in range(len(hostile.NAMES)):
        if at % 8 == 0:
            terminal.press("Y")
        terminal.press(_DOWN, 0.03)
    _look(terminal, _F4, _F5, _F6, "p", _F1)
    _leave(terminal)
    assert b"begin to send?" in _seen(terminal, _F3, "H-014").data
    assert len(_end(terminal)) == 3


def test_hostile_answers_of_a_daemon_do_nothing(answered: Terminal) -> None:
    # What would be sent after it is asked of the daemon, and refused.
    assert b"Take this back?" in _seen(answered, "\x1a", "answer 01").data
    _leave(answered)
    # Each refusal has another text in it.
    for at in range(2, len(hostile.NAMES) + 2):
        _seen(answered, "u", f"answer {at:02}")
    _seen(answered, _F9, "oldest unconfirmed")
    _seen(answered, "d", "edited by hand")
    _seen(answered, _F4, "answer ")
    _leave(answered)
    _leave(answered)
    _seen(answered, _F12, "New keys for")
    for _ in range(3):
        _seen(answered, "secret" + _ENTER, "Nothing was changed")
    _leave(answered)
    _end(answered)


def test_hostile_log_lines_do_nothing(terminal: Terminal) -> None:
    _seen(terminal, _F8, "vida")
    for _ in hostile.NAMES:
        _look(terminal, _ENTER)
        terminal.send("\x1b[A\x1b[A")
    terminal.press("y")
    _look(terminal, _F5, _F6, _F12, _F1)
    assert _end(terminal)


def test_letters_that_come_at_once_are_all_found(terminal: Terminal) -> None:
    since = terminal.send("/vida")
    terminal.until(lambda: b"1 of 24" in terminal.written(since), "one product was found")
    assert b"vida" in terminal.written(since)


@pytest.mark.parametrize(
    "keys", ["", _F7, _F9, _F8, "\r", "w", _F1], ids=["products", "orders", "stores", "log", "sheet", "why", "help"]
)
def test_a_scan_opens_the_product_from_every_screen(terminal: Terminal, keys: str) -> None:
    if keys:
        terminal.press(keys, 0.3)
    since = terminal.send(hostile_shop.barcode(15) + "\r")
    terminal.until_written(b"[M8x20] vida", since)
    terminal.until_quiet()
    assert b"H-015" in terminal.written(since)

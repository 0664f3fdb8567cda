"""The screens in a real terminal: what is sent to it, and what becomes of keys that come all at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.bench import alone
from tests.terminal import Terminal
from tests.tui import hostile, hostile_daemon, hostile_shop
from tests.tui.hostile_shop import STORE
from tests.tui.pty_screens import (
    DOWN,
    ENTER,
    ESCAPE,
    F1,
    F2,
    F3,
    F4,
    F5,
    F6,
    F7,
    F8,
    F9,
    F12,
    PALETTE,
    end,
    leave,
    look,
    screens,
    seen,
)  # fmt: skip


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
    with screens(alone.__file__, "screens", folder / "omnisync.toml", folder / "report", "H-000") as made:
        made.until_written(b"H-000")
        made.until_quiet()
        yield made


@pytest.fixture
def answered(folder: Path) -> Iterator[Terminal]:
    """The same with a daemon whose answers are hostile."""
    with screens(hostile_daemon.__file__, folder / "omnisync.toml") as made:
        made.until_written("● daemon".encode())
        made.until_written(b"H-000")
        made.until_quiet()
        yield made


def test_hostile_names_do_nothing_in_the_list_the_sheet_and_the_reasons(terminal: Terminal) -> None:
    for at in range(len(hostile.NAMES)):
        seen(terminal, ENTER, "next store")
        terminal.press("w", 0.25)
        terminal.until_quiet()
        leave(terminal)
        leave(terminal)
        if at % 8 == 0:
            terminal.press("Y")
        terminal.send(DOWN)
    assert len(end(terminal)) == 3


def test_hostile_names_do_nothing_in_the_past(terminal: Terminal) -> None:
    for _ in hostile.NAMES:
        seen(terminal, "w", "What led there")
        seen(terminal, "[", "As it was at")
        seen(terminal, ESCAPE, "other stores")
        leave(terminal)
        terminal.send(DOWN)
    look(terminal, "t")
    end(terminal)


def test_hostile_names_do_nothing_in_questions_and_help(terminal: Terminal) -> None:
    look(terminal, "c", "f", "s", F6, F5, F1, PALETTE, "U", "\x1b[15;2~")
    terminal.send("/H-0 x")
    leave(terminal)
    terminal.send("99999999\r")
    end(terminal)


def test_hostile_buyers_do_nothing(terminal: Terminal) -> None:
    seen(terminal, F7, "W-23")
    for _ in hostile.NAMES:
        look(terminal, ENTER)
        terminal.send(DOWN)
    look(terminal, F12, F5, F6, F1)
    end(terminal)


def test_hostile_orders_and_products_do_nothing_in_their_histories(terminal: Terminal) -> None:
    seen(terminal, F7, "W-23")
    for _ in range(4):
        seen(terminal, ENTER, "What happened")
        seen(terminal, F3, "1 event")
        seen(terminal, ENTER, "sealed")
        for _level in range(3):
            leave(terminal)
        terminal.send(DOWN)
    seen(terminal, F2, "H-000")
    seen(terminal, ENTER, "next store")
    seen(terminal, F3, " events")
    # The events name every product: each record holds every text.
    for _ in range(7):
        seen(terminal, ENTER, "actor")
        leave(terminal)
        terminal.press("y")
        terminal.send(DOWN)
    assert len(end(terminal)) == 7


def test_hostile_listings_and_reasons_do_nothing_in_what_waits(terminal: Terminal) -> None:
    seen(terminal, F9, STORE)
    seen(terminal, F6, "24 figures (price)")
    terminal.press("\x1b[F")
    for _ in hostile.NAMES:
        seen(terminal, ENTER, "Which product")
        leave(terminal)
        terminal.press("\x1b[A")
    for _ in range(len(hostile.NAMES) + 2):
        terminal.press("\x1b[A", 0.03)
    assert b"24 figures are held" in terminal.written()
    look(terminal, ENTER, F4, F6, "\x01" + ENTER)
    end(terminal)


def test_hostile_fields_of_what_is_set_aside_are_mended_as_they_were_told(answered: Terminal, folder: Path) -> None:
    seen(answered, F9, STORE)
    seen(answered, F6, "What waits for you")
    seen(answered, "/", "Find in what waits")
    seen(answered, hostile_shop.MENDABLE + ENTER, "order " + hostile_shop.MENDABLE)
    seen(answered, ENTER, "00 ")
    for _ in hostile.NAMES:
        # What is not changed stays as it was told, whatever of it can be shown.
        seen(answered, ENTER, "cancel")
        seen(answered, ENTER, "edit field")
        answered.send(DOWN)
    seen(answered, ENTER, "cancel")
    seen(answered, "12,5", "12,5")
    seen(answered, ENTER, "edit field")
    seen(answered, F5, "answer 01")
    told = hostile_shop.told()
    assert json.loads((folder / hostile_daemon.REPLAYED).read_bytes()) == {**told, "quantity": "12,5"}
    leave(answered)
    leave(answered)
    seen(answered, F9, STORE)
    seen(answered, F6, "What waits for you")
    seen(answered, "/", "Find in what waits")
    seen(answered, hostile_shop.UNKNOWN_LINE + ENTER, "a line")
    seen(answered, ENTER, "choose product")
    seen(answered, F3, "Which product is this?")
    leave(answered)
    seen(answered, "n", "Dismiss it")
    seen(answered, "because" + ENTER, "answer 02")
    end(answered)


def test_hostile_words_of_a_store_do_nothing(terminal: Terminal) -> None:
    seen(terminal, F9, STORE)
    look(terminal, F1, F4)
    terminal.press(F6, 0.2)
    for _ in range(5 * len(hostile.NAMES)):
        terminal.send(DOWN)
    for _ in hostile.NAMES:
        terminal.send("\x1b[A")
    look(terminal, ENTER, F6, F3, F1)
    end(terminal)


def test_hostile_names_do_nothing_in_what_differs_and_in_the_plan_of_a_new_store(terminal: Terminal) -> None:
    seen(terminal, F9, "oldest unconfirmed")
    seen(terminal, "d", "edited by hand")
    for at in range(len(hostile.NAMES)):
        if at % 8 == 0:
            terminal.press("Y")
        terminal.press(DOWN, 0.03)
    look(terminal, F4, F5, F6, "p", F1)
    leave(terminal)
    assert b"begin to send?" in seen(terminal, F3, "H-014").data
    assert len(end(terminal)) == 3


def test_hostile_answers_of_a_daemon_do_nothing(answered: Terminal) -> None:
    # What would be sent after it is asked of the daemon, and refused.
    assert b"Take this back?" in seen(answered, "\x1a", "answer 01").data
    leave(answered)
    # Each refusal has another text in it.
    for at in range(2, len(hostile.NAMES) + 2):
        seen(answered, "u", f"answer {at:02}")
    seen(answered, F9, "oldest unconfirmed")
    seen(answered, "d", "edited by hand")
    seen(answered, F4, "answer ")
    leave(answered)
    leave(answered)
    seen(answered, F12, "New keys for")
    for _ in range(3):
        seen(answered, "secret" + ENTER, "Nothing was changed")
    leave(answered)
    end(answered)


def test_hostile_log_lines_do_nothing(terminal: Terminal) -> None:
    seen(terminal, F8, "vida")
    for _ in hostile.NAMES:
        look(terminal, ENTER)
        terminal.send("\x1b[A\x1b[A")
    terminal.press("y")
    look(terminal, F5, F6, F12, F1)
    assert end(terminal)


def test_a_hostile_paste_does_nothing(terminal: Terminal) -> None:
    for key, title in (("/", "find"), ("t", "As it was when?")):
        seen(terminal, key, title)
        for name in hostile.NAMES:
            terminal.press(f"\x1b[200~{name}\x1b[201~", 0.03)
        assert b"zerowidth" in terminal.written()
        leave(terminal)
    end(terminal)


def test_letters_that_come_at_once_are_all_found(terminal: Terminal) -> None:
    since = terminal.send("/vida")
    terminal.until(lambda: b"1 of 24" in terminal.written(since), "one product was found")
    assert b"vida" in terminal.written(since)


def test_an_arrow_and_enter_that_come_at_once_take_what_the_arrow_marked(terminal: Terminal) -> None:
    seen(terminal, "f", "excluded")
    since = terminal.send(DOWN * 2 + ENTER)
    terminal.until_written(b"only: held until you say yes", since)


@pytest.mark.parametrize(
    "keys", ["", F7, F9, F8, "\r", "w", F1], ids=["products", "orders", "stores", "log", "sheet", "why", "help"]
)
def test_a_scan_opens_the_product_from_every_screen(terminal: Terminal, keys: str) -> None:
    if keys:
        terminal.press(keys, 0.3)
    since = terminal.send(hostile_shop.barcode(15) + "\r")
    terminal.until_written(b"[M8x20] vida", since)
    terminal.until_quiet()
    assert b"H-015" in terminal.written(since)

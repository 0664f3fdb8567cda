"""The screens in a real terminal (a pty): keys, what may be written to it, and the end in order."""

from __future__ import annotations

import base64
import re
import signal
import sys
from pathlib import Path

from tests.terminal import Burst, Terminal
from tests.tui import hostile

F1, F2, F3, F4, F5, F6, F7, F8, F9, F12 = (
    "\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS", "\x1b[15~", "\x1b[17~", "\x1b[18~", "\x1b[19~", "\x1b[20~", "\x1b[24~",
)  # fmt: skip
DOWN, PAGE_DOWN, ESCAPE, ENTER, PALETTE = "\x1b[B", "\x1b[6~", "\x1b", "\r", "\x10"

_OURS = re.compile(rb"\x1b\[[<=>?]?[0-9;:]*(?:[mHhlutJKq]|\$p| ?q)|\x1b\]22;[a-z-]+\x07|\x1b[78]|\r?\n")
"""Looks, places, modes, the keyboard's protocol, the mouse's shape: what the screens themselves send."""
_COPY = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)")


def screens(*command: object, **environment: str) -> Terminal:
    """A program of Python's in a terminal of its own."""
    # The shorter the program waits for the rest of a key that begins with Esc, the sooner the tests are done.
    given = {"ESCDELAY": "20", "PYTHONPATH": str(Path(__file__).parents[2]), **environment}
    return Terminal([sys.executable, "-P", *map(str, command)], given, size=(120, 40))


def seen(terminal: Terminal, keys: str, wanted: str) -> Burst:
    """Press, wait until something is there, then until it is quiet."""
    since = terminal.send(keys)
    terminal.until_written(wanted.encode(), since)
    terminal.until_quiet(0.05)
    return Burst(0, 0, terminal.written(since))


def check(written: bytes) -> list[str]:
    """Nothing but our own sequences and harmless text; answers what was copied."""
    copied = [base64.b64decode(each).decode() for each in _COPY.findall(written)]
    rest = _OURS.sub(b"", _COPY.sub(b"", written))
    assert not [rest[max(0, at - 40) : at + 40] for at, byte in enumerate(rest) if byte < 0x20 or byte == 0x7F][:3]
    assert not hostile.foreign(rest.decode("utf-8"))
    assert "hacked" not in copied
    assert not hostile.foreign("".join(copied).replace("\t", ""))
    return copied


def leave(terminal: Terminal) -> None:
    """Esc, and a moment, because it is the beginning of other keys too."""
    terminal.press(ESCAPE, 0.25)
    terminal.until_quiet()


def look(terminal: Terminal, *keys: str) -> None:
    """Press each of these keys and leave what it opened."""
    for key in keys:
        terminal.press(key, 0.2)
        leave(terminal)


def end(terminal: Terminal) -> list[str]:
    """It still lives, ends in order, and has sent nothing but what it should; answers what was copied."""
    assert terminal.end() == 128 + signal.SIGTERM
    return check(terminal.written())

"""Small files that the screens leave in the data folder.

The last copy, for terminals without OSC 52 (the clipboard sequence that works over SSH), and what a person has been
told once.
"""

from __future__ import annotations

from pathlib import Path

NAME = "last-copy.txt"


def keep(folder: Path, text: str) -> Path | None:
    """Write the copy into a file that only its owner can read; None where the folder can't be written."""
    path = folder / NAME
    try:
        path.touch(mode=0o600)
        path.write_text(text + "\n", "utf-8")
    except OSError:
        # The clipboard has it all the same; a read-only folder must not stop a copy.
        return None
    return path


def first_time(folder: Path, name: str) -> bool:
    """Whether this has not been said before; from now on it has."""
    path = folder / name
    try:
        path.touch(mode=0o600, exist_ok=False)
    except OSError:
        # Said before, or nothing can be kept here: better silent than every time.
        return False
    return True

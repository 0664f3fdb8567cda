"""What the screens look like, as text that a person can read in a review."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tui import pictures


@pytest.mark.parametrize("name", pictures.PICTURES)
async def test_the_screen_looks_as_it_was_approved(name: str, tmp_path: Path) -> None:
    approved = (pictures.FOLDER / f"{name}.txt").read_text("utf-8")
    assert await pictures.draw(name, tmp_path) == approved, "python -m tests.tui.pictures"

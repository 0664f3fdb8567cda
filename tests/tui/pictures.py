"""The screens as text, at each width that is laid out on purpose. To draw them anew: python -m tests.tui.pictures"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.tui.hardware_shop import fill, opened, products, shown, until

FOLDER = Path(__file__).parent / "pictures"

PICTURES: Mapping[str, tuple[int, Sequence[str]]] = {
    "products-160": (160, ("down", "space")),
    "products-140": (140, ("down", "space")),
    "products-80": (80, ("right",)),
    "products-40": (40, ()),
    "found-80": (80, ("f3", *"fures")),
    "help-80": (80, ("f1",)),
    "exclude-80": (80, ("ctrl+a", "f6")),
}
"""By name: the width, and what is pressed."""


async def draw(name: str, folder: Path) -> str:
    """The picture of a shop in an empty folder."""
    width, keys = PICTURES[name]
    await fill(folder)
    async with opened(folder, size=(width, 24)) as (app, pilot):
        await until(lambda: app.pulse is not None)
        await pilot.press(*keys)
        if "f3" in keys:
            await until(lambda: products(app).table.count == 10)
        before = ""
        while (now := shown(app)) != before:
            before = now
            await asyncio.sleep(0.2)
        # The status line's clock goes on.
        return re.sub(r"\d\d:\d\d( *)$", r"14:03\1", now, count=1, flags=re.MULTILINE) + "\n"


async def _draw_all() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in PICTURES:
        with tempfile.TemporaryDirectory() as folder:
            (FOLDER / f"{name}.txt").write_text(await draw(name, Path(folder)), "utf-8")


if __name__ == "__main__":
    asyncio.run(_draw_all())

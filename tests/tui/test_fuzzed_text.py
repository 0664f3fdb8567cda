"""Text that nobody thought of, through every screen, table, JSON and log line: nothing of it steers a terminal."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.tui import hostile_shop
from tests.tui.hardware_shop import opened, shown
from tests.tui.hostile import foreign

from omnisync import logfile
from omnisync.cli.output import json_text, styled
from omnisync.cli.table import Column, cells_of, lines
from omnisync.model.clean import clean

_PIECES = st.sampled_from(
    ["\x1b[31m", "\x1b]0;x\x07", "\x9b2J", "\u202e", "\u2066", "\u200b", "\ufeff", "[b]", "[/]", "[@click=app.quit]", "{0}",
     "%s", "$x", "\n", "\t", "\r", "\0", "\x7f", "\u2028", "e\u0301\u0302\u0303", "\U0001f468\u200d\U0001f469", "\U0001f3fd", "أ", "漢", "=1"]
)  # fmt: skip
_CHARS = st.characters(exclude_categories=["Cs"])
TEXTS = st.lists(_PIECES | st.text(_CHARS, max_size=6), max_size=8).map("".join)
ANY = st.text(st.characters(), max_size=400)


@given(ANY)
def test_clean_lets_nothing_through(text: str) -> None:
    harmless = clean(text)
    assert not foreign(harmless)
    assert len(harmless) <= 200
    assert clean(harmless) == harmless, "cleaning twice is cleaning once"
    harmless.encode("utf-8")


@given(st.lists(st.tuples(ANY, TEXTS), min_size=1, max_size=4), st.integers(20, 100))
def test_a_table_keeps_its_width_and_steers_nothing(rows: list[tuple[str, str]], width: int) -> None:
    columns = [Column("a", least=3), Column("b", right=True, least=3)]
    for line in lines(columns, rows, width):
        text = "".join(piece.text for piece in line)
        assert not foreign(text)
        assert cells_of(text) <= width


@given(ANY)
def test_json_is_lossless_and_steers_nothing(text: str) -> None:
    written = json_text({"name": text}, indent=2)
    assert not foreign(written.replace("\n", ""))
    assert json.loads(written) == {"name": text}
    assert not foreign(styled(text, ""))


@given(st.binary(max_size=200) | TEXTS.map(lambda text: json.dumps({"event": text, "level": text}).encode()))
def test_any_line_of_the_log_file_can_be_read(raw: bytes) -> None:
    assert not foreign(clean(logfile.decode(raw).text))


SCREENS = {"products", "product", "history", "record", "why", "orders", "order", "stores", "matters", "log"}


@pytest.mark.parametrize("width", [150, 80])
@settings(max_examples=2, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(names=st.lists(TEXTS, min_size=8, max_size=8, unique=True))
async def test_every_screen_with_any_names(width: int, names: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as place:
        patch.setattr(hostile_shop, "NAMES", names)
        folder = Path(place) / "data"
        await hostile_shop.fill(folder)
        reached = set()
        async with opened(folder, size=(width, 40)) as (app, pilot):
            for keys in (
                "f2", "down", "enter", "e", "down", "enter", "escape", "escape", "w", "escape escape",
                "f7", "down", "enter", "escape", "f9", "down", "enter", "escape", "f6", "end", "p", "escape", "f", "escape", "escape",
                "f8", "pageup", "enter", "escape",
            ):  # fmt: skip
                await pilot.press(*keys.split())
                await pilot.pause()
                await asyncio.sleep(0.1)
                reached.add(type(app.screen).__module__.rpartition(".")[2])
                assert not foreign(shown(app).replace("\n", "")), keys
            assert reached == SCREENS
            assert app.title == "OmniSync"
            assert app.is_running

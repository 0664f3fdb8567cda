"""The bottom line: what the keys do here, for whatever has the focus; a click does it too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from omnisync.tui.keys import KEYS, spoken

_ALWAYS = "app.help"
_ORDER = {id_: place for place, id_ in enumerate(KEYS)}


class KeyLine(Widget):
    """``note`` stands before the keys, e.g. how many rows are selected."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keyline--key", "keyline--text", "keyline--note"}
    DEFAULT_CSS = """
    KeyLine { height: 1; dock: bottom; background: $panel; }
    KeyLine > .keyline--key { color: $accent; background: $panel; text-style: bold; }
    KeyLine > .keyline--text { color: $foreground; background: $panel; }
    KeyLine > .keyline--note { color: $warning; background: $panel; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.note = ""
        self._shown: list[tuple[str, str, str]] = []
        self._places: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self._follow(self.screen)

    def say(self, note: str) -> None:
        """Set the note."""
        if note != self.note:
            self.note = note
            self.refresh()

    def _follow(self, screen: Screen[object]) -> None:
        if not screen.is_attached:
            return
        shown = list(_keys_of(screen))
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """As many keys as there is room for, the most specific first."""
        del y
        width = self.size.width
        key, text = (self.get_component_rich_style(f"keyline--{name}") for name in ("key", "text"))
        segments = [Segment(" ", text)]
        if self.note:
            segments.append(Segment(f"{self.note}   ", self.get_component_rich_style("keyline--note")))
        x = sum(cell_len(segment.text) for segment in segments)
        self._places = []
        # Whoever sees no further key can still ask for all of them.
        kept = sum(cell_len(name) + 1 + cell_len(title) + 2 for name, title, id_ in self._shown if id_ == _ALWAYS)
        for name, title, action in self._shown:
            size = cell_len(name) + 1 + cell_len(title)
            if action == _ALWAYS:
                kept = 0
            if x + size + kept > width - 1:
                continue
            segments += [Segment(name, key), Segment(f" {title}  ", text)]
            self._places.append((x, x + size, action))
            x += size + 2
        return Strip(segments).crop_extend(0, width, text)

    async def on_click(self, event: events.Click) -> None:
        """Do what was clicked."""
        for start, end, id_ in self._places:
            if start <= event.x < end:
                for active in self.screen.active_bindings.values():
                    if active.binding.id == id_ and active.enabled:
                        await self.app.run_action(active.binding.action, active.node)
                        return


def _keys_of(screen: Screen[object]) -> Iterator[tuple[str, str, str]]:
    """The key's name, title and id of what can be done here: for the focus, the screen, any list, everywhere."""
    active: dict[str, list[str]] = {}
    for each in screen.active_bindings.values():
        if each.binding.id in KEYS and each.binding.show and each.enabled:
            active.setdefault(each.binding.id or "", []).append(each.binding.key)
    scopes = list(dict.fromkeys(id_.partition(".")[0] for id_ in active))
    scopes.sort(key=lambda scope: {"table": 1, "app": 2}.get(scope, 0))
    for id_ in sorted(active, key=lambda each: (scopes.index(each.partition(".")[0]), _ORDER[each])):
        usual = [key for key in KEYS[id_].keys.split(",") if key in active[id_]]
        yield spoken((usual or active[id_])[0]), KEYS[id_].title, id_

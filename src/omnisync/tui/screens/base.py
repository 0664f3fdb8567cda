"""What every full screen has: the status line on top, the keys at the bottom, and the app's hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Input

from omnisync.log.reader import Reader
from omnisync.tui.widgets.keyline import KeyLine
from omnisync.tui.widgets.status import StatusLine

if TYPE_CHECKING:
    from omnisync.tui.app import OmniSync


class Page(Screen[None]):
    """A screen. ``body`` makes what stands between the two lines; the hooks below are called by the app."""

    AUTO_FOCUS: ClassVar[str | None] = ""
    HELP_TEXT: ClassVar[str] = ""
    """What this screen is for, in two or three sentences, for F1."""
    WHILE_TYPING: ClassVar[frozenset[str]] = frozenset()
    """Actions of the screen's keys that are also done while a line is typed into."""

    _seen = False

    def compose(self) -> ComposeResult:
        """Status, body, keys."""
        yield StatusLine(self.omnisync.desk.shop)
        yield from self.body()
        yield KeyLine()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Its own ground, which shows nowhere but in gaps: one line of it many times, not one made for each."""
        line = Strip.blank(crop.width, self.rich_style)
        for each in self.get_line_filters():
            line = line.apply_filter(each, self.background_colors[1])
        return [line] * crop.height

    def body(self) -> ComposeResult:
        """What is particular to the screen."""
        yield from ()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A line that is typed into keeps its keys to itself, but for those that lead on."""
        del parameters
        if isinstance(self.focused, Input):
            return action in self.WHILE_TYPING and not getattr(self.focused, "KEEPS_KEYS", False)
        return True

    @property
    def omnisync(self) -> OmniSync:
        """The app, by its own type."""
        return cast("OmniSync", self.app)

    @property
    def reader(self) -> Reader | None:
        """The read-only database for small questions; None while there is no data."""
        return self.omnisync.data.reader

    @property
    def composed(self) -> bool:
        """Whether its widgets are there: not yet while it is just being pushed, no more while the app is ending."""
        return bool(self.children) and self.app.is_running

    @property
    def narrowed(self) -> bool:
        """Whether Esc has something to take back here before it leaves the screen."""
        return False

    def data_changed(self) -> None:
        """The database changed: read again what is on the screen. Called on the screen that is seen."""

    def data_appeared(self) -> None:
        """There is a database now."""
        self.data_changed()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """It is seen again: bring it up to date. The first time it has only just got its styles."""
        event.refresh_styles, self._seen = self._seen, True
        self.omnisync.show_status()
        # What is mounted has read for itself.
        if event.refresh_styles and self.reader is not None and self.composed:
            self.data_changed()

    def show_status(self) -> None:
        """Bring the status line up to date."""
        app = self.omnisync
        for line in self.query(StatusLine):
            line.show(app.pulse, app.backend.presence, app.desk.clock.now())

    def note(self, text: str) -> None:
        """Say something before the keys in the bottom line."""
        self.query_one(KeyLine).say(text)

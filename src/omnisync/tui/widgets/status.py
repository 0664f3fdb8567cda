"""The top line: one look tells whether all is well; red only when a person is needed.

Its clock goes by minutes, and a store's age is told once nothing has been heard of it for a while, in whole minutes:
a screen on which nothing happens sends no byte but for the next minute.
"""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from omnisync.log.pulse import Pulse, StorePulse
from omnisync.model.clean import clean
from omnisync.text import _, age, local, number, plural, span
from omnisync.tui.backend import Presence

_SILENT = 100_000
"""Milliseconds without a word from a store after which its age is told, which then goes by minutes."""

_HEALTH_SIGNS = {"down": "✗", "refused": "✗", "paused": "‖", "limited": "…"}


class StatusLine(Widget):
    """Shop, daemon, every store, what waits for a person."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"status--{name}" for name in ("name", "good", "well", "busy", "bad", "quiet", "clock")
    }
    DEFAULT_CSS = """
    StatusLine { height: 1; dock: top; background: $panel; }
    StatusLine > .status--name { color: $foreground; background: $panel; text-style: bold; }
    StatusLine > .status--good { color: $success; background: $panel; }
    StatusLine > .status--well { color: $success; background: $panel; }
    StatusLine > .status--busy { color: $warning; background: $panel; }
    StatusLine > .status--bad { color: $error; background: $panel; text-style: bold; }
    StatusLine > .status--clock { color: $foreground; background: $panel; }
    StatusLine > .status--quiet { color: $foreground; background: $panel; }
    """

    def __init__(self, shop: str) -> None:
        super().__init__()
        self._shop = clean(shop, 30)
        self._parts: list[tuple[str, str]] = []
        self._pulse: Pulse | None = None
        self._presence = Presence.NONE

    def show(self, pulse: Pulse | None, presence: Presence, now: int) -> None:
        """What is so now; repainted only where it differs."""
        parts = self._said(pulse, presence, now)
        if parts != self._parts:
            self._parts = parts
            self.refresh()

    def _said(self, pulse: Pulse | None, presence: Presence, now: int) -> list[tuple[str, str]]:
        clock = ("clock", local(now).strftime("%H:%M"))
        if pulse is None:
            return [_daemon(presence), clock]
        trouble = [("bad", _("✗ can't write"))] if pulse.trouble else []
        parts = [_daemon(presence), *trouble, *_stores(pulse, now), *_figures(pulse, now), *_person(pulse)]
        if _well(pulse, parts):
            parts.append(("well", _("all well")))
        return [*parts, clock]

    def render_line(self, y: int) -> Strip:
        """What needs a person stays on a narrow screen; what is well goes first."""
        del y
        width = self.size.width
        parts = [("name", _("OmniSync") if width < 100 or not self._shop else f"{_('OmniSync')}  {self._shop}")]
        parts += self._parts
        parts = _narrowed(parts, width - 2)
        gap, quiet = 3 if width >= 98 else 2, self._style("quiet")
        segments = [Segment(" ", quiet)]
        left = width - 2 - sum(cell_len(text) for _look, text in parts) - gap * (len(parts) - 1)
        for look, text in parts:
            if look == "clock":
                # At the right end, whatever there is before it.
                segments.append(Segment(" " * max(0, left), quiet))
            segments += [Segment(text, self._style(look)), Segment(" " * gap, quiet)]
        return Strip(segments).crop_extend(0, width, quiet)

    def _style(self, look: str) -> Style:
        return self.get_component_rich_style(f"status--{look}")


def _daemon(presence: Presence) -> tuple[str, str]:
    match presence:
        case Presence.ATTACHED:
            return "good", _("● daemon")
        case Presence.HOSTED:
            return "good", _("● running here")
        case Presence.STARTING:
            return "busy", _("○ starting …")
        case Presence.FAILED:
            return "bad", _("✗ not running")
        case Presence.LOST:
            return "bad", _("✗ daemon stopped")
    return "quiet", _("○ only looking")


def _stores(pulse: Pulse, now: int) -> list[tuple[str, str]]:
    parts = [_store(store, now) for store in pulse.stores]
    if pulse.erp in ("down", "refused"):
        parts.insert(0, ("bad" if pulse.erp == "refused" else "busy", _("✗ ERP")))
    return parts


def _store(store: StorePulse, now: int) -> tuple[str, str]:
    name = clean(store.name, 20)
    if store.health in ("down", "refused", "paused"):
        return ("bad" if store.health == "refused" else "busy"), f"{_HEALTH_SIGNS[store.health]} {name}"
    if not store.live:
        return "busy", _("○ {store} plan only").format(store=name)
    if store.waiting:
        return "busy", f"… {name} {number(store.waiting)}"
    if store.health == "limited":
        return "busy", f"… {name}"
    if not store.health:
        return "quiet", f"· {name}"
    silent = store.heard and now - store.heard >= _SILENT
    return "good", f"✓ {name} {age(store.heard, now)}" if silent else f"✓ {name}"


def _figures(pulse: Pulse, now: int) -> list[tuple[str, str]]:
    """How old the oldest figures are, in whole hours; red, with the stores' names, where they are old."""
    known = [store.age for store in pulse.stores if store.age.at]
    if not known:
        return []
    hours = _hours(min(each.at for each in known), now)
    old = [clean(each.store, 20) for each in known if each.old]
    if old:
        return [("bad", _("{stores}: figures {age} old").format(stores=", ".join(old), age=hours))]
    return [("quiet", _("figures {age} old").format(age=hours))]


def _hours(since: int, now: int) -> str:
    hours = (now - since) // 3_600_000
    return _("< 1 h") if hours < 1 else span(hours * 3600) if hours > 1 else _("{n} h").format(n=1)


def _person(pulse: Pulse) -> list[tuple[str, str]]:
    parts = []
    if pulse.held:
        parts.append(("bad", plural("{n} held", "{n} held", pulse.held)))
    if pulse.refused:
        parts.append(("bad", plural("{n} refused", "{n} refused", pulse.refused)))
    if drifts := sum(store.drifts for store in pulse.stores):
        parts.append(("busy", plural("{n} differs", "{n} differ", drifts)))
    if pulse.quarantined:
        parts.append(("bad", plural("{n} set aside", "{n} set aside", pulse.quarantined)))
    return parts


def _well(pulse: Pulse, parts: list[tuple[str, str]]) -> bool:
    """Whether nothing waits for a person, and every connection stands."""
    health = (pulse.erp, *(store.health for store in pulse.stores))
    troubled = any(look == "bad" for look, _text in parts) or any(store.drifts for store in pulse.stores)
    return bool(pulse.stores) and not troubled and not {"down", "refused", "paused"}.intersection(health)


def _narrowed(parts: list[tuple[str, str]], width: int) -> list[tuple[str, str]]:
    """Leave out what is well, then the name, until the line fits."""
    gap = 3 if width >= 98 else 2
    kept = [*parts]
    for unimportant in ("good", "name", "quiet", "clock", "busy"):
        while sum(cell_len(text) + gap for _look, text in kept) > width:
            place = next((at for at, (look, _text) in enumerate(kept) if look == unimportant), None)
            if place is None:
                break
            del kept[place]
    return kept

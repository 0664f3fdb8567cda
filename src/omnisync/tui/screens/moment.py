"""Asking for a past moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnisync.moment import past_moment
from omnisync.text import _
from omnisync.tui.screens.ask_line import AskLine

if TYPE_CHECKING:
    from omnisync.tui.app import OmniSync


async def ask_moment(app: OmniSync) -> int | None:
    """The moment (milliseconds UTC) that a person names; None for none, or for what is no moment, which is said."""
    text = await app.push_screen_wait(AskLine(_("As it was when?"), _("14:03, yesterday 14:03, 2026-11-20 14:03")))
    if text is None:
        return None
    try:
        return past_moment(text, app.desk.clock.now())
    except ValueError as error:
        app.warn(str(error))
        return None

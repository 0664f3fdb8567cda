"""Taking something back, from any screen: first what would change, then the question, then what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from omnisync.explain.undoing import effect, heading, item_words, left_out
from omnisync.model.commands import Undo
from omnisync.text import _, plural
from omnisync.tui.screens.ask import Choose
from omnisync.tui.screens.plan import PlanAsk

if TYPE_CHECKING:
    from omnisync.tui.app import OmniSync

_MOST = 6


async def undo(app: OmniSync, event: int = 0) -> None:
    """Take the act of that event back, 0: the last one, if the person says so."""
    told = await app.order(Undo(event))
    if told is None:
        return
    force = await _asked(app, told)
    if force is None:
        return
    done = await app.order(Undo(told["act"], go=True, force=force))
    if done is not None and done["seq"]:
        app.say(
            _("{effect}. This is number {number} in the history; to undo that does it again.").format(
                effect=effect(done), number=done["seq"]
            )
        )


async def _asked(app: OmniSync, told: Mapping[str, Any]) -> bool | None:
    """Whether to take back also what was changed again since; None: nothing at all."""
    if not told["conflicts"]:
        if not told["changes"]:
            app.say(_("There is nothing left of that to take back."))
            return None
        return False if await _sure(app, told, force=False) else None
    choices = [
        ("force", plural("take back {n} that was changed again since too", "take back {n} that were changed again since too", told["conflicts"])),
        ("no", _("leave everything as it is")),
    ]  # fmt: skip
    if told["changes"]:
        choices.insert(
            0, ("", plural("take back {n}, leave the rest", "take back {n}, leave the rest", told["changes"]))
        )
    title = f"{heading(told)}. {left_out(told)}"
    chosen = await app.push_screen_wait(Choose(title, choices))
    if chosen in (None, "no") or not await _sure(app, told, force=chosen == "force"):
        return None
    return chosen == "force"


async def _sure(app: OmniSync, told: Mapping[str, Any], *, force: bool) -> bool:
    question = PlanAsk(_("Take this back?"), [Undo(told["act"], go=True, force=force)], notes=[*_lines(told), ""])
    return await app.push_screen_wait(question)


def _lines(told: Mapping[str, Any]) -> list[str]:
    items = [f"{item['store'] or 'ERP'}  {item_words(item)}" for item in told["items"][:_MOST]]
    more = told["changes"] - len(items)
    if more > 0:
        items.append(plural("and {n} more", "and {n} more", more))
    return [heading(told), effect(told), *items, *filter(None, [left_out(told)])]

"""One thing that is set aside: every field of what was told, mended in place, tried again, mapped, or dismissed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.widgets.option_list import Option

from omnisync.errors import DatabaseError
from omnisync.explain.matters import advice_words, is_of_settings, mended_words, subject_words
from omnisync.log import set_aside
from omnisync.log.overview import SetAside
from omnisync.log.reader import Reader
from omnisync.model.clean import clean
from omnisync.model.payload import PayloadField, fields, mended
from omnisync.ports import in_thread
from omnisync.text import _
from omnisync.tui.keys import bindings
from omnisync.tui.screens.ask_line import AskLine
from omnisync.tui.screens.pick import Pick
from omnisync.tui.widgets.choices import Choices
from omnisync.tui.widgets.keyline import KeyLine
from omnisync.tui.widgets.table import fitted

if TYPE_CHECKING:
    from omnisync.tui.app import OmniSync


class AsideSheet(ModalScreen[None]):
    """The sheet of one thing in quarantine; what was edited is nowhere until it is tried again."""

    BINDINGS: ClassVar = bindings("aside")
    CSS = """
    AsideSheet > #box { width: 100; max-width: 96%; }
    AsideSheet Choices { width: 100%; max-height: 60vh; }
    """

    def __init__(self, aside: SetAside) -> None:
        super().__init__(classes="asking")
        self._aside = aside
        self._found: set_aside.Content | None = None
        self._payload = ""
        self._fields: list[PayloadField] = []

    def compose(self) -> ComposeResult:
        """What and why, the fields, keys."""
        title = f"{self._aside.connector}: {subject_words(self._aside.subject)}"
        with Vertical(id="box"):
            yield Static(Content.from_markup("[b]$title[/b]", title=clean(title)))
            yield Static(Content(clean(self._aside.reason, 400)), id="reason")
            yield Choices()
            yield Static(Content(clean(advice_words(self._aside), 200)), id="advice")
        yield KeyLine()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only an order's line of an unknown product can be mapped to one."""
        del parameters
        return action != "map" or self._aside.subject.startswith("line:")

    @property
    def omnisync(self) -> OmniSync:
        """The app."""
        return self.app  # type: ignore[return-value]

    def on_mount(self) -> None:
        """Read it on a thread."""
        self.set_focus(self.query_one(Choices))
        self.run_worker(self._read(), exit_on_error=True)

    async def _read(self) -> None:
        database = self.omnisync.desk.database

        def read() -> set_aside.Content:
            with Reader(database) as reader:
                return set_aside.content(reader, self._aside)

        try:
            self._found = await in_thread(read)
        except DatabaseError as error:
            self.omnisync.warn(str(error))
            return
        self._payload = self._found.payload
        self._show()

    def _show(self) -> None:
        options = self.query_one(Choices)
        marked = options.highlighted or 0
        self._fields = fields(self._payload) if self._payload else []
        options.clear_options()
        paths = [clean(each.path, 60) for each in self._fields]
        longest = max(map(cell_len, paths), default=0)
        options.add_options(
            Option(Content(f"{fitted(path, longest)}  {clean(each.text, 300)}"))
            for path, each in zip(paths, self._fields, strict=True)
        )
        if self._fields:
            options.highlighted = min(marked, len(self._fields) - 1)
        else:
            of_settings = is_of_settings(self._aside.subject)
            text = _("There is no field to mend.") if of_settings else _("Nothing of what was told was kept.")
            options.add_option(Option(Content(text), disabled=True))

    def action_edit(self) -> None:
        """Edit the marked field."""
        at = self.query_one(Choices).highlighted
        if self._found is None or not self._found.editable or at is None or at >= len(self._fields):
            self.omnisync.say(_("This can only be mended where it came from; it is read again by itself."))
        else:
            self.run_worker(self._edit(self._fields[at]))

    async def _edit(self, field: PayloadField) -> None:
        # What can't be shown as it was told is typed anew: its harmless form never takes its place.
        shown = clean(field.text, len(field.text))
        whole = shown == field.text
        hint = "" if whole else _("it can't be shown whole; Enter leaves it: {text}").format(text=shown)
        text = await self.app.push_screen_wait(AskLine(field.path, hint, field.text if whole else ""))
        if text is not None:
            self._payload = mended(self._payload, field.path, text)
            self._show()

    def action_replay(self) -> None:
        """Try it again."""
        self.run_worker(self._replay())

    async def _replay(self) -> None:
        from omnisync.model.commands import Replay

        editable = self._found is not None and self._found.editable
        command = Replay(self._aside.connector, self._aside.subject, self._payload if editable else "")
        reply = await self.omnisync.order(command)
        if reply is None:
            return
        if reply.get("mended") is False:
            self.query_one("#reason", Static).update(Content(clean(str(reply["reason"]), 400)))
            self.omnisync.warn(_("Still set aside: {reason}").format(reason=reply["reason"]))
            return
        subject = self._aside.subject
        again = _("{what} is tried again.").format(what=subject_words(subject))
        self.omnisync.say(mended_words(subject) if reply.get("mended") else again)
        self.dismiss()

    def action_map(self) -> None:
        """Choose the product of the unknown line."""
        self.run_worker(self._map())

    async def _map(self) -> None:
        from omnisync.model.commands import MapCode

        told = [f"{field.path}: {field.text}" for field in self._fields]
        guess = next((field.text for field in self._fields if field.path == "name"), "")
        code = await self.app.push_screen_wait(Pick(_("Which product is this?"), told, guess))
        if code and await self.omnisync.order(MapCode(self._aside.connector, self._aside.subject, code)) is not None:
            self.omnisync.say(_("It is {code} from now on.").format(code=code))
            self.dismiss()

    def action_put_away(self) -> None:
        """It need not be mended."""
        self.run_worker(self._dismiss())

    async def _dismiss(self) -> None:
        from omnisync.model.commands import Dismiss

        why = await self.app.push_screen_wait(
            AskLine(_("Dismiss it: why?"), _("the reason is kept, Esc leaves it here"))
        )
        if why and await self.omnisync.order(Dismiss(self._aside.connector, self._aside.subject, why)) is not None:
            self.omnisync.say(_("Dismissed: {what}.").format(what=subject_words(self._aside.subject)))
            self.dismiss()

    def action_close(self) -> None:
        """Back to the list."""
        self.dismiss()

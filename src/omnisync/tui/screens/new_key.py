"""Other keys for a store: typed unseen, tried by the daemon, and in use as soon as they work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from omnisync.errors import OmniSyncError
from omnisync.model.clean import clean
from omnisync.text import _
from omnisync.tui.keys import bindings
from omnisync.tui.widgets.keyline import KeyLine

if TYPE_CHECKING:
    from omnisync.tui.app import OmniSync

_SIGNS = {"ok": "✓", "warning": "!", "problem": "✗"}


class _Secret(Input):
    """One of the keys; nobody sees it."""

    BINDINGS: ClassVar = bindings("secret")

    def __init__(self, name: str) -> None:
        super().__init__(password=True, compact=True, name=name, placeholder=_("empty: as it is"))
        self.cursor_blink = False

    def action_next(self) -> None:
        """To the next one, from the last one on to the test."""
        cast("NewKey", self.screen).go_on(self)

    def action_move(self, step: int) -> None:
        """To another one."""
        cast("NewKey", self.screen).move(self, step)

    def action_cancel(self) -> None:
        """Leave the keys as they are."""
        self.screen.dismiss(None)


class NewKey(ModalScreen[bool | None]):
    """Asks for the secrets of one store; the answer is True once they work."""

    def __init__(self, store: str, reason: str, asked: Sequence[tuple[str, str]]) -> None:
        super().__init__(classes="asking")
        self._store, self._reason, self._asked = store, reason, asked
        self._testing = False

    def compose(self) -> ComposeResult:
        """Why, a line for each key, what the test says."""
        title = _("New keys for {store}").format(store=self._store)
        with Vertical(id="box"):
            yield Static(Content.from_markup("[b]$title[/b]", title=clean(title)))
            if self._reason:
                yield Static(Content(clean(self._reason, 300)))
            for name, words in self._asked:
                yield Static(Content("\n" + clean(words, 200)))
                yield _Secret(name)
            yield Static("", id="told", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Type at once."""
        self.set_focus(self.query(_Secret).first())

    def move(self, line: _Secret, step: int) -> bool:
        """To the line that far away; False when there is none."""
        lines = list(self.query(_Secret))
        at = lines.index(line) + step
        if 0 <= at < len(lines):
            self.set_focus(lines[at])
        return 0 <= at < len(lines)

    def go_on(self, line: _Secret) -> None:
        """To the next line, from the last one on to the test."""
        if self._testing or self.move(line, 1):
            return
        secrets = {each.name or "": each.value.strip() for each in self.query(_Secret) if each.value.strip()}
        if not secrets:
            self._tell([("!", _("Type or paste at least one key."))])
            return
        self._testing = True
        self._tell([("…", _("Trying it at {store} …").format(store=self._store))])
        self.run_worker(self._try(secrets), exit_on_error=True)

    async def _try(self, secrets: dict[str, str]) -> None:
        from omnisync.model import commands

        try:
            reply = await cast("OmniSync", self.app).backend.run(commands.NewKey(self._store, secrets))
        except OmniSyncError as error:
            reply = {"works": False, "findings": [{"grade": "problem", "text": str(error), "advice": ""}]}
        self._testing = False
        if not self.is_attached:
            return
        if reply["works"]:
            self.dismiss(result=True)
            return
        said = []
        for finding in reply["findings"]:
            said.append((_SIGNS[finding["grade"]], finding["text"]))
            if finding["advice"]:
                said.append(("  →", finding["advice"]))
        self._tell([*said, ("", _("Nothing was changed. Type it again, or Esc leaves it."))])
        self.set_focus(self.query(_Secret).first())

    def _tell(self, lines: Sequence[tuple[str, str]]) -> None:
        text = "\n".join(f"{sign} {clean(words, 300)}".strip() for sign, words in lines)
        self.query_one("#told", Static).update(Content("\n" + text))

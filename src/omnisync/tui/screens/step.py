"""What the steps of a set-up have in common: a title, Esc back one step, and looks that take a while."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from omnisync.connect.check import Finding, Grade
from omnisync.errors import OmniSyncError
from omnisync.model.clean import clean
from omnisync.text import _
from omnisync.tui.draft import Draft
from omnisync.tui.guide import Guide
from omnisync.tui.keys import bindings
from omnisync.tui.screens.base import Page
from omnisync.tui.widgets.lines import Line, Lines

if TYPE_CHECKING:
    from textual.screen import Screen

T = TypeVar("T")

_LOOKS = {Grade.OK: ("✓ ", "confirmed"), Grade.WARNING: ("! ", "waiting"), Grade.PROBLEM: ("✗ ", "refused")}


class Step(Page):
    """One step; ``title`` says where one is."""

    BINDINGS: ClassVar = [each for each in bindings("step") if getattr(each, "id", "") != "step.again"]
    WHILE_TYPING: ClassVar[frozenset[str]] = frozenset({"step_back", "more"})

    def __init__(self, draft: Draft, title: str) -> None:
        super().__init__(classes="step")
        self.draft, self._title = draft, title

    def body(self) -> ComposeResult:
        """The title, and what the step is about."""
        yield Static(Content.from_markup("[b]$title[/b]", title=clean(self._title)), id="title")
        yield from self.content()

    def content(self) -> ComposeResult:
        """What the step is about."""
        yield from ()

    @property
    def guide(self) -> Guide:
        """Who looks."""
        guide = self.omnisync.desk.guide
        assert guide is not None
        return guide

    def go_on(self, screen: Screen[None]) -> None:
        """To the next step."""
        self.omnisync.push_screen(screen)

    def action_step_back(self) -> None:
        """To the step before."""
        self.omnisync.pop_screen()

    def action_next(self) -> None:
        """To the next step."""


class LookStep(Step, Generic[T]):
    """Something is looked at, which may take a while; what was found is shown in lines."""

    BINDINGS: ClassVar = [each for each in bindings("step") if getattr(each, "id", "") == "step.again"]
    WAITS = ""

    def __init__(self, draft: Draft, title: str) -> None:
        super().__init__(draft, title)
        self.found: T | None = None
        self.trouble = ""

    def content(self) -> ComposeResult:
        """The lines."""
        yield Lines()

    def on_mount(self) -> None:
        """Look at once."""
        self.set_focus(self.query_one(Lines))
        self.action_again()

    def look(self) -> Awaitable[T]:
        """What takes a while. May raise OmniSyncError."""
        raise NotImplementedError

    def lines(self, found: T) -> Iterable[Line]:
        """What was found."""
        raise NotImplementedError

    @property
    def ready(self) -> bool:
        """Whether there is something to go on with."""
        return self.found is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without the key to go on as long as there is nothing to go on with."""
        return self.ready if action == "next" else super().check_action(action, parameters)

    def action_again(self) -> None:
        """Look again."""
        self.found, self.trouble = None, ""
        self.query_one(Lines).show([[("… " + self.WAITS, "waiting")]])
        self.refresh_bindings()
        self.run_worker(self._look(), exclusive=True, exit_on_error=True)

    async def _look(self) -> None:
        try:
            self.found = await self.look()
        except OmniSyncError as error:
            self.trouble = str(error)
            shown = _trouble(self.trouble)
        else:
            shown = list(self.lines(self.found))
        if self.composed:
            self.query_one(Lines).show(shown)
            self.refresh_bindings()


def _trouble(text: str) -> list[Line]:
    lines: list[Line] = [
        [("✗ " if at == 0 else "  ", "refused"), (line.strip(), "")] for at, line in enumerate(text.splitlines())
    ]
    return [*lines, [], [(_("Esc goes back to put it right, F5 looks again."), "dim")]]


def finding_lines(findings: Sequence[Finding]) -> Iterator[Line]:
    """What a connection test found, with what to do about it."""
    for finding in findings:
        yield [_LOOKS[finding.grade], (finding.text, "bold" if finding.grade is Grade.PROBLEM else "")]
        if finding.advice:
            yield [("  → ", "title"), (finding.advice, "")]

"""A step with lines to fill in: each says what it is for, and what is wrong with what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from omnisync.model.clean import clean
from omnisync.text import _
from omnisync.tui.draft import Draft
from omnisync.tui.keys import bindings
from omnisync.tui.screens.step import Step

if TYPE_CHECKING:
    from omnisync.connect.loader import Option


@dataclass(frozen=True, slots=True)
class Ask:
    """One line: the setting it is for, what is asked, and the connector's option if it is one."""

    key: str
    text: str
    option: Option | None = None
    rare: bool = False

    @property
    def secret(self) -> bool:
        """Whether nobody may see it on the screen."""
        return self.option is not None and self.option.type == "secret"


class Field(Input):
    """A line of the form."""

    BINDINGS: ClassVar = bindings("field")

    def __init__(self, ask: Ask, value: str) -> None:
        default = "" if ask.option is None or ask.option.default is None or ask.secret else str(ask.option.default)
        hint = _("without it: {default}").format(default=clean(default, 80)) if default else ""
        super().__init__(value, placeholder=hint, password=ask.secret, compact=True, select_on_focus=False)
        self.ask = ask
        self.cursor_blink = False

    def action_next(self) -> None:
        """To the next line; from the last one on."""
        form = self.screen
        if isinstance(form, Form) and not form.move(self, 1):
            form.action_next()

    def action_move(self, step: int) -> None:
        """To another line."""
        if isinstance(self.screen, Form):
            self.screen.move(self, step)


class Form(Step):
    """Asks; ``taken`` is called once every answer fits."""

    HELP_TEXT = _(
        "Type what is asked for; Enter goes to the next line and from the last one to the next step. Keys and secrets are "
        "not shown while they are typed or pasted. Nothing is written before the very end."
    )

    def __init__(self, draft: Draft, title: str, asks: Sequence[Ask]) -> None:
        super().__init__(draft, title)
        self._asks = asks
        self._wrong = {ask.key: Static("", classes="wrong hidden", markup=False) for ask in asks}

    def content(self) -> ComposeResult:
        """The lines."""
        with VerticalScroll(id="form", can_focus=False):
            for ask in self._asks:
                classes = "rare hidden" if ask.rare else ""
                yield Static(Content(clean(ask.text, 300)), classes=f"label {classes}")
                yield Field(ask, self.draft.answers.get(ask.key, "")).add_class(*classes.split())
                yield self._wrong[ask.key]

    def on_mount(self) -> None:
        """Begin at the first line that is empty."""
        fields = self.fields()
        self.set_focus(next((each for each in fields if not each.value), fields[0]))

    def fields(self) -> list[Field]:
        """The lines that are shown."""
        return [each for each in self.query(Field) if not each.has_class("hidden")]

    def move(self, field: Field, step: int) -> bool:
        """To the line that far away; False when there is none."""
        fields = self.fields()
        at = fields.index(field) + step
        if 0 <= at < len(fields):
            self.set_focus(fields[at])
        return 0 <= at < len(fields)

    def action_more(self) -> None:
        """Show the lines that have a default, or no longer."""
        for each in self.query(".rare"):
            each.toggle_class("hidden")
        if self.focused is not None and self.focused.has_class("hidden"):
            self.set_focus(self.fields()[0])

    def action_next(self) -> None:
        """On, unless an answer doesn't fit: that is said below its line."""
        bad: list[Field] = []
        for field in self.query(Field):
            value = self.value_of(field)
            wrong = self.wrong(field.ask, value)
            self._wrong[field.ask.key].update(Content(clean(wrong, 300)))
            self._wrong[field.ask.key].set_class(not wrong, "hidden")
            if wrong:
                bad.append(field)
                field.remove_class("hidden")
        if bad:
            self.set_focus(bad[0])
            return
        self.taken({field.ask.key: self.value_of(field) for field in self.query(Field)})

    @staticmethod
    def value_of(field: Field) -> str:
        """What was typed; a folder in full, as it is seen from where the program was started."""
        value = field.value.strip()
        if value and field.ask.option is not None and field.ask.option.type == "folder":
            return str(Path(value).expanduser().absolute())
        return value

    def wrong(self, ask: Ask, value: str) -> str:
        """What is expected instead, "" when it fits."""
        if not value:
            needed = ask.option is None or (ask.option.required and ask.option.default is None)
            return _("it must not be empty") if needed else ""
        return self.guide.wrong(ask.option, value) if ask.option is not None else ""

    def taken(self, values: dict[str, str]) -> None:
        """Every answer fits."""
        raise NotImplementedError

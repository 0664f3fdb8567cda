"""The stores of a new shop: which platform, its keys, the test of its connection, what it sells and at which price."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from omnisync.connect.check import Finding
from omnisync.model.clean import clean
from omnisync.model.comma_list import listed, parted
from omnisync.text import _, plural
from omnisync.tui.draft import Draft
from omnisync.tui.keys import bindings
from omnisync.tui.screens.form import Ask, Form
from omnisync.tui.screens.step import LookStep, Step, finding_lines
from omnisync.tui.widgets.choices import Choices
from omnisync.tui.widgets.lines import Line
from omnisync.tui.widgets.table import fitted

if TYPE_CHECKING:
    from omnisync.connect.loader import Manifest

_NAME = "name"
"""Under this key a store's form asks for its name, which is no setting but the name of its table."""


class PlatformStep(Step):
    """A store to connect, or none further."""

    HELP_TEXT = _("Choose where you sell. You can connect several stores one after the other, two of a kind as well.")

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft, _("Step 2 of 4: your stores"))

    def content(self) -> ComposeResult:
        """What is connected, what can be."""
        if self.draft.stores:
            names = ", ".join(self.draft.stores)
            yield Static(Content(_("Connected so far: {names}").format(names=clean(names))), classes="small")
        options = [Option(_titled(each.title, each.summary)) for each in self.draft.platforms]
        if self.draft.stores:
            options.insert(0, Option(_titled(_("No further store"), _("Go on to what would be sent."))))
        else:
            options.append(
                Option(
                    _titled(
                        _("No store yet"),
                        _("Only look at the stock for now; stores can be added to the configuration later."),
                    )
                )
            )
        yield Choices(*options)

    def on_mount(self) -> None:
        """Mark the first."""
        self.set_focus(self.query_one(Choices))
        self.query_one(Choices).highlighted = 0

    def on_option_list_option_selected(self) -> None:
        """A click goes on."""
        self.action_next()

    def action_next(self) -> None:
        """To the keys of that platform, or to the plan."""
        from omnisync.tui.screens.first_plan import PlanStep

        at = self.query_one(Choices).highlighted or 0
        if self.draft.stores:
            at -= 1
        if 0 <= at < len(self.draft.platforms):
            self.go_on(StoreStep(self.draft, self.draft.platforms[at]))
        else:
            self.go_on(PlanStep(self.draft))


def _titled(title: str, text: str) -> Content:
    return Content.assemble((clean(title), "bold"), "\n", (clean(text, 300), "dim"), "\n")


class StoreStep(Form):
    """A store's name and keys."""

    def __init__(self, draft: Draft, platform: Manifest) -> None:
        self._platform = platform
        self._store = draft.free_name(platform.name)
        draft.answers[_NAME] = self._store
        asks = [Ask(_NAME, _("A short name for this store: small letters, digits, dashes"))]
        for option in sorted(platform.options, key=lambda each: not each.required):
            rare = not option.required or option.default is not None
            asks.append(Ask(f"stores.{self._store}.{option.name}", option.help, option, rare))
        super().__init__(draft, _("Step 2 of 4: the keys of {platform}").format(platform=platform.title), asks)

    def on_mount(self) -> None:
        """The name is good for most: begin with the keys."""
        fields = self.fields()
        self.set_focus(next((each for each in fields[1:] if not each.value), fields[0]))

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Back from the test: the store is not connected until its test is left forwards."""
        del event
        self.draft.stores.pop(self._store, None)

    def wrong(self, ask: Ask, value: str) -> str:
        """A name must be free and fit into the configuration."""
        if ask.key != _NAME or not value:
            return super().wrong(ask, value)
        if value in self.draft.stores:
            return _("another store is called so already")
        return self.guide.wrong_name(value)

    def taken(self, values: dict[str, str]) -> None:
        """Test the connection. Under another name the answers go along."""
        before, self._store = self._store, values.pop(_NAME)
        for key, value in values.items():
            self.draft.answers[key.replace(f"stores.{before}.", f"stores.{self._store}.", 1)] = value
        self.draft.stores[self._store] = self._platform.name
        if before != self._store:
            self._rename(before)
        self.go_on(StoreTestStep(self.draft, self._store))

    def _rename(self, before: str) -> None:
        """The lines of the form are about the store by its new name from now on."""
        from dataclasses import replace

        from omnisync.tui.screens.form import Field

        wrong = dict(self._wrong)
        for field in self.query(Field):
            key = field.ask.key.replace(f"stores.{before}.", f"stores.{self._store}.", 1)
            self._wrong[key] = wrong[field.ask.key]
            field.ask = replace(field.ask, key=key)


class StoreTestStep(LookStep[Sequence[Finding]]):
    """Whether the store answers, and what is wrong if not."""

    HELP_TEXT = _(
        "OmniSync has asked the store with these keys; nothing was changed there. ✗ is what must be put right, with what to "
        "do about it; F5 tests again, Esc goes back to the keys. You may go on all the same: the store is tried again later."
    )
    WAITS = _("Asking the store …")

    def __init__(self, draft: Draft, store: str) -> None:
        super().__init__(draft, _("Step 2 of 4: the test of {store}").format(store=store))
        self._store = store

    def look(self) -> Awaitable[Sequence[Finding]]:
        """Ask the store."""
        look = self.draft.look
        assert look is not None
        currencies = sorted({currency for currency, _count in look.lists.values()})
        return self.guide.test_store(self._store, self.draft.given(), currencies)

    def lines(self, found: Sequence[Finding]) -> Iterator[Line]:
        """What was found."""
        yield from finding_lines(found)
        yield []
        if any(each.grade == "problem" for each in found):
            yield [(_("Esc goes back to the keys, F5 tests again. Enter goes on all the same."), "dim")]
        else:
            yield [(_("Enter goes on."), "dim")]

    def action_next(self) -> None:
        """To what it sells."""
        if self.found is not None:
            self.go_on(SellStep(self.draft, self._store))


class SellStep(Step):
    """Which warehouses a store sells from, and which price list it shows."""

    BINDINGS: ClassVar = bindings("marks")
    HELP_TEXT = _(
        "Space marks. The store is shown what all marked warehouses have together, less what is reserved for orders; its "
        "orders are taken from the first one marked. It shows the prices of one list."
    )

    def __init__(self, draft: Draft, store: str) -> None:
        super().__init__(draft, _("Step 3 of 4: what {store} sells").format(store=store))
        self._store = store
        look = draft.look
        assert look is not None
        self._houses, self._lists = list(look.warehouses.items()), list(look.lists.items())
        self._marked = parted(draft.answers.get(f"stores.{store}.warehouses", ""))
        self._list = draft.answers.get(f"stores.{store}.price_list") or (
            self._lists[0][0] if len(self._lists) == 1 else ""
        )

    def content(self) -> ComposeResult:
        """Two groups in one list."""
        yield Choices()
        yield Static("", classes="wrong hidden", markup=False)

    def on_mount(self) -> None:
        """Begin with the warehouses."""
        self.set_focus(self.query_one(Choices))
        self._fill(1)

    def _fill(self, at: int) -> None:
        box = self.query_one(Choices)
        options = [Option(Content.assemble((_("Warehouses whose stock it may sell"), "bold $accent")), disabled=True)]
        size = max((cell_len(clean(name)) for name, _more in (*self._houses, *self._lists)), default=0)
        for name, held in self._houses:
            said = plural("{n} product in stock", "{n} products in stock", held)
            place = self._marked.index(name) + 1 if name in self._marked else 0
            first = "   " + _("orders are taken from here") if place == 1 and len(self._marked) > 1 else ""
            options.append(
                Option(_mark("[]", on=bool(place), sign="√", name=fitted(clean(name), size), said=said + first))
            )
        options.append(Option(Content.assemble("\n", (_("Price list that it shows"), "bold $accent")), disabled=True))
        for name, (currency, count) in self._lists:
            said = plural("{n} price in {currency}", "{n} prices in {currency}", count, currency=currency)
            options.append(
                Option(_mark("()", on=name == self._list, sign="●", name=fitted(clean(name), size), said=said))
            )
        box.clear_options()
        box.add_options(options)
        box.highlighted = at

    def on_option_list_option_selected(self) -> None:
        """A click marks."""
        self.action_mark()

    def action_mark(self) -> None:
        """Mark the line, or no longer; of the price lists one."""
        at = self.query_one(Choices).highlighted or 0
        lists = len(self._houses) + 2
        if 1 <= at <= len(self._houses):
            name = self._houses[at - 1][0]
            self._marked = (
                [each for each in self._marked if each != name] if name in self._marked else [*self._marked, name]
            )
        elif at >= lists:
            self._list = self._lists[at - lists][0]
        self._fill(at)

    def action_next(self) -> None:
        """To the next store, or to the plan."""
        wrong = ""
        if not self._marked:
            wrong = _("Mark at least one warehouse with Space.")
        elif not self._list:
            wrong = _("Mark a price list with Space.")
        box = self.query_one(".wrong", Static)
        box.update(Content(wrong))
        box.set_class(not wrong, "hidden")
        if wrong:
            return
        key = f"stores.{self._store}"
        currency = dict(self._lists)[self._list][0]
        self.draft.answers |= {
            f"{key}.warehouses": listed(self._marked), f"{key}.price_list": self._list, f"{key}.currency": currency,
        }  # fmt: skip
        self.go_on(PlatformStep(self.draft))


def _mark(box: str, *, on: bool, sign: str, name: str, said: str) -> Content:
    """A line with its box, which shows that it can be marked; the name is as wide as all of them need."""
    return Content.assemble(
        (box[0] + (sign if on else " ") + box[1] + " ", "$success bold" if on else ""),
        (name, "bold" if on else ""),
        (f"   {said}", "dim"),
    )

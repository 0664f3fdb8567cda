"""Where there is no shop yet: try the demo, or set a shop up step by step. Nothing is written before the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from omnisync.model.clean import clean
from omnisync.text import _, number, plural
from omnisync.tui.draft import Draft
from omnisync.tui.guide import ErpLook
from omnisync.tui.keys import bindings
from omnisync.tui.screens.base import Page
from omnisync.tui.screens.form import Ask, Form
from omnisync.tui.screens.step import LookStep, finding_lines
from omnisync.tui.widgets.choices import Choices
from omnisync.tui.widgets.lines import Line
from omnisync.tui.widgets.table import fitted


class Welcome(Page):
    """The choice."""

    BINDINGS: ClassVar = bindings("welcome")
    HELP_TEXT = _(
        "The demo is a sample shop with three pretended stores, in a folder of its own that is removed when you leave. "
        "The set-up asks for your stock program's folder and your stores' keys, shows what it reads, and changes nothing "
        "anywhere until you say so at its end."
    )

    def __init__(self) -> None:
        super().__init__(classes="step")
        self.draft = Draft()

    def body(self) -> ComposeResult:
        """Three ways on."""
        title = _("Welcome. There is no shop here yet.")
        yield Static(Content.from_markup("[b]$title[/b]", title=title), id="title")
        yield Choices(
            Option(_choice(_("Try the demo"), _("A sample shop at work: three pretended stores, buyers, a clerk. It leaves nothing behind."))),
            Option(_choice(_("Set up my own shop"), _("Step by step, with a look at everything that is read. Nothing is sent before you say so."))),
            Option(_choice(_("Leave"), _("`omnisync init` asks the same at the command line."))),
        )  # fmt: skip
        where = _("The configuration will stand in {path}").format(path=clean(str(self.omnisync.desk.config)))
        yield Static(Content(where), classes="small")

    def on_mount(self) -> None:
        """Mark the first."""
        self.set_focus(self.query_one(Choices))
        self.query_one(Choices).highlighted = 0

    def action_take(self) -> None:
        """Do what is marked."""
        self._take(self.query_one(Choices).highlighted or 0)

    def on_option_list_option_selected(self, event: Choices.OptionSelected) -> None:
        """A click does it too."""
        self._take(event.option_index)

    def _take(self, place: int) -> None:
        if place == 1:
            self.run_worker(self._begin(), exclusive=True, exit_on_error=True)
            return
        self.omnisync.leads_to = "demo" if place == 0 else ""
        self.omnisync.exit()

    async def _begin(self) -> None:
        guide = self.omnisync.desk.guide
        assert guide is not None
        self.draft.programs, self.draft.platforms = await guide.connectors()
        if self.is_current:
            self.omnisync.push_screen(ShopStep(self.draft))


def _choice(title: str, text: str) -> Content:
    return Content.assemble((title, "bold"), "\n", (f"{text}", "dim"), "\n")


class ShopStep(Form):
    """The shop's name, and where its stock program's data is."""

    def __init__(self, draft: Draft) -> None:
        program = draft.program()
        asks = [Ask("shop.name", _("What is the shop called?"))]
        if len(draft.programs) > 1:
            names = ", ".join(each.name for each in draft.programs)
            asks.append(Ask("erp.connector", _("Which program knows your stock? ({names})").format(names=names)))
            draft.answers.setdefault("erp.connector", program.name)
        for option in sorted(program.options, key=lambda each: not each.required):
            rare = not option.required or option.default is not None
            asks.append(Ask(f"erp.{option.name}", f"{program.title}: {option.help}", option, rare))
        super().__init__(draft, _("Step 1 of 4: your shop and its stock program (the ERP)"), asks)

    def wrong(self, ask: Ask, value: str) -> str:
        """A program that is not known is said to be so."""
        names = [each.name for each in self.draft.programs]
        if ask.key == "erp.connector" and value not in names:
            return _("one of {expected} is expected").format(expected=", ".join(names))
        return super().wrong(ask, value)

    def taken(self, values: dict[str, str]) -> None:
        """Look at the ERP; another program has other settings."""
        other = values.get("erp.connector", self.draft.program().name) != self.draft.program().name
        self.draft.answers.update(values)
        if other:
            self.omnisync.switch_screen(ShopStep(self.draft))
        else:
            self.draft.answers["erp.connector"] = self.draft.program().name
            self.go_on(ErpStep(self.draft))


class ErpStep(LookStep[ErpLook]):
    """What was read of the ERP."""

    HELP_TEXT = _(
        "This is what OmniSync reads in your stock program's data. Look whether the numbers are about right and the "
        "letters of the names as they should be. F5 reads again, Esc goes back to name another folder."
    )
    WAITS = _("Reading your stock program's data …")

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft, _("Step 1 of 4: what was read"))

    async def look(self) -> ErpLook:
        """Read everything."""
        self.draft.look = None
        return await self.guide.look_at_erp(self.draft.given())

    def lines(self, found: ErpLook) -> Iterator[Line]:
        """Counts, warehouses, price lists, names, problems."""
        if not found.good:
            yield from finding_lines([each for each in found.findings if each.grade != "ok"] or found.findings)
            yield []
            if not found.products and all(each.grade != "problem" for each in found.findings):
                yield [("✗ ", "refused"), (_("There is not one product in it."), "bold")]
            yield [(_("Put it right, then F5; or Esc to name another folder."), "dim")]
            return
        yield from _counts(found)
        yield []
        yield from finding_lines([each for each in found.findings if each.grade != "ok"])
        yield from _problems(found)
        yield [(_("Enter goes on if that is your shop. Esc goes back."), "dim")]

    @property
    def ready(self) -> bool:
        """Whether it can be read."""
        return self.found is not None and self.found.good

    def action_next(self) -> None:
        """On, if it can be read."""
        if self.found is not None and self.ready:
            from omnisync.tui.screens.first_stores import PlatformStep

            self.draft.look = self.found
            self.go_on(PlatformStep(self.draft))


def _counts(found: ErpLook) -> Iterator[Line]:
    barcodes = _("{n} of them with a barcode").format(n=number(found.barcodes))
    yield [
        ("✓ ", "confirmed"),
        (plural("{n} product", "{n} products", found.products), "bold"),
        (f"   {barcodes}", "dim"),
    ]
    for code, name in found.sample:
        yield [(f"    {code}  ", "dim"), (name, "")]
    yield [("✓ ", "confirmed"), (plural("{n} warehouse", "{n} warehouses", len(found.warehouses)), "bold")]
    size = max(map(cell_len, map(clean, [*found.warehouses, *found.lists])), default=0)
    for name, held in found.warehouses.items():
        yield [
            (f"    {fitted(clean(name), size)}  ", ""),
            (plural("{n} product in stock", "{n} products in stock", held), "dim"),
        ]
    yield [("✓ ", "confirmed"), (plural("{n} price list", "{n} price lists", len(found.lists)), "bold")]
    for name, (currency, count) in found.lists.items():
        yield [
            (f"    {fitted(clean(name), size)}  ", ""),
            (plural("{n} price in {currency}", "{n} prices in {currency}", count, currency=currency), "dim"),
        ]
    if found.customers:
        yield [("✓ ", "confirmed"), (plural("{n} customer", "{n} customers", found.customers), "bold")]


def _problems(found: ErpLook) -> Iterator[Line]:
    if not found.problem_count:
        return
    text = plural(
        "{n} row can't be read; the others go in", "{n} rows can't be read; the others go in", found.problem_count
    )
    yield [("! ", "waiting"), (text, "bold")]
    for problem in found.problems:
        yield [(f"    {problem}", "")]
    if found.problem_count > len(found.problems):
        yield [(f"    {plural('and {n} more', 'and {n} more', found.problem_count - len(found.problems))}", "dim")]
    yield []

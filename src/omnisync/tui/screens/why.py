"""Why a store shows what it shows: sentences, newest first, then the rules behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult

from omnisync.explain.drift import audit_words
from omnisync.explain.steps import Step
from omnisync.explain.why import Explanation, explain
from omnisync.log import past
from omnisync.log.drift_list import last_audit
from omnisync.log.order_sheet import order_id
from omnisync.log.overview import store_names
from omnisync.log.reader import Reader
from omnisync.log.selling import selling
from omnisync.log.story import LATEST, Why, change_beside, why
from omnisync.model.events import OrderSeen
from omnisync.moment import said
from omnisync.ports import in_thread
from omnisync.text import _
from omnisync.tui.keys import bindings
from omnisync.tui.screens.ask import Choose
from omnisync.tui.screens.base import Page
from omnisync.tui.screens.moment import ask_moment
from omnisync.tui.screens.product import update_one
from omnisync.tui.widgets.lines import Line, Lines, Part, sign, time_part, time_size
from omnisync.tui.widgets.table import fitted


class WhyPage(Page):
    """The chain behind one store's figures of one product."""

    BINDINGS: ClassVar = bindings("why")
    HELP_TEXT = _(
        "The newest step is on top. Each figure can be followed back to the count, the order or the person it comes "
        "from; below stand the store's rules, and how the wanted figures come about. t tells the same of a past moment, "
        "[ and ] go from one change to the next."
    )

    def __init__(self, product: int, store: str, moment: int | None = None) -> None:
        super().__init__()
        self._product, self._store = product, store
        self._moment = moment
        """The past moment (milliseconds UTC) that is told of, None for now."""
        self._until: int | None = None
        """The newest event of that moment, where a step led to it."""

    def body(self) -> ComposeResult:
        """One page of text."""
        yield Lines()

    def on_mount(self) -> None:
        """Show it."""
        self.set_focus(self.query_one(Lines))
        self.data_changed()

    def data_changed(self) -> None:
        """Read it anew; the same text is not repainted, and the past stays as it was."""
        if self.reader is None or not self.composed:
            return
        if self._moment is not None:
            self._read_past()
            return
        chain = why(self.reader, self._product, self._store)
        if chain is not None:
            now = self.omnisync.desk.clock.now()
            told = explain(chain, now, selling(self.reader, self._product, now))
            audit = audit_words(last_audit(self.reader, self._product, self._store, now), chain.rules, now)
            self.query_one(Lines).show(_lines(chain, told, audit, now, self.size.width))

    def on_resize(self) -> None:
        """Another width is laid out anew."""
        self.data_changed()

    @work(exclusive=True, group="past")
    async def _read_past(self) -> None:
        moment, until, database = self._moment, self._until, self.omnisync.desk.database
        assert moment is not None

        def read() -> tuple[Why, Explanation] | None:
            with Reader(database) as reader:
                seq = past.seq_at(reader, moment) if until is None else until
                with past.Past(reader, seq).tables(self._product) as then:
                    chain = why(reader, self._product, self._store, then)
                    if chain is None:
                        return None
                    return chain, explain(chain, moment, selling(then, self._product, moment))

        found = await in_thread(read)
        if not self.composed:
            return
        heading: list[Line] = [[(_("As it was at {time}").format(time=said(moment)), "waiting")], []]
        if found is None:
            self.query_one(Lines).show([*heading, [(_("Nothing was known of it there and then."), "dim")]])
        else:
            self.query_one(Lines).show([*heading, *_lines(*found, (), moment, self.size.width)])

    def action_store(self, step: int) -> None:
        """Another store."""
        if self.reader is not None:
            names = store_names(self.reader)
            self._store = names[(names.index(self._store) + step) % len(names)]
            self.data_changed()

    def action_order(self) -> None:
        """An order that has to do with it; asks which where there are several."""
        chain = why(self.reader, self._product, self._store) if self.reader is not None else None
        known = dict.fromkeys(_orders(chain)) if chain is not None else {}
        if not known:
            self.omnisync.say(_("No order has to do with these figures."))
        elif len(known) == 1:
            self._open(next(iter(known)))
        else:
            choices = [(f"{store} {number}", f"{number}  {store}") for store, number in known]
            self.omnisync.push_screen(Choose(_("Which order?"), choices), self._chosen)

    def _chosen(self, key: str | None) -> None:
        if key is not None:
            store, _space, number = key.partition(" ")
            self._open((store, number))

    def _open(self, order: tuple[str, str]) -> None:
        from omnisync.tui.screens.order import Sheet

        found = order_id(self.reader, *order) if self.reader is not None else None
        if found is not None:
            self.omnisync.push_screen(Sheet(found))

    def action_at(self) -> None:
        """Ask for a moment."""
        self.run_worker(self._ask_moment())

    async def _ask_moment(self) -> None:
        moment = await ask_moment(self.omnisync)
        if moment is not None:
            self._show_moment(moment, None)

    def action_step(self, step: int) -> None:
        """To the change before or the next one."""
        if self.reader is None:
            return
        until = self._until
        if until is None:
            until = LATEST if self._moment is None else past.seq_at(self.reader, self._moment)
            if step < 0 and self._moment is None:
                # Now is right after the last change: the one before that is meant.
                last = change_beside(self.reader, self._product, until, later=False)
                until = last[0] if last else until
        found = change_beside(self.reader, self._product, until, later=step > 0)
        if found is None:
            self.omnisync.say(_("There was no change before.") if step < 0 else _("There is no later change."))
            return
        until, moment = found
        self._show_moment(moment, until)

    def action_now(self) -> None:
        """Back to now."""
        self._show_moment(None, None)

    def _show_moment(self, moment: int | None, until: int | None) -> None:
        self._moment, self._until = moment, until
        self.refresh_bindings()
        self.data_changed()

    @property
    def narrowed(self) -> bool:
        """Esc comes back from the past first."""
        return self._moment is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Of a past moment there is nothing to send, and from now no way back to now."""
        if action in ("now", "update"):
            return (action == "now") == self.narrowed
        return super().check_action(action, parameters)

    def action_update(self) -> None:
        """Send its figures now."""
        self.run_worker(update_one(self, self._product))


def _orders(chain: Why) -> Iterator[tuple[str, str]]:
    """Store and number of what is reserved, then of what is told of."""
    yield from ((each.store, each.number) for each in chain.reservations)
    for told in chain.told:
        if isinstance(told.event, OrderSeen):
            yield told.event.store, told.event.number


def _lines(chain: Why, said: Explanation, audit: Sequence[str], now: int, width: int) -> Iterator[Line]:
    yield [(chain.code, "bold"), ("  ", ""), (chain.name, "bold")]
    parts: list[tuple[str, str]] = [sign(said.state), (f" {said.shows}", "bold")]
    yield [*parts, (f"   {said.proof}", said.state if said.state != "confirmed" else "dim")] if said.proof else parts
    yield []
    yield from _figures(said)
    for text in audit:
        yield [(fitted(_("audit"), 10), "title"), (text, "")]
    yield []
    yield [(_("What led there, the newest first"), "title")]
    size = time_size((step.at for step in said.steps), now, width)
    for step in said.steps:
        yield _step(step, time_part(step.at, now, size))
    if not said.steps:
        yield [(_("Nothing has happened yet."), "dim")]


def _figures(said: Explanation) -> Iterator[Line]:
    lines = [(_("quantity"), said.wanted), (_("rule"), said.rule), (_("price"), said.price)]
    if said.last_pieces:
        lines.append((_("last pcs"), said.last_pieces))
    for title, text in lines:
        yield [(fitted(title, 10), "title"), (text, "")]


def _step(step: Step, time: Part) -> Line:
    parts = [time, sign(step.state) if step.state else (" ", ""), (f" {step.text}", "")]
    return [*parts, (f"   {step.detail}", "dim")] if step.detail else parts

"""The app: screens by name, the one watch on the database, the link to the daemon, the keys that work everywhere."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App, SystemCommand
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import ModalScreen, Screen
from textual.widgets import Input

from omnisync.errors import DatabaseError, OmniSyncError
from omnisync.log.pulse import Pulse
from omnisync.model.clean import clean
from omnisync.text import _
from omnisync.tui import small_files, watch
from omnisync.tui.acts import Acts
from omnisync.tui.backend import Backend, Presence
from omnisync.tui.desk import Desk
from omnisync.tui.keys import KEYS, bindings, spoken, unknown
from omnisync.tui.scanner import PAUSE, Scanner
from omnisync.tui.screens.base import Page
from omnisync.tui.themes import THEMES, fitting

if TYPE_CHECKING:
    from omnisync.model.commands import AnyCommand, Reply

_STATUS_EVERY = 0.6
"""Seconds that lie at least between two looks at all stores' counts."""


def _made(name: str) -> Page:
    """The screen of that name; what it needs is imported when it is first seen."""
    match name:
        case "first_run":
            from omnisync.tui.screens.first_run import Welcome

            return Welcome()
        case "log":
            from omnisync.tui.screens.log import Log

            return Log()
        case "orders":
            from omnisync.tui.screens.orders import Orders

            return Orders()
        case "stores":
            from omnisync.tui.screens.stores import Stores

            return Stores()
    from omnisync.tui.screens.products import Products

    return Products()


def _pasted(text: str) -> str:
    """The first line of what is pasted: keys and paths copied from web pages and windows bring unseen characters along."""
    line = next(iter(text.strip().splitlines()), "")
    return clean(line, len(line))


class OmniSync(App[None]):
    """One shop's screens. What the app does itself is the same on each of them."""

    CSS_PATH = "omnisync.tcss"
    TITLE = "OmniSync"
    ENABLE_COMMAND_PALETTE = True
    ESCAPE_TO_MINIMIZE = False
    COMMAND_PALETTE_BINDING = ""
    BINDINGS: ClassVar = bindings("app")
    # Those that keep their state while another is seen; each is made when it is first shown.
    SCREENS: ClassVar = {name: partial(_made, name) for name in ("first_run", "products", "orders", "stores", "log")}

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.pulse: Pulse | None = None
        self.backend = Backend(desk, self.show_status)
        self.data = watch.Watch(desk.database, self._data_changed, self._data_appeared)
        self._scanner = Scanner(self.scanned, self._typed)
        self.leads_to = ""
        """What a person chose to do once the screens are left: "demo", or nothing."""
        self.acts = Acts(desk.database, self.say, self.warn)
        self._counting = False
        self._recount = False
        self._trouble = ""
        self._unread = ""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = fitting(desk.theme, os.environ)
        self.set_keymap(dict(desk.keys))

    def _fatal_error(self) -> None:
        """As Textual ends after a fault, but without the values of variables: a key may be among them (P10)."""
        import rich
        from rich.segment import Segments
        from rich.traceback import Traceback

        traceback = Traceback(show_locals=False, width=None, suppress=[rich])
        self._exit_renderables.append(Segments(self.console.render(traceback, self.console.options)))
        self._close_messages_no_wait()

    # Coming and going

    def on_mount(self) -> None:
        """The first rows are painted before anything else is so much as imported."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            # The usual code of a process that a signal ended: whoever started the screens can tell it from a goodbye.
            loop.add_signal_handler(number, partial(self.exit, None, 128 + number))
        self.data.open()
        # Textual paints nothing while it starts: what is mounted before the loop runs is laid out and drawn in vain.
        self.call_later(self._begin)

    def _begin(self) -> None:
        self.action_screen("products")
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        self.set_interval(watch.EVERY, self.data.look)
        self._each_minute()
        self._count()
        if self.desk.configured:
            self.backend.start()
        for wrong in unknown(self.desk.keys):
            self.warn(_("The configuration's [keys] names {id}, which no key has.").format(id=wrong))

    async def on_unmount(self) -> None:
        """Whatever ended the screen, a key or a line that broke, the daemon in this process ends in order."""
        await self.backend.stop()
        self.data.close()

    def let_go_of_the_terminal(self) -> None:
        """To be called when it has run: a thread that still reads a terminal which is gone would never end."""
        if isinstance(self._driver, LinuxDriver):
            self._driver.exit_event.set()

    # Screens

    @property
    def _no_shop(self) -> bool:
        """Whether a shop is still to be set up here."""
        return not self.desk.configured and self.desk.guide is not None

    def action_screen(self, name: str) -> None:
        """Show one of the main screens; it keeps its state while another is seen."""
        if self._no_shop:
            if len(self.screen_stack) > 1:
                return
            name = "first_run"
        page = self.get_screen(name)
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if self.screen is not page:
            if isinstance(self.screen, Page):
                self.switch_screen(page)
            else:
                self.push_screen(page)

    def shop_made(self, name: str, planned: Sequence[str]) -> None:
        """There is a configuration now: run it, and send to the stores whose plan was seen and agreed to."""
        self.desk = replace(self.desk, configured=True, shop=name)
        self.action_screen("products")
        self.backend.start()
        self.run_worker(self._go(planned), exit_on_error=True)

    async def _go(self, stores: Sequence[str]) -> None:
        from omnisync.model.commands import Go

        for store in stores:
            await self.order(Go(store))

    async def action_back(self) -> None:
        """Back one level."""
        if len(self.screen_stack) > 2:
            self.pop_screen()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A question and a line that is typed into have their own Esc; without a shop there are no screens of it."""
        del parameters
        if action in ("screen", "undo"):
            return not self._no_shop
        if action == "back":
            asked = isinstance(self.screen, ModalScreen) or isinstance(self.focused, Input)
            narrowed = isinstance(self.screen, Page) and self.screen.narrowed
            return len(self.screen_stack) > 2 and not asked and not narrowed
        return True

    def action_help(self) -> None:
        """What the keys do here."""
        from omnisync.tui.screens.help import Help

        if not isinstance(self.screen, Help):
            self.push_screen(Help(self.screen))

    def action_help_quit(self) -> None:
        """Ctrl+C ends other programs: here it would be too easily pressed."""
        self.say(_("Ctrl+Q or F10 leaves OmniSync."))

    def action_undo(self) -> None:
        """Take back what was done last; a line that is typed into is not what is meant."""
        if not isinstance(self.focused, Input) and isinstance(self.screen, Page):
            from omnisync.tui.undoing import undo

            self.run_worker(undo(self))

    def action_mouse(self) -> None:
        """Give the mouse to the terminal, or take it back."""
        driver = self._driver
        if driver is None:
            return
        switch = ("_disable_mouse_support", "_enable_mouse_support")[getattr(driver, "mouse_given", False)]
        getattr(driver, switch, lambda: None)()
        given = switch.startswith("_disable")
        driver.mouse_given = given  # type: ignore[attr-defined]
        self.say(_("The mouse selects text now.") if given else _("The mouse is OmniSync's again."))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that can be done here, and the themes."""
        seen = set()
        for active in screen.active_bindings.values():
            id_ = active.binding.id or ""
            if id_ in KEYS and id_ not in seen and KEYS[id_].title and id_ != "app.palette" and active.enabled:
                seen.add(id_)
                title = f"{KEYS[id_].title}  ({spoken(active.binding.key)})"
                action, node = active.binding.action, active.node
                yield SystemCommand(title, KEYS[id_].help, lambda a=action, n=node: self.run_action(a, n))
        for theme in THEMES:
            yield SystemCommand(
                _("colours: {theme}").format(theme=theme.name), _("Change the colours of the screen."),
                lambda name=theme.name: setattr(self, "theme", name),
            )  # fmt: skip

    # Keys that come before all others

    async def on_event(self, event: events.Event) -> None:
        """Keys are dealt with one after another, each where the one before it has left the focus.

        Textual hands all keys of one read to what has the focus at that moment, which loses letters that
        follow a key too fast. A scanner's burst opens the product from anywhere but a line being typed into.
        """
        if isinstance(event, events.Paste) and not event.is_forwarded:
            await super().on_event(events.Paste(_pasted(event.text)))
        elif not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif not self.screen_stack:
            # The screens are just being closed: nobody is there to get the key.
            return
        elif isinstance(self.focused, Input):
            if not await self._key_in_line(self.focused, event):
                await super().on_event(event)
        elif not self._scanner.take(event.key):
            await super().on_event(event)
        elif event.key != "enter":
            self.set_timer(PAUSE, partial(self._settle, self._scanner.serial))

    async def _key_in_line(self, line: Input, event: events.Key) -> bool:
        """Letters are letters there, whatever else they are keys for."""
        if not event.is_printable or event.character is None:
            return await self._check_bindings(event.key, priority=True) or await self._check_bindings(event.key)
        if line.selection.is_empty:
            line.insert_text_at_cursor(event.character)
        else:
            line.replace(event.character, *line.selection)
        return True

    def _settle(self, serial: int) -> None:
        if self._scanner.serial == serial:
            self._scanner.settle()

    def _typed(self, key: str) -> None:
        self.run_worker(self._check_bindings(key, priority=True), exit_on_error=True)

    def scanned(self, code: str) -> None:
        """Open the product with that barcode."""
        from omnisync.log.story import product_of
        from omnisync.tui.screens.product import Sheet

        product = product_of(self.data.reader, code) if self.data.reader else None
        if product is None:
            self.warn(_("No product has the barcode {code}.").format(code=clean(code)))
        elif isinstance(self.screen, Sheet):
            self.screen.open(product)
        else:
            self.push_screen(Sheet(product))

    # Data and daemon

    def _data_changed(self) -> None:
        if not self.screen_stack:
            # The last tick of a program that is being left.
            return
        if isinstance(self.screen, Page) and self.screen.composed:
            self.screen.data_changed()
        self._count()

    def _data_appeared(self) -> None:
        for page in self.screen_stack:
            if isinstance(page, Page) and page.composed:
                page.data_appeared()
        self._count()

    def _count(self) -> None:
        """Count anew on a thread, at most so often."""
        if self._counting:
            self._recount = True
        elif self.data.reader is not None:
            self._counting = True
            self.run_worker(self._counted(), exit_on_error=True)

    async def _counted(self) -> None:
        from omnisync.log.pulse import pulse
        from omnisync.log.reader import Reader
        from omnisync.ports import in_thread

        def read() -> Pulse:
            with Reader(self.desk.database) as reader:
                return pulse(reader, self.desk.clock.now())

        while True:
            self._recount = False
            try:
                self.pulse, self._unread = await in_thread(read), ""
            except DatabaseError as error:
                # Said once, not at every look.
                if str(error) != self._unread:
                    self._unread = str(error)
                    self.warn(self._unread)
            self.show_status()
            await self.desk.clock.sleep(_STATUS_EVERY)
            if not self._recount:
                break
        self._counting = False

    def _each_minute(self) -> None:
        """The status line's clock and ages go by minutes: what they cost on a line is one repaint of it in each."""
        self.show_status()
        self.set_timer(60 - self.desk.clock.now() / 1000 % 60, self._each_minute)

    def _connections_told(self) -> None:
        """The daemon's word on its connections is newer than what it has saved."""
        if self.pulse is not None and self.backend.told:
            # Only now: the first rows wait for nothing that they don't need.
            from omnisync.tui.connections import told

            live = told(self.backend.told)
            self.pulse = self.pulse.told(live.health, live.trouble)
            if live.trouble and live.trouble != self._trouble:
                self.warn(live.trouble)
            self._trouble = live.trouble

    def show_status(self) -> None:
        """The presence, the counts or the daemon's word are others now, or time has passed."""
        if not self.is_running:
            return
        self._connections_told()
        if isinstance(self.screen, Page):
            self.screen.show_status()
        if self.backend.presence is Presence.FAILED and self.backend.problem:
            self.warn(self.backend.problem)
        hosted = self.backend.presence is Presence.HOSTED and self.desk.lasting
        if hosted and small_files.first_time(self.desk.folder, "told-of-the-service"):
            text = _(
                "OmniSync runs as long as this screen is open. `omnisync service install` keeps it running always."
            )
            self.notify(text, markup=False, timeout=20)

    async def order(self, command: AnyCommand) -> Reply | None:
        """Have a command carried out; what refuses it is said to the person, and the answer is None."""
        try:
            return await self.backend.run(command)
        except OmniSyncError as error:
            self.warn(str(error))
            return None

    def say(self, text: str) -> None:
        """Tell the person something that passes by."""
        self.notify(clean(text, 400), markup=False, timeout=4)

    def warn(self, text: str) -> None:
        """Tell the person of something that went wrong."""
        self.notify(clean(text, 400), severity="error", markup=False, timeout=12)

    def copy(self, text: str, longest: int = 200) -> None:
        """Copy a text from outside, made harmless, to the clipboard and into a file."""
        safe = "\t".join(clean(part, longest) for part in text.split("\t"))
        self.copy_to_clipboard(safe)
        kept = small_files.keep(self.desk.folder, safe)
        self.say(_("Copied: {text}").format(text=clean(safe, 120)) + (f" ({kept.name})" if kept else ""))

"""Every key as data: an id, the keys, what they do, what the footer and the help say.

The id is what the configuration's [keys] table remaps; its part before the dot names the screen or
widget that the key belongs to. F-keys, arrows, Enter, Space and Esc carry every main action; a letter
is an alias, and works on a keyboard of another script at the same place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from textual.binding import Binding, BindingType

from omnisync.text import _


class Key(NamedTuple):
    """One thing that keys do. ``title`` is for the footer and the list of commands, "" keeps it out of the footer."""

    keys: str
    action: str
    title: str
    help: str
    footer: bool = False


KEYS: Mapping[str, Key] = {
    # Everywhere
    "app.help": Key("f1,question_mark", "help", _("help"), _("What the keys do here."), footer=True),
    "app.products": Key("f2,1", "screen('products')", _("Products"), _("All products with every store's figures.")),
    "app.orders": Key("f7,2", "screen('orders')", _("Orders"), _("The orders of all stores.")),
    "app.stores": Key("f9,3", "screen('stores')", _("Stores"), _("How each store's connection is, and what waits for you.")),
    "app.log": Key("f8,4", "screen('log')", _("Log"), _("What the daemon writes as it works, as it is written.")),
    "app.palette": Key("ctrl+p", "command_palette", _("all commands"), _("Everything that can be done here, by name."), footer=True),
    "app.quit": Key("f10,ctrl+q", "quit", _("quit"), _("Leave OmniSync.")),
    "app.back": Key("escape", "back", _("back"), _("Back one level.")),
    "app.undo": Key("ctrl+z", "undo", _("undo"), _("Take back what was done last: first it shows what would change.")),
    "app.mouse": Key("ctrl+o", "mouse", _("mouse on/off"), _("Give the mouse to the terminal, to select text with it, or take it back.")),
    # Any table
    "table.up": Key("up,k", "move(-1)", "", _("One row up.")),
    "table.down": Key("down,j", "move(1)", "", _("One row down.")),
    "table.page_up": Key("pageup", "page(-1)", "", _("One page up.")),
    "table.page_down": Key("pagedown", "page(1)", "", _("One page down.")),
    "table.first": Key("home,g", "jump(0)", "", _("The first row.")),
    "table.last": Key("end,G", "jump(-1)", "", _("The last row.")),
    "table.select": Key("space", "select", _("select"), _("Select the row, or no longer; then one row down."), footer=True),
    "table.all": Key("ctrl+a,a", "all", _("all found"), _("Select everything that was found, or nothing again."), footer=True),
    "table.copy": Key("y", "screen.copy_code", _("copy code"), _("Copy the row's code to the clipboard, and into the file last-copy.txt.")),
    "table.copy_row": Key("Y", "screen.copy_row", _("copy row"), _("Copy the whole row, with tabs between its columns.")),
    # Products
    "products.sheet": Key("enter", "sheet", _("sheet"), _("Everything about the product."), footer=True),
    "products.find": Key("f3,ctrl+f,slash", "find", _("find"), _("Find as you type: words of the name, the code or the barcode."), footer=True),
    "products.price": Key("f4,e", "price", _("price"), _("Give the product a price of its own in the marked store; an empty one gives the price list its say again."), footer=True),
    "products.update": Key("f5,u", "update", _("update"), _("Send the figures of this product, or of the selected ones, to the stores now."), footer=True),
    "products.general_update": Key("f17,shift+f5,U", "general_update", _("update all"), _("Send everything to the stores now; first it shows what would be sent.")),
    "products.exclude": Key("f6,x", "exclude", _("exclude"), _("Stop sending stock or price of this product or of the selected ones, or send them again."), footer=True),
    "products.why": Key("w,f12", "why", _("why"), _("Why the marked store shows what it shows."), footer=True),
    "products.filter": Key("f,ctrl+t", "state", _("filter"), _("Only products with a figure in one state: waiting, held, refused, excluded, differs.")),
    "products.category": Key("c", "category", _("category"), _("Only products of one category.")),
    "products.sort": Key("s,ctrl+s", "sort", _("sort"), _("Sort by a column; the same one again turns the order round.")),
    "products.fresh": Key("r,ctrl+r", "fresh", _("refresh"), _("Put the rows in order anew, and take in products that are new.")),
    "products.at": Key("t", "at", _("at a past time"), _("Show the list as it was at a past moment; Esc comes back to now.")),
    "products.clear": Key("escape", "clear", _("clear"), _("Select nothing; then show everything again.")),
    "products.next_store": Key("right,l", "store(1)", _("next store"), _("Mark the next store; its price is what F4 edits.")),
    "products.last_store": Key("left,h", "store(-1)", _("previous store"), _("Mark the previous store.")),
    "products.next_house": Key("shift+right", "warehouse(1)", _("next warehouse"), _("Show the next warehouse, where there is no room for all.")),
    "products.last_house": Key("shift+left", "warehouse(-1)", _("previous warehouse"), _("Show the previous warehouse.")),
    # The line to find with
    "find.done": Key("enter,down,tab", "done", _("to the list"), _("Go to what was found."), footer=True),
    "find.clear": Key("escape", "clear", _("clear"), _("Find nothing in particular: everything again."), footer=True),
    # A price being edited
    "price.save": Key("enter", "save", _("save"), _("Send this price."), footer=True),
    "price.cancel": Key("escape", "cancel", _("cancel"), _("Leave the price as it is."), footer=True),
    # One product, and why
    "sheet.why": Key("w,f12,enter", "why", _("why"), _("Why the marked store shows what it shows."), footer=True),
    "sheet.update": Key("f5,u", "update", _("update"), _("Send the product's figures to the stores now."), footer=True),
    "sheet.next_store": Key("right,l,tab", "store(1)", _("next store"), _("Mark the next store."), footer=True),
    "sheet.last_store": Key("left,h,shift+tab", "store(-1)", _("previous store"), _("Mark the previous store.")),
    "sheet.unlink": Key("f6,x", "unlink", _("unlink"), _("Take the product away from its listing in the marked store, because it is another one."), footer=True),
    "sheet.history": Key("f3,e", "history", _("history"), _("Everything that happened to the product, out of the event log."), footer=True),
    "sheet.copy": Key("y", "copy_code", _("copy code"), _("Copy the code to the clipboard.")),
    "why.now": Key("escape,n,r", "now", _("back to now"), _("What is so now."), footer=True),
    "why.next_store": Key("right,l,tab", "store(1)", _("other stores"), _("The next store."), footer=True),
    "why.last_store": Key("left,h,shift+tab", "store(-1)", _("previous store"), _("The previous store.")),
    "why.order": Key("enter,o", "order", _("open the order"), _("The sheet of an order that has to do with these figures."), footer=True),
    "why.at": Key("t,f4", "at", _("at another time"), _("What was so at a past moment, and why."), footer=True),
    "why.before": Key("left_square_bracket,shift+left", "step(-1)", _("change before"), _("Right after the change before, of whatever kind."), footer=True),
    "why.after": Key("right_square_bracket,shift+right", "step(1)", _("next change"), _("Right after the next change.")),
    "why.update": Key("f5,u", "update", _("update now"), _("Send the product's figures to the stores now."), footer=True),
    # Orders
    "orders.sheet": Key("enter", "sheet", _("sheet"), _("Everything about the order."), footer=True),
    "orders.find": Key("f3,ctrl+f,slash", "find", _("find"), _("Find as you type: the number, the goods or the customer's name."), footer=True),
    "orders.store": Key("f4,o", "store", _("store"), _("Only orders of one store."), footer=True),
    "orders.state": Key("f5,f,ctrl+t", "state", _("state"), _("Only orders that stand in one way: to be sent, shipped, cancelled ..."), footer=True),
    "orders.stock": Key("f6,x", "stock", _("stock"), _("Only orders whose goods are there, or only those that lack something."), footer=True),
    "orders.customer": Key("c,f12", "customer", _("same customer"), _("Only orders of this order's customer.")),
    "orders.sort": Key("s,ctrl+s", "sort", _("sort"), _("Sort by a column; the same one again turns the order round.")),
    "orders.fresh": Key("r,ctrl+r", "fresh", _("refresh"), _("Put the rows in order anew, and take in orders that are new.")),
    "orders.all": Key("escape", "everything", _("all orders"), _("Take away every filter."), footer=True),
    "order.product": Key("enter,p", "product", _("product"), _("Everything about a product of the order."), footer=True),
    "order.history": Key("f3,h", "history", _("history"), _("Everything that happened to the order, out of the event log."), footer=True),
    "order.customer": Key("c,f12", "customer", _("same customer"), _("All orders of this customer."), footer=True),
    "order.forget": Key("f6,e", "forget", _("erase customer"), _("Erase everything personal of this order's customer, for good.")),
    "order.copy": Key("y", "copy_code", _("copy number"), _("Copy the order's number to the clipboard."), footer=True),
    # Stores
    "stores.waiting": Key("enter", "waiting", _("what waits for you"), _("What is held, refused, set aside or unmatched there, and what to do about it."), footer=True),
    "stores.pause": Key("f4,p", "pause", _("pause/resume"), _("Stop sending to the store until you resume; its orders are still taken in."), footer=True),
    "stores.key": Key("f12,e", "new_key", _("new key"), _("Enter other keys for the store: they are tried, kept, and used at once."), footer=True),
    "stores.pull": Key("f5,u", "pull", _("ask now"), _("Ask for the store's orders and catalogue, or read the ERP, now."), footer=True),
    "stores.plan": Key("f3,v", "plan", _("plan/go"), _("What would be sent to the store; one that is in plan-only begins with your yes."), footer=True),
    "stores.all": Key("f6,x", "everything_waiting", _("all that waits"), _("What waits for you, of all stores together."), footer=True),
    "stores.drifts": Key("f15,shift+f3,d", "drifts", _("what differs"), _("What the store shows differently from what was confirmed, and why; compare every figure now."), footer=True),
    "secret.next": Key("enter", "next", _("go on"), _("To the next key, from the last one on to the test."), footer=True),
    "secret.down": Key("down,tab", "move(1)", _("next line"), _("To the next key.")),
    "secret.up": Key("up,shift+tab", "move(-1)", _("previous line"), _("To the previous key.")),
    "secret.cancel": Key("escape", "cancel", _("cancel"), _("Leave the keys as they are."), footer=True),
    # What differs
    "drifts.repair": Key("f4,enter", "repair", _("repair"), _("Send the figure again to the store, as it is wanted now."), footer=True),
    "drifts.repair_all": Key("f5,u", "repair_all", _("repair all"), _("Send every figure of the list again."), footer=True),
    "drifts.accept": Key("f6,x", "accept", _("accept"), _("The store is right: its price becomes the store's own, its quantity stays until another is wanted."), footer=True),
    "drifts.accept_all": Key("f18,shift+f6,X", "accept_all", _("accept all"), _("Accept every figure of the list.")),
    "drifts.audit": Key("f3,r,ctrl+r", "audit", _("compare now"), _("Read what the stores really show and compare every figure now."), footer=True),
    "drifts.product": Key("p,f12", "product", _("product"), _("Everything about the product."), footer=True),
    # What waits for a person
    "matters.act": Key("enter", "act", _("settle"), _("Let go what is held, try again what was refused, link what is unmatched; or all that is selected."), footer=True),
    "matters.find": Key("f3,ctrl+f,slash", "find", _("find"), _("Only what has a text in it; nothing typed shows everything again."), footer=True),
    "matters.kind": Key("f,f6,ctrl+t", "kind", _("filter"), _("Only what is held, refused, set aside or unmatched."), footer=True),
    "matters.store": Key("f4,o", "store", _("store"), _("Only what one store waits with."), footer=True),
    "matters.product": Key("p,f12", "product", _("product"), _("Everything about the product."), footer=True),
    "matters.retry_all": Key("f5,u", "retry_all", _("try all again"), _("Send again everything that the store refused."), footer=True),
    "matters.reject": Key("n,delete", "reject", _("say no"), _("What is held stays as it is until the ERP says something else; the reason is kept."), footer=True),
    "matters.release_all": Key("ctrl+y", "release_all", _("let all go"), _("Let everything go that is held at the stores, after a look at the plan.")),
    "matters.clear": Key("escape", "clear", _("clear"), _("Select nothing; then show everything again.")),
    "matters.fresh": Key("r,ctrl+r", "fresh", _("refresh"), _("Look again what waits.")),
    # One thing that is set aside
    "aside.edit": Key("enter,f4", "edit", _("edit field"), _("Give the marked field another value; nothing is tried yet."), footer=True),
    "aside.replay": Key("f5,u", "replay", _("try again"), _("Try it again with the fields as they stand here."), footer=True),
    "aside.map": Key("f3,p", "map", _("choose product"), _("Say which product the unknown line is; its code means that product from now on."), footer=True),
    "aside.dismiss": Key("delete,n", "put_away", _("dismiss"), _("It need not be mended; the reason is kept."), footer=True),
    "aside.close": Key("escape", "close", _("back"), _("Back to the list."), footer=True),
    # Choosing a product
    "pick.take": Key("enter", "take", _("choose"), _("Take the marked product."), footer=True),
    "pick.up": Key("up", "move(-1)", "", _("The one above.")),
    "pick.down": Key("down", "move(1)", "", _("The one below.")),
    "pick.no": Key("escape", "no", _("cancel"), _("Leave everything as it is."), footer=True),
    # The log, a history, a record
    "log.record": Key("enter", "record", _("whole record"), _("Everything that was written in this line."), footer=True),
    "log.open": Key("o", "open", _("open"), _("The order or the product that the line names."), footer=True),
    "log.follow": Key("f4,f", "follow", _("follow/pause"), _("Go with the newest lines, or stay here while they are counted."), footer=True),
    "log.find": Key("f3,ctrl+f,slash", "find", _("find"), _("Only lines with a text."), footer=True),
    "log.level": Key("f5,l", "level", _("level"), _("Only lines that are so serious or worse."), footer=True),
    "log.store": Key("f6,s", "store", _("store"), _("Only lines about one store, or about the ERP."), footer=True),
    "log.history": Key("f12,h", "history", _("history of …"), _("What happened to one product or one order, out of the event log."), footer=True),
    "log.copy": Key("y", "copy", _("copy"), _("Copy the line's record, as JSON.")),
    "history.record": Key("enter", "record", _("whole event"), _("Everything that stands in this event."), footer=True),
    "history.find": Key("f3,ctrl+f,slash", "find", _("find"), _("Only events with a text."), footer=True),
    "history.undo": Key("f5,u", "undo", _("undo"), _("Take back the act that this event belongs to; first it shows what would change."), footer=True),
    "history.copy": Key("y", "copy", _("copy"), _("Copy the event, as JSON."), footer=True),
    "record.open": Key("enter,o", "open", _("open"), _("The order or the product that the line of the log names."), footer=True),
    "record.copy": Key("y", "copy", _("copy"), _("Copy the record, as JSON."), footer=True),
    "line.take": Key("enter", "take", _("go on"), _("Go on with what was typed."), footer=True),
    "line.no": Key("escape", "no", _("cancel"), _("Leave everything as it is."), footer=True),
    # Setting up a shop
    "welcome.take": Key("enter", "take", _("choose"), _("Do what is marked."), footer=True),
    "marks.mark": Key("space", "mark", _("mark"), _("Mark it, or no longer."), footer=True),
    "step.next": Key("enter", "next", _("go on"), _("Go on to the next step."), footer=True),
    "step.again": Key("f5,ctrl+r", "again", _("look again"), _("Look again, after something was put right."), footer=True),
    "step.back": Key("escape", "step_back", _("back"), _("Go back one step; what was entered is kept."), footer=True),
    "field.next": Key("enter", "next", _("go on"), _("To the next line, from the last one to the next step."), footer=True),
    "field.down": Key("down,tab", "move(1)", _("next line"), _("To the next line.")),
    "field.up": Key("up,shift+tab", "move(-1)", _("previous line"), _("To the previous line.")),
    "field.back": Key("escape", "screen.step_back", _("back"), _("Go back one step; what was entered is kept."), footer=True),
    "field.more": Key("f6", "screen.more", _("more settings"), _("Show the settings that have a default, too."), footer=True),
    "choices.up": Key("up,k", "cursor_up", "", _("One line up.")),
    "choices.down": Key("down,j", "cursor_down", "", _("One line down.")),
    # Help
    "help.close": Key("escape,f1,question_mark,enter", "close", _("close"), _("Back to the screen."), footer=True),
    # A question
    "ask.yes": Key("enter,y", "yes", _("yes"), _("Do it."), footer=True),
    "ask.no": Key("escape,n", "no", _("no"), _("Leave everything as it is."), footer=True),
    "choose.take": Key("enter", "take", _("choose"), _("Take what is marked."), footer=True),
    "choose.no": Key("escape", "no", _("cancel"), _("Leave everything as it is."), footer=True),
}  # fmt: skip

_QWERTY = "qwertyuiopasdfghjklzxcvbnm"
_LAYOUTS = ("йцукенгшщзфывапролдячсмить", ";ςερτυθιοπασδφγηξκλζχψωβνμ", "/'קראטוןםפשדגכעיחלךזסבהנמצ")
"""The same places on a Cyrillic, a Greek and a Hebrew keyboard."""


def bindings(scope: str) -> list[BindingType]:
    """The keys of one screen or widget.

    All are looked at before the widget itself sees the key: a burst of keys (a scanner, a slow line) is
    handed out faster than widgets answer, and a key must find the focus that the one before it left.
    """
    return [
        Binding(
            _with_aliases(key.keys), key.action, key.title or key.help, id=name, tooltip=key.help, show=key.footer,
            priority=True,
        )
        for name, key in KEYS.items()
        if name.partition(".")[0] == scope
    ]  # fmt: skip


def unknown(ids: Iterable[str]) -> list[str]:
    """Those of the ids that no key has."""
    return [each for each in ids if each not in KEYS]


def spoken(key: str) -> str:
    """A key as people call it."""
    if spoken := _SPOKEN.get(key):
        return spoken
    *held, last = key.split("+")
    # A letter with Ctrl is printed on keyboards as a capital; alone, the capital is another key.
    return "+".join([*(_SPOKEN.get(part, part) for part in held), _SPOKEN.get(last, last.upper() if held else last)])


_SPOKEN = {
    "left_square_bracket": "[", "right_square_bracket": "]",
    "question_mark": "?", "slash": "/", "escape": "Esc", "delete": "Del", "enter": "Enter", "space": _("Space"), "tab": "Tab",
    "pageup": "PgUp", "pagedown": "PgDn", "home": "Home", "end": "End", "up": "↑", "down": "↓", "left": "←",
    "right": "→", "ctrl": "Ctrl", "shift": _("Shift"), "f15": _("Shift") + "+F3", "f17": _("Shift") + "+F5", "f18": _("Shift") + "+F6",
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
}  # fmt: skip


def _with_aliases(keys: str) -> str:
    """The keys, and for each letter the ones at its place on other keyboards."""
    found = keys.split(",")
    for key in tuple(found):
        prefix, _plus, letter = key.rpartition("+")
        if len(letter) == 1 and letter.lower() in _QWERTY:
            found += [_alias(prefix, letter, layout) for layout in _LAYOUTS]
    return ",".join(dict.fromkeys(each for each in found if each))


def _alias(prefix: str, letter: str, layout: str) -> str:
    other = layout[_QWERTY.index(letter.lower())]
    if not other.isalpha():
        return ""
    if letter.isupper():
        # A script without capitals would give the small letter's key.
        other = other.upper() if other.upper() != other else ""
    return f"{prefix}+{other}" if prefix and other else other

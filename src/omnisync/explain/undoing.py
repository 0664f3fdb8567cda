"""Sentences about taking something back: what was done, and what each thing goes back to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omnisync.explain.words import act_words
from omnisync.model.money import Money
from omnisync.text import _, local, money, number, plural


def heading(told: Mapping[str, Any]) -> str:
    """What was done, when and by whom; ``told`` is the daemon's answer to an Undo."""
    at = local(told["at"]).strftime("%Y-%m-%d %H:%M:%S")
    what = act_words(told["kind"])
    return _("{what}, done {at} by {who} (number {number})").format(
        what=what, at=at, who=told["by"], number=told["act"]
    )


def effect(told: Mapping[str, Any]) -> str:
    """How many things go back, and in which stores."""
    changes = int(told["changes"])
    text = plural("{n} thing goes back", "{n} things go back", changes)
    stores = ", ".join(f"{store or 'ERP'} {number(count)}" for store, count in sorted(told["stores"].items()))
    return f"{text}: {stores}" if changes else text


def left_out(told: Mapping[str, Any]) -> str:
    """What stays, and why; "" where all goes back."""
    parts = []
    if told["conflicts"]:
        parts.append(plural(
            "{n} was changed again since and stays as it is", "{n} were changed again since and stay as they are",
            told["conflicts"],
        ))  # fmt: skip
    if told["left"]:
        parts.append(plural("{n} is new and stays", "{n} are new and stay", told["left"]))
    return "; ".join(parts)


def item_words(item: Mapping[str, Any]) -> str:
    """One thing: what it is now, and what it will be again."""
    words = f"{item['subject']}: {_value(item, 'now')} → {_value(item, 'back')}"
    return f"{words} ({_('you had said no to it: the store keeps what it shows')})" if item.get("no") else words


def _value(item: Mapping[str, Any], which: str) -> str:
    value = item[which]
    match item["what"]:
        case "price":
            return _("the list's price") if value is None else money(Money(value, item["currency"]))
        case "list-price":
            return "–" if value is None else money(Money(value, item["currency"]))
        case "no-stock":
            return _("stock excluded") if value else _("stock sent")
        case "no-price":
            return _("price excluded") if value else _("price sent")
        case "rules":
            return _("new rules ({names})").format(names=value) if value else _("the rules before")
    return str(value) or _("no product")

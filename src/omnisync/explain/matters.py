"""What waits for a person, in words: what it is, why, and what a yes does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from omnisync.explain.words import figure_words, kind_words, reason_words
from omnisync.log.matters import Matter, held_changes
from omnisync.log.overview import HoldView, RefusedView, SetAside, UnmatchedView, rules_of
from omnisync.log.reader import Reader
from omnisync.text import _, number, plural


def held_words(hold: HoldView) -> str:
    """What is held and why."""
    if hold.hold:
        text = _("a read of the ERP is held ({feed}: {count} of {total}), because {reason}")
        return text.format(
            feed=hold.kind, count=number(hold.count), total=number(hold.total), reason=reason_words(hold.reason)
        )
    return plural(
        "{n} figure is held ({kind}), because {reason}",
        "{n} figures are held ({kind}), because {reason}",
        hold.count,
        kind=kind_words(hold.kind),
        reason=reason_words(hold.reason),
    )


def changes_words(reader: Reader, hold: HoldView, limit: int = 6) -> list[str]:
    """What would become what, one line each; of a read of the ERP what it is about."""
    rules = rules_of(reader, hold.store) if hold.store else None
    if rules is None:
        ending = " …" if hold.count > len(hold.sample) else ""
        return [", ".join(hold.sample) + ending] if hold.sample else []
    lines = [
        f"{code}  {figure_words(hold.kind, shown, rules.currency)} → {figure_words(hold.kind, wanted, rules.currency)}"
        for code, shown, wanted in held_changes(reader, hold, limit)
    ]
    more = hold.count - len(lines)
    return [*lines, plural("and {n} more", "and {n} more", more)] if more > 0 else lines


def release_effect(hold: HoldView) -> str:
    """What happens when a person says yes to it."""
    if hold.hold:
        return _("A yes takes over what the ERP says ({feed}), and every store follows it.").format(feed=hold.kind)
    return plural(
        "A yes sends {n} figure ({kind}) to {store} as it is wanted now.",
        "A yes sends {n} figures ({kind}) to {store} as they are wanted now.",
        hold.count,
        kind=kind_words(hold.kind),
        store=hold.store,
    )


# Functions, so that the language is the one in force when the words are needed.
_TOPICS: Mapping[str, Callable[[], str]] = {
    "keys": lambda: _("access"),
    "address": lambda: _("the address"),
    "currency": lambda: _("the currency"),
    "clock": lambda: _("this computer's clock"),
    "stock-management": lambda: _("the stock management there"),
    "orders-folder": lambda: _("the folder for orders"),
    "warehouses": lambda: _("the warehouses"),
    "price-list": lambda: _("the price list"),
    "floor-list": lambda: _("the list of lowest prices"),
}


def is_of_settings(subject: str) -> bool:
    """Whether it is something that only a person can change: here, at the store, or in the ERP."""
    return subject.partition(":")[0] in ("access", "setting", "name")


def subject_words(subject: str) -> str:
    """What was set aside, from the key under which it is."""
    kind, _colon, rest = subject.partition(":")
    if kind == "order":
        return _("order {number}").format(number=rest)
    if kind == "listing":
        return _("listing {name}").format(name=rest)
    if kind == "line":
        return _("order {number}, a line").format(number=rest.rpartition(":")[0] or rest)
    if kind == "row":
        source, _colon, line = rest.partition(":")[2].rpartition(":")
        return _("{file}, line {line}").format(file=source, line=line)
    if is_of_settings(subject):
        known = _TOPICS.get(rest)
        return known() if known else rest
    if subject == "backup":
        return _("the daily backup")
    return _("the store's catalogue") if kind == "catalogue" else subject


def mended_words(subject: str) -> str:
    """What is said when a person has mended it."""
    text = _("It is understood now: {what}.").format(what=subject_words(subject))
    if subject.startswith("row:"):
        text += " " + _("The line itself is still wrong: mend it in the ERP; once it is right there, it counts again.")
    return text


def kind_of(matter: Matter) -> str:
    """held, refused, aside or unmatched."""
    match matter:
        case HoldView():
            return "held"
        case RefusedView():
            return "refused"
        case SetAside():
            return "aside"
    return "unmatched"


def kind_title(kind: str) -> str:
    """Such a kind as people call it."""
    return {
        "held": _("held"), "refused": _("refused"), "aside": _("set aside"), "unmatched": _("unmatched"),
    }[kind]  # fmt: skip


def what_words(matter: Matter) -> str:
    """Which thing it is, in a few letters."""
    match matter:
        case HoldView(hold=""):
            return plural("{n} figure ({kind})", "{n} figures ({kind})", matter.count, kind=kind_words(matter.kind))
        case HoldView():
            return _("ERP: {feed}").format(feed=matter.kind)
        case RefusedView():
            return f"{matter.code} {kind_words(matter.kind)}"
        case SetAside():
            return subject_words(matter.subject)
    return " ".join(each for each in (matter.code or matter.remote_id, matter.name) if each)


def why_words(matter: Matter) -> str:
    """Why it waits, in the words of who refused it."""
    return reason_words(matter.reason)


def advice_words(matter: Matter) -> str:
    """What a person can do about it."""
    match matter:
        case HoldView(reason="drift"):
            return _("Say for each whether to repair it or to accept what the store shows.")
        case HoldView():
            return release_effect(matter)
        case RefusedView():
            return _("Mend it at the store or in the ERP, then send it again.")
        case SetAside(subject=subject) if subject.startswith("line:"):
            return _(
                "Say which product it is, or give the product in the ERP this code; the order then goes on by itself."
            )
        case SetAside(subject=subject) if subject.startswith("row:"):
            return _("Mend that line in the ERP; what you mend here counts until the line is right there.")
        case SetAside(subject="access:keys"):
            return _("F12 on the stores' screen enters other keys. It goes by itself once the store lets us in.")
        case SetAside(subject=subject) if is_of_settings(subject):
            return _(
                "Change it there and try it again, or change the configuration and start anew: it then goes by itself."
            )
        case SetAside():
            return _("Mend what it names, then try it again.")
        case UnmatchedView():
            return _("Choose the product that this listing is; its stock and price are sent from then on.")

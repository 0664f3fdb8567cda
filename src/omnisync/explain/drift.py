"""Sentences about what an audit found: why a store shows another figure, and what happens with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from omnisync.explain.words import figure_words, kind_words
from omnisync.log.drift_list import DriftView, LastAudit, owner_of
from omnisync.model.drift import Cause
from omnisync.model.rules import Owner, StoreRules
from omnisync.text import _, age, plural, when

_CAUSES: Mapping[Cause, Callable[[], str]] = {
    Cause.SOLD_THERE: lambda: _("sold there: the store's own orders explain it"),
    Cause.SILENTLY_REFUSED: lambda: _("silently refused: the store said yes and shows another figure all the same"),
    Cause.LATE_BATCH: lambda: _("late batch: the store carried out a figure that we sent earlier after a newer one"),
    Cause.BY_HAND: lambda: _("edited by hand: somebody, or another program, changed it at the store"),
}

_SHORT: Mapping[Cause, Callable[[], str]] = {
    Cause.SOLD_THERE: lambda: _("sold there"),
    Cause.SILENTLY_REFUSED: lambda: _("silently refused"),
    Cause.LATE_BATCH: lambda: _("late batch"),
    Cause.BY_HAND: lambda: _("edited by hand"),
}


def cause_words(cause: str) -> str:
    """Why the store shows it, as one sentence."""
    return _CAUSES[Cause(cause)]()


def cause_title(cause: str, changed_at: int = 0, now: int = 0) -> str:
    """The same in two words, for a column; with the time at which the store says that it changed the figure."""
    title = _SHORT[Cause(cause)]()
    return _("{cause}, {time}").format(cause=title, time=when(changed_at, now)) if changed_at else title


def owner_words(owner: Owner) -> str:
    """Whose word counts."""
    return {Owner.ERP: _("ERP owns"), Owner.STORE: _("store owns"), Owner.ASK: _("ask")}[owner]


def what_happens(drift: DriftView, rules: StoreRules) -> str:
    """What became of it, or what will."""
    match drift.state:
        case "repaired":
            return _("repaired: the store shows what it should")
        case "accepted":
            return _("accepted: the store's figure stays")
        case "explained":
            return _("settled by itself: nothing is to be done")
    wanted = figure_words(drift.kind, drift.wanted, rules.currency)
    if drift.waits == "refused":
        return _("waits for you: the store does not take {wanted}").format(wanted=wanted)
    if drift.waits == "asks":
        return _("waits for you: repair it to {wanted}, or accept it").format(wanted=wanted)
    if drift.waits == "live":
        return _("{wanted} is sent when you have said: omnisync go {store}").format(wanted=wanted, store=drift.store)
    if drift.waits == "paused":
        return _("{wanted} is sent when {store} is resumed").format(wanted=wanted, store=drift.store)
    if owner_of(rules, drift.kind) is Owner.ASK and drift.cause == Cause.BY_HAND:
        return _("you are asked in a moment, if no order explains it")
    return _("{wanted} is sent again in a moment, if no order explains it").format(wanted=wanted)


def drift_words(drift: DriftView, rules: StoreRules) -> str:
    """All of it in one line."""
    return _("{kind}: {believed} was confirmed, {store} shows {shown}. {cause}; {happens}").format(
        kind=kind_words(drift.kind), believed=figure_words(drift.kind, drift.believed, rules.currency),
        store=drift.store, shown=figure_words(drift.kind, drift.shown, rules.currency),
        cause=_sentence(_cause_and_time(drift)), happens=what_happens(drift, rules),
    )  # fmt: skip


def _cause_and_time(drift: DriftView) -> str:
    words = cause_words(drift.cause)
    if not drift.changed_at:
        return words
    # Of another day than its reader's, perhaps: always with its date.
    noted = _("the store noted the last change of it at {time}").format(time=when(drift.changed_at, 0))
    return f"{words}; {noted}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def repair_effect(drifts: Sequence[DriftView]) -> str:
    """What a person's repair of these does."""
    stores = ", ".join(dict.fromkeys(each.store for each in drifts))
    return plural(
        "{n} figure is sent again to {stores}, as it is wanted now.",
        "{n} figures are sent again to {stores}, as they are wanted now.",
        len(drifts), stores=stores,
    )  # fmt: skip


def accept_effect(drifts: Sequence[DriftView]) -> str:
    """What it does to accept these."""
    prices = sum(1 for each in drifts if each.kind == "price")
    parts = []
    if prices:
        parts.append(
            plural(
                "{n} price of the store becomes the store's own price.",
                "{n} prices of the store become the store's own prices.",
                prices,
            )
        )
    if len(drifts) > prices:
        parts.append(
            plural(
                "{n} quantity stays as the store shows it, until another one is wanted.",
                "{n} quantities stay as the store shows them, until other ones are wanted.",
                len(drifts) - prices,
            )
        )
    return " ".join(parts)


def audit_words(audit: LastAudit, rules: StoreRules, now: int) -> list[str]:
    """What the store's last audit said of one product: one line, and one more for each figure that had drifted."""
    said = _("the store's figures were never compared yet")
    if audit.age.at:
        said = _("compared with the store {age} ago").format(age=age(audit.age.at, now))
    if audit.age.at and not any(each.state == "open" for each in audit.drifts):
        said += ": " + _("nothing differs")
    return [said, *(f"{age(each.found_at, now)}: {drift_words(each, rules)}" for each in audit.drifts)]

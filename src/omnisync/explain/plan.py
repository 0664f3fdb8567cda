"""A plan in words: a line for each store with counts and the effect in money, then the strangest changes."""

from __future__ import annotations

from collections.abc import Iterator

from omnisync.explain.words import figure_words, kind_words
from omnisync.log.plan import Move, Plan, StoreEffect
from omnisync.model.events import Kind
from omnisync.model.money import Money
from omnisync.text import _, money, number, percent, plural


def plan_lines(plan: Plan, most: int = 10) -> Iterator[str]:
    """The whole plan; of its changes the ``most`` strangest."""
    if not plan.stores:
        yield _("Nothing would be sent to any store.")
    for effect in plan.stores:
        yield effect_words(effect)
        if effect.changes:
            yield "  " + counts_words(effect)
            yield "  " + money_words(effect)
        if left := left_words(effect):
            yield "  " + left
    strangest = plan.strangest(most)
    if strangest:
        yield ""
        yield plural("The strangest one first:", "The strangest of {n} first:", plan.changes)
        several = len(plan.stores) > 1
        for move in strangest:
            yield "  " + (f"{move.store}  " if several else "") + move_words(move)


def effect_words(effect: StoreEffect) -> str:
    """How many figures go to a store, and whether they may."""
    sends = plural("{n} figure would be sent", "{n} figures would be sent", effect.sends)
    if not effect.sends:
        sends = _("nothing would be sent")
    text = f"{effect.store}: {sends}"
    if effect.same:
        text += ", " + plural("{n} of them unchanged", "{n} of them unchanged", effect.same)
    return text if effect.live else text + " " + _("(plan only: nothing is sent before you say go)")


def counts_words(effect: StoreEffect) -> str:
    """Stock up, down, to zero; price up, down."""
    counts = (
        (_("stock up {n}"), effect.stock_up), (_("stock down {n}"), effect.stock_down), (_("stock to zero {n}"), effect.stock_zero),
        (_("price up {n}"), effect.price_up), (_("price down {n}"), effect.price_down),
        (_("not known what is shown {n}"), effect.new),
    )  # fmt: skip
    return ", ".join(text.format(n=number(count)) for text, count in counts if count)


def money_words(effect: StoreEffect) -> str:
    """What the goods offered there would be worth more or less."""
    amount = money(Money(abs(effect.effect), effect.currency), with_currency=True)
    if effect.effect < 0:
        return _("goods worth {amount} less would be offered").format(amount=amount)
    return _("goods worth {amount} more would be offered").format(amount=amount)


def left_words(effect: StoreEffect) -> str:
    """What is left out, or called off."""
    left = (
        (plural("{n} figure is held", "{n} figures are held", effect.held), effect.held),
        (plural("{n} figure is excluded", "{n} figures are excluded", effect.excluded), effect.excluded),
        (
            plural("{n} change on its way is called off", "{n} changes on their way are called off", effect.called_off),
            effect.called_off,
        ),
    )
    return ", ".join(words for words, count in left if count)


def move_words(move: Move) -> str:
    """One change and what is strange about it."""
    before, after = (figure_words(move.kind, value, move.currency) for value in (move.shown, move.wanted))
    text = f"{move.code}  {kind_words(move.kind)} {before} → {after}"
    remark = _remark(move)
    return f"{text}  ({remark})" if remark else text


def _remark(move: Move) -> str:
    apart = ""
    if move.kind == Kind.PRICE and move.shown:
        change = (move.wanted or 0) / move.shown - 1
        apart = f"{'+' if change > 0 else '−'}{percent(abs(change))}"
    if move.sort == "below-cost":
        return ", ".join(filter(None, (apart, _("under cost"))))
    if move.sort == "under-floor":
        return ", ".join(filter(None, (apart, _("under its floor"))))
    return _("sold out there") if move.sort == "to-zero" else apart

"""Why one store shows what it shows of one product: the chain behind it as sentences, newest first.

ERP balance with its time, reservations with their orders, the store's rule, what is wanted, what was
sent in which batch and why, what the store answered, what was seen there.
"""

from __future__ import annotations

from dataclasses import dataclass

from omnisync.explain.cause import cause_of
from omnisync.explain.selling import last_piece_words
from omnisync.explain.steps import Step, steps
from omnisync.explain.words import figure_words, kind_words, reason_words, state_words
from omnisync.log.product_list import figure_view
from omnisync.log.rows import FigureRow
from omnisync.log.selling import Selling
from omnisync.log.story import Why
from omnisync.model.events import Kind
from omnisync.model.money import Money
from omnisync.text import _, age, money, quantity

__all__ = ["Explanation", "Step", "cause_of", "explain"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is to be said of one product in one store.

    ``shows`` what the store shows as far as is known, ``proof`` how well that is known, ``steps`` what led there,
    newest first, ``wanted`` how the figures come about from what is on hand now, ``rule`` and ``price`` the rules.
    """

    store: str
    shows: str
    proof: str
    state: str
    steps: tuple[Step, ...]
    wanted: str
    rule: str
    price: str
    last_pieces: str


def explain(why: Why, now: int, selling: Selling | None = None) -> Explanation:
    """The explanation of what the log tells; ``selling`` is how the product sells, where that is known."""
    share = selling.shares.get(why.store) if selling is not None else None
    states = [_state(row) for row in why.figures.values()]
    return Explanation(
        why.store,
        _shows(why),
        _proof(why, now),
        _worst(states),
        tuple(steps(why)),
        _wanted(why, share.kept if share is not None else 0),
        _rule(why),
        _price(why),
        last_piece_words(why.store, why.rules.last_piece, selling) if selling is not None else "",
    )


def _state(row: FigureRow) -> str:
    return figure_view(
        row.store, row.kind, row.mode, row.wanted, row.wanted_rev, row.confirmed, row.confirmed_rev, row.check_at,
        row.reason,
    ).state  # fmt: skip


def _worst(states: list[str]) -> str:
    order = ("refused", "held", "differs", "waiting", "excluded", "off", "confirmed")
    return min(states, key=order.index, default="none")


def _shows(why: Why) -> str:
    if not why.remote_id:
        return _("{store} has no listing of this product").format(store=why.store)
    stock, price = why.figures.get(Kind.STOCK), why.figures.get(Kind.PRICE)
    parts = []
    if stock is not None and stock.confirmed is not None:
        parts.append(pieces(stock.confirmed, why.unit))
    if price is not None and price.confirmed is not None:
        parts.append(figure_words(Kind.PRICE, price.confirmed, why.rules.currency, with_currency=True))
    if not parts:
        return _("what {store} shows is not known yet").format(store=why.store)
    return _("{store} shows {figures}").format(store=why.store, figures=_(" at ").join(parts))


def pieces(value: int, unit: str = "") -> str:
    """A quantity with its unit."""
    return f"{quantity(value)} {unit or _('pc')}"


def _proof(why: Why, now: int) -> str:
    """How each figure stands, shortest where all is well."""
    rows = [(row, _state(row)) for row in why.figures.values()]
    if rows and all(state == "confirmed" for _row, state in rows):
        ages = {row.kind: age(_proven_at(row), now) for row, _state in rows}
        if len({*ages.values()}) == 1:
            return _("proven {age} ago").format(age=ages[rows[0][0].kind])
        # A price that was sent just now is not proven by a quantity of an hour ago, nor the other way round.
        return ", ".join(
            _("{kind} proven {age} ago").format(kind=kind_words(kind), age=ages[kind])
            for kind in sorted(ages, reverse=True)
        )
    said = []
    for row, state in sorted(rows, key=lambda each: each[0].kind, reverse=True):
        if state == "confirmed":
            continue
        text = f"{kind_words(row.kind)} {state_words(state)}"
        if row.reason:
            text += f" ({reason_words(row.reason)})"
        if state in ("waiting", "held", "refused", "differs", "excluded"):
            wanted = figure_words(row.kind, row.wanted, why.rules.currency)
            text += ", " + _("wanted: {figure}").format(figure=wanted)
        said.append(text)
    return "; ".join(said)


def _proven_at(row: FigureRow) -> int:
    """When the store last confirmed or showed the figure, ms UTC."""
    return max(row.seen_at if row.seen == row.confirmed else 0, row.confirmed_at)


def _wanted(why: Why, left: int) -> str:
    """The sum that makes the quantity: on hand, reserved, kept back, left to another store, the store's limits."""
    rules = why.rules
    row = why.figures.get(Kind.STOCK)
    here = [balance for balance in why.balances if balance.warehouse in rules.warehouses]
    on_hand, reserved = sum(each.on_hand for each in here), sum(each.reserved for each in here)
    text = _("{hand} on hand − {reserved} reserved").format(hand=quantity(on_hand), reserved=quantity(reserved))
    if rules.buffer:
        text += " − " + _("{buffer} kept back").format(buffer=quantity(rules.buffer))
    if left:
        text += " − " + _("{pieces} left to another store").format(pieces=quantity(left))
    if not why.active:
        return _("0, because the ERP no longer sells it") + f" ({text})"
    if why.exempt:
        figure = quantity(row.wanted) if row is not None and row.wanted is not None else quantity(rules.exempt_figure)
        return (
            _("always {figure}, because its category {category} is exempt").format(figure=figure, category=why.category)
            + f" ({text})"
        )
    if row is None or row.wanted is None:
        return text
    return f"{quantity(row.wanted)} = {text}{_limits(why, on_hand - reserved - rules.buffer - left, row.wanted)}"


def _limits(why: Why, sum_: int, wanted: int) -> str:
    if sum_ < 0:
        return ", " + _("never below 0")
    if why.rules.cap and wanted == why.rules.cap < sum_:
        return ", " + _("at most {cap}").format(cap=quantity(why.rules.cap))
    if wanted < sum_:
        return ", " + _("in steps of {step}").format(step=quantity(why.rules.step))
    return ""


def _rule(why: Why) -> str:
    rules = why.rules
    text = _("{store} sells from {warehouses}, keeps back {buffer}").format(
        store=why.store, warehouses=" + ".join(rules.warehouses), buffer=quantity(rules.buffer)
    )
    if rules.cap:
        text += ", " + _("shows at most {cap}").format(cap=quantity(rules.cap))
    for off, kind in ((not rules.push_stock, Kind.STOCK), (not rules.push_price, Kind.PRICE)):
        if off:
            text += ", " + _("is sent no {kind}").format(kind=kind_words(kind))
    for excluded, kind in ((why.no_stock, Kind.STOCK), (why.no_price, Kind.PRICE)):
        if excluded:
            text += "; " + _("you excluded its {kind}").format(kind=kind_words(kind))
    return text


def _price(why: Why) -> str:
    rules, listed = why.rules, why.price
    if listed.listed is None:
        text = _('list "{name}" has no price for it').format(name=listed.price_list)
    else:
        text = _('list "{name}" {price}').format(
            name=listed.price_list, price=money(Money(listed.listed, listed.listed_currency), with_currency=True)
        )
        text += _markup(rules.markup)
        row = why.figures.get(Kind.PRICE)
        if row is not None and row.wanted is not None and listed.own is None:
            text += " → " + figure_words(Kind.PRICE, row.wanted, rules.currency, with_currency=True)
        if rules.rounding:
            text += " " + _("(rounded to {rounding})").format(rounding=rules.rounding)
    own = "–" if listed.own is None else figure_words(Kind.PRICE, listed.own, rules.currency, with_currency=True)
    if listed.floor is not None:
        floor = figure_words(Kind.PRICE, listed.floor, rules.currency, with_currency=True)
        text += "; " + _("floor: {price}").format(price=floor)
    return text + "; " + _("your own price: {price}").format(price=_("none") if listed.own is None else own)


def _markup(hundredths: int) -> str:
    if not hundredths:
        return ""
    whole, rest = divmod(abs(hundredths), 100)
    percent = f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)
    return f" {'+' if hundredths > 0 else '−'} {percent} %"

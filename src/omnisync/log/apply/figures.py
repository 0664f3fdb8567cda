"""What every listing should show, recomputed from state, and what is known of what it does show."""

from __future__ import annotations

from omnisync.log.apply.last_piece import available, kept_from_stores
from omnisync.log.rows import BalanceRow, ChoiceRow, FigureRow, PriceRow, ProductRow
from omnisync.log.state import State
from omnisync.model.drift import Cause
from omnisync.model.money import Money
from omnisync.model.price import wanted_price
from omnisync.model.rules import Owner, StoreRules, floor_of, suspicious_price, wanted_stock

CHECK_DELAYS = (0, 1_000, 2_000, 4_000, 10_000, 30_000, 60_000)
"""Milliseconds before each look whether an accepted figure can be seen; a store's read side may lag."""

_GIVE_UP = 2 * len(CHECK_DELAYS)
"""So many failed looks, with one resend among them: the store takes the write and shows something else."""

_CLOCKS_APART = 1_000
"""Milliseconds by which a store's time of a sale may be off ours; some give whole seconds only."""

REJECTED = "rejected"
"""Why a figure is off that a person said no to."""

NOT_THERE = "not-there"
"""Why a figure is refused whose listing was not found by a read-back."""

_UNREADABLE_AGAIN = 600_000
"""Milliseconds after which a figure is looked for again of which the store's answer could not be read."""

KEEPS_SHOWING = "keeps-showing"
"""Why a figure is refused that the store takes and never shows."""

DRIFT = "drift"
"""Why a figure is held that somebody changed at the store: its owner is to be asked."""

STORE_OWNS = "store-owns"
"""Why a figure is off whose owner is the store."""

_NO_CHOICE = ChoiceRow(0, "")

_BY_STORE, _BY_ASKING = Owner.STORE, Owner.ASK
"""By name: until Python 3.12, looking up a member of an enumeration takes ten times as long."""


def recompute(state: State, product: ProductRow) -> None:
    """Bring every wish of the product in line with its balances, prices, rules and choices."""
    recompute_stock(state, product)
    recompute_price(state, product)


def recompute_stock(state: State, product: ProductRow) -> None:
    """The same where only balances or reservations have changed."""
    id_ = product.id
    figures = state.figures.of((id_, "stock"))
    if not figures:
        return
    balances, choices = state.balances.of(id_), state.choices.of(id_)
    kept = kept_from_stores(state, id_, figures.values(), balances, choices) if state.last_pieces() else None
    wanted: int | None = None
    for store, rules, again, pushed in state.stock_rules():
        if kept or not again:
            wanted = None
        row = figures.get(store)
        if row is None:
            continue
        if wanted is None:
            exempt = product.category in rules.exempt_categories
            left, active = available(rules, balances), product.active != 0
            wanted = wanted_stock(rules, left, exempt=exempt, active=active, kept=kept.get(store, 0) if kept else 0)
        if pushed and row.mode == "push" and row.rejected is None and not choices:
            # As nearly always: nobody but the rules has a say.
            if wanted != row.wanted:
                _want(state, row, wanted, "push", "")
            continue
        if row.rejected is not None and row.rejected != on_hand(rules, balances):
            # The ERP says something else than what a person said no to.
            row.rejected = None
            state.figures.change(row)
        mode, reason = _stock_mode(row, rules, wanted, choices.get(store, _NO_CHOICE))
        if wanted != row.wanted or mode != row.mode or reason != row.reason:
            _want(state, row, wanted, mode, reason)


def recompute_price(state: State, product: ProductRow, only: str = "") -> None:
    """The same where only prices have changed, of every store or of only one."""
    shown = (product.id, "price")
    figures = [state.figures.get(shown, only)] if only else state.figures.of(shown).values()
    if not figures:
        return
    rules = state.rules()
    prices = state.prices.of(product.id)
    choices = state.choices.of(product.id)
    for row in figures:
        if row is not None and (rule := rules.get(row.store)) is not None:
            _price(state, row, product, rule, prices, choices.get(row.store, _NO_CHOICE))


def on_hand(rules: StoreRules, balances: dict[str, BalanceRow]) -> int:
    """What the ERP counts in the store's warehouses, whatever is reserved, in thousandths."""
    return sum(balances[name].on_hand for name in rules.warehouses if name in balances)


def _stock_mode(row: FigureRow, rules: StoreRules, wanted: int, choice: ChoiceRow) -> tuple[str, str]:
    if choice.no_stock:
        return "excluded", ""
    if not rules.push_stock:
        return "off", "store-off"
    if rules.stock_owner is _BY_STORE:
        return "off", STORE_OWNS
    held = row.mode == "held"
    if held and _asked(row, rules.stock_owner) and not wanted < min(row.wanted or 0, row.confirmed or 0):
        # The question stands; only what must fall is not kept waiting by it, or too much would be sold.
        return "held", DRIFT
    if row.rejected is not None:
        return "off", REJECTED
    if held and row.reason != DRIFT and row.wanted == wanted:
        return "held", row.reason
    return "push", ""


def _asked(row: FigureRow, owner: Owner) -> bool:
    return owner is _BY_ASKING and row.mode == "held" and row.reason == DRIFT and row.drift != 0


def _price(
    state: State, row: FigureRow, product: ProductRow, rules: StoreRules, prices: dict[str, PriceRow],
    choice: ChoiceRow,
) -> None:  # fmt: skip
    price, reason = _price_of(rules, prices, choice)
    minor = None if price is None else price.minor
    if row.rejected is not None and (row.rejected != minor or choice.price is not None):
        row.rejected = None
        state.figures.change(row)
    if choice.no_price:
        _want(state, row, minor, "excluded", "")
    elif not rules.push_price:
        _want(state, row, minor, "off", "store-off")
    elif rules.price_owner is _BY_STORE:
        _want(state, row, minor, "off", STORE_OWNS)
    elif price is None:
        _want(state, row, None, "off", reason)
    elif row.rejected is not None:
        _want(state, row, minor, "off", REJECTED)
    elif _asked(row, rules.price_owner) and minor != row.allowed:
        _want(state, row, minor, "held", DRIFT)
    else:
        cost = None if product.cost is None else Money(product.cost, product.cost_currency)
        # A price that a person gave this store needs no second yes.
        sure = minor in (row.allowed, row.confirmed) or (choice.price is not None and minor == choice.price)
        floor = None if sure else _floor(rules, product, prices)
        held = "" if sure else suspicious_price(rules.guard, price, row.confirmed, cost, floor)
        _want(state, row, minor, "held" if held else "push", held)


def _floor(rules: StoreRules, product: ProductRow, prices: dict[str, PriceRow]) -> int | None:
    listed = prices.get(rules.floor_list)
    return floor_of(rules, product.category, None if listed is None else Money(listed.minor, listed.currency))


def _price_of(rules: StoreRules, prices: dict[str, PriceRow], choice: ChoiceRow) -> tuple[Money | None, str]:
    if choice.price is not None and choice.currency == rules.currency:
        return Money(choice.price, choice.currency), ""
    listed = prices.get(rules.price_list)
    if listed is None:
        return None, "no-price"
    if listed.currency != rules.currency:
        return None, "other-currency"
    return wanted_price(Money(listed.minor, listed.currency), rules.markup, rules.rounding), ""


def _want(state: State, row: FigureRow, wanted: int | None, mode: str, reason: str) -> None:
    if wanted == row.wanted:
        if (mode == row.mode and reason == row.reason) or (mode == "push" and row.mode == "refused"):
            return
    else:
        in_doubt = is_dirty(row) and row.check_at
        row.wanted, row.wanted_rev, row.wanted_at = wanted, state.seq, state.at
        if wanted != row.allowed:
            # A person's yes was to that figure; if it comes back one day, it is asked about again.
            row.allowed = None
        # A new figure has a right to be looked for quickly, however long the last one was not to be seen.
        row.next_try = row.checks = 0
        if not in_doubt:
            # After a sale that our figure may have overwritten, what the store shows is known once it is sent or seen.
            _settle(row)
        if row.drift and not row.check_at and wanted == row.confirmed:
            drift_ended(state, row, "explained")
    if mode == "push" and row.mode != "push":
        resume(state, row)
    row.mode, row.reason = mode, reason
    state.figures.change(row)
    if mode == "push" and row.wanted_rev > row.confirmed_rev:
        state.woken.add(row.store)


def is_dirty(row: FigureRow) -> bool:
    """Whether the figure is to be sent."""
    return row.mode == "push" and row.wanted_rev > row.confirmed_rev


def resume(state: State, row: FigureRow) -> None:
    """It is pushed again: whatever the store was made to show meanwhile, it is to show what is wanted."""
    if row.wanted != row.confirmed and row.wanted_rev <= row.confirmed_rev:
        row.wanted_rev, row.wanted_at = state.seq, state.at


def _settle(row: FigureRow) -> None:
    """Nothing needs to be sent when the store already shows what is wanted and no older write is under way."""
    if not row.batch and row.wanted == row.confirmed:
        row.confirmed_rev = row.wanted_rev


def press(state: State, row: FigureRow) -> None:
    """A person wants it sent now, changed or not; a held or excluded figure stays as it is."""
    if row.mode not in ("push", "refused"):
        return
    if row.mode == "refused":
        state.reconsider.add(row.product)
    row.mode, row.reason = "push", ""
    row.wanted_rev, row.wanted_at = state.seq, state.at
    row.next_try = 0
    state.figures.change(row)
    state.wake(row.store)


def accepted(state: State, row: FigureRow, value: int, rev: int, shown: int | None, *, by_reading: bool) -> None:
    """The store's per-item result says that it took the value; ``shown`` is what its answer shows as stored.

    The row is still to be told as changed.
    """
    now = state.at
    row.confirmed, row.confirmed_at = value, now
    row.confirmed_rev = max(row.confirmed_rev, rev)
    if value == row.allowed:
        # A yes is to one sending of the figure.
        row.allowed = None
    if by_reading:
        row.check_at = now + CHECK_DELAYS[row.checks % len(CHECK_DELAYS)]
        return
    row.check_at = 0
    if shown is not None:
        _look(state, row, shown)


def seen(state: State, row: FigureRow, value: int) -> None:
    """A read-back found the store showing the value."""
    if row.batch:
        row.seen, row.seen_at = value, state.at
    else:
        _look(state, row, value)
    state.figures.change(row)


def _look(state: State, row: FigureRow, value: int) -> None:
    row.seen, row.seen_at = value, state.at
    if row.drift:
        _judge_again(state, row, value)
    if row.mode == "refused" and (row.reason == NOT_THERE or value == row.wanted):
        # It is there after all, or shows after all what it refused: nothing is left for a person to decide.
        row.mode, row.reason, row.confirmed, row.check_at = "push", "", value, 0
        state.reconsider.add(row.product)
        resume(state, row)
    if row.confirmed is None or (not row.check_at and (row.mode != "push" or is_dirty(row))):
        # Never sent, not ours to send, or about to be sent: what the store shows is simply what we know. But as
        # long as an accepted figure was not seen, a read side that lags may still show the one before it.
        row.confirmed, row.confirmed_at, row.check_at = value, state.at, 0
        _settle(row)
        if is_dirty(row):
            # What is about to be sent is another change now: the guard is to look at it.
            state.wake(row.store)
    elif value == row.confirmed:
        row.check_at = row.checks = 0
        if row.mode == "push" and value != row.wanted and not is_dirty(row):
            # After a sale of its own the store shows less than a cap or an exemption asks for.
            row.wanted_rev, row.wanted_at = state.seq, state.at
            state.wake(row.store)
    else:
        row.checks += 1
        row.check_at = state.at + CHECK_DELAYS[row.checks % len(CHECK_DELAYS)]
        if row.checks % len(CHECK_DELAYS) == 0:
            _drifted(state, row, value)
    if row.check_at:
        state.wake(row.store)


def _judge_again(state: State, row: FigureRow, value: int) -> None:
    """A figure that had drifted is seen again: perhaps that ends it, or orders that came since explain it."""
    drift = state.drifts.get(row.product, (row.store, row.kind))
    assert drift is not None
    sent_since = row.sent_at >= drift.found_at
    if value == row.confirmed != drift.believed and row.mode == "push" and not sent_since:
        drift.cause = Cause.SOLD_THERE
        drift_ended(state, row, "explained")
    elif value == row.wanted:
        drift_ended(state, row, "repaired" if sent_since else "explained")
    elif value != drift.shown and not row.check_at:
        drift.shown, drift.changed_at = value, 0
        state.drifts.change(drift)


def drift_ended(state: State, row: FigureRow, how: str) -> None:
    """What an audit found of this figure, if anything, is settled: repaired, explained or accepted."""
    if row.drift:
        row.drift = 0
        drift = state.drifts.get(row.product, (row.store, row.kind))
        assert drift is not None
        drift.state, drift.ended_at = how, state.at
        state.drifts.change(drift)


def would_give_up(row: FigureRow, value: int) -> bool:
    """Whether that value would be the last look in vain: the store shows something else for good."""
    looked_for = row.check_at and not row.batch and row.mode == "push" and value != row.confirmed
    return bool(looked_for) and (row.checks + 1) % len(CHECK_DELAYS) == 0


def _drifted(state: State, row: FigureRow, value: int) -> None:
    row.confirmed, row.check_at = value, 0
    if value == row.wanted:
        row.confirmed_rev, row.checks = row.wanted_rev, 0
    elif _is_asked_about(state, row):
        row.mode, row.reason, row.checks = "held", DRIFT, 0
    elif row.mode == "push" and row.checks >= _GIVE_UP:
        row.mode, row.reason, row.checks = "refused", KEEPS_SHOWING, 0
        state.reconsider.add(row.product)
        row.confirmed_rev = row.wanted_rev
    else:
        row.wanted_rev, row.wanted_at = state.seq, state.at
        state.wake(row.store)


def _is_asked_about(state: State, row: FigureRow) -> bool:
    """Whether a person is to say which figure is right; what nobody changed on purpose is put right unasked."""
    rules = state.rules().get(row.store)
    if not row.drift or rules is None or row.mode != "push":
        return False
    drift = state.drifts.get(row.product, (row.store, row.kind))
    owner = rules.stock_owner if row.kind == "stock" else rules.price_owner
    return owner is _BY_ASKING and drift is not None and drift.cause == Cause.BY_HAND


def not_there(state: State, row: FigureRow) -> None:
    """The store does not know the listing any more: nothing is sent until its catalogue shows it again."""
    row.check_at = row.checks = 0
    if row.mode == "push":
        row.mode, row.reason = "refused", NOT_THERE
        state.reconsider.add(row.product)
    state.figures.change(row)


def unreadable(state: State, row: FigureRow) -> None:
    """The store shows something that is no figure: it goes on being pushed, and proof of it is waited for longer."""
    if row.check_at:
        row.check_at = state.at + _UNREADABLE_AGAIN
        state.figures.change(row)


def sold_there(state: State, row: FigureRow, quantity: int, at: int) -> None:
    """The store lowered its own figure by that much for an order of its own (negative: raised it), at that time.

    Our absolute figure must not overwrite a sale that we have not seen yet, so nothing is sent for it:
    the store is expected to show the lower figure, and a read-back settles it. But when a figure of ours
    came to the store about then, it may have overwritten this very sale, or already contain it: then
    nothing can be expected, and the wish, in which the sale is contained, is sent.
    """
    if row.confirmed is None:
        return
    if row.batch or at <= row.confirmed_at + _CLOCKS_APART:
        row.wanted_rev, row.wanted_at = state.seq, state.at
    else:
        row.confirmed -= quantity
    if not row.batch:
        row.check_at = state.at + CHECK_DELAYS[1]
    state.figures.change(row)
    state.wake(row.store)

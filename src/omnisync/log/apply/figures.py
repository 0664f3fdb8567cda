"""What every listing should show, recomputed from state, and what is known of what it does show."""

from __future__ import annotations

from omnisync.log.rows import BalanceRow, ChoiceRow, FigureRow, PriceRow, ProductRow
from omnisync.log.state import State
from omnisync.model.events import Kind
from omnisync.model.money import Money
from omnisync.model.price import wanted_price
from omnisync.model.rules import StoreRules, suspicious_price, wanted_stock

CHECK_DELAYS = (0, 2_000, 10_000, 30_000, 60_000)
"""Milliseconds before each look whether an accepted figure can be seen; a store's read side may lag."""

_GIVE_UP = 2 * len(CHECK_DELAYS)
"""So many failed looks, with one resend among them: the store takes the write and shows something else."""

_NO_CHOICE = ChoiceRow(0, "")


def recompute(state: State, product: ProductRow) -> None:
    """Bring every wish of the product in line with its balances, prices, rules and choices."""
    figures = state.figures.of(product.id)
    if not figures:
        return
    rules = state.rules()
    balances = state.balances.of(product.id)
    choices = state.choices.of(product.id)
    for row in figures.values():
        rule = rules.get(row.store)
        if rule is None:
            continue
        choice = choices.get(row.store, _NO_CHOICE)
        if row.kind == Kind.STOCK:
            _stock(state, row, product, rule, balances, choice)
        else:
            _price(state, row, product, rule, state.prices.of(product.id), choice)


def available(rules: StoreRules, balances: dict[str, BalanceRow]) -> int:
    """On hand minus reserved over the store's warehouses, in thousandths."""
    total = 0
    for warehouse in rules.warehouses:
        balance = balances.get(warehouse)
        if balance is not None:
            total += balance.on_hand - balance.reserved
    return total


def _stock(
    state: State, row: FigureRow, product: ProductRow, rules: StoreRules, balances: dict[str, BalanceRow],
    choice: ChoiceRow,
) -> None:  # fmt: skip
    wanted = wanted_stock(
        rules,
        available(rules, balances),
        exempt=product.category in rules.exempt_categories,
        active=bool(product.active),
    )
    if choice.no_stock:
        _want(state, row, wanted, "excluded", "")
    elif not rules.push_stock:
        _want(state, row, wanted, "off", "store-off")
    elif row.mode == "held" and row.wanted == wanted:
        _want(state, row, wanted, "held", row.reason)
    else:
        _want(state, row, wanted, "push", "")


def _price(
    state: State, row: FigureRow, product: ProductRow, rules: StoreRules, prices: dict[str, PriceRow],
    choice: ChoiceRow,
) -> None:  # fmt: skip
    price, reason = _price_of(rules, prices, choice)
    minor = None if price is None else price.minor
    if choice.no_price:
        _want(state, row, minor, "excluded", "")
    elif not rules.push_price:
        _want(state, row, minor, "off", "store-off")
    elif price is None:
        _want(state, row, None, "off", reason)
    else:
        cost = None if product.cost is None else Money(product.cost, product.cost_currency)
        held = (
            "" if minor in (row.allowed, row.confirmed) else suspicious_price(rules.guard, price, row.confirmed, cost)
        )
        _want(state, row, minor, "held" if held else "push", held)


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
    changed = wanted != row.wanted
    if mode == "push" and row.mode == "refused" and not changed:
        return
    if not changed and mode == row.mode and reason == row.reason:
        return
    if changed:
        row.wanted, row.wanted_rev, row.wanted_at = wanted, state.seq, state.at
        row.next_try = 0
        _settle(row)
    row.mode, row.reason = mode, reason
    row.urgent = int(row.kind == Kind.STOCK and (row.confirmed is None or (wanted or 0) < row.confirmed))
    state.figures.put(row)
    if is_dirty(row):
        state.wake(row.store)


def is_dirty(row: FigureRow) -> bool:
    """Whether the figure is to be sent."""
    return row.mode == "push" and row.wanted_rev > row.confirmed_rev


def _settle(row: FigureRow) -> None:
    """Nothing needs to be sent when the store already shows what is wanted and no older write is under way."""
    if not row.batch and row.wanted == row.confirmed:
        row.confirmed_rev = row.wanted_rev


def press(state: State, row: FigureRow) -> None:
    """A person wants it sent now, changed or not; a held or excluded figure stays as it is."""
    if row.mode not in ("push", "refused"):
        return
    row.mode, row.reason = "push", ""
    row.wanted_rev, row.wanted_at = state.seq, state.at
    row.next_try = 0
    state.figures.put(row)
    state.wake(row.store)


def accepted(state: State, row: FigureRow, value: int, rev: int, shown: int | None, *, by_reading: bool) -> None:
    """The store's per-item result says that it took the value; ``shown`` is what its answer shows as stored."""
    row.confirmed, row.confirmed_at = value, state.at
    row.confirmed_rev = max(row.confirmed_rev, rev)
    row.check_at = 0
    if by_reading:
        row.check_at = state.at + CHECK_DELAYS[row.checks % len(CHECK_DELAYS)]
    elif shown is not None:
        _look(state, row, shown)
    state.figures.put(row)


def seen(state: State, row: FigureRow, value: int) -> None:
    """A read-back found the store showing the value."""
    if row.batch:
        row.seen, row.seen_at = value, state.at
    else:
        _look(state, row, value)
    state.figures.put(row)


def _look(state: State, row: FigureRow, value: int) -> None:
    row.seen, row.seen_at = value, state.at
    if row.confirmed is None or is_dirty(row):
        # Never sent, or about to be: what the store shows is simply what we know.
        row.confirmed, row.confirmed_at, row.check_at = value, state.at, 0
        _settle(row)
    elif value == row.confirmed:
        row.check_at = row.checks = 0
        if row.mode == "push" and value != row.wanted:
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


def _drifted(state: State, row: FigureRow, value: int) -> None:
    row.confirmed, row.check_at = value, 0
    if value == row.wanted:
        row.confirmed_rev, row.checks = row.wanted_rev, 0
    elif row.mode == "push" and row.checks >= _GIVE_UP:
        row.mode, row.reason, row.checks = "refused", "keeps-showing", 0
        row.confirmed_rev = row.wanted_rev
    else:
        row.wanted_rev, row.wanted_at = state.seq, state.at
        state.wake(row.store)


def not_there(state: State, row: FigureRow) -> None:
    """The store does not know the listing any more: nothing is sent until its catalogue shows it again."""
    row.check_at = row.checks = 0
    if row.mode == "push":
        row.mode, row.reason = "refused", "not-there"
    state.figures.put(row)


def sold_there(state: State, row: FigureRow, quantity: int) -> None:
    """The store has lowered its own figure by that much for an order of its own (negative: raised it).

    Our absolute figure must not overwrite a sale that we have not seen yet, so nothing is sent for it:
    the store is expected to show the lower figure, and a read-back settles it. While a write is under
    way nothing can be expected; the wish changes and is sent after it.
    """
    if row.confirmed is None or row.batch:
        return
    row.confirmed -= quantity
    row.check_at = state.at + CHECK_DELAYS[1]
    state.figures.put(row)
    state.wake(row.store)

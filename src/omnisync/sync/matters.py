"""Trouble of the settings, which only a person can end: it waits with all else that is set aside, and goes by itself.

Three look for it, each under a prefix of its own: calls that fail (``access:``), a connection's test (``setting:``), and
what the ERP knows by name (``name:``). Trouble that may pass is health.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from omnisync.connect.check import Finding, Grade
from omnisync.connect.erp import ErpRead
from omnisync.errors import AuthFailed, ConnectorError, Moved, SourceProblem
from omnisync.log import pulls
from omnisync.log.writer import Change
from omnisync.model.comma_list import listed
from omnisync.model.events import StoreBroke, StoreRecovered
from omnisync.sync.quarantine import set_aside, set_aside_only
from omnisync.text import _

_ACCESS, _SETTING, _NAME = "access:", "setting:", "name:"

Known = set[tuple[str, str]]
"""Warehouses, or price lists each with a currency of its prices."""

_NAMED: Mapping[str, Callable[[Sequence[Any]], Known]] = {
    "balances": lambda rows: {(name, "") for name in {row.warehouse for row in rows}},
    "prices": lambda rows: {(row.price_list, row.price.currency) for row in rows},
}
"""By feed: what of its rows a store's rules name."""

_known_names = msgspec.json.Decoder(Known)


class Names(NamedTuple):
    """What a store's rules name and the ERP should have; ``price_list`` is "" where no prices are sent."""

    warehouses: Sequence[str]
    price_list: str
    floor_list: str
    currency: str


def waits(error: ConnectorError | SourceProblem) -> str:
    """What a person has to change before such a call can go well; "" for trouble that may pass."""
    if isinstance(error, AuthFailed):
        return "keys"
    return "address" if isinstance(error, Moved) and error.for_good else ""


def broke(change: Change, connector: str, error: ConnectorError | SourceProblem, *, news: bool) -> None:
    """A call failed; ``news``: none did before."""
    if news:
        change.append(StoreBroke(connector, str(error)))
    if topic := waits(error):
        set_aside(change, connector, _ACCESS + topic, str(error))


def recovered(change: Change, connector: str, *, whole: bool) -> None:
    """Calls go well again; ``whole``: reading and writing."""
    change.append(StoreRecovered(connector))
    if whole:
        set_aside_only(change, connector, _ACCESS, {})


def tested(change: Change, connector: str, findings: Sequence[Finding], *, well: bool) -> None:
    """A connection's test has found this; ``well``: reading and writing go well."""
    problems = [each for each in findings if each.grade is Grade.PROBLEM]
    found = _told(_SETTING, (each for each in problems if each.topic))
    heard = not findings or any(each.topic or each.grade is Grade.OK for each in findings)
    if heard and all(each.topic for each in problems):
        set_aside_only(change, connector, _SETTING, found)
        if well:
            set_aside_only(change, connector, _ACCESS, {})
        return
    # The connection failed on the way, or had to wait: what it did not come to may still be so.
    for subject, (reason, _payload) in found.items():
        set_aside(change, connector, subject, reason)


def remember_names(change: Change, erp: str, feed: str, read: ErpRead[Any]) -> None:
    """Keep the names of the warehouses or price lists which the ERP has; a read that waits for a person says nothing."""
    hold = pulls.open_hold(change.state, erp, feed)
    if feed not in _NAMED or (hold is not None and hold[2] != "released"):
        return
    known = _known(change, erp, feed) or set()
    names = _NAMED[feed](read.rows) | (set() if read.complete else known)
    if names != known or not change.cursor(erp, f"names:{feed}"):
        change.set_cursor(erp, f"names:{feed}", msgspec.json.encode(sorted(names)).decode())


def compare_names(change: Change, erp: str) -> dict[str, list[str]]:
    """Set aside what the stores' rules name and the ERP does not have; answers by store what is news of that."""
    news: dict[str, list[str]] = {}
    warehouses, lists = _known(change, erp, "balances"), _known(change, erp, "prices")
    for store, rules in change.state.rules().items():
        names = Names(rules.warehouses, rules.price_list if rules.push_price else "", rules.floor_list, rules.currency)
        news[store] = set_aside_only(change, store, _NAME, _told(_NAME, unknown_names(names, warehouses, lists)))
    return news


def forbids_to_go(change: Change, store: str) -> str:
    """Why nothing may be sent to a store that was not sent to yet, "" where nothing forbids it.

    With another currency every price would be a wrong one. A person who knows better dismisses it first.
    """
    return pulls.open_quarantine(change.state, store, _SETTING + "currency").get(_SETTING + "currency", "")


def gone(change: Change, connector: str) -> None:
    """It is not in the configuration any more."""
    for prefix in (_ACCESS, _SETTING, _NAME):
        set_aside_only(change, connector, prefix, {})


def unknown_names(names: Names, warehouses: Known | None, price_lists: Known | None) -> Iterator[Finding]:
    """Problems with what a store names, given what the ERP has; None where that is not known.

    A misspelt warehouse would show every product as sold out.
    """
    if warehouses is not None:
        houses = {name for name, _currency in warehouses}
        for name in names.warehouses:
            if name not in houses:
                text = _("The ERP has no warehouse {name}, so this store would sell nothing from it.").format(name=name)
                yield Finding(Grade.PROBLEM, text, _it_has("warehouses", houses), "warehouses")
    if price_lists is not None:
        effect = _("so no price is sent")
        yield from _list_problems("price_list", names.price_list, names.currency, price_lists, effect)
        effect = _("so no product has a floor")
        yield from _list_problems("floor_list", names.floor_list, names.currency, price_lists, effect)


def _list_problems(setting: str, name: str, currency: str, price_lists: Known, effect: str) -> Iterator[Finding]:
    currencies = {its for each, its in price_lists if each == name}
    if not name or currency in currencies:
        return
    if currencies:
        text = _("The price list {name} is in {currencies} and this store sells in {currency}, {effect}.").format(
            name=name, currencies=", ".join(sorted(currencies)), currency=currency, effect=effect
        )
        fitting = {each for each, its in price_lists if its == currency}
    else:
        text = _("The ERP has no price list {name}, {effect}.").format(name=name, effect=effect)
        fitting = {each for each, _currency in price_lists}
    yield Finding(Grade.PROBLEM, text, _it_has(setting, fitting), setting.replace("_", "-"))


def _it_has(setting: str, fitting: Iterable[str]) -> str:
    names = ", ".join(listed([name]) for name in sorted(fitting))
    if not names:
        return _("It has none that fits: look at its data, or change {setting} in the configuration.").format(
            setting=setting
        )
    return _("It has: {names}. Change {setting} in the configuration.").format(names=names, setting=setting)


def _known(change: Change, erp: str, feed: str) -> Known | None:
    told = change.cursor(erp, f"names:{feed}")
    return _known_names.decode(told) if told else None


def _told(prefix: str, findings: Iterable[Finding]) -> dict[str, tuple[str, str]]:
    """Reason and payload by subject."""
    told: dict[str, list[str]] = {}
    for each in findings:
        told.setdefault(prefix + each.topic, []).append(f"{each.text} {each.advice}".strip())
    return {subject: (" ".join(texts), "") for subject, texts in told.items()}

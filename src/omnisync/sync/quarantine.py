"""Setting things aside with the reason, said once however often it is found, and taking them out again."""

from __future__ import annotations

from collections.abc import Mapping

from omnisync.errors import CommandRefused
from omnisync.log import people, pulls
from omnisync.log.state import State
from omnisync.log.writer import Change
from omnisync.model.events import QuarantineClosed, Quarantined
from omnisync.model.order import Customer
from omnisync.text import _

_MOST = 64_000
"""Characters of a payload that is kept; a larger one is no order."""


def set_aside(change: Change, connector: str, subject: str, reason: str, payload: str = "") -> bool:
    """Set it aside with what was told; answers whether that is news.

    What a person has settled as it is stays out as long as the same is told. A payload may name people: it is
    sealed with a key of its own, which `omnisync forget` destroys.
    """
    db = change.state.db
    payload = payload if len(payload) <= _MOST else ""
    customer = f"{connector}:set-aside:{subject}" if payload else ""
    told = Customer(name=subject, note=payload)
    digest = people.digest(db, customer, told) if payload else ""
    row = change.state.quarantine.get((connector, subject))
    if row is not None and row.reason == reason and row.digest == digest and (row.settled or not row.closed_at):
        return False
    sealed = people.seal(db, customer, told) if payload else ""
    change.append(Quarantined(connector, subject, reason, customer, sealed, digest))
    return True


def must_be_set_aside(state: State, connector: str, subject: str) -> None:
    """Raises CommandRefused when it is not, or not any more."""
    row = state.quarantine.get((connector, subject))
    if row is None or row.closed_at:
        raise CommandRefused(_("Nothing is set aside under the name {name}.").format(name=subject))


def take_out(change: Change, connector: str, subject: str) -> None:
    """It is understood now, or no longer matters."""
    row = change.state.quarantine.get((connector, subject))
    if row is not None and not row.closed_at:
        change.append(QuarantineClosed(connector, subject))


def set_aside_only(
    change: Change, connector: str, prefix: str, found: Mapping[str, tuple[str, str]]
) -> list[str]:  # fmt: skip
    """Set these aside: reason and payload by subject. What else of the connector is so under that prefix is out.

    What a person has settled stays out as long as the same is told. Answers the reasons that are news.
    """
    known = pulls.open_quarantine(change.state, connector, prefix).keys()
    settled = pulls.settled(change.state, connector, prefix).keys()
    news = [
        reason for subject, (reason, payload) in found.items() if set_aside(change, connector, subject, reason, payload)
    ]
    for subject in sorted((known | settled) - found.keys()):
        change.append(QuarantineClosed(connector, subject))
    return news

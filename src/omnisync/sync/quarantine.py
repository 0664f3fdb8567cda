"""Setting things aside with the reason, said once however often it is found, and taking them out again."""

from __future__ import annotations

from omnisync.log.writer import Change
from omnisync.model.events import QuarantineClosed, Quarantined


def set_aside(change: Change, connector: str, subject: str, reason: str) -> bool:
    """Set it aside; answers whether that is news."""
    row = change.state.quarantine.get((connector, subject))
    if row is not None and not row.closed_at and row.reason == reason:
        return False
    change.append(Quarantined(connector, subject, reason))
    return True


def take_out(change: Change, connector: str, subject: str) -> None:
    """It is understood now, or no longer matters."""
    row = change.state.quarantine.get((connector, subject))
    if row is not None and not row.closed_at:
        change.append(QuarantineClosed(connector, subject))

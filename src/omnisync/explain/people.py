"""What erasing a person means, before and after, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from omnisync.log.forget import Person
from omnisync.text import _, plural

_NAMED = 6
"""So many of the records are shown before they are erased."""


def named(found: Sequence[Person]) -> list[str]:
    """Who it is, for the question before: the first records, and how many more."""
    lines = [f"{person.id}   {person.name}   {person.email}" for person in found[:_NAMED]]
    more = len(found) - _NAMED
    return [*lines, plural("and {n} more", "and {n} more", more)] if more > 0 else lines


def effect(found: Sequence[Person]) -> list[str]:
    """What is lost, for the question before."""
    lines = [
        _("Name, addresses, e-mail, phone, tax numbers and notes are erased for good, here and in the backups."),
        plural(
            "{n} order stays, with its goods and amounts and without a name.",
            "{n} orders stay, with their goods and amounts and without a name.",
            sum(person.orders for person in found),
        ),
    ]
    if still := sum(person.open for person in found):
        lines.append(
            plural(
                "{n} of them is still to be sent: nobody will know the address any more.",
                "{n} of them are still to be sent: nobody will know the address any more.",
                still,
            )
        )
    if missing := sum(person.not_in_erp for person in found):
        lines.append(
            plural(
                "{n} of them is not in the ERP yet: it will get there without a name.",
                "{n} of them are not in the ERP yet: they will get there without a name.",
                missing,
            )
        )
    lines.append(_("What the stores and the ERP keep is theirs: erase it there too."))
    return lines


def left_words(reply: Mapping[str, Any]) -> list[str]:
    """What the erasure came to, from the daemon's answer."""
    lines = [plural("{n} record is erased for good.", "{n} records are erased for good.", int(reply["forgotten"]))]
    if reply["backups"]:
        lines.append(
            plural("It is erased in {n} backup too.", "It is erased in {n} backups too.", int(reply["backups"]))
        )
    lines += [
        _("A backup could not be reached, and is tried again at each start: {reason}").format(reason=reason)
        for reason in reply["unreached"]
    ]
    if not reply["clean"]:
        lines.append(_("Another program is reading the database; the last remains are removed at the next start."))
    return lines

"""The look before a bulk act: `--dry-run` shows it, and where somebody watches it comes before the question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from omnisync.cli.output import say, say_json, somebody_watches, tell
from omnisync.cli.place import Place
from omnisync.text import _

if TYPE_CHECKING:
    from omnisync.log.plan import Plan
    from omnisync.model.commands import Bulk

F = TypeVar("F", bound=Callable[..., Any])


def bulk_options(function: F) -> F:
    """``--dry-run`` and ``--yes``."""
    dry_run = click.option(
        "--dry-run", is_flag=True, help=_("Only show what would be sent: counts, effect in money, the strangest first.")
    )
    return dry_run(click.option("--yes", is_flag=True, help=_("Don't ask."))(function))


def show(plan: Plan, *, as_json: bool) -> None:
    """The whole plan as the result of a command."""
    import msgspec

    from omnisync.explain.plan import plan_lines

    if as_json:
        say_json({
            "stores": [{**msgspec.to_builtins(each), "sends": each.sends} for each in plan.stores],
            "strangest": [msgspec.to_builtins(each) for each in plan.strangest()],
            "changes": [msgspec.to_builtins(each) for each in plan.moves],
        })  # fmt: skip
        return
    for line in plan_lines(plan):
        say(line)


def look(place: Place, commands: Sequence[Bulk]) -> Plan:
    """What these commands together would do; the daemon tries them. Raises DaemonNotRunning, CommandRefused."""
    import msgspec

    from omnisync.log.plan import Plan
    from omnisync.model.commands import Preview

    return msgspec.convert(place.run(Preview(tuple(commands)))["plan"], Plan)


def agreed(
    place: Place, commands: Sequence[Bulk], question: str, *, dry_run: bool, yes: bool, many: bool = True
) -> bool:
    """Whether to carry these out: not when it is only looked at. Ends the program after a no.

    Somebody who watches is asked, after the plan, where ``many`` figures are concerned.
    """
    from omnisync.explain.plan import plan_lines

    asks = many and not yes and somebody_watches()
    if dry_run or asks:
        for line in plan_lines(look(place, commands)):
            (say if dry_run else tell)(line)
    if asks and not dry_run:
        click.confirm(question, abort=True, err=True)
    return not dry_run

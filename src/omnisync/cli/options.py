"""Options and arguments that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from omnisync.text import _

F = TypeVar("F", bound=Callable[..., Any])


def store_option(help: str, *, required: bool = False) -> Callable[[F], F]:  # noqa: A002 - click's word
    """``--store NAME``."""
    return click.option("--store", metavar="NAME", required=required, default=None if required else "", help=help)


def json_option(units: str = "") -> Callable[[F], F]:
    """``--json``; ``units`` says what the numbers in it are."""
    text = _("Print JSON for other programs.")
    return click.option("--json", "as_json", is_flag=True, help=f"{text} {units}".strip())


def limit_option(default: int, what: str, *, zero_is_all: bool = False) -> Callable[[F], F]:
    """``--limit N``."""
    return click.option(
        "--limit",
        metavar="N",
        type=click.IntRange(min=0 if zero_is_all else 1),
        default=default,
        show_default=True,
        help=what,
    )


def at_option(help: str) -> Callable[[F], F]:  # noqa: A002 - click's word
    """``--at MOMENT``; the function gets the words, read_at makes a time of them."""
    return click.option("--at", metavar="MOMENT", default="", help=help)


def read_at(text: str, now: int) -> int:
    """The moment in milliseconds UTC; shown as a wrong ``--at`` when it is none."""
    from omnisync.moment import past_moment

    try:
        return past_moment(text, now)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--at") from None


def wait_option(default: int) -> Callable[[F], F]:
    """``--wait SECONDS``."""
    return click.option(
        "--wait", metavar="SECONDS", type=click.IntRange(min=0), default=default, show_default=True,
        help=_("How long to wait until the stores have confirmed; 0: not at all."),
    )  # fmt: skip


UNITS = _("Quantities are thousandths (1 piece is 1000), amounts minor units (cents), times milliseconds UTC.")
"""What the numbers in ``--json`` are."""

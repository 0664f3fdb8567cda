"""`omnisync init`: asks what settings/interview.py needs to know, at the terminal or by flags."""

from __future__ import annotations

import sys

import click

from omnisync.cli.output import say, tell
from omnisync.cli.place import Place
from omnisync.errors import CommandRefused
from omnisync.model.clean import clean
from omnisync.settings.interview import Question, run_init
from omnisync.text import _


@click.command(
    short_help=_("Write a configuration, asking only what is needed."),
    help=_(
        "Write a commented configuration, asking only what is needed: the shop's name, where the ERP's data is, "
        "which stores there are, and their keys. An existing file is never changed.\n\n"
        'Example: omnisync init --set shop.name="Demir Hardware" --set stores=trendyol'
    ),
)
@click.option(
    "--set", "given", metavar="KEY=VALUE", multiple=True,
    help=_("Answer a question beforehand, e.g. erp.folder=/srv/export; may repeat. A key written here stays in "
           "the shell's history; leave it out to be asked for it unseen."),
)  # fmt: skip
@click.pass_obj
def init(place: Place, given: tuple[str, ...]) -> None:
    """Write the configuration."""
    path = run_init(place.config, ask=_ask, answers=dict(map(_pair, given)), environment=place.environment)
    say(_("{path} is written; only you can read it.").format(path=path))
    tell(_("Look through it, then run `omnisync check`, and `omnisync daemon` or `omnisync service install`."))


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise click.BadParameter(_("KEY=VALUE is expected, e.g. shop.name=Demir"), param_hint="--set")
    return key.strip(), value


def _ask(question: Question) -> str:
    if question.complaint:
        tell(question.complaint, colour="yellow")
    try:
        answer: str = click.prompt(
            clean(question.text), default=question.default, show_default=bool(question.default),
            hide_input=question.secret, err=True,
        )  # fmt: skip
    except click.Abort:
        if sys.stdin.isatty():
            raise
        # Nobody is there to ask: say which answer is missing instead of only giving up.
        raise CommandRefused(_("{key} is missing. Give it with --set {key}=VALUE.").format(key=question.key)) from None
    return answer

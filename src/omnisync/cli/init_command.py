"""`omnisync init`: asks what settings/interview.py needs to know, at the terminal or by flags."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

import click

from omnisync.cli.output import say, tell
from omnisync.cli.place import Place
from omnisync.errors import CommandRefused
from omnisync.guide.setup import SetUp
from omnisync.model.clean import clean
from omnisync.model.comma_list import listed, parted
from omnisync.settings.interview import Question, run_init
from omnisync.settings.problems import nearest
from omnisync.text import _
from omnisync.tui.guide import ErpLook


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
    answers = dict(map(_pair, given))
    path = run_init(place.config, ask=_Asker(place, answers), answers=answers, environment=place.environment)
    say(_("{path} is written; only you can read it.").format(path=path))
    tell(_("Look through it, then run `omnisync check`, and `omnisync daemon` or `omnisync service install`."))


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise click.BadParameter(_("KEY=VALUE is expected, e.g. shop.name=Demir"), param_hint="--set")
    return key.strip(), value


class _Asker:
    """Asks at the terminal. What only the ERP can know is offered from a look at it, and held to that.

    So is what was answered beforehand of that: it is taken out of the answers until its question comes.
    """

    def __init__(self, place: Place, answers: dict[str, str]) -> None:
        self._answers = answers
        names = [key for key in answers if key.rpartition(".")[2] in ("warehouses", "price_list")]
        self._beforehand = {key: answers.pop(key) for key in names}
        self._set_up = SetUp(place.config, place.environment)

    def __call__(self, question: Question) -> str:
        """The answer to one question. Raises CommandRefused when nobody is there to ask."""
        store, _dot, setting = question.key.rpartition(".")
        if setting == "warehouses":
            answer = self._of_erp(question, self._erp.warehouses)
            # One whose name has a comma in it may be given as it is.
            answer = listed([answer]) if answer in self._erp.warehouses else answer
        elif setting == "price_list":
            answer = self._of_erp(question, {name: count for name, (_currency, count) in self._erp.lists.items()})
            if found := self._erp.lists.get(answer):
                # A price in another currency than the store's is never shown.
                self._answers.setdefault(f"{store}.currency", found[0])
        else:
            answer = self._answer(question)
        self._answers[question.key] = answer
        return answer

    @cached_property
    def _erp(self) -> ErpLook:
        return asyncio.run(self._set_up.look_at_erp(self._answers))

    def _of_erp(self, question: Question, names: Mapping[str, int]) -> str:
        """One or more of the names, the fullest if nothing else is said; anything as long as the ERP has none."""
        if not names:
            return self._answer(question)
        text = question.text + " " + _("It has: {names}").format(names=", ".join(listed([name]) for name in names))
        question = replace(question, text=text, default=max(names, key=lambda name: names[name]))
        while True:
            answer = self._answer(question)
            unknown = "" if answer in names else next((word for word in parted(answer) if word not in names), "")
            if not unknown:
                return answer
            complaint = _("the ERP has no {name}.").format(name=unknown) + nearest(unknown, names)
            if question.key in self._beforehand:
                known = _("It has: {names}").format(names=", ".join(listed([name]) for name in names))
                raise CommandRefused(f"{question.key}: {complaint} {known}")
            question = replace(question, complaint=complaint)

    def _answer(self, question: Question) -> str:
        """What was said beforehand, else what is typed. Raises CommandRefused where that was wrong."""
        if question.key not in self._beforehand:
            return _ask(question)
        answer = self._beforehand[question.key].strip()
        if not answer or question.complaint:
            raise CommandRefused(f"{question.key}: {question.complaint or _('it must not be empty')}")
        return answer


def _ask(question: Question) -> str:
    if question.complaint:
        tell(question.complaint, colour="yellow")
    text = f"{question.text} [{question.default}]" if question.default else question.text
    try:
        answer: str = click.prompt(
            clean(text), default=question.default, show_default=False, hide_input=question.secret, err=True
        )
    except click.Abort:
        if sys.stdin.isatty():
            raise
        # Nobody is there to ask: say which answer is missing instead of only giving up.
        raise CommandRefused(_("{key} is missing. Give it with --set {key}=VALUE.").format(key=question.key)) from None
    return answer

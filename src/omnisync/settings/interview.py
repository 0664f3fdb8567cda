"""`omnisync init`: writes a commented configuration, asking only for what has no sensible default.

Knows no terminal: questions go through the function that is handed in, so that flags, a prompt and
a test answer alike. Never overwrites; the file can be read by its owner only, because keys stand in it.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from omnisync.connect.loader import Manifest, Option, OptionType, Role, discover
from omnisync.errors import CommandRefused
from omnisync.folders import DEFAULT_TIMEZONE, LANGUAGES, is_timezone
from omnisync.model.comma_list import parted
from omnisync.settings.manual import TABLES, entries, toml
from omnisync.settings.options import option_value
from omnisync.settings.problems import nearest
from omnisync.settings.shape import store_name
from omnisync.text import _

_CURRENCIES = {"tr": "TRY", "hu": "HUF", "ro": "RON", "sl": "EUR"}
_LOCALTIME = Path("/etc/localtime")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask. ``complaint`` says what was wrong with the last answer, "" at first."""

    key: str
    """The setting it is for, e.g. "shop.name" or "stores.trendyol.api_key"; "stores" asks which stores there are."""
    text: str
    default: str = ""
    secret: bool = False
    complaint: str = ""


Ask = Callable[[Question], str]
Check = Callable[[str], object]


def run_init(
    path: Path,
    *,
    ask: Ask,
    answers: Mapping[str, str] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Path:
    """Write a configuration to the path and answer it; what ``answers`` holds by key is not asked.

    Raises CommandRefused when the file is there already, or when a given answer doesn't fit.
    """
    if path.exists():
        raise CommandRefused(
            _("{path} is there already and stays as it is. Edit it, or name another file with --config.").format(
                path=path
            )
        )
    text = configuration(path, ask=ask, answers=answers or {}, environment=environment)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made with its final permissions: nobody else can open it, not even for a moment.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise CommandRefused(_("{path} can't be written: {reason}").format(path=path, reason=error.strerror)) from None
    return path


def configuration(
    path: Path, *, ask: Ask, answers: Mapping[str, str], environment: Mapping[str, str] = os.environ
) -> str:
    """The text that ``run_init`` would write to the path. Raises CommandRefused when a given answer doesn't fit."""
    return _Interview(path, ask, answers, environment).configuration()


class _Interview:
    """Asks, and writes down the answers table by table."""

    def __init__(self, path: Path, ask: Ask, answers: Mapping[str, str], environment: Mapping[str, str]) -> None:
        self._path = path
        self._ask = ask
        self._answers = answers
        self._environment = environment
        self._manifests = [manifest for manifest in discover().values() if not manifest.broken]

    def configuration(self) -> str:
        """The whole file."""
        tables = [
            _HEAD,
            *self._shop(),
            *self._erp(),
            *_table("guard", "guard", {}),
            *_table("last_pieces", "last_pieces", {}),
            *_table("keeping", "keeping", {}),
        ]
        first = ""
        for name, platform in self._stores():
            tables += self._store(name, platform, first)
            first = first or name
        return "\n".join(tables).rstrip() + "\n"

    def _shop(self) -> Iterator[str]:
        language = _language(self._environment)
        yield from _table(
            "shop",
            "shop",
            {
                "name": self._get(Question("shop.name", _("What is the shop called?")), _something),
                "language": language,
                "timezone": _timezone(),
                "currency": self._answers.get("shop.currency") or likely_currency(self._environment),
            },
        )

    def _erp(self) -> Iterator[str]:
        programs = self._of(Role.ERP)
        # One that can be used is not worth a question.
        name = (
            next(iter(programs))
            if len(programs) == 1
            else self._choose("erp.connector", _("Which program knows your stock?"), programs)
        )
        yield from _table("erp", "erp", {"connector": name}, self._options("erp", programs[name]))

    def _stores(self) -> Iterator[tuple[str, str]]:
        """Name and platform of each store, out of "trendyol, woo-hu=woocommerce"."""
        platforms = self._of(Role.STORE)
        text = _(
            "Which stores do you sell on? ({platforms}; several with commas, two of a kind as NAME=PLATFORM; empty: none yet)"
        )
        question = Question("stores", text.format(platforms=", ".join(platforms)))
        answer = self._get(question, lambda answer: list(_named_stores(answer, platforms)))
        return _named_stores(answer, platforms)

    def _store(self, name: str, platform: str, like: str) -> Iterator[str]:
        key = f"stores.{name}"
        options = self._options(key, self._of(Role.STORE)[platform])
        warehouses = Question(
            f"{key}.warehouses",
            _("Whose stock may {store} sell? (warehouses of the ERP, several with commas)").format(store=name),
            "main",
        )
        prices = Question(
            f"{key}.price_list", _("Which price list of the ERP does {store} show?").format(store=name), "retail"
        )
        own = {
            "connector": platform,
            "warehouses": tuple(parted(self._get(warehouses, _something))),
            "price_list": self._get(prices, _something),
        }
        if currency := self._answers.get(f"{key}.currency"):
            own["currency"] = currency
        yield from _table(key, "stores.NAME", own, options, like)

    def _options(self, key: str, manifest: Manifest) -> list[tuple[Option, str]]:
        """The connector's options: those that must be given or were, with their answer, the others with an empty one."""
        return [
            (
                option,
                self._option(key, manifest, option)
                if _must(option) or self._answers.get(f"{key}.{option.name}")
                else "",
            )
            for option in manifest.options
        ]

    def _option(self, key: str, manifest: Manifest, option: Option) -> str:
        secret = option.type is OptionType.SECRET
        question = Question(f"{key}.{option.name}", f"{manifest.title}: {option.help}", secret=secret)
        return self._get(question, lambda answer: option_value(option, answer, self._path))

    def _choose(self, key: str, text: str, known: Iterable[str]) -> str:
        def check(answer: str) -> None:
            if answer not in known:
                raise ValueError(
                    _("one of {expected} is expected").format(expected=", ".join(known)) + nearest(answer, known)
                )

        return self._get(Question(key, f"{text} ({', '.join(known)})"), check)

    def _of(self, role: Role) -> dict[str, Manifest]:
        return {manifest.name: manifest for manifest in self._manifests if manifest.role is role}

    def _get(self, question: Question, check: Check) -> str:
        """The answer that was given beforehand, else asked for until it fits."""
        if question.key in self._answers:
            try:
                check(self._answers[question.key])
            except ValueError as error:
                raise CommandRefused(f"{question.key}: {error}") from None
            return self._answers[question.key].strip()
        while True:
            answer = self._ask(question).strip() or question.default
            try:
                check(answer)
            except ValueError as error:
                question = replace(question, complaint=str(error))
            else:
                return answer


_HEAD = """\
# The configuration of OmniSync. `omnisync check` tells what is wrong with it.
# A line that begins with # is not in force; it shows what holds without it.
# Any value may come from the environment instead, e.g. OMNISYNC_SHOP__NAME.
# Keys of stores stand in this file, so nobody but you may read it (chmod 600).
"""


def _table(
    heading: str,
    kind: str,
    given: Mapping[str, object],
    options: Iterable[tuple[Option, str]] = (),
    like: str = "",
) -> Iterator[str]:
    """One table. Each setting has its manual above it, unless the store ``like`` has it already."""
    yield f"[{heading}]"
    if like:
        yield f"# All that can be set is explained at [stores.{like}]."
    for entry in entries(TABLES[kind]):
        yield from _setting(entry.name, entry.text, given.get(entry.name), entry.default, explained=not like)
        if entry.name == "connector":
            for option, answer in options:
                yield from _setting(option.name, option.help, answer or None, _default(option), explained=not like)
    yield ""


def _setting(name: str, text: str, value: object, default: str, *, explained: bool) -> Iterator[str]:
    if explained:
        yield from _comment(text)
    if value is not None:
        yield f"{name} = {toml(value)}"
    elif explained:
        yield f"# {name} = {default or toml('')}"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 100, initial_indent="# ", subsequent_indent="# ")


def _must(option: Option) -> bool:
    return option.required and option.default is None


def _default(option: Option) -> str:
    return "" if option.default is None or option.type is OptionType.SECRET else toml(option.default)


def _something(answer: str) -> None:
    if not answer.strip(" ,"):
        raise ValueError(_("it must not be empty"))


def _named_stores(answer: str, platforms: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name and platform of each store. Raises ValueError when one can't be called so or is of no known kind."""
    taken: set[str] = set()
    for word in (word.strip() for word in answer.split(",") if word.strip()):
        name, _equals, platform = (part.strip() for part in word.partition("="))
        platform = platform or name
        if platform not in platforms:
            raise ValueError(
                _("there is no connector called {name}.").format(name=platform) + nearest(platform, platforms)
            )
        if store_name(name) in taken:
            raise ValueError(
                _("two stores can't both be called {name}; write e.g. {name}-2={platform}").format(
                    name=name, platform=platform
                )
            )
        taken.add(name)
        yield name, platform


def likely_currency(environment: Mapping[str, str]) -> str:
    """The currency that goes with the language which this system speaks."""
    return _CURRENCIES.get(_language(environment), "EUR")


def _language(environment: Mapping[str, str]) -> str:
    """The language that this system speaks, if it is one of ours."""
    spoken = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return spoken[:2] if spoken[:2] in LANGUAGES else LANGUAGES[0]


def _timezone() -> str:
    """This system's time zone, as Debian and most others say it: where a link points."""
    match = re.search(r"zoneinfo/(?:posix/|right/)?(.+)$", str(_LOCALTIME.resolve()))
    return match.group(1) if match and is_timezone(match.group(1)) else DEFAULT_TIMEZONE

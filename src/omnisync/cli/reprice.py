"""`omnisync reprice`: prices of a store's own for many products at once, by a percentage or from a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from omnisync.amount import parse_amount
from omnisync.cli import names
from omnisync.cli.options import UNITS, json_option, store_option
from omnisync.cli.output import say, say_json, somebody_watches, tell
from omnisync.cli.place import Place
from omnisync.cli.preview import bulk_options, look
from omnisync.errors import CommandRefused
from omnisync.explain.plan import plan_lines
from omnisync.log import progress
from omnisync.log.progress import Item
from omnisync.model.commands import SetPrices
from omnisync.model.events import Kind
from omnisync.model.money import Money
from omnisync.model.price import wanted_price
from omnisync.model.rules import StoreRules
from omnisync.text import _, plural

Prices = dict[str, int | None]


@click.command(
    short_help=_("Give many products prices of their own in one store."),
    help=_(
        "Give many products prices of their own in one store, as one act: `omnisync undo` takes all of it back.\n\n"
        "--percent changes the prices that the store is to show now, rounded by the store's rule; --file takes them "
        "from a file with a code and a price in each line; --list gives the price list its say again. "
        "Without CODE it concerns every product that is listed there.\n\n"
        "Example: omnisync reprice --store trendyol --percent -10 BRU-0150 BRU-0200"
    ),
)
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@store_option(_("The store whose prices change."), required=True)
@click.option("--percent", type=click.FloatRange(-90, 900), metavar="PERCENT", help=_("By so much, e.g. 5 or -10."))
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=_("A CSV file of codes and prices.")
)
@click.option("--list", "from_list", is_flag=True, help=_("Back to the price list."))
@bulk_options
@json_option(UNITS)
@click.pass_obj
def reprice(
    place: Place,
    codes: tuple[str, ...],
    store: str,
    percent: float | None,
    file: Path | None,
    from_list: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Set the prices."""
    if (percent is not None) + (file is not None) + from_list != 1 or (file is not None and codes):
        raise click.UsageError(_("Name one of --percent, --file and --list."))
    with place.reader() as reader:
        rules = names.rules(reader, store)
        ids = [names.product(reader, code) for code in names.codes(reader, codes)]
        items = {item.code: item for item in progress.items(reader, store, ids, Kind.PRICE)}
        if file is not None:
            prices: Prices = {names.codes(reader, [code])[0]: minor for code, minor in _from_file(file, rules)}
        else:
            prices = {code: _changed(item, rules, percent) for code, item in items.items() if item.wanted is not None}
        if not prices:
            raise CommandRefused(_("Nothing of that has a price on {store}.").format(store=store))
    command, seq = SetPrices(store, tuple(prices.items())), 0
    found = look(place, [command])
    if not as_json:
        for line in plan_lines(found):
            say(line)
        tell(plural("{n} price is set", "{n} prices are set", len(prices)))
    if not dry_run:
        if not yes and not as_json and somebody_watches():
            click.confirm(_("Set these prices?"), abort=True, err=True)
        seq = int(place.run(command)["seq"])
    if as_json:
        say_json({"seq": seq, "prices": prices, "plan": msgspec.to_builtins(found)})
    elif seq:
        say(_("Done, as number {number}; `omnisync undo` takes it back.").format(number=seq))


def _changed(item: Item, rules: StoreRules, percent: float | None) -> int | None:
    if percent is None:
        return None
    assert item.wanted is not None
    return wanted_price(Money(item.wanted, rules.currency), round(percent * 100), rules.rounding).minor


def _from_file(file: Path, rules: StoreRules) -> Iterator[tuple[str, int]]:
    """Code and minor units of each line; a first line without a price is its heading."""
    text = file.read_text("utf-8-sig")
    mark = max(";\t,", key=text.partition("\n")[0].count)
    for line, row in enumerate(csv.reader(text.splitlines(), delimiter=mark), start=1):
        if not any(row):
            continue
        try:
            code, amount = row
            yield code.strip(), parse_amount(amount, rules.currency).minor
        except ValueError as error:
            if line > 1:
                raise CommandRefused(
                    _("{file}, line {line}: {problem}").format(file=file.name, line=line, problem=error)
                ) from None

"""What the reads of an ERP's connector promise."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from omnisync.connect.check import Grade
from omnisync.errors import ConnectorError, SourceProblem
from omnisync.testing.conformance import erp_bench
from omnisync.testing.conformance.erp_bench import CODES, ErpBench
from omnisync.testing.conformance.result import Checks, Failed, NotApplicable, expect, listed
from omnisync.testing.conformance.secrecy import leaks

CHECKS: Checks[ErpBench] = Checks("reads")

_WATCHED = ("products", "balances", "prices")


@CHECKS.add
async def connect_asks_for_nothing(bench: ErpBench) -> None:
    """connect() does not need the ERP, so that the shop starts and keeps its stores in step while the ERP is off."""
    bench.source.vanish()
    bench.connect()


@CHECKS.add
async def check_is_content_when_all_is_well(bench: ErpBench) -> None:
    """check() finds no problem where there is none and says what it found, or nobody would believe it."""
    found = await bench.erp.check()
    expect(found, "it says nothing at all")
    problems = [each.text for each in found if each.grade is Grade.PROBLEM]
    expect(not problems, f"it complains: {problems}")


@CHECKS.add
async def check_finds_an_erp_that_is_away(bench: ErpBench) -> None:
    """check() tells an ERP that can't be reached as a problem, raises nothing and shows no secret."""
    bench.source.vanish()
    found = await bench.erp.check()
    expect(any(each.grade is Grade.PROBLEM for each in found), "it finds no problem")
    expect(not leaks(map(repr, found), bench.secrets()), "it shows a secret")


@CHECKS.add
async def rows_are_what_the_erp_holds(bench: ErpBench) -> None:
    """Products, balances in thousandths and prices in minor units are read just as they are: everything starts here."""
    wanted: Mapping[str, set[Any]] = {
        "products": {_product(erp_bench.product(code)) for code in CODES},
        "balances": {_balance(each) for each in erp_bench.balances()},
        "prices": set(erp_bench.prices(bench.source.currency)),
    }
    keys: Mapping[str, Callable[[Any], Any]] = {"products": _product, "balances": _balance, "prices": lambda row: row}
    for feed, rows in wanted.items():
        found = [keys[feed](row) for row in (await bench.read(feed)).rows]
        expect(len(found) == len(set(found)), f"{feed} gives a row twice")
        expect(set(found) == rows, f"{feed}: expected {listed(rows - set(found))}; got {listed(set(found) - rows)}")


@CHECKS.add
async def an_unchanged_feed_is_none(bench: ErpBench) -> None:
    """A read with the last mark gives None while nothing changed, or the whole ERP would be taken in all the time."""
    for feed, read in bench.feeds.items():
        first = await read("")
        if first is not None:
            expect(first.mark, f"{feed} gives no mark")
            expect(await read(first.mark) is None, f"{feed} is told anew, although nothing changed")


@CHECKS.add
async def a_change_is_told(bench: ErpBench) -> None:
    """A read with an old mark gives the changed rows under a new mark, because that is how a sale in the shop comes in."""
    before = await bench.read("balances")
    bench.hold(extra=-3000)
    after = await bench.read("balances", before.mark)
    expect(after.mark != before.mark, "the mark is still the same")
    expect(("VANA-12", "DEPO", 11_000) in {_balance(each) for each in after.rows}, "the new balance is not in it")
    expect(await bench.erp.balances(after.mark) is None, "it is told twice")


@CHECKS.add
async def marks_tell_a_change_cheaply(bench: ErpBench) -> None:
    """marks() stays the same while nothing changes and differs after a change, because it decides when to read."""
    before = await bench.erp.marks()
    if not before:
        raise NotApplicable("it must be asked on a schedule")
    unknown = set(before) - set(bench.feeds)
    expect(not unknown, f"there is no feed {listed(unknown)}")
    expect(await bench.erp.marks() == before, "the marks change although nothing else does")
    for feed in bench.feeds:
        await bench.feeds[feed]("")
    expect(await bench.erp.marks() == before, "reading changes the marks")
    bench.hold(extra=1000)
    expect((await bench.erp.marks()).get("balances") != before.get("balances"), "a changed balance does not show")


@CHECKS.add
async def reads_begin_before_they_look(bench: ErpBench) -> None:
    """began_at is from before the first look at the ERP: a balance may never seem newer than it is."""
    for feed in bench.feeds:
        now = bench.clock.now()
        read = await bench.feeds[feed]("")
        if read is not None:
            expect(read.began_at <= now, f"{feed} began {(read.began_at - now) / 1000:.0f} s after it was asked for")


@CHECKS.add
async def what_is_gone_is_absent(bench: ErpBench) -> None:
    """A complete read has no row of a product that the ERP no longer has, because absence is how that is told."""
    before = await bench.read("products")
    if not before.complete:
        raise NotApplicable("it tells changes only")
    bench.hold(without=CODES[1])
    for feed in _WATCHED:
        codes = {row.code for row in (await bench.read(feed)).rows}
        expect(CODES[1] not in codes, f"{feed} still has the product that is gone")


@CHECKS.add
async def one_bad_row_is_told_and_the_others_go_in(bench: ErpBench) -> None:
    """A row that can't be read is a problem with its place, the others go in, and nothing counts as gone by it."""
    bench.source.spoil(CODES[0])
    read = await bench.read("balances")
    told = [each for each in read.problems if each.text.strip() and each.source]
    expect(told, "nothing is told of the row that can't be read")
    codes = {row.code for row in read.rows}
    missing = set(CODES[1:]) - codes
    expect(not missing, f"because of one row these are missing: {listed(missing)}")
    expect(CODES[0] in codes or not read.complete, "the read counts as complete, so the product would count as gone")


@CHECKS.add
async def a_bad_row_can_be_read_alone(bench: ErpBench) -> None:
    """A refused row, read by itself as it stood, is refused again: what a person mends must be all that makes it right."""
    read_row = getattr(bench.erp, "read_row", None)
    bench.source.spoil(CODES[0])
    rows = [each.row for each in (await bench.read("balances")).problems if each.row]
    if read_row is None or not rows:
        raise NotApplicable("its rows can't be mended by a person")
    for row in rows:
        told = json.loads(row)
        expect(isinstance(told, dict) and told, "the row is no JSON object")
        alone = await read_row("balances", row)
        expect(not alone.rows and alone.problems, "the row that was refused is taken when it stands alone")


@CHECKS.add
async def half_a_source_is_a_source_problem(bench: ErpBench) -> None:
    """Data that can't be read as a whole are SourceProblem and no rows: half a catalogue looks like a clearance."""
    bench.source.tear()
    try:
        read = await bench.erp.balances("")
    except SourceProblem as error:
        expect(str(error).strip(), "the error says nothing")
    else:
        raise Failed(f"half-written balances are read as {len(read.rows) if read else 0} rows")
    bench.hold()
    expect((await bench.read("balances")).rows, "it does not recover when the data are whole again")


@CHECKS.add
async def an_erp_that_is_away_is_an_error(bench: ErpBench) -> None:
    """Without the ERP the needed reads raise SourceProblem or ConnectorError, never an empty list or anything else."""
    bench.source.vanish()
    for feed in ("products", "balances"):
        try:
            await bench.feeds[feed]("")
        except (SourceProblem, ConnectorError) as error:
            expect(not leaks([str(error), repr(error)], bench.secrets()), "the error shows a secret")
        else:
            raise Failed(f"{feed} raises nothing although the ERP is away")


@CHECKS.add
async def close_leaves_nothing(bench: ErpBench) -> None:
    """close() leaves no task running, so that the daemon can end at any time."""
    before = await bench.tasks_left()
    erp = bench.connect()
    await erp.check()
    await erp.balances("")
    await erp.close()
    left = [name for name in await bench.tasks_left() if name not in before]
    expect(not left, f"still running: {listed(left)}")


def _product(row: Any) -> Any:
    return (row.code, row.name, tuple(row.barcodes), row.active)


def _balance(row: Any) -> Any:
    return (row.code, row.warehouse, row.on_hand)

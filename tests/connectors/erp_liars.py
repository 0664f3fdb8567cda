"""ERP connectors that lie: each wraps the files connector and breaks one promise."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from omnisync.connect.check import Finding, Grade
from omnisync.connect.erp import ErpBalance, ErpOrder, ErpRead
from omnisync.errors import ConnectorError, SourceProblem


class Honest:
    """Passes everything on to the files connector."""

    platform: ClassVar[str] = "files"
    breaks: ClassVar[tuple[str, ...]] = ()

    def __init__(self, real: Any, options: dict[str, Any], context: Any) -> None:
        self.real = real
        self.clock = context.clock

    async def check(self) -> Sequence[Finding]:
        return await self.real.check()

    async def marks(self) -> Mapping[str, str]:
        return await self.real.marks()

    async def feed(self, name: str, mark: str) -> ErpRead[Any] | None:
        return await getattr(self.real, name)(mark)

    async def products(self, mark: str) -> ErpRead[Any] | None:
        return await self.feed("products", mark)

    async def balances(self, mark: str) -> ErpRead[Any] | None:
        return await self.feed("balances", mark)

    async def prices(self, mark: str) -> ErpRead[Any] | None:
        return await self.feed("prices", mark)

    async def customers(self, mark: str) -> ErpRead[Any] | None:
        return await self.feed("customers", mark)

    async def order_states(self, mark: str) -> ErpRead[Any] | None:
        return await self.feed("order_states", mark)

    async def read_row(self, feed: str, row: str) -> ErpRead[Any]:
        read: ErpRead[Any] = await self.real.read_row(feed, row)
        return read

    async def send_order(self, order: ErpOrder) -> str:
        return await self.real.send_order(order)

    async def find_order(self, key: str) -> str | None:
        return await self.real.find_order(key)

    async def close(self) -> None:
        await self.real.close()


class NeedsTheErp(Honest):
    breaks = ("reads.connect_asks_for_nothing",)

    def __init__(self, real: Any, options: dict[str, Any], context: Any) -> None:
        super().__init__(real, options, context)
        if not Path(options["folder"]).is_dir():
            raise SourceProblem("The folder is gone.")


class Optimist(Honest):
    breaks = ("reads.check_finds_an_erp_that_is_away",)

    async def check(self) -> Sequence[Finding]:
        return [Finding(Grade.OK, "All is well.")]


class Pessimist(Honest):
    breaks = ("reads.check_is_content_when_all_is_well",)

    async def check(self) -> Sequence[Finding]:
        return [Finding(Grade.PROBLEM, "Something is wrong.")]


class Lies(Honest):
    """Tells something else in each read."""

    def told(self, honest: ErpRead[Any]) -> ErpRead[Any]:
        raise NotImplementedError

    async def feed(self, name: str, mark: str) -> ErpRead[Any] | None:
        read = await super().feed(name, mark)
        return read and self.told(read)


class RoundsWeights(Lies):
    breaks = ("reads.rows_are_what_the_erp_holds",)

    def told(self, honest: ErpRead[Any]) -> ErpRead[Any]:
        rows = [
            replace(row, on_hand=row.on_hand // 1000 * 1000) if hasattr(row, "on_hand") else row for row in honest.rows
        ]
        return replace(honest, rows=rows)


class TakesAnyRow(Honest):
    breaks = ("reads.a_bad_row_can_be_read_alone",)

    async def read_row(self, feed: str, row: str) -> ErpRead[Any]:
        read = await super().read_row(feed, row)
        return replace(read, rows=[ErpBalance("A", "main", 0)], problems=())


class AlwaysNew(Honest):
    breaks = ("reads.an_unchanged_feed_is_none",)

    async def feed(self, name: str, mark: str) -> ErpRead[Any] | None:
        return await super().feed(name, "")


class SameMark(Lies):
    breaks = ("reads.a_change_is_told",)

    def told(self, honest: ErpRead[Any]) -> ErpRead[Any]:
        return replace(honest, mark="same")


class Restless(Honest):
    breaks = ("reads.marks_tell_a_change_cheaply",)

    async def marks(self) -> Mapping[str, str]:
        self.clock.advance(1)
        return {"balances": str(self.clock.now())}


class Asleep(Honest):
    breaks = ("reads.marks_tell_a_change_cheaply",)

    async def marks(self) -> Mapping[str, str]:
        return {"balances": "same"}


class StampsAtTheEnd(Lies):
    breaks = ("reads.reads_begin_before_they_look",)

    def told(self, honest: ErpRead[Any]) -> ErpRead[Any]:
        return replace(honest, began_at=self.clock.now())


class KeepsWhatIsGone(Lies):
    breaks = ("reads.what_is_gone_is_absent",)
    rows: ClassVar[dict[str, Any]] = {}

    def told(self, honest: ErpRead[Any]) -> ErpRead[Any]:
        known = {row.code: row for row in [*self.rows.get(honest.source, ()), *honest.rows]}
        self.rows[honest.source] = list(known.values())
        return replace(honest, rows=self.rows[honest.source])


class ForgivesRows(Lies):
    breaks = ("reads.one_bad_row_is_told_and_the_others_go_in",)

    def told(self, honest: ErpRead[Any]) -> ErpRead[Any]:
        return replace(honest, problems=())


class WholeAllTheSame(Lies):
    breaks = ("reads.one_bad_row_is_told_and_the_others_go_in",)

    def told(self, honest: ErpRead[Any]) -> ErpRead[Any]:
        bad = {row.code for row in honest.rows[:2]} if honest.problems else set()
        return replace(honest, complete=True, rows=[row for row in honest.rows if row.code not in bad])


class Swallows(Honest):
    breaks = ("reads.half_a_source_is_a_source_problem", "reads.an_erp_that_is_away_is_an_error")

    async def feed(self, name: str, mark: str) -> ErpRead[Any] | None:
        try:
            return await super().feed(name, mark)
        except SourceProblem:
            return ErpRead([], self.clock.now(), complete=True, mark="empty", source=name)


class KeepsWorking(Honest):
    breaks = ("reads.close_leaves_nothing",)

    async def check(self) -> Sequence[Finding]:
        self.task = asyncio.get_running_loop().create_task(asyncio.sleep(60))
        return await super().check()


class Forgetful(Honest):
    breaks = ("orders.an_order_can_be_looked_up",)

    async def find_order(self, key: str) -> str | None:
        return None


class SendsTwice(Honest):
    breaks = ("orders.an_order_sent_twice_is_there_once",)
    sent: ClassVar[int] = 0

    async def send_order(self, order: ErpOrder) -> str:
        type(self).sent += 1
        return await super().send_order(replace(order, key=f"{order.key}-{self.sent}"))


class Drops(Honest):
    breaks = ("orders.an_order_arrives",)

    async def send_order(self, order: ErpOrder) -> str:
        return "accepted"


class FoldsKeys(Honest):
    breaks = ("orders.keys_are_told_apart",)

    async def send_order(self, order: ErpOrder) -> str:
        return await super().send_order(replace(order, key=order.key.lower().replace("_", "-")))


class NoNews(Honest):
    breaks = ("orders.what_became_of_it_is_told",)

    async def order_states(self, mark: str) -> ErpRead[Any] | None:
        return None


class Shrugs(Honest):
    breaks = ("orders.an_erp_that_is_away_takes_no_order",)

    async def find_order(self, key: str) -> str | None:
        try:
            return await super().find_order(key)
        except ConnectorError:
            return None

"""The screens' loop begins every task at once where Python can (3.12), before who made it has put it anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from functools import partial
from pathlib import Path
from typing import Any

from tests.log.opened import opened

from omnisync.model.events import StoreBroke


class _GoOn:
    """A coroutine that has come to its first wait already."""

    def __init__(self, begun: Coroutine[Any, Any, Any], waits_for: Any) -> None:
        self._begun, self._waits_for = begun, waits_for

    def __await__(self) -> Generator[Any, Any, Any]:
        waits_for = self._waits_for
        while True:
            try:
                told = yield waits_for
            except BaseException as error:
                go_on = partial(self._begun.throw, error)
            else:
                go_on = partial(self._begun.send, told)
            try:
                waits_for = go_on()
            except StopIteration as end:
                return end.value


def _at_once(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Any], **names: Any) -> asyncio.Future[Any]:
    """What Python 3.12's eager_task_factory does, as far as it is needed here."""

    async def go_on() -> Any:
        return await _GoOn(coroutine, waits_for)

    async def ended(result: Any) -> Any:
        return result

    try:
        waits_for = coroutine.send(None)
    except StopIteration as end:
        return asyncio.Task(ended(end.value), loop=loop, **names)
    return asyncio.Task(go_on(), loop=loop, **names)


async def test_the_log_writes_where_tasks_begin_at_once(tmp_path: Path) -> None:
    factory: Any = getattr(asyncio, "eager_task_factory", _at_once)
    asyncio.get_running_loop().set_task_factory(factory)
    async with opened(tmp_path / "omnisync.db") as log:
        assert await log.transact(lambda change: change.append(StoreBroke("s1", "reason"))) == 1
        await asyncio.gather(*(log.append(StoreBroke("s1", f"{number}")) for number in range(3)))
        assert log._next_seq == 5

"""What a restored backup does: nothing that it knows of the stores is taken for granted any more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from omnisync.log.apply.batches import close
from omnisync.log.state import State
from omnisync.model.events import BackupWritten, Restored


def restored(state: State, _event: Restored) -> None:
    """Open batches are over, and every figure that is pushed is to be seen at its store before anything is sent."""
    state.trace_all()
    for (key,) in state.select("SELECT key FROM batch WHERE state IN ('made', 'sent', 'lost') ORDER BY key"):
        batch = state.batches.get(key)
        assert batch is not None
        close(state, batch, "dropped")
    sql = "SELECT product, store, kind FROM figure WHERE mode = 'push' OR batch <> '' ORDER BY product, store, kind"
    for product, store, kind in state.select(sql):
        figure = state.figures.get((product, kind), store)
        assert figure is not None
        figure.batch = ""
        if figure.mode == "push":
            figure.check_at, figure.checks = state.at, 0
        state.figures.put(figure)
        state.touch(product)


def backup_written(_state: State, _event: BackupWritten) -> None:
    """It stands in the log, and no table needs to know."""


HANDLERS: Mapping[type[Any], Callable[[State, Any], None]] = {Restored: restored, BackupWritten: backup_written}

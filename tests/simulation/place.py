"""Where a simulated shop has its files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = Path("/dev/shm")


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder in memory where there is such a thing: what a disk does, the simulation does itself."""
    with tempfile.TemporaryDirectory(prefix="omnisync-sim-", dir=_MEMORY if _MEMORY.is_dir() else None) as name:
        yield Path(name)

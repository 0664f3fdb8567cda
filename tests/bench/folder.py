"""Where benches work: a folder on the same disk as the project, kept only for what is expensive to make."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEPT = Path("build") / "bench"


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    KEPT.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=KEPT))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)

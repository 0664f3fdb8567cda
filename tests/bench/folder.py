"""Where benches work: a folder on the same disk as the project, kept only for what is expensive to make."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = Path("build") / "bench"


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=_FOLDER))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kept(name: str, make: Callable[[Path], None]) -> Path:
    """A database of that name, made if it isn't there; its name must say what decides its content."""
    path = _FOLDER / name
    if not path.exists():
        for outdated in _FOLDER.glob(f"{name.partition('-')[0]}-*-{name.rpartition('-')[2]}*"):
            outdated.unlink()
        with scratch() as folder:
            make(folder / name)
            (folder / name).rename(path)
    return path

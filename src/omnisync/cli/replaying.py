"""The progress bar of work that goes through the whole log."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from omnisync.log.rebuild import Progress


@contextmanager
def bar(label: str) -> Iterator[Progress]:
    """A bar on stderr where somebody sees it; give what it yields to rebuild or verify."""
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as shown:

        def progress(done: int, total: int) -> None:
            shown.length = total
            shown.update(done - shown.pos)

        yield progress

"""``python -m tests.log.released.make``: the database file of this version, for every later one to be tested on.

Run once at each release, and never again for a version that is out: what stands in the file is what its owners have.
It is written by the program's own code, small, with an event of nearly every type and a part of the log archived.
"""

from __future__ import annotations

import asyncio
import lzma
import sqlite3
import tempfile
from pathlib import Path
from unittest.mock import patch

from tests.log.stories import BEGINNING, tell
from tests.unit.model.test_events import OLD_LOG

from omnisync import __version__
from omnisync.log import archive
from omnisync.log.archive import archive_next
from omnisync.log.writer import Change, Log
from omnisync.model.events import decode
from omnisync.testing.clock import ManualClock

FOLDER = Path(__file__).parent


def main() -> None:
    """Write this version's file anew."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "omnisync.db")
        asyncio.run(_write(path))
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("VACUUM")
        db.execute("PRAGMA journal_mode = DELETE")
        db.close()
        target = FOLDER / f"{__version__}.db.xz"
        target.write_bytes(lzma.compress(path.read_bytes(), preset=9))


async def _write(path: Path) -> None:
    log = await Log.open(path, ManualClock())
    try:

        def decide(change: Change) -> None:
            for event in BEGINNING:
                tell(change, event)
            for line in OLD_LOG.read_text("utf-8").splitlines():
                change.append(decode(line))
            change.set_cursor("ty", "orders", "1795000000000")

        await log.transact(decide)
        with patch.object(archive, "_MOST_EVENTS", 10):
            await log.query(lambda db: archive_next(db, 2**62))
    finally:
        await log.close()


if __name__ == "__main__":
    main()

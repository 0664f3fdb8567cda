"""P9: kill -9 of a writing process at any moment loses nothing that was acknowledged and leaves nothing half."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from omnisync.log.rebuild import verify

WRITER = """
import asyncio, itertools, os, sys
from pathlib import Path
from omnisync.log.writer import Log
from omnisync.model.events import BalancesCounted, Card, Count, ListingsSeen, PricesRead, ListPrice, ProductsRead
from omnisync.model.events import SeenListing, StoreRulesSet, Quarantined
from omnisync.model.rules import StoreRules
from omnisync.ports import SystemClock

async def main():
    log = await Log.open(Path(sys.argv[1]), SystemClock())
    start = await log.transact(lambda change: change.next_seq)
    if start == 1:
        await log.append(
            StoreRulesSet("s1", StoreRules("any", "TRY", ("w1",), price_list="retail")),
            ProductsRead("p", tuple(Card(f"C{n}", f"name {n}") for n in range(20))),
            PricesRead("x", tuple(ListPrice(f"C{n}", "retail", 100, "TRY") for n in range(20))),
            ListingsSeen("s1", tuple(SeenListing(f"r{n}", f"C{n}", "n") for n in range(20))),
        )

    async def produce(worker):
        for turn in itertools.count():
            def decide(change):
                seq = change.append(Quarantined("s1", f"{os.getpid()}-{worker}-{turn}", "why"))
                change.append(BalancesCounted("b", seq, (Count(f"C{seq % 20}", "w1", 1000 * (seq % 50)),)))
                change.set_cursor("s1", f"w{worker}", str(seq))
                return seq
            seq = await log.transact(decide)
            os.write(1, f"{seq}\\n".encode())

    await asyncio.gather(*map(produce, range(8)))

asyncio.run(main())
"""

ROUNDS = 20


def test_what_was_acknowledged_is_there_after_kill_9_and_nothing_is_half(tmp_path: Path) -> None:
    path, rng = tmp_path / "log", random.Random(5)
    acknowledged: set[int] = set()
    for _ in range(ROUNDS):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(rng.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        # The last line may have been cut off in the middle.
        acknowledged |= {int(line) for line in (first + rest).decode().splitlines(keepends=True) if line.endswith("\n")}
    assert len(acknowledged) > 5 * ROUNDS
    db = sqlite3.connect(path, isolation_level=None)
    stored = {seq for (seq,) in db.execute("SELECT seq FROM event")}
    assert acknowledged <= stored
    half = db.execute(
        """SELECT count(*) FROM event e WHERE type = 'quarantine.in' AND NOT EXISTS
        (SELECT 1 FROM event n WHERE n.seq = e.seq + 1 AND n.type = 'erp.balances')"""
    ).fetchone()[0]
    assert half == 0, "a transaction is there by half"
    newest = dict(db.execute("SELECT feed, CAST(mark AS INTEGER) FROM cursor").fetchall())
    assert set(newest.values()) <= stored, "a cursor moved without its events"
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert verify(db) == []
    db.close()

"""Saying go to every store of a shop whose daemon runs in another process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from omnisync.log import overview
from omnisync.log.reader import Reader


def say_go(config: Path, reader: Reader) -> None:
    """To every store that is known and in plan-only."""
    program = str(Path(sys.executable).with_name("omnisync"))
    for store in overview.stores(reader):
        if not store.live:
            subprocess.run([program, "--config", str(config), "go", store.name], check=True, capture_output=True)

"""The screens with a daemon whose every answer is hostile: run by file name in a terminal, with the configuration."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.tui.hostile import NAMES

from omnisync import screen
from omnisync.errors import CommandRefused
from omnisync.model.commands import AnyCommand, Reply
from omnisync.tui.desk import Link

REPLAYED = "replayed"
"""The file, beside the configuration, that gets what it was told to try again."""


class HostileDaemon:
    """Refuses what it is told in words of every kind; asks for keys, and takes back, in such words too."""

    def __init__(self) -> None:
        self._turn = 0

    async def run(self, command: AnyCommand, *, actor: str, id: str) -> Reply:  # noqa: A002
        del actor, id
        what: Any = command
        name = NAMES[self._turn % len(NAMES)]
        match type(command).__name__:
            case "Status":
                return {}
            case "NewKey" if what.secrets:
                self._turn += 1
                finding = {"grade": "problem", "text": f"answer {self._turn:02} {name}", "advice": name}
                return {"works": False, "findings": [finding]}
            case "NewKey":
                return {"asked": [("api_key", "key " + "".join(NAMES))]}
            case "Replay":
                (Path(sys.argv[1]).parent / REPLAYED).write_text(what.payload, "utf-8")
                self._turn += 1
                return {"mended": False, "reason": f"answer {self._turn:02} {''.join(NAMES)}"}
            case "Undo" if not what.go:
                items = [_item(each) for each in NAMES]
                return {
                    "act": 7, "kind": "price", "at": 0, "by": "".join(NAMES), "changes": len(items), "conflicts": 0,
                    "left": 0, "stores": dict.fromkeys(NAMES, 1), "items": items, "seq": 0,
                }  # fmt: skip
        self._turn += 1
        raise CommandRefused(f"answer {self._turn:02} {name}")


def _item(name: str) -> dict[str, Any]:
    return {"store": name, "subject": name, "what": "price", "now": 1, "back": 2, "currency": "TRY"}


@asynccontextmanager
async def _connected(*_given: object) -> AsyncIterator[Link]:
    yield Link(HostileDaemon(), hosted=False)


if __name__ == "__main__":
    screen.connected = _connected  # type: ignore[assignment]
    screen.open_screen(Path(sys.argv[1]), {})

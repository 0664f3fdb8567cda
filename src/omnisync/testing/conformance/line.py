"""The line between a connector and its sandbox: it can be cut, disturbed, and listened to."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from omnisync.connect.in_process import InProcess
from omnisync.connect.sandbox import Fault, Sandbox
from omnisync.ports import Clock
from omnisync.testing.conformance.result import Failed

HOST = "conformance.test"
"""The host that stands for the sandbox."""

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
Damage = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it went out."""

    method: str
    address: str

    @property
    def writes(self) -> bool:
        """Whether it may change something."""
        return self.method in _WRITES


class Line(InProcess):
    """Carries a connector's requests to its sandbox.

    ``unplugged``: nobody can be reached. ``fault`` meets every request, or with ``only_writes`` those that
    write. ``damage`` changes the JSON of answers, by the place of the request in ``asked``. After ``most``
    requests (0: never) the call counts as one that goes round in circles.
    """

    def __init__(self, sandbox: Sandbox, clock: Clock) -> None:
        super().__init__({HOST: sandbox.application()}, clock)
        self._nowhere = InProcess({}, clock)
        self._sandbox = sandbox
        self.unplugged = False
        self.fault: Fault | None = None
        self.only_writes = False
        self.most = 0
        self.damage: dict[int, Damage] = {}
        self.asked: list[Asked] = []
        self.answers: list[Any] = []
        self.closed = False

    def listen(self) -> None:
        """Forget what was asked, and damage nothing."""
        self.asked, self.answers, self.damage = [], [], {}

    def writes(self) -> int:
        """How many of the requests since then may have changed something."""
        return sum(asked.writes for asked in self.asked)

    async def handle_async_request(self, request: Any) -> Any:
        """Carry one request."""
        asked = Asked(request.method, str(request.url))
        self.asked.append(asked)
        place = len(self.asked) - 1
        if self.most and place >= self.most:
            raise Failed(f"one call made {self.most} requests and did not come to an end")
        if self.unplugged:
            return await self._nowhere.handle_async_request(request)
        if self.fault is not None and (asked.writes or not self.only_writes):
            self._sandbox.next_faults = [self.fault]
        return await self._overheard(await super().handle_async_request(request), place)

    async def aclose(self) -> None:
        """The connector gave the line back."""
        self.closed = True
        await super().aclose()

    async def _overheard(self, answer: Any, place: int) -> Any:
        content = await answer.aread()
        try:
            said = json.loads(content)
        except ValueError:
            said = None
        self.answers.append(said)
        damage = self.damage.get(place)
        if damage is None:
            return answer
        kept = [(name, value) for name, value in answer.headers.items() if name.lower() != "content-length"]
        return type(answer)(answer.status_code, headers=kept, content=json.dumps(damage(said)).encode())

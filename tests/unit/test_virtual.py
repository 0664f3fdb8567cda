"""The virtual loop."""

from __future__ import annotations

import asyncio

from omnisync.testing.virtual import VirtualClock, VirtualLoop, run


def test_timers_are_due_after_years_too() -> None:
    async def story(loop: VirtualLoop) -> int:
        clock = VirtualClock(loop)
        began = clock.now()
        for _ in range(5):
            await clock.sleep(200 * 86_400.1)
            await asyncio.sleep(0.3)
        return clock.now() - began

    assert run(story) == 5 * (200 * 86_400_100 + 300)

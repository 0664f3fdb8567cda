"""What a connector is written against: the protocol, its capabilities, HTTP, rate budget, sandbox kit.

A plugin imports ``omnisync.connect``, ``omnisync.model`` and ``omnisync.errors``, nothing else of OmniSync;
the types of the clock that it is handed are therefore named here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from omnisync.ports import Clock, Millis

__all__ = ["Clock", "Millis"]


def __getattr__(name: str) -> Any:
    """Find them when they are asked for: ports needs asyncio, which reading a manifest does not."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from omnisync import ports

    return getattr(ports, name)

"""structlog, imported without what it brings along for developers at a terminal; whoever logs takes it from here."""

from __future__ import annotations

import sys

__all__ = ["structlog"]

# Where rich is installed (the screens need it) structlog imports it, to show tracebacks in colour: 5 MB and 50 ms
# for a daemon that writes JSON lines. Without it structlog is the same. Taken away again, so that a screen finds it.
_WITHOUT = "rich"
_away = _WITHOUT not in sys.modules
if _away:
    sys.modules[_WITHOUT] = None  # type: ignore[assignment]
try:
    import structlog
finally:
    if _away:
        del sys.modules[_WITHOUT]

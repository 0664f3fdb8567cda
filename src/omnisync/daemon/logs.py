"""The daemon's log: JSON lines in a rotated file (and on stderr for a service's journal), without secrets."""

from __future__ import annotations

import logging
import logging.handlers
from collections.abc import Iterable, MutableMapping
from pathlib import Path
from typing import Any

import structlog

from omnisync.folders import LOG

_LARGEST, _KEPT = 10 * 1024 * 1024, 5
_HIDDEN = "•••"


def start_logging(folder: Path, secrets: Iterable[str], *, echo: bool) -> None:
    """Send every log line to ``omnisync.log`` in the folder, with ``echo`` to stderr too.

    ``secrets`` are never written, wherever they turn up (P10).
    """
    path = folder / LOG
    path.touch(mode=0o600)
    handlers: list[logging.Handler] = [
        logging.handlers.RotatingFileHandler(path, maxBytes=_LARGEST, backupCount=_KEPT, encoding="utf-8")
    ]
    if echo:
        handlers.append(logging.StreamHandler())
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=handlers, force=True)
    for noisy in ("httpx", "httpcore", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without(secrets),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def without(secrets: Iterable[str]) -> structlog.typing.Processor:
    """A processor that blots out these texts in every field."""
    hidden = [secret for secret in secrets if len(secret) >= 4]

    def blot(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for key, value in event.items():
            if isinstance(value, str):
                event[key] = _blotted(value, hidden)
        return event

    return blot


def _blotted(text: str, hidden: Iterable[str]) -> str:
    for secret in hidden:
        if secret in text:
            text = text.replace(secret, _HIDDEN)
    return text

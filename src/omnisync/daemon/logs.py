"""The daemon's log: JSON lines in a rotated file (and on stderr for a service's journal), without secrets."""

from __future__ import annotations

import logging
import logging.handlers
import os
from io import TextIOWrapper
from pathlib import Path

from omnisync.folders import LOG
from omnisync.model.secrecy import Secrets
from omnisync.told import structlog

_LARGEST, _KEPT = 10 * 1024 * 1024, 5


def start_logging(folder: Path, secrets: Secrets, *, echo: bool) -> None:
    """Send every log line to ``omnisync.log`` in the folder, with ``echo`` to stderr too.

    ``secrets`` are never written, wherever they turn up (P10): also not in a traceback, or in what a library says.
    """
    handlers: list[logging.Handler] = [
        _Private(folder / LOG, maxBytes=_LARGEST, backupCount=_KEPT, encoding="utf-8", errors="backslashreplace")
    ]
    if echo:
        handlers.append(logging.StreamHandler())
    formatter = _Blotting(secrets)
    for handler in handlers:
        handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=handlers, force=True)
    for noisy in ("httpx", "httpcore", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


class _Private(logging.handlers.RotatingFileHandler):
    """Each new file, also the one after a rotation, can be read by its owner only."""

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.fchmod(handle, 0o600)
        return open(handle, "a", encoding=self.encoding, errors=self.errors)  # noqa: PTH123 - a Path has no handle


class _Blotting(logging.Formatter):
    """What is written is blotted as a whole, whoever wrote it."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__("%(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line without secrets."""
        return self._secrets.blot(super().format(record))

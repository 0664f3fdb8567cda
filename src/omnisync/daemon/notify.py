"""Tells systemd how the daemon is (readiness, watchdog, stopping), over the socket that systemd names.

Without systemd every call does nothing. Nothing here may stop the daemon: a lost message costs at
most a restart by the watchdog.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping


class Notifier:
    """The line to the service manager."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # A leading @ stands for Linux's abstract sockets, whose names begin with a null byte.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._watchdog = _watchdog_seconds(environment)

    @property
    def watchdog_every(self) -> float | None:
        """How often `alive` must be called, in seconds: half of what systemd allows. None: not at all."""
        return self._watchdog / 2 if self._watchdog else None

    def ready(self) -> None:
        """The daemon has started: commands that wait for it go on."""
        self._send("READY=1")

    def alive(self) -> None:
        """The loop still turns; without this systemd starts the daemon anew."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """The daemon is on its way out."""
        self._send("STOPPING=1")

    def status(self, text: str) -> None:
        """One line that `systemctl status` and `omnisync service status` show."""
        self._send("STATUS=" + " ".join(text.split()))

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            # Never wait for a manager that is busy: this runs on the daemon's loop.
            line.setblocking(False)
            line.sendto(message.encode(), self._address)


def _watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    """What systemd allows between two signs of life, when it was said to this very process."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    try:
        return int(environment.get("WATCHDOG_USEC", "")) / 1_000_000 or None
    except ValueError:
        return None

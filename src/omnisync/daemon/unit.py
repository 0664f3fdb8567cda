"""The daemon as a systemd service: the unit's text, and putting it in place, asking after it, taking it away.

The service runs as whoever owns the configuration: its socket and files are theirs, and their own
commands talk to it. As root it is written for the whole system, else for the user's own manager.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from omnisync.text import _

NAME = "omnisync.service"

_MARK = "# Written by `omnisync service install`; `omnisync service remove` takes it away."

_UNIT = """\
{mark}
[Unit]
Description=OmniSync keeps the shop's stock in step with its stores
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
ExecStart={command}
{user}Restart=on-failure
RestartSec=5
WatchdogSec=60
TimeoutStopSec=30
# A store's key may be kept out of the configuration, one line each:
# LoadCredential=stores.NAME.api_key:/etc/omnisync/secrets/stores.NAME.api_key

# It may write where its data and its exchange files are, and nowhere else.
ProtectSystem=strict
{writable}PrivateTmp=yes
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
SystemCallArchitectures=native
{hardening}
[Install]
WantedBy={target}
"""

# Only the system's manager has the rights to set these.
_SYSTEM_HARDENING = """\
CapabilityBoundingSet=
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictNamespaces=yes
RestrictSUIDSGID=yes
"""

Run = Callable[[Sequence[str]], tuple[int, str]]
"""Runs a command; answers its exit code and what it printed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it, in words for a person; ``done`` is False when it could not be carried out."""

    done: bool
    text: str


def run(command: Sequence[str]) -> tuple[int, str]:
    """Run a command of this system."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - ours
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    return done.returncode, (done.stdout + done.stderr).strip()


@dataclass(frozen=True, slots=True)
class Manager:
    """Which systemd is spoken to: the system's, or the user's own."""

    system: bool
    folder: Path
    run: Run = run
    booted: Path = field(default=Path("/run/systemd/system"))

    @classmethod
    def here(cls) -> Manager:
        """The one that this person may change: root the system's, anybody else their own."""
        if os.geteuid() == 0:
            return cls(system=True, folder=Path("/etc/systemd/system"))
        home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
        return cls(system=False, folder=Path(home) / "systemd" / "user")

    @property
    def path(self) -> Path:
        """Where the unit stands."""
        return self.folder / NAME

    @property
    def running(self) -> bool:
        """Whether systemd runs this machine; containers and some systems have none."""
        return self.booted.is_dir()

    def control(self, *arguments: str) -> tuple[int, str]:
        """Call systemctl."""
        return self.run(["systemctl", *(() if self.system else ("--user",)), *arguments])

    def owns_unit(self) -> bool:
        """Whether the unit in place was written by us."""
        return self.path.read_text("utf-8").startswith(_MARK)


def unit_text(command: Sequence[str], *, writable: Sequence[Path], user: str) -> str:
    """The unit. ``user`` is whom a system service runs as; empty for a user's own service."""
    return _UNIT.format(
        mark=_MARK,
        command=" ".join(_quoted(word).replace("$", "$$") for word in command),
        user=f"User={user}\n" if user else "",
        writable="".join(f"ReadWritePaths={_quoted('-' + str(path))}\n" for path in writable),
        hardening=_SYSTEM_HARDENING if user else "",
        target="multi-user.target" if user else "default.target",
    )


def daemon_command(config: Path) -> list[str]:
    """How this installation's daemon is started with that configuration."""
    beside_python = Path(sys.executable).with_name("omnisync")
    program = str(beside_python) if beside_python.exists() else shutil.which("omnisync") or str(beside_python)
    return [program, "--config", str(config.absolute()), "daemon"]


def service_unit(manager: Manager, config: Path, writable: Sequence[Path]) -> str:
    """The unit for this machine: a system's service runs as the owner of the configuration."""
    user = pwd.getpwuid(config.stat().st_uid).pw_name if manager.system else ""
    return unit_text(daemon_command(config), writable=writable, user=user)


def install(manager: Manager, text: str) -> Outcome:
    """Put the unit in place and start it, now and after every start of the machine."""
    if not manager.running:
        return _without_systemd(text)
    if manager.path.exists() and not manager.owns_unit():
        return Outcome(False, _("{path} was not written by OmniSync and stays as it is.").format(path=manager.path))
    try:
        manager.folder.mkdir(parents=True, exist_ok=True)
        manager.path.write_text(text, "utf-8")
    except OSError as error:
        return Outcome(False, _("{path} can't be written: {reason}").format(path=manager.path, reason=error.strerror))
    for arguments in (("daemon-reload",), ("enable", NAME), ("restart", NAME)):
        code, words = manager.control(*arguments)
        if code:
            return Outcome(False, _("systemctl {command} failed: {words}").format(command=arguments[0], words=words))
    done = _("OmniSync runs as a service and starts with this machine ({path}).").format(path=manager.path)
    if not manager.system:
        done += " " + _("So that it also runs while you are not signed in: loginctl enable-linger")
    return Outcome(True, done)


def status(manager: Manager) -> Outcome:
    """How the service is."""
    if not manager.running:
        return Outcome(False, _no_systemd())
    if not manager.path.exists():
        return Outcome(False, _("OmniSync is not installed as a service. `omnisync service install` does that."))
    code, words = manager.control("show", NAME, "--property=ActiveState,StatusText,ActiveEnterTimestamp,NRestarts")
    if code:
        return Outcome(False, _("systemctl {command} failed: {words}").format(command="show", words=words))
    found = dict(line.partition("=")[::2] for line in words.splitlines())
    return Outcome(found.get("ActiveState") == "active", _in_words(found))


def remove(manager: Manager) -> Outcome:
    """Stop the service and take the unit away; configuration and data stay."""
    if not manager.path.exists():
        return Outcome(True, _("OmniSync is not installed as a service; there is nothing to remove."))
    if not manager.owns_unit():
        return Outcome(False, _("{path} was not written by OmniSync and stays as it is.").format(path=manager.path))
    if manager.running:
        code, words = manager.control("disable", "--now", NAME)
        if code:
            return Outcome(False, _("systemctl {command} failed: {words}").format(command="disable", words=words))
    try:
        manager.path.unlink()
    except OSError as error:
        return Outcome(False, _("{path} can't be removed: {reason}").format(path=manager.path, reason=error.strerror))
    if manager.running:
        manager.control("daemon-reload")
    return Outcome(True, _("The service is removed. Configuration and data stay where they are."))


def _in_words(found: Mapping[str, str]) -> str:
    state, since = found.get("ActiveState", ""), found.get("ActiveEnterTimestamp", "")
    if state == "active":
        text = _("The service runs since {since}.").format(since=since)
    elif state in ("activating", "reloading"):
        text = _("The service is starting.")
    elif state == "failed":
        text = _("The service has failed. What happened stands in: journalctl -u omnisync")
    else:
        text = _("The service is stopped. `omnisync service install` starts it.")
    if found.get("NRestarts", "0") not in ("", "0"):
        text += " " + _("It was restarted {n} times after a failure.").format(n=found["NRestarts"])
    return " ".join(part for part in (text, found.get("StatusText", "")) if part)


def _without_systemd(text: str) -> Outcome:
    return Outcome(False, _no_systemd() + " " + _("This is the unit that would be used:") + "\n\n" + text)


def _no_systemd() -> str:
    return _(
        "There is no systemd on this machine, so nothing starts OmniSync by itself: run `omnisync daemon` yourself."
    )


def _quoted(word: str) -> str:
    """The word as systemd reads it back unchanged."""
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{word}"' if any(char in word for char in " \t'\"") else word

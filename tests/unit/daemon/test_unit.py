"""The systemd unit: its text, and putting it in place with a systemctl that only notes what it is asked."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from omnisync.daemon.unit import Manager, daemon_command, install, remove, service_unit, status, unit_text

COMMAND = ["/bin/true", "--config", "/srv/my shop/100%/$x.toml", "daemon"]


class Systemctl:
    """Notes the calls; answers with what was put into ``answers`` by the command's name."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.answers: dict[str, tuple[int, str]] = {}

    def __call__(self, command: Sequence[str]) -> tuple[int, str]:
        self.calls.append(" ".join(command))
        return self.answers.get(next(word for word in command[1:] if word != "--user"), (0, ""))


@pytest.fixture
def systemctl() -> Systemctl:
    return Systemctl()


@pytest.fixture
def manager(tmp_path: Path, systemctl: Systemctl) -> Manager:
    return Manager(system=False, folder=tmp_path / "units", run=systemctl, booted=tmp_path)


def test_the_unit_has_readiness_watchdog_restart_and_hardening() -> None:
    text = unit_text(COMMAND, writable=[Path("/var/lib/omni sync"), Path("/mnt/100%")], user="ayse")
    for line in (
        "Type=notify",
        'ExecStart=/bin/true --config "/srv/my shop/100%%/$$x.toml" daemon',
        "User=ayse",
        "Restart=on-failure",
        "WatchdogSec=60",
        "ProtectSystem=strict",
        'ReadWritePaths="-/var/lib/omni sync"',
        "ReadWritePaths=-/mnt/100%%",
        "PrivateTmp=yes",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "WantedBy=multi-user.target",
    ):
        assert line in text.splitlines()
    assert "LoadCredential=stores." in text


def test_a_users_own_unit_asks_for_nothing_that_only_root_may() -> None:
    text = unit_text(COMMAND, writable=[], user="")
    assert "User=" not in text
    assert "CapabilityBoundingSet" not in text
    assert "WantedBy=default.target" in text


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze here")
def test_systemd_itself_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    path = tmp_path / "omnisync.service"
    path.write_text(unit_text(COMMAND, writable=[Path("/var/lib/omni sync")], user="root"))
    done = subprocess.run(["systemd-analyze", "verify", str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_systems_service_runs_as_the_owner_of_the_configuration(manager: Manager, tmp_path: Path) -> None:
    config = tmp_path / "omnisync.toml"
    config.touch()
    system = Manager(system=True, folder=manager.folder, run=manager.run, booted=manager.booted)
    assert f"User={config.owner()}" in service_unit(system, config, [])
    assert "User=" not in service_unit(manager, config, [])
    assert daemon_command(config)[1:] == ["--config", str(config), "daemon"]


def test_installed_asked_after_and_removed(manager: Manager, systemctl: Systemctl) -> None:
    text = unit_text(COMMAND, writable=[], user="")
    assert install(manager, text).done
    assert manager.path.read_text() == text
    assert install(manager, text).done, "a second time, e.g. after an update"
    systemctl.answers["show"] = (
        0,
        "ActiveState=active\nStatusText=3 stores in step\nActiveEnterTimestamp=Mon 08:00\nNRestarts=2",
    )
    assert status(manager).text == (
        "The service runs since Mon 08:00. It was restarted 2 times after a failure. 3 stores in step"
    )
    assert remove(manager).done
    assert not manager.path.exists()
    assert systemctl.calls[:3] == [
        "systemctl --user daemon-reload",
        "systemctl --user enable omnisync.service",
        "systemctl --user restart omnisync.service",
    ]
    assert systemctl.calls[-2:] == [
        "systemctl --user disable --now omnisync.service",
        "systemctl --user daemon-reload",
    ]
    assert remove(manager).done, "nothing left to remove is no fault"


@pytest.mark.parametrize(
    ("state", "done", "words"),
    [("failed", False, "journalctl"), ("inactive", False, "stopped"), ("activating", False, "starting")],
)
def test_a_service_that_does_not_run(
    manager: Manager, systemctl: Systemctl, state: str, done: bool, words: str
) -> None:
    manager.folder.mkdir()
    manager.path.touch()
    systemctl.answers["show"] = (0, f"ActiveState={state}\nNRestarts=0")
    outcome = status(manager)
    assert outcome.done is done
    assert words in outcome.text


def test_what_systemctl_says_is_passed_on(manager: Manager, systemctl: Systemctl) -> None:
    systemctl.answers["enable"] = (1, "Access denied")
    outcome = install(manager, unit_text(COMMAND, writable=[], user=""))
    assert (outcome.done, outcome.text) == (False, "systemctl enable failed: Access denied")


def test_without_systemd_the_unit_is_shown_and_nothing_is_written(tmp_path: Path, systemctl: Systemctl) -> None:
    manager = Manager(system=True, folder=tmp_path / "units", run=systemctl, booted=tmp_path / "none")
    outcome = install(manager, unit_text(COMMAND, writable=[], user="ayse"))
    assert not outcome.done
    assert outcome.text.startswith("There is no systemd on this machine")
    assert "Type=notify" in outcome.text
    assert "no systemd" in status(manager).text
    assert not manager.folder.exists()
    assert systemctl.calls == []


def test_a_unit_that_somebody_else_wrote_is_left_alone(manager: Manager, systemctl: Systemctl) -> None:
    manager.folder.mkdir()
    manager.path.write_text("[Service]\n")
    assert not install(manager, "x").done
    assert not remove(manager).done
    assert manager.path.read_text() == "[Service]\n"
    assert systemctl.calls == []


def test_a_service_that_was_never_installed(manager: Manager) -> None:
    assert "service install" in status(manager).text

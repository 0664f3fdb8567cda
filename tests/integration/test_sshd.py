"""The screens over ssh, as an owner reaches the shop's PC: a real sshd on loopback, with keys of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration.at_the_screen import edit_price, everything_again, exclude_two, furnished_shop, update_one
from tests.integration.multiplexer import PATIENCE, needs_tmux, tmux
from tests.integration.running_shop import OMNISYNC

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")

pytestmark = [
    needs_tmux,
    pytest.mark.skipif(
        SSHD is None or shutil.which("ssh") is None, reason="sshd or ssh is missing: apt-get install openssh-server"
    ),
]

_CONFIGURATION = """ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile {folder}/pid
StrictModes no
PasswordAuthentication no
PermitRootLogin prohibit-password
UsePAM no
"""


@contextmanager
def sshd(folder: Path) -> Iterator[list[str]]:
    """A server for this user alone; gives the command that reaches it."""
    assert SSHD is not None
    for name in ("host", "user"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True, timeout=20
        )
    if os.getuid() == 0:
        # Where its package was installed but its service never started, this is missing, and sshd refuses to start.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    configuration = folder / "sshd_config"
    configuration.write_text(_CONFIGURATION.format(port=port, folder=folder), "utf-8")
    with (folder / "sshd.log").open("wb") as log:
        server = subprocess.Popen([SSHD, "-D", "-e", "-f", str(configuration)], stderr=log)
    try:
        limit = time.monotonic() + PATIENCE
        while not _listens(port):
            assert server.poll() is None and time.monotonic() < limit, (folder / "sshd.log").read_text("utf-8")
            time.sleep(0.05)
        yield [
            "ssh", "-tt", "-F", "none", "-p", str(port), "-i", str(folder / "user"), "-o", "IdentitiesOnly=yes",
            "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "127.0.0.1",
        ]  # fmt: skip
    finally:
        server.terminate()
        server.wait(20)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_screens_over_ssh(tmp_path: Path) -> None:
    keys = tmp_path / "ssh"
    keys.mkdir(mode=0o700)
    with furnished_shop(tmp_path) as shop, sshd(keys) as ssh:
        # A login has its own environment; the terminal's type comes with the line.
        remote = f"LANG=C.UTF-8 OMNISYNC_CONFIG={shop.folder / 'omnisync.toml'} exec {OMNISYNC}"
        with tmux(tmp_path, [*ssh, remote], (80, 24)) as terminal:
            terminal.shows("30 products")
            shop.go()
            shop.until(shop.in_step, "every store is in step")
            edit_price(terminal, shop)
            exclude_two(terminal, shop)
            update_one(terminal, shop)
            terminal.resize(120, 30)
            everything_again(terminal)
            wide = terminal.shows("woo-tr", "hand")
            assert max(len(line) for line in wide.splitlines()) > 80
            terminal.resize(40, 20)
            terminal.until(
                lambda shown: "A-1" in shown and max(map(len, shown.splitlines())) <= 40, "forty columns are enough"
            )
            listening = shop.folder / "data" / "omnisync.sock"
            assert listening.exists()
            terminal.run("kill-session", "-t", "s")
            shop.until(lambda: not listening.exists(), "the line has dropped, and the program has ended in order")
            done = shop.omnisync("verify")
            assert done.returncode == 0, done.stdout + done.stderr

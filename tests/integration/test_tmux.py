"""The screens as their owner uses them, in a real terminal; what was done is asked of the stores."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from tests.integration.at_the_screen import edit_price, everything_again, exclude_two, furnished_shop, update_one
from tests.integration.multiplexer import PATIENCE, Tmux, needs_tmux, tmux
from tests.integration.running_shop import OMNISYNC, Shop

pytestmark = needs_tmux


def _screens(shop: Shop) -> dict[str, str]:
    return {"OMNISYNC_CONFIG": str(shop.folder / "omnisync.toml")}


def _closed(terminal: Tmux, shop: Shop) -> None:
    """The terminal goes away: the process ends in order, and another one may take its place."""
    pid = terminal.pid()
    terminal.run("kill-session", "-t", "s")
    limit = time.monotonic() + PATIENCE
    while _lives(pid):
        assert time.monotonic() < limit, "the process outlives its terminal"
        time.sleep(0.05)
    assert not (shop.folder / "data" / "omnisync.sock").exists()
    done = shop.omnisync("verify")
    assert done.returncode == 0, done.stdout + done.stderr


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])
def test_the_screens_with_the_daemon_in_them(tmp_path: Path, size: tuple[int, int]) -> None:
    with furnished_shop(tmp_path) as shop, tmux(tmp_path, [str(OMNISYNC)], size, _screens(shop)) as terminal:
        terminal.shows("30 products")
        shop.go()
        shop.until(shop.in_step, "every store is in step")
        edit_price(terminal, shop)
        exclude_two(terminal, shop)
        update_one(terminal, shop)

        # A store is away for a moment: the others go on, and it is told afterwards.
        shop.sandboxes["woo-tr"].stop()
        shop.count("A-7", 5)
        shop.shows("trendyol", "A-7", stock=5)
        shop.sandboxes["woo-tr"].start()
        shop.shows("woo-tr", "A-7", stock=5)
        terminal.shows("30 products")
        _closed(terminal, shop)
        # The lock is free.
        shop.start_only()
        shop.end()


def test_the_screens_beside_a_daemon_of_its_own(tmp_path: Path) -> None:
    with furnished_shop(tmp_path) as shop:
        shop.start()
        with tmux(tmp_path, [str(OMNISYNC)], (80, 24), _screens(shop)) as terminal:
            terminal.shows("30 products")
            edit_price(terminal, shop)
            exclude_two(terminal, shop)
            update_one(terminal, shop)
            everything_again(terminal)
            pid = terminal.pid()
            terminal.press("F10")
            limit = time.monotonic() + PATIENCE
            while _lives(pid):
                assert time.monotonic() < limit, "F10 leaves the screens"
                time.sleep(0.05)
        assert shop.daemon is not None
        assert shop.daemon.poll() is None, "the daemon is none of the screens' business"
        shop.end()

"""`omnisync audit`: what differs is listed with its cause, repaired and accepted, and the exit code tells."""

from __future__ import annotations

import json

import pytest
from tests.cli.conftest import Shop
from tests.cli.shop import Daemon


@pytest.fixture
def calm(shop: Shop, daemon: Daemon) -> Daemon:
    """A daemon whose stores show everything as it should be."""
    shop.run("update", "--yes")
    return daemon


def test_nothing_differs(shop: Shop, calm: Daemon) -> None:
    result = shop.run("audit")
    assert result.exit_code == 0
    assert "5 listings compared: 0 figures differ" in result.stdout


def test_an_edit_is_listed_with_cause_and_effect_and_ends_with_1(shop: Shop, calm: Daemon) -> None:
    calm.edited["ty-150"] = 140_000
    result = shop.run("audit", "--store", "trendyol")
    assert result.exit_code == 1
    for words in ("BRU-0150", "136", "140", "edited by hand", "136 is sent again", "1 figure differs"):
        assert words in result.stdout
    assert "changed it at the store" in result.stderr
    said = shop.run("audit", "--json").stdout
    # The daemon in this very process tells its log to the same place.
    (found,) = json.loads(said[said.index("[\n") :])
    assert (found["believed"], found["shown"], found["cause"], found["state"]) == (136_000, 140_000, "by-hand", "open")
    assert "edited by hand" in shop.run("why", "BRU-0150", "--store", "trendyol").stdout
    assert "1 figure differs: omnisync audit --store trendyol" in shop.run("stores").stdout


def test_a_repair_is_waited_for(shop: Shop, calm: Daemon) -> None:
    calm.edited["ty-150"] = 140_000
    assert shop.run("audit").exit_code == 1
    calm.edited.clear()
    result = shop.run("audit", "--repair", "BRU-0150")
    assert result.exit_code == 0
    assert "repaired" in result.stdout or "settled by itself" in result.stdout


def test_an_accepted_figure_no_longer_differs(shop: Shop, calm: Daemon) -> None:
    calm.edited["ty-150"] = 140_000
    result = shop.run("audit", "--accept", "BRU-0150")
    assert result.exit_code == 0
    assert "accepted: the store's figure stays" in result.stdout


def test_without_a_daemon_it_says_so(shop: Shop) -> None:
    result = shop.run("audit")
    assert result.exit_code == 1
    assert "daemon is not running" in result.stderr


def test_of_a_paused_store_nothing_is_said_to_be_sent_in_a_moment(shop: Shop, calm: Daemon) -> None:
    shop.run("pause", "trendyol")
    calm.edited["ty-150"] = 140_000
    assert "136 is sent when trendyol is resumed" in shop.run("audit", "--store", "trendyol").stdout

"""The demo as a stranger runs it: a shop at work, an honest summary, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.integration.running_shop import OMNISYNC

SHORT = ("--headless", "--products", "60", "--profile", "instant")


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo makes its folder; a socket's path must be shorter than a test's name may be."""
    return tmp_path_factory.mktemp("demo")


def environment(folder: Path) -> Mapping[str, str]:
    """Temporary files go to a folder that can be looked into afterwards; the owner's own things are elsewhere."""
    return {**os.environ, "TMPDIR": str(folder), "HOME": str(folder / "home")}


def sandboxes_of(folder: Path) -> list[str]:
    """Command lines of processes that work with the folder's files."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(folder) in line and "omnisync.demo.serve" in line:
            found.append(line)
    return found


def wait_until_gone(folder: Path) -> None:
    limit = time.monotonic() + 10
    while sandboxes_of(folder):
        assert time.monotonic() < limit, f"still running: {sandboxes_of(folder)}"
        time.sleep(0.1)


def test_the_demo_ends_with_one_json_object_and_leaves_nothing(folder: Path) -> None:
    done = subprocess.run(
        [OMNISYNC, "demo", *SHORT, "--for", "5", "--json"],
        env=environment(folder), capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads(done.stdout)
    assert summary.keys() == {
        "products", "warehouses", "orders", "oversold", "stores", "latency_ms", "verify", "differing",
    }  # fmt: skip
    assert (summary["products"], summary["warehouses"]) == (60, 5)
    assert (summary["verify"], summary["differing"]) == ("equal", 0)
    assert summary["orders"] >= 3
    assert summary["oversold"] >= 0
    assert [(store["name"], store["platform"]) for store in summary["stores"]] == [
        ("trendyol", "trendyol"), ("woo-hu", "woocommerce"), ("woo-tr", "woocommerce"),
    ]  # fmt: skip
    for store in summary["stores"]:
        assert store.keys() == {
            "name", "platform", "listings", "confirmed", "waiting", "held", "quarantined", "calls", "errors",
        }  # fmt: skip
        assert store["listings"] > 30
        assert store["confirmed"] + store["held"] == 2 * store["listings"]
        assert store["waiting"] == store["errors"] == 0
        assert store["held"] == 4, "prices that are far off wait for a person"
    assert summary["latency_ms"].keys() == {"order_to_others", "change_to_confirmed"}
    assert 0 < summary["latency_ms"]["order_to_others"]["p50"] <= summary["latency_ms"]["order_to_others"]["p99"]
    wait_until_gone(folder)
    assert list(folder.iterdir()) == []


def test_an_interrupted_demo_counts_and_tidies_up(folder: Path) -> None:
    demo = _begun(folder)
    demo.send_signal(signal.SIGINT)
    stdout, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0, stdout
    assert "60 products in 5 warehouses" in stdout
    wait_until_gone(folder)
    assert list(folder.iterdir()) == []


def test_a_second_ctrl_c_ends_everything_at_once(folder: Path) -> None:
    demo = _begun(folder)
    demo.send_signal(signal.SIGINT)
    time.sleep(0.3)
    demo.send_signal(signal.SIGINT)
    stdout, _ = demo.communicate(timeout=30)
    assert demo.returncode == 130, stdout
    assert "Traceback" not in stdout
    wait_until_gone(folder)
    assert list(folder.iterdir()) == []


def test_the_stores_of_a_killed_demo_end_by_themselves(folder: Path) -> None:
    demo = _begun(folder)
    demo.kill()
    demo.communicate(timeout=10)
    wait_until_gone(folder)


def _begun(folder: Path) -> subprocess.Popen[str]:
    """A demo in which the buyers have begun."""
    demo = subprocess.Popen(
        [OMNISYNC, "demo", *SHORT], env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert demo.stdout is not None
    for line in demo.stdout:
        if "confirmed" in line:
            break
    assert len(sandboxes_of(folder)) == 3
    return demo

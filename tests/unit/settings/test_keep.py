"""A new secret is written where the old one stands, and nothing else changes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from omnisync.errors import CommandRefused
from omnisync.settings.keep import keep_secrets

FILE = """\
# my shop
[shop]
name = "Demir"

[stores.woo-tr]
connector = "woocommerce"  # the Turkish one
url = "https://a.example"
consumer_key = 'old key'   # from the plugin
consumer_secret = "old"
"""
KEY, SECRET = ("stores", "woo-tr", "consumer_key"), ("stores", "woo-tr", "consumer_secret")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "omnisync.toml"
    path.write_text(FILE, "utf-8")
    path.chmod(0o600)
    return path


def test_the_line_of_the_file_is_changed_and_no_other(config: Path) -> None:
    keep_secrets(config, {}, {KEY: 'new "quoted" ş', SECRET: "other"})
    text = config.read_text("utf-8")
    assert 'consumer_key = "new \\"quoted\\" ş"\nconsumer_secret = "other"\n' in text
    assert text.splitlines()[:7] == FILE.splitlines()[:7]
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert [path.name for path in config.parent.iterdir()] == ["omnisync.toml"]


def test_a_file_of_the_secrets_folder_stays_its_owners(config: Path) -> None:
    folder = config.parent / "secrets"
    folder.mkdir(mode=0o700)
    config.write_text(FILE.replace("[shop]\n", '[shop]\nsecrets_folder = "secrets"\n'), "utf-8")
    path = folder / "stores.woo-tr.consumer_key"
    path.write_text("old", "utf-8")
    path.chmod(0o600)
    keep_secrets(config, {}, {KEY: "new"})
    assert path.read_text("utf-8").strip() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "'old key'" in config.read_text("utf-8"), "the file's own value is not what counts"


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        (FILE, {"OMNISYNC_STORES__WOO_TR__CONSUMER_KEY": "given"}),
        (FILE.replace("'old key'", '"""\nold key"""'), {}),
        (FILE.replace("consumer_key", "other"), {}),
    ],
    ids=["from the environment", "over two lines", "not there"],
)
def test_what_can_not_be_changed_safely_is_left_and_said_without_the_secret(
    config: Path, text: str, environment: dict[str, str]
) -> None:
    config.write_text(text, "utf-8")
    with pytest.raises(CommandRefused) as refused:
        keep_secrets(config, environment, {KEY: "hidden-value"})
    assert "hidden-value" not in str(refused.value)
    assert config.read_text("utf-8") == text

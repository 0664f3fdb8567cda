"""Where the configuration and the data are, before the configuration has been checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnisync import folders
from omnisync.folders import config_path, default_data_folder, glance


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(folders, "SYSTEM_CONFIG", tmp_path / "etc" / "omnisync.toml")
    return tmp_path


def test_the_option_goes_before_the_environment_and_that_before_the_users_own(home: Path) -> None:
    environment = {"OMNISYNC_CONFIG": "/other.toml"}
    assert config_path(Path("/given.toml"), environment) == Path("/given.toml")
    assert config_path(None, environment) == Path("/other.toml")
    assert config_path(None, {}) == home / "config" / "omnisync" / "omnisync.toml"


def test_the_systems_configuration_is_used_by_whoever_has_none(home: Path) -> None:
    folders.SYSTEM_CONFIG.parent.mkdir()
    folders.SYSTEM_CONFIG.touch()
    assert config_path(None, {}) == folders.SYSTEM_CONFIG
    own = home / "config" / "omnisync" / "omnisync.toml"
    own.parent.mkdir(parents=True)
    own.touch()
    assert config_path(None, {}) == own


def test_a_glance_sees_language_zone_and_data_folder(home: Path) -> None:
    config = home / "omnisync.toml"
    config.write_text('[shop]\nlanguage = "tr"\ntimezone = "Europe/Istanbul"\ndata_folder = "data"\n[broken')
    assert glance(config, {}).language == "en", "a file that can't be read counts as empty"
    config.write_text('[shop]\nlanguage = "tr"\ntimezone = "Europe/Istanbul"\ndata_folder = "data"\n')
    seen = glance(config, {})
    assert (seen.language, seen.timezone, seen.data_folder) == ("tr", "Europe/Istanbul", home / "data")
    assert glance(config, {"OMNISYNC_SHOP__LANGUAGE": "hu"}).language == "hu"


@pytest.mark.parametrize("content", ["", "shop = 1", '[shop]\nlanguage = "xx"\ntimezone = "Nowhere"', "\0"])
def test_a_glance_never_fails(home: Path, content: str) -> None:
    config = home / "omnisync.toml"
    config.write_text(content)
    seen = glance(config, {})
    assert (seen.language, seen.timezone, seen.data_folder) == ("en", "UTC", default_data_folder())


def test_a_glance_sees_what_the_checked_configuration_says(home: Path) -> None:
    from omnisync.settings import load_settings

    config = home / "omnisync.toml"
    config.write_text('[shop]\nname = "A"\nlanguage = "sl"\n[erp]\nconnector = "files"\nfolder = "x"\n')
    shop, seen = load_settings(config, environment={}).shop, glance(config, {})
    assert (shop.language, shop.timezone, shop.data_folder) == (seen.language, seen.timezone, seen.data_folder)

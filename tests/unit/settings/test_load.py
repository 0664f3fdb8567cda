"""A configuration that is right."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from omnisync.errors import ConfigurationError
from omnisync.settings import Release, load_settings


def test_the_smallest_configuration_gets_defaults_for_all_the_rest(load: Any, config: Path) -> None:
    settings = load()
    store = settings.stores["market-one"]
    assert settings.config == config
    assert settings.shop.language == "en"
    assert settings.erp.release is Release.ERP
    assert settings.guard.zeros_percent == 30
    assert (store.name, store.orders_from, store.currency) == ("market-one", "DEPO", "EUR")
    assert store.for_connector() == {
        "address": "https://market.example",
        "seller": "1234",
        "api_key": "top-secret-key",
        "page": 100,
        "verify_tls": True,
    }


def test_a_secret_is_in_no_representation(load: Any) -> None:
    settings = load()
    assert isinstance(settings.stores["market-one"].options["api_key"], SecretStr)
    assert "top-secret" not in f"{settings!r} {settings} {settings.model_dump()}"


def test_nothing_can_be_changed_afterwards(load: Any) -> None:
    settings = load()
    with pytest.raises(ValidationError):
        settings.shop.name = "other"
    with pytest.raises(ValidationError):
        settings.stores["market-one"].buffer = 1


def test_a_relative_folder_stands_beside_the_file(load: Any, config: Path) -> None:
    settings = load('name = "Test shop"', 'name = "Test shop"\ndata_folder = "data"')
    assert settings.shop.data_folder == config.parent / "data"
    assert settings.erp.for_connector()["folder"] == str(config.parent / "export")


def test_quantities_are_thousandths_and_markup_hundredths_of_a_percent(load: Any) -> None:
    settings = load(
        new='buffer = 2\ncap = "12.5"\nmarkup = 7.25\nrounding = "x90"\ncurrency = "Ft"\nexempt_figure = 5\n'
    )
    store = settings.stores["market-one"]
    assert (store.buffer, store.cap, store.markup, store.exempt_figure) == (2000, 12500, 725, 5000)
    assert (store.rounding, store.currency) == ("x90", "HUF")


def test_the_shops_currency_is_the_stores_unless_it_names_its_own(load: Any) -> None:
    assert load('name = "Test shop"', 'name = "A"\ncurrency = "tl"').stores["market-one"].currency == "TRY"


def test_floors_are_amounts_by_category(load: Any) -> None:
    settings = load("seller = 1234", 'seller = 1234\nfloor_list = "DIP"\nfloors = { "Boru ½" = 12.5, Vana = 25 }')
    store = settings.stores["market-one"]
    assert (store.floor_list, store.floors) == ("DIP", {"Boru ½": Decimal("12.5"), "Vana": 25})
    with pytest.raises(ConfigurationError, match=r"stores\.market-one\.floors\.Vana: a number above 0 is expected"):
        load("Vana = 25", "Vana = 0")


def test_any_value_can_come_from_the_environment(load: Any) -> None:
    settings = load(
        OMNISYNC_SHOP__NAME="From outside",
        OMNISYNC_ERP__BALANCES_EVERY="5",
        OMNISYNC_ERP__ENCODING="cp1254",
        OMNISYNC_GUARD__BELOW_COST="no",
        OMNISYNC_STORES__MARKET_ONE__WAREHOUSES="SHOP, DEPO",
        OMNISYNC_STORES__MARKET_ONE__API_KEY="other",
        OMNISYNC_STORES__MARKET_ONE__PAGE="50",
        OMNISYNC_STORES__MARKET_ONE__VERIFY_TLS="false",
        OMNISYNC_STORES__MARKET_ONE__PRICE_LIST="",
    )
    store = settings.stores["market-one"]
    assert settings.shop.name == "From outside"
    assert settings.erp.balances_every == 5
    assert settings.erp.options["encoding"] == "cp1254"
    assert settings.guard.below_cost is False
    assert (store.warehouses, store.orders_from, store.price_list) == (("SHOP", "DEPO"), "SHOP", "RETAIL")
    options = store.for_connector()
    assert (options["api_key"], options["page"], options["verify_tls"]) == ("other", 50, False)


def test_a_store_can_stand_in_the_environment_alone(load: Any) -> None:
    settings = load(
        OMNISYNC_STORES__SECOND__CONNECTOR="market",
        OMNISYNC_STORES__SECOND__API_KEY="k",
        OMNISYNC_STORES__SECOND__SELLER="7",
        OMNISYNC_STORES__SECOND__WAREHOUSES="DEPO",
        OMNISYNC_STORES__SECOND__PUSH_PRICE="off",
    )
    assert list(settings.stores) == ["market-one", "second"]


def test_a_container_needs_no_file(config: Path, tmp_path: Path) -> None:
    environment = {
        "OMNISYNC_SHOP__NAME": "Shop",
        "OMNISYNC_SHOP__PLUGINS_FOLDER": str(config.parent / "plugins"),
        "OMNISYNC_ERP__CONNECTOR": "ledger",
        "OMNISYNC_ERP__FOLDER": "/srv/erp",
    }
    settings = load_settings(tmp_path / "none.toml", environment=environment)
    assert settings.erp.for_connector()["folder"] == "/srv/erp"


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    (folder / "stores.market-one.api_key").write_text("from-a-file\n")
    (folder / "..data").mkdir()
    (folder / "somebody-elses").write_text("x")
    return folder


@pytest.mark.parametrize("variable", ["OMNISYNC_SECRETS_DIR", "CREDENTIALS_DIRECTORY", "OMNISYNC_SHOP__SECRETS_FOLDER"])
def test_secrets_come_from_a_folder(load: Any, secrets: Path, config: Path, variable: str) -> None:
    config.chmod(0o644)
    settings = load('api_key = "top-secret-key"\n', "", **{variable: str(secrets)})
    assert settings.stores["market-one"].for_connector()["api_key"] == "from-a-file"


def test_the_file_can_name_the_secrets_folder(load: Any, secrets: Path) -> None:
    settings = load('name = "Test shop"', 'name = "Test shop"\nsecrets_folder = "secrets"')
    assert settings.shop.secrets_folder == secrets
    assert settings.stores["market-one"].for_connector()["api_key"] == "from-a-file"


def test_the_environment_goes_before_a_secret_file(load: Any, secrets: Path) -> None:
    settings = load(OMNISYNC_SECRETS_DIR=str(secrets), OMNISYNC_STORES__MARKET_ONE__API_KEY="first")
    assert settings.stores["market-one"].for_connector()["api_key"] == "first"

"""A configuration that is wrong: what a shop owner reads, with file, line, key and what is expected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from omnisync.errors import ConfigurationError
from omnisync.settings import load_settings

Complaint = Callable[..., str]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('price_list = "RETAIL"', 'price_lst = "RETAIL"\npush_price = false', "line 15: stores.market-one.price_lst: there is no such setting. Did you mean price_list?"),
        ("", "bufer = 2", "line 16: stores.market-one.bufer: there is no such setting. Did you mean buffer?"),
        ("seller = 1234", "seler = 1234", "line 12: stores.market-one.seler: there is no such setting. Did you mean seller?"),
        ("", 'options = {seller = "1"}', "line 16: stores.market-one.options: there is no such setting."),
        ("", 'name = "x"', "line 16: stores.market-one.name: there is no such setting."),
        ("[shop]", "[shp]", "line 2: shp: there is no such setting. Did you mean shop?"),
        ('name = "Test shop"', 'naem = "Test shop"', "line 3: shop.naem: there is no such setting. Did you mean name?"),
        ('name = "Test shop"', "name = true", "line 3: shop.name: a text in quotes is expected"),
        ('name = "Test shop"', 'name = ""', "line 3: shop.name: it must not be empty"),
        ('name = "Test shop"\n', "", "line 2: shop.name: it is missing"),
        ('name = "Test shop"', 'name = "A"\nlanguage = "de"', "line 4: shop.language: one of 'en', 'tr', 'hu', 'ro' or 'sl' is expected"),
        ('name = "Test shop"', 'name = "A"\ntimezone = "Istanbul"', "line 4: shop.timezone: a time zone is expected"),
        ('connector = "ledger"', 'connector = "leger"', "line 7: erp.connector: there is no ERP connector called leger;"),
        ('connector = "ledger"', 'connector = "market"', "line 7: erp.connector: there is no ERP connector called market;"),
        ('connector = "ledger"', 'connector = "ledger"\nrelease = "soon"', "line 8: erp.release: one of 'erp', 'store-shipped' or 'balance' is expected"),
        ('connector = "ledger"', 'connector = "ledger"\nbalances_every = 0', "line 8: erp.balances_every: a number above 0"),
        ('connector = "ledger"', 'connector = "ledger"\nencoding = "latin"', "line 8: erp.encoding: one of utf-8, cp1254 is expected"),
        ('folder = "export"', 'folder = ""', "line 8: erp.folder: it must not be empty (Where its files are)"),
        ('folder = "export"\n', "", "line 6: erp.folder: it is missing (Where its files are). It may also come from the environment as OMNISYNC_ERP__FOLDER."),
        ('api_key = "top-secret-key"\n', "", "line 10: stores.market-one.api_key: it is missing (The key from the seller's panel). It may also come from the environment as OMNISYNC_STORES__MARKET_ONE__API_KEY."),
        ('api_key = "top-secret-key"', 'api_key = ["top-secret-key"]', "line 13: stores.market-one.api_key: a text in quotes is expected"),
        ("", 'page = "many"', "line 16: stores.market-one.page: a whole number is expected"),
        ("", 'address = "market.example"', "line 16: stores.market-one.address: an address is expected"),
        ("", 'address = "https://me:pw@market.example"', "line 16: stores.market-one.address: an address is expected"),
        ("", "verify_tls = 2", "line 16: stores.market-one.verify_tls: true or false is expected"),
        ("", "buffer = -1", "line 16: stores.market-one.buffer: a number of at least 0 is expected"),
        ("", "buffer = 0.0001", "line 16: stores.market-one.buffer: a number of pieces is expected"),
        ("", 'markup = "much"', "line 16: stores.market-one.markup: a percentage with at most two decimals is expected"),
        ("", 'rounding = "abc"', "line 16: stores.market-one.rounding: 'abc' is no rounding"),
        ("", 'currency = "Taler"', "line 16: stores.market-one.currency: a currency of three letters is expected"),
        ("", 'orders_from = "ELSEWHERE"', "line 16: stores.market-one.orders_from: it must be one of the warehouses"),
        ('warehouses = ["DEPO", "MERKEZ"]', "warehouses = []", "line 14: stores.market-one.warehouses: at least one is expected"),
        ('warehouses = ["DEPO", "MERKEZ"]', "warehouses = 5", "line 14: stores.market-one.warehouses: a list is expected"),
        ('price_list = "RETAIL"', "", "line 10: stores.market-one.price_list: it is missing: name the ERP's price list"),
        ("[stores.market-one]", "[stores.Market]", "line 10: stores.Market: a store's name is small letters"),
        ("", "[guard]\nzeros_percent = 130", "line 17: guard.zeros_percent: a number of at most 100 is expected"),
    ],
)  # fmt: skip
def test_one_wrong_thing_is_told_in_one_sentence(
    complaint: Complaint, config: Path, old: str, new: str, told: str
) -> None:
    text = complaint(old, new)
    assert f"{config}, {told}" in text
    if "Did you mean" not in told:  # A mistyped key may also be one that is missing.
        assert "\n" not in text


def test_everything_that_is_wrong_is_told_at_once(complaint: Complaint) -> None:
    text = complaint(
        'folder = "export"', 'foldr = "export"', OMNISYNC_SHOP__LANGUAGE="xx", OMNISYNC_GARD__ZEROS_COUNT="1"
    )
    assert text.startswith("4 things are wrong in the configuration:\n")
    assert "erp.foldr: there is no such setting. Did you mean folder?" in text
    assert "erp.folder: it is missing" in text
    assert "the environment variable OMNISYNC_SHOP__LANGUAGE: shop.language: one of" in text
    assert "the environment variable OMNISYNC_GARD__ZEROS_COUNT: there is no such setting. Did you mean guard?" in text


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("OMNISYNC_SHOP_NAME", "two underscores"),
        ("OMNISYNC_SHOP__NAMES", "shop.names: there is no such setting. Did you mean name?"),
        ("OMNISYNC_SHOP__NAME__X", "it must look like"),
        ("OMNISYNC_STORES__MARKET_TWO__API_KEY", "there is no store called market_two. Did you mean market-one?"),
        ("OMNISYNC_STORES__MARKET_ONE__API_KEI", "there is no such setting. Did you mean api_key?"),
    ],
)
def test_a_wrong_variable_is_named_and_its_value_is_not(complaint: Complaint, name: str, told: str) -> None:
    text = complaint(**{name: "top-secret-value"})
    assert text.startswith(f"the environment variable {name}: ")
    assert told in text


def test_other_programs_variables_are_left_alone(load: Callable[..., object]) -> None:
    assert load(OMNISYNC_CONFIG="x", OMNISYNC_DEBUG="1", HOME="/", SHOP__NAME="y")


def test_secrets_in_a_file_that_others_can_read(complaint: Complaint, config: Path) -> None:
    config.chmod(0o640)
    assert complaint() == (
        f"{config}: it holds secrets, and others on this machine can read it. Run: chmod 600 {config}"
    )


@pytest.mark.parametrize("variable", ["OMNISYNC_SECRETS_DIR", "OMNISYNC_SHOP__SECRETS_FOLDER"])
def test_a_secret_file_that_others_can_read(complaint: Complaint, tmp_path: Path, variable: str) -> None:
    path = tmp_path / "open" / "stores.market-one.api_key"
    path.parent.mkdir()
    path.parent.chmod(0o755)
    path.write_text("top-secret-file")
    path.chmod(0o644)
    assert complaint(**{variable: str(path.parent)}).endswith(f"Run: chmod 600 {path}")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("stores.market-two.api_key", "there is no store called market-two. Did you mean market-one?"),
        ("stores.api_key", "a secret's file is called like"),
        ("stores.market-one.api_kee", "there is no such setting. Did you mean api_key?"),
    ],
)
def test_a_secret_file_with_a_wrong_name(complaint: Complaint, tmp_path: Path, name: str, told: str) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    (folder / name).write_text("top-secret-file")
    text = complaint(OMNISYNC_SECRETS_DIR=str(folder))
    assert text.startswith(str(folder / name))
    assert told in text


def test_a_secrets_folder_that_is_not_there(complaint: Complaint) -> None:
    assert "this secrets folder can't be read" in complaint(OMNISYNC_SECRETS_DIR="/nowhere")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[shop\n", "it is not valid TOML: "),
        (b"# \xff\n", "it is not a UTF-8 text"),
        (b"shop = 1\n[erp]\n", "shop: a table is expected"),
        (b"stores = 1\n", "stores: a table is expected"),
        (b"[stores]\nx = 1\n", "stores.x: a table is expected"),
        (b"", "the table [erp] is missing"),
    ],
)
def test_a_file_that_is_no_configuration(config: Path, content: bytes, told: str) -> None:
    config.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(config, environment={})
    assert str(config) in str(caught.value)
    assert told in str(caught.value)


def test_of_a_file_that_can_t_be_read_nothing_is_missing(config: Path) -> None:
    config.write_text(config.read_text() + "x = [\n")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(config, environment={"OMNISYNC_SHOP__DATA_FOLDER": "elsewhere"})
    assert "it is not valid TOML" in str(caught.value)
    assert "missing" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="omnisync init") as caught:
        load_settings(tmp_path / "none.toml", environment={})
    assert "\n" not in str(caught.value)


def test_two_stores_whose_variables_would_be_the_same(complaint: Complaint, config: Path) -> None:
    block = config.read_text().split("[stores.market-one]")[1]
    assert "stores.market_one: it is too like the store market-one" in complaint(new=f"[stores.market_one]{block}")


def test_a_broken_connector_is_told_with_its_reason(complaint: Complaint, config: Path) -> None:
    (config.parent / "plugins" / "market" / "manifest.toml").write_text('name = "market"\n')
    assert "line 11: stores.market-one.connector: the connector market can't be used: manifest.toml" in complaint()

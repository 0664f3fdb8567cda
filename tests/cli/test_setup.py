"""Setting up and running: init, check, daemon, service."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.conftest import Shop
from tests.cli.shop import Daemon

from omnisync.cli.service import writable
from omnisync.connect.check import Finding, Grade
from omnisync.daemon.lock import only_one
from omnisync.folders import DATABASE, LOG
from omnisync.settings import load_settings
from omnisync.shop import Shop as Engineered
from omnisync.shop import store_rules

STORE = """
[stores.woo-tr]
connector = "woocommerce"
address = "https://shop.invalid"
consumer_key = "ck_topsecret"
consumer_secret = "cs_topsecret"
warehouses = ["DEPO"]
price_list = "retail"
"""


@pytest.fixture
def export(empty: Shop) -> Path:
    """The ERP's folder with the files that it must have."""
    folder = empty.config.parent / "export"
    folder.mkdir()
    (folder / "products.csv").write_text("code,name,barcode,category,unit\nA-1,One,,things,pc\n")
    (folder / "stock.csv").write_text("code,warehouse,quantity\nA-1,DEPO,5\n")
    (folder / "prices.csv").write_text("code,list,price,currency\nA-1,retail,10.00,TRY\n")
    return folder


def test_init_writes_what_flags_and_answers_say(empty: Shop) -> None:
    empty.config.unlink()
    result = empty.run("init", "--set", "shop.name=Demir", "--set", "stores=", input="/srv/export\n")
    assert result.exit_code == 0, result.output
    assert str(empty.config) in result.stdout
    assert stat.S_IMODE(empty.config.stat().st_mode) == 0o600
    settings = load_settings(empty.config, environment={})
    assert (settings.shop.name, settings.erp.options["folder"]) == ("Demir", "/srv/export")


def but_what_it_sells(export: Path) -> list[str]:
    """Flags which answer everything but a store's warehouse and price list."""
    given = ("shop.name=Demir", f"erp.folder={export}", "stores=trendyol", "stores.trendyol.seller_id=1")
    keys = ("stores.trendyol.api_key=k", "stores.trendyol.api_secret=s")
    return [word for pair in (*given, *keys) for word in ("--set", pair)]


def test_init_offers_what_the_erp_has_and_takes_nothing_else(empty: Shop, export: Path) -> None:
    empty.config.unlink()
    (export / "stock.csv").write_text("code,warehouse,quantity\nA-1,Depo 2,0\nA-1,Merkez,5\n")
    result = empty.run("init", *but_what_it_sells(export), input="Merkes\n\nretial\nretail\n")
    assert result.exit_code == 0, result.output
    assert "It has: Depo 2, Merkez [Merkez]" in result.stderr
    assert "the ERP has no Merkes. Did you mean Merkez?" in result.stderr
    store = load_settings(empty.config, environment={}).stores["trendyol"]
    assert (store.warehouses, store.price_list, store.currency) == (("Merkez",), "retail", "TRY")


def test_init_takes_a_warehouse_with_a_comma_in_its_name(empty: Shop, export: Path) -> None:
    empty.config.unlink()
    (export / "stock.csv").write_text('code,warehouse,quantity\nA-1,Depo 2,0\nA-1,"Merkez, 1",5\n')
    result = empty.run("init", *but_what_it_sells(export), input="\nretail\n")
    assert result.exit_code == 0, result.output
    assert 'It has: Depo 2, "Merkez, 1" [Merkez, 1]' in result.stderr
    assert load_settings(empty.config, environment={}).stores["trendyol"].warehouses == ("Merkez, 1",)


@pytest.mark.parametrize(
    ("warehouses", "price_list", "said"),
    [
        ("DEPPO", "retail", "stores.trendyol.warehouses: the ERP has no DEPPO. It has: DEPO"),
        ("DEPO,IZM", "retail", "stores.trendyol.warehouses: the ERP has no IZM."),
        ("", "retail", "stores.trendyol.warehouses: it must not be empty"),
        ("DEPO", "retial", "stores.trendyol.price_list: the ERP has no retial. Did you mean retail?"),
        ("DEPO", "export", ""),
    ],
)
def test_init_holds_flags_to_what_the_erp_has_too(
    empty: Shop, export: Path, warehouses: str, price_list: str, said: str
) -> None:
    empty.config.unlink()
    (export / "prices.csv").write_text("code,list,price,currency\nA-1,retail,10.00,TRY\nA-1,export,1.00,EUR\n")
    names = (f"stores.trendyol.warehouses={warehouses}", f"stores.trendyol.price_list={price_list}")
    words = ("init", *but_what_it_sells(export), *(word for pair in names for word in ("--set", pair)))
    if said:
        assert said in empty.refused(*words)
        assert not empty.config.exists()
    else:
        empty.ok(*words)
        store = load_settings(empty.config, environment={}).stores["trendyol"]
        assert (store.price_list, store.currency) == ("export", "EUR"), "the currency is that of the list"


def test_init_believes_flags_where_the_erp_has_nothing_yet(empty: Shop) -> None:
    empty.config.unlink()
    given = ("shop.name=Demir", "erp.folder=/nowhere", "stores=trendyol", "stores.trendyol.seller_id=1")
    keys = ("stores.trendyol.api_key=k", "stores.trendyol.api_secret=s")
    names = ("stores.trendyol.warehouses=DEPO", "stores.trendyol.price_list=retail")
    empty.ok("init", *(word for pair in (*given, *keys, *names) for word in ("--set", pair)))
    assert load_settings(empty.config, environment={}).stores["trendyol"].price_list == "retail"


def test_init_names_the_answer_that_nobody_gives(empty: Shop) -> None:
    empty.config.unlink()
    assert "shop.name is missing. Give it with --set shop.name=VALUE." in empty.refused("init")
    assert not empty.config.exists()


def test_init_changes_no_file_that_is_there(empty: Shop) -> None:
    before = empty.config.read_text()
    assert "stays as it is" in empty.refused("init")
    assert empty.config.read_text() == before


def grades(shop: Shop) -> dict[str, set[str]]:
    """By what the findings are about."""
    result = shop.run("check", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == (1 if found["problems"] else 0)
    answer: dict[str, set[str]] = {}
    for each in found["findings"]:
        answer.setdefault(each["about"], set()).add(each["grade"])
    return answer


def test_check_of_a_shop_that_is_in_order(shop: Shop, export: Path, daemon: Daemon) -> None:
    assert grades(shop) == {
        "configuration": {"ok"}, "files": {"ok"}, "database": {"ok"}, "backup": {"ok"}, "daemon": {"ok"},
        "erp": {"ok", "warning"},
    }, shop.run("check").output  # fmt: skip


def test_check_says_that_no_daemon_runs_and_is_not_worried_by_a_first_start(empty: Shop, export: Path) -> None:
    assert grades(empty)["daemon"] == {"warning"}
    assert grades(empty)["database"] == {"ok"}


def test_check_of_a_wrong_configuration_still_looks_at_the_rest(shop: Shop) -> None:
    shop.config.write_text(shop.config.read_text().replace("currency", "curency"))
    result = shop.run("check")
    assert result.exit_code == 1
    assert "shop.curency: there is no such setting. Did you mean currency?" in result.stdout
    assert "is sound: 16 events" in result.stdout


def test_check_of_a_damaged_database(shop: Shop) -> None:
    path = shop.folder / DATABASE
    content = path.read_bytes()
    path.write_bytes(content[:40960] + b"\xff" * 40960 + content[81920:])
    assert "problem" in grades(shop)["database"]


def test_check_names_warehouses_and_lists_that_the_erp_does_not_have(empty: Shop, export: Path) -> None:
    misspelt = STORE.replace('"DEPO"', '"DEPOO"').replace('"retail"', '"retial"\nfloor_list = "flor"')
    empty.config.write_text(empty.config.read_text() + misspelt)
    empty.config.chmod(0o600)
    said = empty.run("check").output
    assert "The ERP has no warehouse DEPOO" in said
    assert "The ERP has no price list retial, so no price is sent" in said
    assert "The ERP has no price list flor, so no product has a floor" in said


def test_the_rules_have_the_floors_of_the_configuration(empty: Shop, export: Path) -> None:
    floors = '"retail"\nfloor_list = "least"\nfloors = { things = 12.5, "Büyük" = 3 }'
    empty.config.write_text(empty.config.read_text() + STORE.replace('"retail"', floors))
    empty.config.chmod(0o600)
    settings = load_settings(empty.config, environment={})
    rules = store_rules(settings, "woo-tr", Engineered(settings).store("woo-tr"))
    assert (rules.floor_list, rules.floors) == ("least", (("things", 1250), ("Büyük", 300)))


def test_check_warns_of_files_that_others_can_read(shop: Shop, export: Path) -> None:
    shop.config.chmod(0o644)
    assert grades(shop)["files"] == {"warning"}
    shop.config.chmod(0o600)
    (shop.folder / DATABASE).chmod(0o644)
    assert grades(shop)["files"] == {"ok"}
    shop.folder.chmod(0o755)
    assert grades(shop)["files"] == {"warning"}


class Odd:
    """A connector that behaves as it likes."""

    def __init__(self, error: BaseException | None = None, text: str = "") -> None:
        self.error, self.text = error, text

    async def check(self) -> list[Finding]:
        if self.error is not None:
            raise self.error
        return [Finding(Grade.WARNING, self.text)]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("odd", "expected"),
    [
        (Odd(ZeroDivisionError("oh")), "the connector itself failed: ZeroDivisionError: oh"),
        (Odd(TimeoutError()), "did not answer within 30 seconds"),
        (Odd(text="the platform said cs_topsecret"), "the platform said •••"),
    ],
)
def test_check_outlives_any_connector_and_shows_no_secret(
    shop: Shop, export: Path, monkeypatch: pytest.MonkeyPatch, odd: Odd, expected: str
) -> None:
    shop.config.write_text(shop.config.read_text() + STORE)
    monkeypatch.setattr(Engineered, "store", lambda _self, _name: odd)
    output = shop.run("check").output
    assert expected in output
    assert "cs_topsecret" not in output


def test_the_daemon_runs_until_it_is_told_to_stop(shop: Shop, export: Path) -> None:
    arguments = ["--config", str(shop.config), "--data", str(shop.folder), "daemon"]
    code = "from omnisync.cli import main; main()"
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 15
        while not (found := shop.json("stores"))["daemon"]:
            assert time.monotonic() < deadline, process.stderr and process.stderr.read()
            time.sleep(0.1)
        assert found["others"][0]["connector"] == "erp"
        assert "already running" in shop.refused("daemon")
    finally:
        process.send_signal(signal.SIGTERM)
        _out, told = process.communicate(timeout=15)
    assert process.returncode == 0
    events = [json.loads(row)["event"] for row in told.splitlines()]
    assert (events[0], events[-1]) == ("daemon.started", "daemon.stopping")
    assert (shop.folder / LOG).read_text() == told
    with only_one(shop.folder):
        assert not (shop.folder / "omnisync.sock").exists()


def test_the_daemon_says_what_is_wrong_with_the_configuration(empty: Shop) -> None:
    empty.config.write_text("[shop]\n")
    assert "the table [erp] is missing" in empty.refused("daemon")


def test_the_service_writes_its_data_and_the_exchange_folder(empty: Shop) -> None:
    settings = load_settings(empty.config, environment={"OMNISYNC_SHOP__DATA_FOLDER": "/srv/data"})
    assert writable(settings) == [Path("/srv/data"), empty.config.parent / "export"]


@pytest.mark.skipif(Path("/run/systemd/system").is_dir(), reason="would touch this machine's services")
def test_without_systemd_the_unit_is_printed(empty: Shop) -> None:
    result = empty.run("service", "install")
    assert result.exit_code == 1
    assert "There is no systemd on this machine" in result.stdout
    assert f"--config {empty.config} daemon" in result.stdout
    assert empty.run("service", "status").exit_code == 1
    assert empty.run("service", "remove").exit_code == 0

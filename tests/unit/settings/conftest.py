"""A shop's configuration with two connectors of its own, so that no shipped one is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from omnisync.errors import ConfigurationError
from omnisync.settings import Settings, load_settings

ERP = """
name = "ledger"
title = "Ledger"
role = "erp"
summary = "An ERP for tests"
api = 1

[options.folder]
type = "folder"
help = "Where its files are"
required = true

[options.encoding]
type = "choice"
help = "How its files are encoded"
choices = ["utf-8", "cp1254"]
default = "utf-8"
"""

STORE = """
name = "market"
title = "Market"
role = "store"
summary = "A store for tests"
api = 1

[options.address]
type = "url"
help = "The store's address"
default = "https://market.example"

[options.seller]
type = "text"
help = "The seller's number"
required = true

[options.api_key]
type = "secret"
help = "The key from the seller's panel"
required = true

[options.page]
type = "integer"
help = "Rows per page"
default = 100

[options.verify_tls]
type = "boolean"
help = "Check the certificate"
default = true
"""

SHOP = """
[shop]
name = "Test shop"
plugins_folder = "plugins"

[erp]
connector = "ledger"
folder = "export"

[stores.market-one]
connector = "market"
seller = 1234
api_key = "top-secret-key"
warehouses = ["DEPO", "MERKEZ"]
price_list = "RETAIL"
"""

Load = Callable[..., Settings]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    for name, manifest in (("ledger", ERP), ("market", STORE)):
        folder = tmp_path / "plugins" / name
        folder.mkdir(parents=True)
        (folder / "manifest.toml").write_text(manifest)
    path = tmp_path / "omnisync.toml"
    path.write_text(SHOP)
    path.chmod(0o600)
    return path


@pytest.fixture
def load(config: Path) -> Load:
    """Loads the configuration after a change to its text, under an environment of its own."""

    def loads(old: str = "", new: str = "", **environment: str) -> Settings:
        config.write_text(config.read_text().replace(old, new, 1) if old else config.read_text() + new)
        return load_settings(config, environment=environment)

    return loads


@pytest.fixture
def complaint(load: Load) -> Callable[..., str]:
    """The same, where it must be refused: the sentence or sentences that a person reads."""

    def complains(old: str = "", new: str = "", **environment: str) -> str:
        with pytest.raises(ConfigurationError) as caught:
            load(old, new, **environment)
        error: BaseException | None = caught.value
        while error:
            assert "top-secret" not in str(error) + repr(error)
            error = error.__cause__ or error.__context__
        return str(caught.value)

    return complains

"""Runs commands as a person does, on a small shop of their own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.cli.shop import CONFIG, Daemon, build
from tests.log.opened import opened

from omnisync import text
from omnisync.cli.group import omnisync
from omnisync.folders import DATABASE
from omnisync.model.events import Event


class Shop:
    """A data folder with a shop in it, and the command line on it."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "data"
        self.folder.mkdir(mode=0o700)
        self.config = root / "omnisync.toml"
        self.config.write_text(CONFIG.format(folder=root))
        self.config.chmod(0o600)
        self.environment: dict[str, str | None] = {"COLUMNS": None, "NO_COLOR": None}

    def run(self, *words: str, input: str | None = None) -> Result:  # noqa: A002 - click's word
        arguments = ["--config", str(self.config), "--data", str(self.folder), *words]
        return CliRunner(env=self.environment).invoke(omnisync, arguments, input=input)

    def ok(self, *words: str) -> str:
        """What a command that must go well printed."""
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *words: str) -> Any:
        """What a command printed as JSON."""
        return json.loads(self.ok(*words, "--json"))

    def happens(self, event: Event) -> None:
        """Something is written into the log."""

        async def append() -> None:
            async with opened(self.folder / DATABASE) as log:
                await log.append(event)

        asyncio.run(append())

    def refused(self, *words: str, code: int = 1) -> str:
        """What a command that must fail said."""
        result = self.run(*words)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        assert not isinstance(result.exception, Exception), result.exception
        return result.stderr


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The shop's database, made once."""
    folder = tmp_path_factory.mktemp("built")
    build(folder)
    return (folder / DATABASE).read_bytes()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Shop]:
    """A shop without a database."""
    yield Shop(tmp_path)
    text.speak("en", "UTC")


@pytest.fixture
def shop(empty: Shop, built: bytes) -> Shop:
    """A shop at rest: no daemon runs."""
    (empty.folder / DATABASE).write_bytes(built)
    return empty


@pytest.fixture
def daemon(shop: Shop) -> Iterator[Daemon]:
    """A daemon for the shop, whose stores confirm at once."""
    with Daemon(shop.folder).running() as running:
        yield running


@pytest.fixture
def start(shop: Shop) -> Callable[..., Any]:
    """Starts a daemon whose stores behave otherwise."""
    return lambda **ways: Daemon(shop.folder, **ways).running()

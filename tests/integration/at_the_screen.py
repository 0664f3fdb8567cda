"""What an owner does at the screen, and how the stores show that it was done: through tmux, and through ssh."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.integration.multiplexer import Tmux
from tests.integration.running_shop import STORES, Sandbox, Shop


@contextmanager
def furnished_shop(folder: Path) -> Iterator[Shop]:
    """A shop whose stores run, and whose daemon does not."""
    shop = Shop(folder, {name: Sandbox(platform, folder) for name, platform in STORES.items()})
    try:
        for sandbox in shop.sandboxes.values():
            sandbox.start()
        shop.furnish()
        yield shop
    finally:
        if shop.daemon is not None:
            shop.kill()
        for sandbox in shop.sandboxes.values():
            sandbox.end()


def find(tmux: Tmux, text: str, *wanted: str) -> None:
    """Find in one burst; no letter is lost."""
    tmux.type(f"/{text}")
    tmux.shows(text, *wanted)


def everything_again(tmux: Tmux) -> None:
    """Leave what was found, in the line to find with."""
    tmux.type("/")
    tmux.shows("Enter to the list")
    tmux.press("Escape")
    tmux.shows("30 products")


def edit_price(tmux: Tmux, shop: Shop) -> None:
    """Find some pipes in one burst and give the first a price of its own at the first store."""
    find(tmux, "boru", "5 of 30", "A-26", "A-30")
    tmux.press("Enter")
    tmux.press("F4")
    tmux.shows("Enter save")
    tmux.type("98,50")
    tmux.press("Enter")
    shop.shows("trendyol", "A-26", price="98.50")
    assert shop.sandboxes["woo-tr"].figures()["A-26"][1] == "126.00"
    tmux.until(lambda shown: "98.50✓" in shown.replace(" ", ""), "the price is confirmed")


def exclude_two(tmux: Tmux, shop: Shop) -> None:
    """Select two of the pipes and exclude them at the first store."""
    tmux.press("Down")
    tmux.press("Space")
    tmux.press("Space")
    tmux.shows("2 selected")
    tmux.press("F6")
    tmux.shows("exclude stock and price on trendyol")
    tmux.press("Enter")
    tmux.shows("4 figures are excluded")
    tmux.press("Enter")
    tmux.until(lambda shown: shown.count("–") >= 2, "both are excluded")
    shop.until(lambda: _excluded(shop) == {"A-27", "A-28"}, "both are excluded")
    shop.count("A-27", 3)
    shop.shows("woo-tr", "A-27", stock=3)
    assert shop.sandboxes["trendyol"].figures()["A-27"][0] == 20


def _excluded(shop: Shop) -> set[str]:
    products = shop.json("products", "--limit", "0")
    return {each["code"] for each in products if each["stores"]["trendyol"]["stock"]["state"] == "excluded"}


def update_one(tmux: Tmux, shop: Shop) -> None:
    """Order one product to be sent although nothing about it has changed."""
    everything_again(tmux)
    find(tmux, "A-30", "1 of 30")
    tmux.press("Enter")
    before = {name: each.writes() for name, each in shop.sandboxes.items()}
    tmux.press("F5")
    shop.until(
        lambda: all(each.writes() > before[name] for name, each in shop.sandboxes.items()), "every store was sent something"
    )  # fmt: skip
    everything_again(tmux)

"""The sentences: one for every type of event, and the reasons why something was sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from tests.cli.shop import _push, build

from omnisync.explain.happened import SENTENCES, sentence
from omnisync.explain.steps import steps
from omnisync.explain.why import explain
from omnisync.explain.words import SIGNS, reason_words, state_words
from omnisync.log.reader import Reader
from omnisync.log.story import product_of, why
from omnisync.log.writer import Log
from omnisync.model import events
from omnisync.model.events import BalancesCounted, BatchItem, BatchMade, Count, Event, UpdateOrdered
from omnisync.testing.clock import ManualClock

TYPES = get_args(Event)


def example(type_: type[msgspec.Struct]) -> Event:
    """An event of that type with something in every field."""
    values: dict[str, object] = {}
    for field in msgspec.structs.fields(type_):
        values[field.name] = _value(field.type, field.name)
    return type_(**values)  # type: ignore[return-value]


def _value(type_: object, name: str) -> object:
    if name == "currency":
        return "TRY"
    found = {str: name, int: 7, bool: True}.get(type_)  # type: ignore[call-overload]
    if found is not None:
        return found
    if isinstance(type_, type) and issubclass(type_, str):
        return next(iter(type_))  # type: ignore[call-overload]
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        return example(type_) if "rules" not in name else type_("trendyol", "TRY")
    arguments = [each for each in get_args(type_) if each not in (type(None), ...)]
    origin = getattr(type_, "__origin__", None)
    if origin is dict:
        return {}
    return tuple(_value(each, name) for each in arguments) if origin is tuple else _value(arguments[0], name)


def test_every_type_of_event_has_a_sentence() -> None:
    assert set(SENTENCES) == set(TYPES)


@pytest.mark.parametrize("type_", TYPES, ids=lambda each: each.__name__)
def test_the_sentence_is_made_of_words(type_: type[msgspec.Struct]) -> None:
    said = sentence(example(type_))
    assert len(said.split()) >= 3
    assert not set("{}<>") & set(said)
    named = {field.name for field in msgspec.structs.fields(type_)} & {"store", "number", "product"}
    assert all(name in said for name in named), said


def test_every_state_has_a_sign_and_words_and_a_strange_reason_is_kept() -> None:
    assert all(state_words(state) for state in SIGNS if state != "exempt")
    assert reason_words("barcode is locked") == "barcode is locked"
    assert reason_words("many-zeros") != "many-zeros"


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    """The small shop's log, open for more to happen."""
    clock = ManualClock()
    # It has a loop of its own.
    await asyncio.to_thread(build, tmp_path, clock)
    log = await Log.open(tmp_path / "omnisync.db", clock)
    yield log
    await log.close()


def newest(log: Log, code: str, store: str) -> str:
    with Reader(log.path) as reader:
        product = product_of(reader, code)
        assert product is not None
        told = why(reader, product, store)
        assert told is not None
        return next(step.text for step in steps(told) if step.text.startswith("sent"))


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (BalancesCounted("stock.csv", 1, (Count("BRU-0150", "DEPO", 100_000, 17),)), "sent 116, because available fell 136 → 116"),
        (BalancesCounted("stock.csv", 1, (Count("BRU-0150", "IZM", 20_000, 17),)), "sent 140, because available rose 136 → 140"),
        (UpdateOrdered("trendyol", ("BRU-0150",)), "sent 136, because an update was ordered; sent the price 88.90 TRY, because an update was ordered"),
        (events.PriceSet("trendyol", "BRU-0150", 8000, "TRY"), "sent the price 80.00 TRY, because a person set the price"),
        (events.PricesRead("p.csv", (events.ListPrice("BRU-0150", "retail", 9000, "TRY"),)), "sent the price 94.90 TRY, because the ERP's price changed"),
    ],
    ids=["fell", "rose", "update", "price", "list"],
)  # fmt: skip
async def test_a_push_says_why(log: Log, event: Event, expected: str) -> None:
    await log.append(event)
    await _push(log, "trendyol", {})
    assert newest(log, "BRU-0150", "trendyol") == expected


async def test_what_is_excluded_held_or_gone_is_said(log: Log) -> None:
    await log.append(events.ExclusionSet("trendyol", ("BRU-0150",), True, None))
    await log.append(events.ProductsGone("products.csv", ("BRU-0200",)))
    with Reader(log.path) as reader:
        first, second = (why(reader, product_of(reader, code) or 0, "trendyol") for code in ("BRU-0150", "BRU-0200"))
        assert first is not None
        assert second is not None
        assert "you excluded its stock" in explain(first, 0).rule
        assert explain(first, 0).state == "excluded"
        assert explain(second, 0).wanted.startswith("0, because the ERP no longer sells it")
        unlisted = why(reader, product_of(reader, "TRT-0010") or 0, "trendyol")
        assert unlisted is not None
        assert explain(unlisted, 0).shows == "trendyol has no listing of this product"


def test_a_long_batch_names_three_and_counts_the_rest() -> None:
    items = tuple(BatchItem(f"P-{n}", str(n), 1000, 1) for n in range(5))
    assert (
        sentence(BatchMade("trendyol", "k", items, "f")) == "a batch of 5 items for trendyol: P-0, P-1, P-2 and 2 more"
    )

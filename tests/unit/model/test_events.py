"""Events: each comes back from its JSON as it was, and a log of an older version is read for ever."""

from __future__ import annotations

import json
import types
import typing
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnisync.model import events
from omnisync.model.events import Event, Fact, decode, encode, tag

TYPES: tuple[type[Fact], ...] = typing.get_args(Event)
OLD_LOG = Path(__file__).parents[2] / "log" / "events_of_26_11.jsonl"


def type_name(kind: type[Fact]) -> str:
    return str(kind.__struct_config__.tag)


def strategy_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of an annotation as the events use them."""
    arguments = typing.get_args(kind)
    match typing.get_origin(kind):
        case types.UnionType | typing.Union:
            return st.one_of(*map(strategy_of, arguments))
        case origin if origin is tuple and arguments[-1] is Ellipsis:
            return st.lists(strategy_of(arguments[0]), max_size=3).map(tuple)
        case origin if origin is tuple:
            return st.tuples(*map(strategy_of, arguments))
        case origin if origin is dict:
            return st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2)
    if kind is type(None):
        return st.none()
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.integers(-(2**53), 2**53)
    if kind is str:
        return st.text(max_size=12)
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    return struct_of(kind)


def struct_of(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{field.name: strategy_of(hints[field.name]) for field in msgspec.structs.fields(kind)})


@pytest.mark.parametrize("kind", TYPES, ids=type_name)
@settings(max_examples=25)
@given(data=st.data())
def test_an_event_comes_back_from_its_json_as_it_was(kind: type[Fact], data: st.DataObject) -> None:
    event = data.draw(struct_of(kind))
    assert decode(encode(event)) == event
    assert decode(encode(event).decode()) == event


def test_no_two_types_share_a_name() -> None:
    names = [*map(type_name, TYPES)]
    assert len(set(names)) == len(names)


def test_every_fact_is_one_of_the_log() -> None:
    defined = {each for each in vars(events).values() if isinstance(each, type) and issubclass(each, Fact)} - {Fact}
    assert defined == set(TYPES)


def _old_lines() -> list[str]:
    return OLD_LOG.read_text("utf-8").splitlines()


def test_the_old_log_has_an_example_of_every_type() -> None:
    assert {json.loads(line)["type"] for line in _old_lines()} == {*map(type_name, TYPES)}


@pytest.mark.parametrize("line", _old_lines(), ids=lambda line: str(json.loads(line)["type"]))
def test_an_old_event_is_read_and_nothing_of_it_is_lost(line: str) -> None:
    event = decode(line)
    assert tag(event) == json.loads(line)["type"]
    assert _holds(json.loads(encode(event)), json.loads(line)), "a field of the old log has gone or changed its meaning"
    assert decode(encode(event)) == event


def _holds(now: Any, then: Any) -> bool:
    """Whether everything that was written then is there now; new fields may have come."""
    if isinstance(then, dict):
        return isinstance(now, dict) and all(key in now and _holds(now[key], then[key]) for key in then)
    if isinstance(then, list):
        return len(now) >= len(then) and all(_holds(*pair) for pair in zip(now, then, strict=False))
    return bool(now == then)

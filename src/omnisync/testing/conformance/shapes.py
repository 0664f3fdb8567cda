"""Whether an answer of another shape than usual stays harmless: platforms change theirs without a word.

Every value of the first row of each answer is taken out, set to null, and made another kind of value or one
beyond all bounds in turn. What is read all the same must be such that it can be written down.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import math
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from omnisync.connect.store import PushItem, ReadBack, RemoteListing
from omnisync.errors import ConnectorError
from omnisync.model.order import OrderPart
from omnisync.model.quantity import PIECE
from omnisync.testing.conformance.line import Damage
from omnisync.testing.conformance.result import Checks, Failed, NotApplicable, expect
from omnisync.testing.conformance.store_bench import Bench, Shop, apart

CHECKS: Checks[Bench] = Checks("shapes")

_SAMPLE = 500
"""Damages that are tried of each call, drawn from all that there are."""

_MOST_REQUESTS = 60
_BEYOND = 2**63

Path = tuple[str | int, ...]
Call = Callable[[], Awaitable[object]]

_GONE = object()


def _within(inner: object, _: int) -> object:
    return [inner]


_DEEP: Any = functools.reduce(_within, range(300), None)
_INSTEAD: Sequence[Any] = (
    _GONE, None, "?", ["?"], {"?": "?"}, -1, True, 10**40, "9" * 400, 1e308, math.inf, "NaN", "1e999", "", "\u202e\x1b[2J\ud83d",
    _DEEP, "x" * 100_000,
)  # fmt: skip


@CHECKS.add
async def of_listings(bench: Bench) -> None:
    """Listings of an unknown shape are an error of the protocol or left as they are, never a crash or an endless walk."""
    async with bench.open() as shop:
        names = {each.ref.remote_id for each in await shop.listings()}
        await _try(shop, lambda: _listings_but_one(shop, names))


async def _listings_but_one(shop: Shop, names: set[str]) -> list[RemoteListing]:
    """Only what is set aside without a name may hide several: then the engine takes none of them for gone."""
    found, aside = await apart(shop.store.listings())
    lost = names - aside - {each.ref.remote_id for each in found}
    expect(len(lost) <= 1 or aside - names, f"one listing could not be read, and {len(lost)} are missing because of it")
    return found


@CHECKS.add
async def of_figures_read(bench: Bench) -> None:
    """Figures of an unknown shape are an error of the protocol when they are read back, never a crash."""
    async with bench.open() as shop:
        if shop.can.read_back is ReadBack.NONE:
            raise NotApplicable("its platform shows no figures (ReadBack.NONE)")
        refs = [each.ref for each in (await shop.by_code()).values()]
        await _try(shop, lambda: shop.store.read(refs))


@CHECKS.add
async def of_answers_to_a_push(bench: Bench) -> None:
    """An answer to a push that can't be read leaves the outcome open and is an error of the protocol, never a crash."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        stock = iter(range(1, 10_000))

        async def push() -> object:
            return await shop.store.push([PushItem(listing.ref, stock=next(stock) * PIECE)], "k1")

        await _try(shop, push)


@CHECKS.add
async def of_results(bench: Bench) -> None:
    """A result of an unknown shape is an error of the protocol or counts as not settled yet, never a crash."""
    async with bench.open() as shop:
        if not shop.can.receipt:
            raise NotApplicable("its platform gives no receipts")
        (listing,) = await shop.simple(1)
        items = [PushItem(listing.ref, stock=8 * PIECE)]
        receipt = (await shop.store.push(items, "k1")).receipt
        await _try(shop, lambda: shop.store.results(receipt, items))


@CHECKS.add
async def of_orders(bench: Bench) -> None:
    """One order that can't be read is Rejected with its number in `item`, and the walk goes on to all the others."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        numbers = {shop.buy(listing) for _ in range(3)}
        await shop.clock.sleep(2)
        now = shop.clock.now()
        await _try(shop, lambda: _all_but_one(shop, numbers, now))


async def _all_but_one(shop: Shop, numbers: set[str], now: int) -> list[OrderPart]:
    """Walk as the engine does: what is set aside must be a single order."""
    found, aside = await apart(shop.store.orders(now - 3_600_000, now))
    lost = numbers - aside - {part.number for part in found}
    # The damaged one may have lost its own number.
    expect(len(lost) <= 1, f"one order could not be read, and {len(lost)} are missing because of it")
    return found


def can_be_written(found: object) -> bool:
    """Whether every number in it fits the database, and every text into a file."""
    if isinstance(found, str):
        return not any("\ud800" <= char <= "\udfff" for char in found)
    if isinstance(found, int):
        return -_BEYOND < found < _BEYOND
    if isinstance(found, Mapping):
        return all(map(can_be_written, found.keys())) and all(map(can_be_written, found.values()))
    if isinstance(found, list | tuple | set | frozenset):
        return all(map(can_be_written, found))
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        return all(can_be_written(getattr(found, field.name)) for field in dataclasses.fields(found))
    if isinstance(found, msgspec.Struct):
        return all(can_be_written(getattr(found, name)) for name in found.__struct_fields__)
    return True


async def _try(shop: Shop, call: Call) -> None:
    """Let the call meet a sample of all damages, one at a time."""
    # The first call may look around before it asks; only then they are all alike.
    for _ in range(2):
        shop.line.listen()
        await shop.patiently(call)
    answers = list(shop.line.answers)
    damages = [
        (place, path, instead)
        for place, answer in enumerate(answers)
        for path in _paths(answer)
        for instead in _INSTEAD
    ]  # fmt: skip
    rng = random.Random(3)
    shop.line.most = _MOST_REQUESTS
    for place, path, instead in damages if len(damages) <= _SAMPLE else rng.sample(damages, _SAMPLE):
        shop.line.listen()
        shop.line.damage = {place: _damage(path, instead)}
        try:
            expect(can_be_written(await call()), "it gave something that can't be written down")
        except ConnectorError:
            continue
        except Exception as error:
            place_text = ".".join(map(str, path)) or "the whole answer"
            what = "missing" if instead is _GONE else repr(instead)[:60]
            if isinstance(error, Failed):
                raise Failed(f"{error} ({place_text} was {what})") from error
            raise Failed(f"{place_text} was {what}: {type(error).__name__}: {error}") from error
    shop.line.listen()
    shop.line.most = 0


def _paths(answer: Any, path: Path = ()) -> Iterator[Path]:
    """Every value of an answer; of lists the first one stands for all."""
    yield path
    if isinstance(answer, dict):
        for key, value in answer.items():
            yield from _paths(value, (*path, key))
    elif isinstance(answer, list) and answer:
        yield from _paths(answer[0], (*path, 0))


def _damage(path: Path, instead: Any) -> Damage:
    def damage(said: Any) -> Any:
        if not path:
            return None if instead is _GONE else instead
        changed = copy.deepcopy(said)
        above = changed
        for step in path[:-1]:
            above = above[step]
        if instead is _GONE:
            del above[path[-1]]
        else:
            above[path[-1]] = instead
        return changed

    return damage

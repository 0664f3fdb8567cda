"""The connection test, the secrets, and the end of a connection."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence

from omnisync.connect.check import Finding, Grade
from omnisync.connect.loader import OptionType
from omnisync.connect.sandbox import Fault
from omnisync.connect.store import PushItem
from omnisync.errors import ConnectorError
from omnisync.model.quantity import PIECE
from omnisync.testing.conformance.result import Checks, NotApplicable, expect
from omnisync.testing.conformance.secrecy import leaks
from omnisync.testing.conformance.store_bench import Bench, Shop

CHECKS: Checks[Bench] = Checks("connection")


@CHECKS.add
async def sandbox_can_be_signed_in_to(bench: Bench) -> None:
    """The sandbox's options and its address are options of the manifest and all that are required of a person."""
    async with bench.open() as shop:
        known = {option.name for option in bench.plugin.options}
        unknown = set(shop.options) - known
        expect(not unknown, f"the sandbox gives options that the manifest does not know: {', '.join(sorted(unknown))}")
        missing = [
            option.name for option in bench.plugin.options if option.required and option.name not in shop.options
        ]
        expect(not missing, f"the sandbox does not give: {', '.join(missing)}")


@CHECKS.add
async def check_is_content_when_all_is_well(bench: Bench) -> None:
    """check() finds no problem where there is none and says what it found, or nobody would believe it."""
    async with bench.open() as shop:
        found = await shop.store.check()
        expect(found, "it says nothing at all")
        problems = _told(found, Grade.PROBLEM)
        expect(not problems, f"it complains: {problems}")


@CHECKS.add
async def check_finds_a_wrong_key(bench: Bench) -> None:
    """check() tells a wrong key as a problem with advice, for each secret, because that is the first thing to go wrong."""
    for option in _secret_options(bench):
        async with bench.open() as well:
            wrong = f"wrong{well.options[option]}"
        async with bench.open(options={option: wrong}) as shop:
            found = await shop.store.check()
            problems = [each for each in found if each.grade is Grade.PROBLEM]
            expect(problems, f"with a wrong {option} it finds no problem")
            expect(any(each.advice for each in problems), f"with a wrong {option} it gives no advice: {problems}")


@CHECKS.add
async def check_finds_a_store_that_is_down(bench: Bench) -> None:
    """check() tells a store that can't be reached, or whose answers break off, as a problem and never raises."""
    for unplugged in (True, False):
        async with bench.open() as shop:
            shop.line.unplugged, shop.sandbox.down = unplugged, not unplugged
            expect(_told(await shop.store.check(), Grade.PROBLEM), "it finds no problem although nobody answers")


@CHECKS.add
async def check_turns_every_trouble_into_a_finding(bench: Bench) -> None:
    """check() raises nothing and finds something, whatever the store answers: it is there for when things are wrong."""
    for fault in Fault:
        async with bench.open() as shop:
            shop.line.fault = fault
            found = await shop.store.check()
            wrong = _told(found, Grade.PROBLEM) + _told(found, Grade.WARNING)
            expect(wrong or fault is Fault.JUNK_BEFORE_JSON, f"it finds nothing wrong with {fault}")


@CHECKS.add
async def no_text_shows_a_secret(bench: Bench) -> None:
    """No secret stands in a finding, an error or what caused it, because those are shown, logged and sent to others."""
    for fault in (None, *Fault):
        async with bench.open() as shop:
            secrets = bench.secrets(shop.options)
            shop.line.fault = fault
            for call in _calls(shop):
                found = await _overheard(call)
                expect(not leaks(found, secrets), f"a secret can be read after {fault or 'no fault'}")
    for option in _secret_options(bench, needed=False):
        async with bench.open(options={option: "wrong-but-secret-5150"}) as shop:
            found = await _overheard(shop.store.check) + await _overheard(shop.listings)
            expect(not leaks(found, bench.secrets(shop.options)), f"a wrong {option} can be read")


@CHECKS.add
async def its_own_text_hides_secrets(bench: Bench) -> None:
    """No secret shows in the connector's repr or its parts', which land in a log when something unforeseen happens."""
    async with bench.open() as shop:
        package = type(shop.store).__module__.rpartition(".")[0]
        for part in _parts(shop.store, package):
            expect(not leaks([repr(part)], bench.secrets(shop.options)), f"the repr of {type(part).__name__} shows one")


@CHECKS.add
async def close_leaves_nothing(bench: Bench) -> None:
    """close() gives the connections back and leaves no task running, so that the daemon can end at any time."""
    async with bench.open() as shop:
        await shop.store.check()
        await shop.listings()
        pages = shop.store.orders(shop.clock.now() - 3_600_000, shop.clock.now())
        del pages
    expect(shop.line.closed, "the HTTP line is still open")
    left = await bench.settled_tasks()
    expect(not left, f"still running: {[task.get_name() for task in left]}")


def _secret_options(bench: Bench, *, needed: bool = True) -> list[str]:
    found = [
        option.name
        for option in bench.plugin.options
        if option.type is OptionType.SECRET and (option.required or not needed)
    ]
    if not found and needed:
        raise NotApplicable("it has no secret that is required")
    return found


def _told(found: Sequence[Finding], grade: Grade) -> str:
    return "; ".join(each.text for each in found if each.grade is grade)


Call = Callable[[], Awaitable[object]]


def _calls(shop: Shop) -> Sequence[Call]:
    """The calls that speak to the store."""

    async def push() -> None:
        shop.line.fault, fault = None, shop.line.fault
        (listing,) = await shop.simple(1)
        shop.line.fault = fault
        await shop.store.push([PushItem(listing.ref, stock=7 * PIECE)], "secrets")

    now = shop.clock.now()

    async def orders() -> None:
        async for _ in shop.store.orders(now - 60_000, now):
            pass

    async def listings() -> None:
        async for _ in shop.store.listings():
            pass

    return (shop.store.check, listings, orders, push)


async def _overheard(call: Call) -> list[str]:
    """Every text that a call gives or raises."""
    try:
        answer = await call()
    except ConnectorError as error:
        return _chain(error)
    return [repr(answer)] if isinstance(answer, Sequence) else []


def _chain(error: BaseException) -> list[str]:
    """An error's texts, and those of what led to it: a traceback in a log shows them all."""
    texts: list[str] = []
    while True:
        texts += [str(error), repr(error), repr(vars(error))]
        following = error.__cause__ or error.__context__
        if following is None:
            return texts
        error = following


def _parts(thing: object, package: str, depth: int = 4) -> Iterator[object]:
    """An object and what the plugin's own objects in it are made of."""
    yield thing
    if not depth:
        return
    names = [*getattr(thing, "__dict__", ()), *getattr(type(thing), "__slots__", ())]
    for value in (getattr(thing, name, None) for name in names):
        if type(value).__module__.startswith(package):
            yield from _parts(value, package, depth - 1)

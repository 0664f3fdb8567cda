"""Whether everything that can go wrong becomes an error of the protocol, of the kind that the engine acts on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

from omnisync.connect.sandbox import Fault
from omnisync.connect.store import PushItem, ReadBack
from omnisync.errors import (
    AuthFailed,
    ConnectorError,
    NotSent,
    RateLimited,
    Repeated,
    Unavailable,
    UnknownOutcome,
)  # fmt: skip
from omnisync.model.quantity import PIECE
from omnisync.testing.conformance.figures import shows, taken
from omnisync.testing.conformance.result import Checks, Failed, expect
from omnisync.testing.conformance.store_bench import Bench, Shop, gathered

CHECKS: Checks[Bench] = Checks("faults")

_LONGEST_WAIT = 86_400_000
_LONGEST_LAG = 900

Call = Callable[[], Awaitable[object]]
Kinds = tuple[type[ConnectorError], ...]


@CHECKS.add
async def a_refused_key_is_auth_failed(bench: Bench) -> None:
    """401 and 403 are AuthFailed everywhere: only a person can mend that, and nothing is sent until then."""
    for fault in (Fault.UNAUTHORIZED, Fault.FORBIDDEN):
        await _reads(bench, fault, (AuthFailed,))
        await _push(bench, fault, (AuthFailed,))


@CHECKS.add
async def a_rate_limit_names_its_end(bench: Bench) -> None:
    """429 is RateLimited with a time in the future, so that waiting is no failure and ends by itself."""
    for errors in (
        await _reads(bench, Fault.RATE_LIMITED, (RateLimited,)),
        await _push(bench, Fault.RATE_LIMITED, (RateLimited,)),
    ):
        for now, error in errors:
            assert isinstance(error, RateLimited)
            wait = error.until - now
            expect(0 < wait <= _LONGEST_WAIT, f"it is to be waited for {wait / 1000:.0f} seconds")


@CHECKS.add
async def a_broken_server_is_unavailable(bench: Bench) -> None:
    """500 and 503 are Unavailable to a read, and leave a push unsent or its outcome open: a later try is right."""
    for fault in (Fault.SERVER_ERROR, Fault.UNAVAILABLE):
        await _reads(bench, fault, (Unavailable,))
        await _push(bench, fault, (Unavailable, UnknownOutcome))


@CHECKS.add
async def what_is_not_the_interface_is_unavailable(bench: Bench) -> None:
    """A page, a redirect or text before the JSON is Unavailable to a read, never an empty store or a crash."""
    for fault in (Fault.HTML, Fault.MOVED):
        await _reads(bench, fault, (Unavailable,))
        await _push(bench, fault, (Unavailable, UnknownOutcome))
    # A connector may be able to see through the text.
    await _reads(bench, Fault.JUNK_BEFORE_JSON, (Unavailable,), may_work=True)
    await _push(bench, Fault.JUNK_BEFORE_JSON, (UnknownOutcome,), may_work=True)


@CHECKS.add
async def a_cut_read_is_unavailable(bench: Bench) -> None:
    """A read that gets no answer, or too late, is Unavailable or NotSent: nothing was changed by it."""
    for fault in (Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.SLOW):
        await _reads(bench, fault, (Unavailable, NotSent))


@CHECKS.add
async def a_cut_push_is_an_unknown_outcome(bench: Bench) -> None:
    """A push without an answer is UnknownOutcome, because it may have been carried out and must be looked up first."""
    for fault in (Fault.CUT_AFTER, Fault.SLOW):
        await _push(bench, fault, (UnknownOutcome,))
    await _push(bench, Fault.CUT_BEFORE, (UnknownOutcome, NotSent))


@CHECKS.add
async def no_connection_is_not_sent(bench: Bench) -> None:
    """A push that finds nobody is NotSent and safe to repeat; a read may call it Unavailable."""
    async with bench.open() as shop:
        push = await _prepared_push(shop)
        shop.line.unplugged = True
        await _raises(shop, "push()", push, (NotSent,))
        for name, read in (await _read_calls(shop, offline=True)).items():
            await _raises(shop, name, read, (NotSent, Unavailable))


@CHECKS.add
async def a_push_is_never_repeated(bench: Bench) -> None:
    """After a cut the connector writes nothing again by itself: only the engine knows whether that is right."""
    async with bench.open() as shop:
        push = await _prepared_push(shop)
        shop.line.listen()
        await push()
        usual = shop.line.writes()
    for fault in (Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.UNAVAILABLE, Fault.RATE_LIMITED):
        async with bench.open() as shop:
            push = await _prepared_push(shop)
            shop.line.listen()
            shop.line.fault, shop.line.only_writes = fault, True
            await _raises(shop, "push()", push, (ConnectorError,))
            expect(shop.line.writes() <= usual, f"after {fault} it wrote {shop.line.writes()} times instead of {usual}")


@CHECKS.add
async def a_lost_answer_can_be_looked_up(bench: Bench) -> None:
    """What was carried out although its answer got lost is seen by read(), or told as Repeated when sent again."""
    async with bench.open() as shop:
        (listing,) = await shop.simple(1)
        item = PushItem(listing.ref, stock=3 * PIECE)
        shop.line.fault, shop.line.only_writes = Fault.CUT_AFTER, True
        await _raises(shop, "push()", lambda: shop.store.push([item], "k1"), (UnknownOutcome,))
        shop.line.fault = None
        await shop.clock.sleep(_LONGEST_LAG / 3)
        if shop.can.read_back is not ReadBack.NONE:
            await shows(shop, listing, item)
        try:
            taken(await shop.push([item]))
        except Repeated:
            expect(shop.can.repeat_window, "it raises Repeated, but its repeat_window is 0")
        await shows(shop, listing, item)


@CHECKS.add
async def trouble_passes(bench: Bench) -> None:
    """When the trouble is over, the same connector works again, for it is made once and lives as long as the daemon."""
    for fault in Fault:
        async with bench.open() as shop:
            shop.line.fault = fault
            walk = (await _read_calls(shop, offline=True))["listings()"]
            await _raises(shop, "listings()", walk, (ConnectorError,), may_work=True)
            shop.line.fault = None
            (listing,) = await shop.simple(1)
            taken(await shop.push([PushItem(listing.ref, stock=3 * PIECE)]))


async def _reads(
    bench: Bench, fault: Fault, kinds: Kinds, *, may_work: bool = False
) -> list[tuple[int, ConnectorError]]:
    """The errors of all reading calls under this fault, with the time of each."""
    async with bench.open() as shop:
        names = [*await _read_calls(shop)]
    errors: list[tuple[int, ConnectorError]] = []
    for name in names:
        async with bench.open() as shop:
            call = (await _read_calls(shop))[name]
            shop.line.fault = fault
            errors += await _raises(shop, f"{name} under {fault}", call, kinds, may_work=may_work)
    return errors


async def _push(
    bench: Bench, fault: Fault, kinds: Kinds, *, may_work: bool = False
) -> list[tuple[int, ConnectorError]]:
    """The error of a push whose writing request meets this fault."""
    async with bench.open() as shop:
        push = await _prepared_push(shop)
        shop.line.fault, shop.line.only_writes = fault, True
        return await _raises(shop, f"push() under {fault}", push, kinds, may_work=may_work)


async def _prepared_push(shop: Shop) -> Call:
    (listing,) = await shop.simple(1)
    return lambda: shop.store.push([PushItem(listing.ref, stock=8 * PIECE)], "k1")


async def _read_calls(shop: Shop, *, offline: bool = False) -> Mapping[str, Call]:
    """Every call that only reads; what they need is prepared while the store still answers."""
    now = shop.clock.now()
    calls: dict[str, Call] = {
        "listings()": lambda: gathered(shop.store.listings()),
        "orders()": lambda: gathered(shop.store.orders(now - 3_600_000, now)),
    }
    if offline:
        return calls
    (listing,) = await shop.simple(1)
    if shop.can.read_back is not ReadBack.NONE:
        calls["read()"] = lambda: shop.store.read([listing.ref])
    if shop.can.receipt:
        items = [PushItem(listing.ref, stock=8 * PIECE)]
        receipt = (await shop.store.push(items, "k0")).receipt
        calls["results()"] = lambda: shop.store.results(receipt, items)
    return calls


async def _raises(
    shop: Shop, what: str, call: Call, kinds: Kinds, *, may_work: bool = False
) -> list[tuple[int, ConnectorError]]:
    """The error that the call raises, with the time. Raises Failed for another one, or for none."""
    try:
        await call()
    except kinds as error:
        expect(str(error).strip(), f"the {type(error).__name__} of {what} says nothing")
        return [(shop.clock.now(), error)]
    except Exception as error:
        raise Failed(f"{what} raises {type(error).__name__}, not {_either(kinds)}: {error}") from error
    expect(may_work, f"{what} raises nothing, although it can't have worked; {_either(kinds)} is expected")
    return []


def _either(kinds: Iterable[type[ConnectorError]]) -> str:
    return " or ".join(kind.__name__ for kind in kinds)

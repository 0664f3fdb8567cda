"""What the connector says and raises when a shop is slow, down, hostile or wrongly configured."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from omnisync.connect.sandbox import Fault, Profile
from omnisync.connect.store import ListingRef
from omnisync.errors import (
    AuthFailed,
    ConfigurationError,
    ConnectorError,
    NotSent,
    RateLimited,
    Unavailable,
    UnknownOutcome,
)
from omnisync.testing.clock import ManualClock

from .woocommerce_shop import HTTP, HTTPS, MUG, SHIRT, many, opened, stock


async def test_junk_before_the_json_is_a_fault_of_its_own() -> None:
    async with opened(MUG) as shop:
        (mug,) = (await shop.listings()).values()
        shop.sandbox.next_faults = [Fault.JUNK_BEFORE_JSON]
        with pytest.raises(Unavailable, match="prints text in front of its answers: '<!-- plugin says hi -->'"):
            await shop.listings()
        shop.sandbox.next_faults = [Fault.JUNK_BEFORE_JSON]
        with pytest.raises(UnknownOutcome, match="plugin says hi"):
            await shop.push(stock(mug, 5))
        assert shop.sandbox.figures()[0].stock == 5, "it was carried out: the engine has to look"


async def test_a_time_out_of_a_batch_is_an_unknown_outcome() -> None:
    async with opened(MUG) as shop:
        (mug,) = (await shop.listings()).values()
        for fault in (Fault.SLOW, Fault.CUT_AFTER, Fault.SERVER_ERROR):
            shop.sandbox.next_faults = [fault]
            with pytest.raises(UnknownOutcome):
                await shop.push(stock(mug, 5))


async def test_a_read_that_is_repeated_over_http_is_signed_anew() -> None:
    """A shop takes a nonce once: the same signature twice would look like a refused key."""
    async with opened(MUG, address=HTTP) as shop:
        await shop.listings()
        shop.sandbox.next_faults = [Fault.CUT_AFTER, Fault.CUT_AFTER]
        assert len(await shop.listings()) == 1
        assert shop.sandbox.next_faults == []


class PatientClock(ManualClock):
    """Lets a client's patience (a long sleep) last as long as the answer takes."""

    patience = 0.0

    async def sleep(self, seconds: float) -> None:
        if seconds < 30:
            await super().sleep(seconds)
            return
        self.patience = seconds
        await asyncio.Event().wait()


async def test_a_batch_of_a_hundred_is_slow_and_is_waited_for() -> None:
    clock = PatientClock()
    async with opened(*many(100), profile=Profile.REALISTIC, clock=clock) as shop:
        listings = (await shop.listings()).values()
        started = clock.now()
        results = await shop.push(*(stock(listing, 1) for listing in listings))
        assert all(result.stock == 1000 for result in results.values())
        assert 8000 <= clock.now() - started < clock.patience * 1000
        assert clock.patience >= 60


async def test_maintenance_is_waited_for() -> None:
    async with opened(MUG) as shop:
        (mug,) = (await shop.listings()).values()
        shop.sandbox.next_faults = [Fault.UNAVAILABLE]
        with pytest.raises(Unavailable) as caught:
            await shop.push(stock(mug, 5))
        assert caught.value.until == shop.clock.now() + 600_000


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.UNAUTHORIZED, AuthFailed),
        (Fault.FORBIDDEN, AuthFailed),
        (Fault.RATE_LIMITED, RateLimited),
        (Fault.HTML, Unavailable),
        (Fault.MOVED, Unavailable),
        (Fault.CUT_BEFORE, Unavailable),
    ],
)
async def test_faults_of_a_read(fault: Fault, error: type[Exception]) -> None:
    async with opened(MUG) as shop:
        await shop.listings()
        shop.sandbox.rates = {fault: 1.0}
        with pytest.raises(error):
            await shop.listings()


@pytest.mark.parametrize("seed", range(3))
async def test_a_hostile_shop_gives_only_errors_of_the_protocol(seed: int) -> None:
    async with opened(MUG, SHIRT, profile=Profile.HOSTILE, address=HTTP) as shop:
        shop.sandbox.rng.seed(seed)
        worked: Counter[str] = Counter()
        for _ in range(60):
            try:
                listings = (await shop.listings()).values()
                await shop.push(*(stock(listing, 1) for listing in listings if not listing.ref.group))
                await shop.orders()
                worked["all"] += 1
            except RateLimited as error:
                worked["waited"] += 1
                shop.clock.set(error.until)
            except ConnectorError as error:
                worked[type(error).__name__] += 1
        assert worked["all"] > 10
        assert len(worked) > 3


async def test_a_shop_that_is_not_there() -> None:
    async with opened(MUG) as shop:
        with pytest.raises(NotSent):
            await shop.connect("https://elsewhere.test").read([ListingRef("1")])


async def test_read_only_key_cannot_push() -> None:
    async with opened(MUG) as shop:
        (mug,) = (await shop.listings()).values()
        reader = shop.connect(**shop.sandbox.read_only_options)
        assert await reader.read([mug.ref])
        with pytest.raises(AuthFailed, match="Read/Write"):
            await reader.push([stock(mug, 1)], "key")


@pytest.mark.parametrize("address", [HTTPS, HTTP])
@pytest.mark.parametrize("plain", [False, True])
async def test_a_shop_in_a_subfolder(address: str, plain: bool) -> None:
    async with opened(MUG, folder="/magazin/shop", address=address) as shop:
        shop.sandbox.plain_permalinks = plain
        (mug,) = (await shop.listings()).values()
        assert (await shop.push(stock(mug, 3)))[mug.ref.remote_id].stock == 3000


@pytest.mark.parametrize(
    "address",
    [
        "shop.test",
        "https://SHOP.test:443/",
        " https://shop.test/wp-json/wc/v3/ ",
        "https://shop.test/wp-admin/admin.php",
    ],
)
async def test_the_address_as_people_copy_it(address: str) -> None:
    async with opened(MUG) as shop:
        (mug,) = [row async for page in shop.connect(address).listings() for row in page]
        assert mug.code == "CANA-330"


@pytest.mark.parametrize(
    "address", ["", "ftp://shop.test", "https://", "https://key:secret@shop.test", "http://a:99999"]
)
async def test_what_is_no_address(address: str) -> None:
    async with opened() as shop:
        with pytest.raises(ConfigurationError):
            shop.connect(address)


async def test_every_request_over_http_has_a_nonce_of_its_own() -> None:
    async with opened(*many(250), address=HTTP) as shop:
        assert len(await shop.listings()) == 250, "a repeated nonce would be refused"


async def test_secrets_are_in_no_error() -> None:
    async with opened(MUG) as shop:
        texts: list[str] = []
        for options in ({"consumer_key": "ck_topsecret"}, {"consumer_secret": "cs_topsecret"}):
            for address in (HTTP, HTTPS):
                with pytest.raises(AuthFailed) as caught:
                    await shop.connect(address, **options).read([ListingRef("1")])
                texts.append(str(caught.value))
        assert len(set(texts)) == 4, "each says something else"
        assert "topsecret" not in " ".join(texts)

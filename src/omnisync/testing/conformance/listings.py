"""What listings() and read() give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from omnisync.connect.store import ListingRef, ReadBack, RemoteListing
from omnisync.errors import Rejected
from omnisync.model.money import Money
from omnisync.model.quantity import PIECE
from omnisync.testing.conformance.result import Checks, NotApplicable, expect, listed
from omnisync.testing.conformance.store_bench import Bench, Shop, apart, code_of

CHECKS: Checks[Bench] = Checks("listings")

_MANY = 520
"""Products: more than two pages of any platform that is known (the largest page holds 250)."""

_PECULIAR = 7731
"""Pieces that nothing else in an answer is likely to be."""


@CHECKS.add
async def every_listing_comes_once(bench: Bench) -> None:
    """listings() gives each listing of many pages exactly once: one that is left out would be taken for deleted."""
    async with bench.open(count=_MANY) as shop:
        found = Counter(each.ref.remote_id for each in await shop.listings())
        twice = [remote_id for remote_id, times in found.items() if times > 1]
        missing = {figure.remote_id for figure in shop.sandbox.figures()} - set(found)
        expect(not missing, f"{len(missing)} of {len(shop.sandbox.figures())} are missing: {listed(missing)}")
        expect(not twice, f"these come more than once: {listed(twice)}")


@CHECKS.add
async def an_empty_store_has_no_listings(bench: Bench) -> None:
    """A store without products gives no listing and no error, because every shop begins like that."""
    async with bench.open(products=[]) as shop:
        expect(not await shop.listings(), "it gives listings that are not there")


@CHECKS.add
async def listings_show_the_stores_figures(bench: Bench) -> None:
    """A listing carries the stock in thousandths and the price in minor units just as the store shows them."""
    async with bench.open(count=40) as shop:
        _compare(shop, await shop.listings())


@CHECKS.add
async def prices_without_decimals_stay_whole(bench: Bench) -> None:
    """In a currency without decimals (HUF) 2990 is read as 2990 forints, not as 29.90 or 299000."""
    async with bench.open(currency="HUF") as shop:
        (listing,) = await shop.simple(1)
        shop.sandbox.edit(listing.ref.remote_id, price="2990")
        price = (await shop.by_code())[code_of(0)].price
        expect(price == Money(2990, "HUF"), f"2990 HUF were read as {price}")


@CHECKS.add
async def listings_can_be_matched(bench: Bench) -> None:
    """A listing tells its code or barcode, and its name as plain text, or a person would have to match it by hand."""
    async with bench.open() as shop:
        for code, listing in (await shop.by_code()).items():
            known = {listing.code, *listing.barcodes}
            expect(code in known or listing.barcodes, f"{code} can only be known by {sorted(known)}")
            expect(listing.name.strip(), f"{code} has no name")
            expect("&amp;" not in listing.name, f"its name is not plain text: {listing.name!r}")


@CHECKS.add
async def names_of_listings_are_texts(bench: Bench) -> None:
    """remote_id is not empty, and every part of a ListingRef is a text, because they are stored as texts."""
    async with bench.open() as shop:
        for listing in await shop.listings():
            ref = listing.ref
            texts = (ref.remote_id, ref.key, ref.group, *ref.extra, *ref.extra.values())
            expect(ref.remote_id and all(isinstance(text, str) for text in texts), f"{ref} is not made of texts")


@CHECKS.add
async def names_of_listings_stay(bench: Bench) -> None:
    """remote_id and group stay the same while figures change, because orders and pushes name a listing by them."""
    async with bench.open() as shop:
        before = await shop.by_code()
        for listing in before.values():
            shop.sandbox.edit(listing.ref.remote_id, stock=3, price="55.50")
        after = await shop.by_code()
        for code, listing in before.items():
            names = [(each.ref.remote_id, each.ref.group) for each in (listing, after[code])]
            expect(names[0] == names[1], f"{code} was called {names[0]} and now {names[1]}")


@CHECKS.add
async def one_that_can_not_be_read_hides_no_other(bench: Bench) -> None:
    """A listing whose stock makes no sense is Rejected with its remote_id in `item`; the walk goes on to the others."""
    async with bench.open(count=_MANY) as shop:
        names = {each.ref.remote_id for each in await shop.listings()}
        (spoilt,) = await shop.simple(1)
        shop.sandbox.edit(spoilt.ref.remote_id, stock=_PECULIAR)
        shop.line.listen()
        await shop.listings()
        _spoil(shop)
        found, aside = await apart(shop.store.listings())
        told = {each.ref.remote_id for each in found}
        expect(aside == {spoilt.ref.remote_id}, f"{spoilt.ref.remote_id} can't be read, it sets {listed(aside)} aside")
        expect(told == names - aside, f"of {len(names) - 1} others it gives {len(told)}")


def _spoil(shop: Shop) -> None:
    """The next answers are as many as those just heard, with nonsense in the place of the peculiar stock."""
    if not any(_without_stock(answer) != answer for answer in shop.line.answers):
        raise NotApplicable("its answers don't hold a stock as it is")
    places = range(len(shop.line.answers))
    shop.line.listen()
    shop.line.damage = dict.fromkeys(places, _without_stock)


def _without_stock(said: Any) -> Any:
    """An answer in which the peculiar stock has become what no stock can be."""
    if isinstance(said, dict):
        return {key: _without_stock(value) for key, value in said.items()}
    if isinstance(said, list):
        return [_without_stock(value) for value in said]
    return {"?": "?"} if said in (_PECULIAR, str(_PECULIAR)) else said


@CHECKS.add
async def read_gives_just_what_was_asked(bench: Bench) -> None:
    """read() gives the listings asked for, with their figures now, and no others, even of one parent."""
    async with bench.open() as shop:
        _readable(shop)
        some = list((await shop.by_code()).values())[1::2]
        for listing in some:
            shop.sandbox.edit(listing.ref.remote_id, stock=4)
        found = await shop.read_refs([each.ref for each in some])
        told = Counter(each.ref.remote_id for each in found)
        expect(told == Counter(each.ref.remote_id for each in some), f"asked for {len(some)}, it gave {dict(told)}")
        _compare(shop, found)


@CHECKS.add
async def read_leaves_missing_ones_out(bench: Bench) -> None:
    """A listing that the store no longer has is left out of what read() gives, and the others are still there."""
    stranger = await stranger_to(bench)
    async with bench.open() as shop:
        _readable(shop)
        known = await shop.simple(2)
        found = await shop.read_refs([known[0].ref, stranger, known[1].ref])
        told = {each.ref.remote_id for each in found}
        expect(told == {each.ref.remote_id for each in known}, f"it gave {listed(told)}")
        expect(not await shop.store.read([stranger]), "it gave a listing that is not there")


@CHECKS.add
async def read_sets_one_that_can_not_be_read_apart(bench: Bench) -> None:
    """Of several listings read at once, one whose stock makes no sense is a Rejected that names it; the others are given."""
    async with bench.open() as shop:
        _readable(shop)
        known = await shop.simple(3)
        refs, spoilt = [each.ref for each in known], known[1].ref.remote_id
        shop.sandbox.edit(spoilt, stock=_PECULIAR)
        shop.line.listen()
        await shop.read_refs(refs)
        _spoil(shop)
        found = await shop.patiently(lambda: shop.store.read(refs))
        aside = [each.item for each in found if isinstance(each, Rejected)]
        told = {each.ref.remote_id for each in found if not isinstance(each, Rejected)}
        expect(aside == [spoilt], f"{spoilt} can't be read, it sets {listed(aside)} apart")
        expect(told == {ref.remote_id for ref in refs} - {spoilt}, f"of the others it gives {listed(told)}")


@CHECKS.add
async def read_takes_as_many_as_it_says(bench: Bench) -> None:
    """read() takes read_batch listings in one call and gives them all, because the engine asks for that many."""
    async with bench.open() as shop:
        _readable(shop)
        most = min(shop.can.read_batch, _MANY)
    async with bench.open(count=most) as shop:
        asked = await shop.simple(most)
        found = await shop.read(asked)
        expect(len(found) == most, f"of {most} it gave {len(found)}")


async def stranger_to(bench: Bench) -> ListingRef:
    """A well-formed listing of which a shop of the bench's usual size knows nothing."""
    async with bench.open(count=30) as larger:
        return (await larger.by_code())[code_of(29)].ref


def _readable(shop: Shop) -> None:
    if shop.can.read_back is ReadBack.NONE:
        raise NotApplicable("its platform shows no figures (ReadBack.NONE)")


def _compare(shop: Shop, found: Sequence[RemoteListing]) -> None:
    figures = {figure.remote_id: figure for figure in shop.sandbox.figures()}
    for listing in found:
        figure = figures.get(listing.ref.remote_id)
        if figure is None:
            continue
        stock = figure.stock * PIECE
        expect(listing.stock == stock, f"{figure.code} has {figure.stock} pieces, it was read as {listing.stock}")
        if listing.takes_price:
            price = Money.of(Decimal(figure.price), shop.currency)
            expect(listing.price == price, f"{figure.code} costs {price}, it was read as {listing.price}")

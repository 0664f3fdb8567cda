"""What goes out to one store: one batch at a time, its receipt, its outcome, and seeing it there.

The order of things is the safety: the batch is in the log before the request goes out; a lost answer
is looked up at the store before the same body is sent again (P5); an accepted figure counts as
confirmed only when it was seen (P4); while reading is broken nothing is sent, so an outage is one
write per listing however long it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from omnisync.connect.store import ItemResult, PushAnswer, ReadBack, RemoteListing
from omnisync.errors import ConnectorError, NotSent, RateLimited, Rejected, Repeated, Unavailable, UnknownOutcome
from omnisync.log import outbox
from omnisync.log.rows import BatchRow
from omnisync.log.writer import Change
from omnisync.model.events import (
    BatchAnswered,
    BatchDropped,
    BatchItem,
    BatchLost,
    BatchOutcome,
    BatchSent,
    Kind,
)  # fmt: skip
from omnisync.ports import Ids
from omnisync.sync import read_back
from omnisync.sync.planning import Batch, Wait, plan, push_items
from omnisync.sync.store import StoreSync

_SLOW, _QUICK = 8_000, 3_000
"""Milliseconds of a call above which batches shrink, below which they grow again."""

_SMALLEST = 10
"""Items below which a slow store's batches don't shrink."""

_WARY = 3_600_000
"""Milliseconds for which batches don't grow again after one that was too much for the store."""

_LOOKS = (2_000, 10_000, 30_000)
"""Milliseconds after a lost answer at which the store is looked at, before the batch is sent again."""

_LOOKS_AFTER_STOP = (0, 1_000)
"""The same for a batch that a stop of the daemon cut off. Nobody is at the other end of that request any more, so
it needs no half minute of patience: either it has arrived, or the same body again does no harm."""

_AGAIN = 60_000
"""Milliseconds before an item that the store refused for now is tried again."""

_NO_ANSWER = "no answer came to it twice"


class Pusher:
    """Pushes one store's figures. ``step`` does what is due and says when to be called next."""

    def __init__(self, store: StoreSync, ids: Ids, *, may_raise: Callable[[], bool] = lambda: True) -> None:
        self._store = store
        self._may_raise = may_raise
        self._ids = ids
        self._most = store.connector.capabilities.max_batch
        self._polls = 0
        self._looks = 0
        self._looks_at: Sequence[int] = _LOOKS_AFTER_STOP
        self._next_poll = 0
        self._lost_again = ""
        """The key of the batch whose second answer in a row got lost."""
        self._wary_until = 0
        self._planned = 0
        """Where the log stood when the last batch was planned."""

    async def step(self) -> int | None:
        """Do one thing that is due; answers when there is more (milliseconds UTC), None: when woken."""
        store, health = self._store, self._store.health
        if health.paused:
            return None
        now = store.clock.now()
        if health.read.broken:
            # Half open: reading must work again first; the order pull tries that and wakes us.
            return None
        if (blocked := max(health.write.next_try, health.read.next_try)) > now:
            return blocked
        try:
            return await self._step(now)
        except Unavailable as error:
            # Reads say Unavailable: nothing was written, the batch stays as it is.
            await store.failed(store.health.read, error)
            store.wake_orders.set()
        except ConnectorError as error:
            await store.failed(store.health.write, error)
        return max(health.write.next_try, store.clock.now())

    async def _step(self, now: int) -> int | None:
        open_batch = await self._store.log.transact(lambda change: outbox.open_batch(change.state, self._store.name))
        if open_batch is not None:
            batch, items = open_batch
            if batch.state == "made":
                await self._lose(batch.key, "stopped before the answer was known", _LOOKS_AFTER_STOP)
                return now
            if batch.state == "lost":
                return await self._look_up(batch, items)
            return await self._poll(batch, items)
        looked = await read_back.see_accepted(self._store, now, self._planned)
        if looked and not await read_back.must_fall(self._store, self._planned):
            return now
        until = await self._send_next()
        return now if looked else until

    # Sending.

    async def _send_next(self) -> int | None:
        store = self._store
        batch = await store.log.transact(self._plan)
        if isinstance(batch, Wait):
            return batch.until
        await self._send(batch)
        return store.clock.now()

    def _plan(self, change: Change) -> Batch | Wait:
        self._planned = change.next_seq - 1
        can, raises = self._store.connector.capabilities, self._may_raise()
        return plan(change, self._store.name, self._ids.new(), can, self._most, falling_only=not raises)

    async def _send(self, batch: Batch) -> None:
        store = self._store
        began = store.clock.now()
        store.health.calls += 1
        try:
            answer = await store.connector.push(batch.push, batch.key)
        except Repeated as error:
            # The platform has this very request already: an earlier answer of it got lost.
            await self._lose(batch.key, str(error))
            return
        except UnknownOutcome as error:
            await self._lose(batch.key, str(error))
            store.told.warning("batch.lost", batch=batch.key, reason=str(error))
            return
        except Rejected as error:
            await self._refused(batch, error)
            return
        except ConnectorError as error:
            await store.log.append(BatchDropped(store.name, batch.key, str(error)))
            raise
        self._adapt(store.clock.now() - began)
        await self._accepted(batch, answer)

    async def _accepted(self, batch: Batch, answer: PushAnswer) -> None:
        store = self._store
        store.health.last_push = store.clock.now()
        await store.worked(store.health.write)
        if store.connector.capabilities.receipt:
            await store.log.append(BatchSent(store.name, batch.key, answer.receipt))
            self._polls = self._looks = 0
            self._next_poll = store.clock.now() + int(store.connector.capabilities.receipt_polls[0] * 1000)
            store.told.info("batch.sent", batch=batch.key, items=len(batch.items), receipt=answer.receipt)
        else:
            await self._answered(batch.key, answer.results)

    def _adapt(self, took: int) -> None:
        """Smaller batches on a slow store, larger ones when it is quick again."""
        if took > _SLOW:
            self._most = max(min(_SMALLEST, self._most), self._most // 2)
        elif took < _QUICK and self._store.clock.now() >= self._wary_until:
            self._most = min(self._store.connector.capabilities.max_batch, self._most * 2)

    # Outcomes.

    async def _poll(self, batch: BatchRow, items: Sequence[BatchItem]) -> int:
        store = self._store
        now = store.clock.now()
        if self._next_poll > now:
            return self._next_poll
        capabilities = store.connector.capabilities
        if capabilities.receipt_life and now - batch.sent_at > capabilities.receipt_life * 1000:
            await self._lose(batch.key, "its receipt has expired")
            return now
        push = await store.log.transact(
            lambda change: push_items(change, store.name, items, change.state.rules()[store.name])
        )
        store.health.calls += 1
        try:
            results = await store.connector.results(batch.receipt, push)
        except Rejected as error:
            await self._lose(batch.key, error.words)
            return now
        await store.worked(store.health.read)
        if results is not None:
            await self._answered(batch.key, results)
            return store.clock.now()
        self._polls += 1
        delay = capabilities.receipt_polls[min(self._polls, len(capabilities.receipt_polls) - 1)]
        self._next_poll = now + int(delay * 1000)
        return self._next_poll

    async def _answered(self, key: str, results: Sequence[ItemResult]) -> None:
        store = self._store
        again_at = store.clock.now() + _AGAIN
        outcomes = tuple(
            BatchOutcome(
                result.remote_id, "" if result.temporary else result.refused, again_at if result.temporary else 0,
                result.stock, result.price.minor if result.price else None,
            )
            for result in results
        )  # fmt: skip
        await store.log.append(BatchAnswered(store.name, key, outcomes))
        self._looks = 0
        refused = [result for result in results if result.refused]
        store.told.info("batch.confirmed", batch=key, items=len(results), refused=len(refused))
        for result in refused[:20]:
            store.told.warning("item.refused", listing=result.remote_id, reason=result.refused)

    async def _lose(self, key: str, reason: str, looks_at: Sequence[int] = _LOOKS) -> None:
        self._looks, self._looks_at = 0, looks_at
        await self._store.log.append(BatchLost(self._store.name, key, reason))

    # Looking up what got lost.

    async def _look_up(self, batch: BatchRow, items: Sequence[BatchItem]) -> int:
        """See at the store whether a lost batch arrived; after the last look send the same again (P5)."""
        store = self._store
        now = store.clock.now()
        shows = store.connector.capabilities.read_back is not ReadBack.NONE
        due = batch.sent_at + self._looks_at[min(self._looks, len(self._looks_at) - 1) if shows else -1]
        if due > now:
            return due
        if shows:
            if await self._arrived(batch, items):
                return store.clock.now()
            self._looks += 1
            if self._looks < len(self._looks_at):
                return batch.sent_at + self._looks_at[self._looks]
        # What makes a figure look as if it had not arrived is often a sale. After a stop any pull since then tells it.
        if not await store.pull_orders(since=0 if self._looks_at is _LOOKS_AFTER_STOP else None):
            return store.clock.now()
        if self._lost_again != batch.key or not await self._taken_apart(batch.key, items):
            again = await store.log.transact(lambda change: self._still_good(change, batch.key, items))
            if again is not None:
                await self._send_again(again)
        return store.clock.now()

    async def _taken_apart(self, key: str, items: Sequence[BatchItem]) -> bool:
        """Twice no answer came, and the store can be read: the batch may be too much for its time limit, or one item break it.

        Halves get through, and in the end what breaks it stands alone and lets the others go before it. One that
        nothing waits for stays as it is.
        """
        store = self._store

        def take(change: Change) -> bool:
            if len(items) > 1:
                change.append(BatchDropped(store.name, key, _NO_ANSWER))
                return True
            others = outbox.due(change.state, store.name, change.at, 1, grouped=False)
            if others:
                change.append(
                    BatchAnswered(store.name, key, (BatchOutcome(items[0].remote_id, "", change.at + _AGAIN),))
                )
            return bool(others)

        self._most = max(1, len(items) // 2)
        self._wary_until = store.clock.now() + _WARY
        return await store.log.transact(take)

    def _still_good(self, change: Change, key: str, items: Sequence[BatchItem]) -> Batch | None:
        """The batch as it was, if it may go once more; else it is dropped, and what is wanted now goes in a new one.

        The store may have sold of it meanwhile: the same body would raise the figure above what is left (P3).
        """
        store, state = self._store.name, change.state
        push = push_items(change, store, items, state.rules()[store])
        if not push:
            change.append(BatchDropped(store, key, "its listings are gone"))
        elif any(_is_too_much(change, store, item) for item in items):
            change.append(BatchDropped(store, key, "less is left than it says"))
        else:
            return Batch(key, push, tuple(items))
        return None

    async def _send_again(self, batch: Batch) -> None:
        """The same key and body once more; while nothing gets through, the batch stays lost."""
        store = self._store
        store.health.calls += 1
        try:
            answer = await store.connector.push(batch.push, batch.key)
        except Repeated as error:
            if store.connector.capabilities.read_back is ReadBack.READ:
                # Proof that it arrived, and no look may ever show it: the store may have sold some of it since.
                # So it counts as accepted, and the read-back that follows every acceptance settles the rest.
                await store.worked(store.health.write)
                await self._answered(batch.key, [ItemResult(item.ref.remote_id) for item in batch.push])
            else:
                await self._lose(batch.key, str(error))
            return
        except UnknownOutcome as error:
            # Twice in a row is trouble with the connection: longer and longer pauses, and people are told.
            await self._lose(batch.key, str(error))
            self._lost_again = batch.key
            raise
        except (NotSent, RateLimited):
            self._looks = 0
            raise
        except Rejected as error:
            await self._refused(batch, error)
            return
        await self._accepted(batch, answer)

    async def _refused(self, batch: Batch, error: Rejected) -> None:
        """The whole call was refused: halve it until the one item that the store can't take stands alone."""
        named = [item for item in batch.push if error.item and error.item in (item.ref.remote_id, item.ref.key)]
        if named or len(batch.push) == 1:
            refused = named or batch.push
            await self._answered(batch.key, [ItemResult(item.ref.remote_id, error.words) for item in refused])
            return
        self._most = max(1, len(batch.push) // 2)
        await self._store.log.append(BatchDropped(self._store.name, batch.key, error.words))

    async def _arrived(self, batch: BatchRow, items: Sequence[BatchItem]) -> bool:
        """Whether the store shows every figure of the batch; if so it counts as answered."""
        store = self._store
        listings = await store.log.transact(
            lambda change: outbox.listings_by_remote(change.state, store.name, [item.remote_id for item in items])
        )
        read, _problems = await read_back.read(store, listings)
        shown = {listing.ref.remote_id: listing for listing in read}
        for item in items:
            found = shown.get(item.remote_id)
            if found is None or not _shows(found, item):
                return False
        await store.worked(store.health.write)
        await self._answered(batch.key, [ItemResult(item.remote_id) for item in items])
        return True


def _is_too_much(change: Change, store: str, item: BatchItem) -> bool:
    """Whether there is less to sell by now than the item says, or the store is not to be sent it any more."""
    product = change.state.product(item.product)
    row = change.state.figures.get((product.id, Kind.STOCK), store) if product is not None else None
    if not item.stock_rev or item.stock is None or row is None:
        return False
    return row.mode != "push" or (row.wanted or 0) < item.stock


def _shows(found: RemoteListing, item: BatchItem) -> bool:
    price = found.price.minor if found.price else None
    return item.stock in (None, found.stock) and item.price in (None, price)

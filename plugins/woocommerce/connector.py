"""The WooCommerce connector: one shop's listings, figures and orders (facts/real-woocommerce.md)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, TypeVar

from omnisync.connect.budget import Allowance
from omnisync.connect.check import Finding
from omnisync.connect.context import Context
from omnisync.connect.store import (
    Capabilities,
    ItemResult,
    ListingRef,
    PushAnswer,
    PushItem,
    ReadBack,
    RemoteListing,
    StoreConnector,
)
from omnisync.errors import Rejected, Unavailable, UnknownOutcome
from omnisync.model.order import OrderPart

from . import order_mapping
from .api import MALFORMED, PER_PAGE, Api, Credentials, Foreign, shaped
from .checkup import Checkup
from .mapping import PRODUCT_FIELDS, VARIATION_FIELDS, Parent, Reader, millis, parent, update
from .walk import Readable, Walk

_CAPABILITIES = Capabilities(
    max_batch=100,
    grouped=True,
    receipt=False,
    read_back=ReadBack.ANSWER,
    read_batch=100,
    lowers_own_stock=True,
    orders_overlap=180,
    orders_history=365 * 86400,
)

_SECOND = 1000

_NO_LONGER_THERE = "This variation is no longer one of that product; the listings must be read again."
_KEPT_ABOVE = "The stock of this variation is kept at its product by now; the listings must be read again."

Rows = list[dict[str, Any]]
T = TypeVar("T")


def connect(options: Mapping[str, Any], context: Context) -> StoreConnector:
    """The connector to the shop that the options of manifest.toml name.

    Raises ConfigurationError when the address is none.
    """
    credentials = Credentials(str(options["consumer_key"]).strip(), str(options["consumer_secret"]).strip())
    api = Api(str(options["address"]), credentials, context, verify_tls=bool(options.get("verify_tls", True)))
    return WooConnector(api, context, Reader(context.currency, str(options.get("barcode_field") or "")))


class WooConnector:
    """One shop, spoken to; what each method promises stands in ``StoreConnector``."""

    def __init__(self, api: Api, context: Context, reader: Reader) -> None:
        self._api = api
        self._context = context
        self._reader = reader

    @property
    def capabilities(self) -> Capabilities:
        """Batches per product for variations, the answer as read-back, no receipts."""
        return _CAPABILITIES

    async def check(self) -> Sequence[Finding]:
        """Try address, keys, rights, currency and clock."""
        return await Checkup(self._api, self._context, _CAPABILITIES.orders_overlap).run()

    def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        """Every product that can be stocked, then every variation."""
        return Walk(self._listing_pages())

    async def _listing_pages(self) -> AsyncIterator[Readable[RemoteListing]]:
        """Products, then variations.

        The flat list of all variations exists in newer versions only, and only what the products
        themselves name counts as complete: what it leaves out is read product by product.
        """
        parents: dict[str, Parent] = {}
        async for rows in self._pages("products", self._fields(PRODUCT_FIELDS)):
            products, above = self._products(rows)
            parents |= above
            yield products
        seen: set[int] = set()
        if parents:
            async for rows in self._all_variations():
                known = [row for row in rows if str(row.get("parent_id")) in parents]
                seen |= {row["id"] for row in known}
                yield self._variations(known, parents)
        for each in parents.values():
            if each.children - seen:
                async for rows in self._pages(_variations(each.remote_id), self._fields(VARIATION_FIELDS)):
                    fresh = [row for row in rows if row["id"] not in seen]
                    yield self._variations(fresh, parents, each)

    async def read(self, refs: Sequence[ListingRef]) -> Sequence[RemoteListing | Rejected]:
        """These listings now: one request for products and parents, one for each parent's variations."""
        wanted = {ref.remote_id for ref in refs if not ref.group}
        rows = await self._named("products", {ref.group or ref.remote_id for ref in refs}, PRODUCT_FIELDS)
        products, parents = self._products(rows)
        found: list[RemoteListing | Rejected] = [each for each in products.rows if each.ref.remote_id in wanted]
        found += products.problems
        for above in parents.values():
            children = {ref.remote_id for ref in refs if ref.group == above.remote_id}
            rows = await self._named(_variations(above.remote_id), children, VARIATION_FIELDS)
            variations = self._variations(rows, parents, above)
            found += [*variations.rows, *variations.problems]
        return found

    def _products(self, rows: Rows) -> tuple[Readable[RemoteListing], dict[str, Parent]]:
        """The listings among these products, and those that have variations."""
        products, parents = _each(rows, self._reader.product), _each(rows, parent)
        problems = {error.item: error for error in (*products.problems, *parents.problems)}
        return Readable(products.rows, list(problems.values())), {found.remote_id: found for found in parents.rows}

    def _variations(
        self, rows: Rows, parents: Mapping[str, Parent], above: Parent | None = None
    ) -> Readable[RemoteListing]:
        """The listings of variations, which name their parent themselves unless they were asked for below it."""
        return _each(rows, lambda row: self._reader.variation(row, above or parents[str(row["parent_id"])]))

    async def push(self, items: Sequence[PushItem], key: str) -> PushAnswer:
        """Write the figures in one batch; ``key`` isn't needed, absolute figures may be sent twice.

        Raises ValueError when the items are not all of one group.
        """
        groups = {item.ref.group for item in items}
        if len(groups) > 1:
            raise ValueError("The items of one push must share their group.")
        group = groups.pop() if groups else ""
        entries, refused = _entries(items)
        if group and entries:
            refused |= await self._moved(group, [item for item in items if item.ref.remote_id in entries])
        sent = [entries[item.ref.remote_id] for item in items if item.ref.remote_id not in refused]
        answers = await self._batch(_variations(group) if group else "products", sent) if sent else {}
        # What can't be read was sent all the same.
        return shaped(
            lambda: PushAnswer(results=tuple(self._result(each, answers, refused) for each in items)), UnknownOutcome
        )

    def _result(self, item: PushItem, answers: Mapping[str, dict[str, Any]], refused: Mapping[str, str]) -> ItemResult:
        remote_id = item.ref.remote_id
        if remote_id in refused:
            return ItemResult(remote_id, refused=refused[remote_id])
        return self._reader.result(item, answers[remote_id])

    async def results(self, receipt: str, items: Sequence[PushItem]) -> Sequence[ItemResult] | None:
        """Never asked for. Raises Rejected: WooCommerce answers at once and gives no receipts."""
        raise Rejected("WooCommerce gives no receipts; each push is answered at once.")

    def orders(self, since: int, until: int) -> AsyncIterator[Sequence[OrderPart]]:
        """Orders changed in the window, and those put into the trash, which no other list shows."""
        return Walk(self._order_pages(since, until))

    async def read_order(self, payload: str) -> Sequence[OrderPart]:
        """An order out of its JSON, mended by a person. Raises Rejected with what is still wrong."""
        try:
            return [await self._part(json.loads(payload))]
        except (*MALFORMED, json.JSONDecodeError) as error:
            raise Rejected(f"{type(error).__name__}: {error}", payload=payload) from error

    def allowances(self) -> Sequence[Allowance]:
        """What is left of the shop's limits, where it has any."""
        return self._api.allowances()

    async def close(self) -> None:
        """Give the connections back."""
        await self._api.close()

    def _fields(self, names: Sequence[str]) -> dict[str, str]:
        """``_fields`` cuts an answer to a tenth; the custom fields of a product can be large."""
        return {"_fields": ",".join((*names, "meta_data") if self._reader.barcode_field else names)}

    async def _pages(self, path: str, params: Mapping[str, str]) -> AsyncIterator[Rows]:
        """All rows of a list by id: the default order loses rows (facts section 4).

        When the list shrinks meanwhile, rows move towards its start; then the page before is read
        again, so that none is missed. The end is the last of the rows that the shop counts, or a page without any:
        a proxy may take the count away, a host may give less rows at once than asked for.
        """
        seen: set[int] = set()
        page, before, last = 1, 0, [0]
        while True:
            answer = await self._api.page(path, {**params, "orderby": "id", "order": "asc", "page": str(page)})
            ids, total = [row["id"] for row in answer.rows], answer.total
            fresh = [row for row in answer.rows if row["id"] not in seen]
            seen.update(ids)
            if fresh:
                yield fresh
            if total is not None and total < before and page > 1:
                page, before, last = page - 1, total, [0]
            elif not ids or (total is not None and total <= len(seen) and len(ids) < PER_PAGE):
                return
            elif ids != last:
                page, before, last = page + 1, total or 0, ids
            elif len(ids) == PER_PAGE or (total or 0) > len(seen):
                raise Unavailable(
                    f"The shop gives the same page again and again for {path}. A cache may stand in between: ask who looks "
                    "after the shop to let /wp-json/ pass it by."
                )
            else:
                return

    async def _all_variations(self) -> AsyncIterator[Rows]:
        """The flat list of all variations; nothing where the shop's version has none (facts section 4)."""
        pages = self._pages("variations", self._fields(VARIATION_FIELDS))
        try:
            first = await anext(pages, None)
        except (Rejected, Foreign):
            return
        if first is not None:
            yield first
        async for rows in pages:
            yield rows

    async def _named(self, path: str, ids: set[str], fields: Sequence[str]) -> Rows:
        params = {"include": ",".join(sorted(ids, key=int)), **self._fields(fields)}
        return (await self._api.page(path, params)).rows if ids else []

    async def _moved(self, group: str, items: Sequence[PushItem]) -> dict[str, str]:
        """Why items can't be written under that product, by remote id.

        Version 7.9 moves a variation to the product under which it is written, without an error; and one whose
        stock the product keeps by now would be given a stock of its own. So how they stand is read right before
        (facts section 4).
        """
        ids = {item.ref.remote_id for item in items}
        try:
            rows = await self._named(_variations(group), ids, ("id", "manage_stock"))
        except Rejected as error:
            return dict.fromkeys(ids, error.words)
        found = {str(row["id"]): row for row in rows}
        refused = {}
        for item in items:
            row = found.get(item.ref.remote_id)
            if row is None:
                refused[item.ref.remote_id] = _NO_LONGER_THERE
            elif item.stock is not None and row.get("manage_stock") == "parent":
                refused[item.ref.remote_id] = _KEPT_ABOVE
        return refused

    async def _batch(self, path: str, entries: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """The entries of the answer by remote id. Never with ``_fields``, which breaks it (facts section 4)."""
        answer = await self._api.post(f"{path}/batch", {"update": entries})
        told = answer.get("update") if isinstance(answer, dict) else None
        rows = told if isinstance(told, list) else []
        found = {str(row.get("id")): row for row in rows if isinstance(row, dict)}
        missing = [str(entry["id"]) for entry in entries if str(entry["id"]) not in found]
        if missing:
            raise UnknownOutcome(f"The shop's answer says nothing about {len(missing)} of {len(entries)} items.")
        return found

    async def _order_pages(self, since: int, until: int) -> AsyncIterator[Readable[OrderPart]]:
        async for rows in self._all_orders(since, until):
            yield await self._order_page([row for row in rows if str(row.get("status")) not in order_mapping.SKIPPED])

    async def _all_orders(self, since: int, until: int) -> AsyncIterator[Rows]:
        async for rows in self._changed_orders("any", since, until):
            yield rows
        try:
            async for rows in self._changed_orders("trash", since, until):
                yield rows
        except Rejected:
            # A shop that knows no such status has nothing there, and all its other orders stand above.
            return

    async def _order_page(self, rows: Rows) -> Readable[OrderPart]:
        parts: list[OrderPart] = []
        problems: list[Rejected] = []
        for row in rows:
            try:
                parts.append(await self._part(row))
            except MALFORMED as error:
                words = f"An order of the shop can't be read: {type(error).__name__}: {error}"
                problems.append(_unreadable(row, words))
            except Rejected as error:
                problems.append(_unreadable(row, f"The refunds of this order can't be read: {error.words}"))
        return Readable(parts, problems)

    async def _changed_orders(self, status: str, since: int, until: int) -> AsyncIterator[Rows]:
        """Orders by time of change; each page starts in the second in which the last one ended.

        ``modified_after`` is strictly later, in whole seconds, hence the second before. Orders
        that change meanwhile move to the end, so that page numbers would skip their neighbours.
        """
        start = since // _SECOND * _SECOND - _SECOND
        while True:
            page = await self._api.page("orders", _window(status, start, "modified"))
            if page.rows:
                yield page.rows
            last = max((millis(row.get("date_modified_gmt")) for row in page.rows), default=0)
            if not page.more or last > until:
                return
            if last <= start and page.total is None:
                return
            if last <= start:
                raise Unavailable("The shop lists orders that lie outside the time asked for.")
            if last == start + _SECOND:
                async for same in self._pages("orders", _window(status, start, "id", before=last + _SECOND)):
                    yield same
                last += _SECOND
            start = last - _SECOND

    async def _part(self, order: Mapping[str, Any]) -> OrderPart:
        refunds: Rows = []
        if order_mapping.wants_refunds(order):
            refunds = (await self._api.page(f"orders/{order['id']}/refunds", {})).rows
        return order_mapping.part(order, order_mapping.refunded(refunds))


def _each(rows: Rows, read: Callable[[dict[str, Any]], T | None]) -> Readable[T]:
    """What is read of each row that holds anything, and an error for each that can't be read."""
    found: list[T] = []
    problems: list[Rejected] = []
    for row in rows:
        try:
            value = read(row)
        except MALFORMED as error:
            words = f"A product of the shop can't be read: {type(error).__name__}: {error}"
            problems.append(Rejected(words, item=str(row["id"])))
        else:
            found += [] if value is None else [value]
    return Readable(found, problems)


def _unreadable(order: dict[str, Any], words: str) -> Rejected:
    payload = json.dumps(order, ensure_ascii=False)
    return Rejected(words, item=str(order.get("number") or order["id"]), payload=payload)


def _variations(product: str) -> str:
    return f"products/{product}/variations"


def _entries(items: Sequence[PushItem]) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """What to send, and why some can't be sent; both by remote id."""
    entries: dict[str, dict[str, Any]] = {}
    refused: dict[str, str] = {}
    for item in items:
        try:
            entries[item.ref.remote_id] = update(item)
        except Rejected as error:
            refused[item.ref.remote_id] = error.words
    return entries, refused


def _window(status: str, after: int, orderby: str, before: int | None = None) -> dict[str, str]:
    params = {
        "status": status,
        "modified_after": order_mapping.gmt(after),
        "dates_are_gmt": "true",
        "orderby": orderby,
        "order": "asc",
    }
    return params if before is None else {**params, "modified_before": order_mapping.gmt(before)}

"""Speaks to one Trendyol seller account. Written from facts/marketplaces.md section 1."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Container, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from omnisync.connect.answer import Response, http_date
from omnisync.connect.budget import Allowance, Limit
from omnisync.connect.check import Finding, Grade
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
from omnisync.errors import ConnectorError, Rejected, Unavailable, UnknownOutcome
from omnisync.model.order import OrderPart
from omnisync.model.quantity import PIECE

from . import mapping
from .account import Account
from .refusals import REPEAT_WINDOW, finding, refusal, repeated, repeats
from .walk import Page, Place, Walk, Window

CAPABILITIES = Capabilities(
    max_batch=1000,
    receipt=True,
    # Most batches are through within seconds: looking each second then costs a tenth of what is allowed.
    receipt_polls=(0.1, 0.4, 0.5, 0.5, 0.5, 1, 1, 1, 1, 2, 2, 5),
    receipt_life=4 * 3600,
    # It counts from when a body arrives, which is up to a time-out after it was sent.
    repeat_window=REPEAT_WINDOW + 60,
    read_back=ReadBack.READ,
    read_batch=50,
    lowers_own_stock=True,
    quantity_step=PIECE,
    max_quantity=20_000 * PIECE,
    # Orders were missing from Trendyol's answers for a while more than once (1.9).
    orders_overlap=900,
    # Three months (1.4) are 89 days at the least; one less, so that the far end is never refused.
    orders_history=88 * 86400,
)

# 1.1, for the smallest seller tier. Each endpoint may be asked 50 times in 10 s; the product endpoints share
# 1,000 a minute, which four a second on each of the three never reach. The first limit of each group spreads
# a long walk evenly, so that it never has to wait longer than a second or two for its next page.
_STEADY = Limit(5, 1.0)
_ENDPOINT = Limit(50, 10.0)
LIMITS: Mapping[str, Sequence[Limit]] = {
    "products": (_STEADY, _ENDPOINT, Limit(1000, 60.0)),
    "figures": (_STEADY, _ENDPOINT, Limit(1000, 60.0)),
    "results": (_STEADY, _ENDPOINT, Limit(1000, 60.0)),
    "push": (_STEADY, _ENDPOINT, Limit(350, 60.0)),
    "orders": (Limit(1, 2.0), _ENDPOINT, Limit(30, 60.0)),
}

_ORDER_PAGE = 200
_SKEW = 60_000
"""Milliseconds by which this computer's clock may differ before a person is told."""

_HOUR = 3_600_000

_FIGURES = "/approved/inventory-and-price"
_SAME_PAGE = (
    "Trendyol gives the same page of its list again and again; what comes after it can't be read. It is tried again by "
    "itself; if it stays so for hours, tell Trendyol's support."
)

T = TypeVar("T")

_MALFORMED = (KeyError, ValueError, TypeError, AttributeError, ArithmeticError)
"""What reading JSON of another shape than expected can raise."""


def connect(options: Mapping[str, Any], context: Context) -> StoreConnector:
    """The connector for the account that the options describe. Raises ConfigurationError."""
    return TrendyolStore(Account.of(options), context)


class TrendyolStore:
    """One seller account. A listing is one barcode; an order part is one shipment package."""

    capabilities = CAPABILITIES

    def __init__(self, account: Account, context: Context) -> None:
        self._account = account
        self._clock = context.clock
        self._currency = context.currency
        self._http = context.http(
            account.address,
            limits=LIMITS,
            # Trendyol answers 403 without it (1.1).
            headers={"User-Agent": f"{account.seller_id} - {account.integrator}"},
            auth=(account.api_key, account.api_secret),
        )

    async def check(self) -> Sequence[Finding]:
        """Ask for one product and one order, compare the clocks; say what is wrong and what to do."""
        found: list[Finding] = []
        try:
            answer = await self._ask("GET", self._products("/approved"), "products", {"page": 0, "size": 1})
            found += [_catalogue_finding(_object(answer)), *self._clock_findings(answer)]
            now = self._clock.now()
            _object(await self._ask("GET", self._stream(), "orders", Window(now - _HOUR, now, now).params(1)))
        except ConnectorError as error:
            return [*found, finding(error, self._account.address)]
        return [*found, Finding(Grade.OK, "Trendyol lets OmniSync read the orders.")]

    def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        """Every approved variant, oldest first; archived, locked and blacklisted ones as not active (1.2)."""
        seen: set[str] = set()
        before: Sequence[mapping.Json] = ()

        async def fetch(place: Place) -> Page[RemoteListing, Place]:
            nonlocal before
            answer = await self._get(self._products("/approved"), "products", place.params())
            told = _rows(answer)
            if told and told == before:
                raise Unavailable(_SAME_PAGE)
            rows, problems = self._listings(
                told, lambda row, variant: mapping.catalogue_listing(row, variant, self._currency)
            )
            fresh = [row for row in rows if row.ref.remote_id not in seen]
            following = _shaped(lambda: place.after(answer))
            seen.update(row.ref.remote_id for row in fresh)
            before = told
            return Page(fresh, following, problems)

        return Walk(fetch, Place())

    async def read(self, refs: Sequence[ListingRef]) -> Sequence[RemoteListing | Rejected]:
        """Stock and prices of at most 50 listings; their names and whether they are active are not told (1.2)."""
        asked = {ref.key for ref in refs}
        params: dict[str, str | int] = {"barcodes": ",".join(ref.key for ref in refs), "size": 100}
        found: dict[str, RemoteListing] = {}
        problems: list[Rejected] = []
        # Each page holds at least one of them; one page it is, unless it was cut short.
        for page in range(len(refs)):
            answer = await self._get(self._products(_FIGURES), "figures", {**params, "page": page})
            rows, unreadable = self._listings(
                _rows(answer), lambda _row, variant: mapping.figure_listing(variant, self._currency), asked
            )
            found |= {row.ref.key: row for row in rows}
            problems += unreadable
            pages = _shaped(lambda answer=answer: int(answer.get("totalPages") or 0))  # type: ignore[misc]
            if page + 1 >= pages or len(found) == len(asked):
                return [*found.values(), *problems]
        raise Unavailable("Trendyol tells the figures of other listings than of those that it was asked for.")

    async def push(self, items: Sequence[PushItem], key: str) -> PushAnswer:
        """Hand over at most 1,000 items; Trendyol knows no keys, it recognises a repetition by its body (1.3).

        Raises Repeated when this body came within the last 15 minutes.
        """
        path = f"/inventory/sellers/{self._account.seller_id}/products/price-and-inventory"
        body = {"items": [mapping.push_row(item) for item in items]}
        try:
            answer = await self._ask("POST", path, "push", body=body)
        except UnknownOutcome as error:
            if repeats(str(error)):
                raise repeated(self._clock.now()) from error
            raise
        if repeats(answer.text):
            raise repeated(self._clock.now())
        return PushAnswer(receipt=_receipt(answer))

    async def results(self, receipt: str, items: Sequence[PushItem]) -> Sequence[ItemResult] | None:
        """The outcome of every item, None while Trendyol works on it. Raises Rejected after four hours (1.3)."""
        answer = await self._get(self._products(f"/batch-requests/{quote(receipt, safe='')}"), "results", {})
        return _shaped(lambda: mapping.push_results(answer, items))

    def orders(self, since: int, until: int) -> AsyncIterator[Sequence[OrderPart]]:
        """Every package changed between the two, in stretches of 14 days, in each the newest first (1.4).

        The vendor calls the filters "GMT+3" (1.1): should it mean the wall clock, as with ``orderDate``, an end of
        now would hide the last three hours. So the end is three hours later, which costs nothing otherwise.
        """
        before: Sequence[mapping.Json] | None = None

        async def fetch(window: Window) -> Page[OrderPart, Window]:
            nonlocal before
            try:
                answer = await self._get(self._stream(), "orders", window.params(_ORDER_PAGE))
            except Rejected:
                # Cursors live for an unknown time; the stretch is read again from its beginning.
                again = window.again()
                if again is None:
                    raise
                return Page((), again)
            told = _rows(answer)
            if window.cursor and told == before:
                raise Unavailable(_SAME_PAGE)
            before = told
            parts, problems = self._parts(told)
            if window.cut_short(answer):
                problems.append(Unavailable("Trendyol says that there are more orders, but not how to get them."))
                return Page(parts, None, problems)
            return Page(parts, window.after(answer), problems)

        return Walk(fetch, Window.first(since, until + mapping.TURKISH_TIME) if since <= until else None)

    async def read_order(self, payload: str) -> Sequence[OrderPart]:
        """A package out of its JSON, mended by a person. Raises Rejected with what is still wrong."""
        try:
            return [mapping.order_part(json.loads(payload), self._currency)]
        except (*_MALFORMED, json.JSONDecodeError) as error:
            raise Rejected(f"{type(error).__name__}: {error}", payload=payload) from error

    def allowances(self) -> Sequence[Allowance]:
        """What is left of each of Trendyol's limits."""
        return self._http.budget.left()

    async def close(self) -> None:
        """Give connections back."""
        await self._http.close()

    def _products(self, path: str) -> str:
        return f"/product/sellers/{self._account.seller_id}/products{path}"

    def _stream(self) -> str:
        return f"/order/sellers/{self._account.seller_id}/orders/stream"

    async def _ask(
        self, method: str, path: str, group: str, params: Mapping[str, str | int] | None = None, body: Any = None
    ) -> Response:
        answer = await self._http.request(method, path, group=group, params=params, body=body)
        if answer.status >= 400:
            raise refusal(answer, self._clock.now(), writes=method != "GET")
        return answer

    async def _get(self, path: str, group: str, params: Mapping[str, str | int]) -> mapping.Json:
        return _object(await self._ask("GET", path, group, params))

    def _listings(
        self,
        rows: Sequence[mapping.Json],
        read: Callable[[mapping.Json, mapping.Json], RemoteListing],
        asked: Container[str] | None = None,
    ) -> tuple[list[RemoteListing], list[Rejected]]:
        """The variants that can be read, and one error for each that can't, or for a product that holds none.

        A product comes with all of its variants; with ``asked`` only those of these barcodes count.
        """
        found: list[RemoteListing] = []
        problems: list[Rejected] = []
        for row in rows:
            try:
                variants = mapping.variants(row)
            except _MALFORMED as error:
                problems.append(_unreadable("A product", error, _name(row, "contentId") or "?"))
                continue
            for variant in variants:
                barcode = _name(variant, "barcode")
                try:
                    if asked is None or barcode in asked:
                        found.append(read(row, variant))
                except _MALFORMED as error:
                    problems.append(_unreadable("A product", error, barcode))
        return found, problems

    def _parts(self, rows: Sequence[mapping.Json]) -> tuple[list[OrderPart], list[ConnectorError]]:
        """The packages that can be read, and one error for each that can't: it must not hide the others."""
        parts: list[OrderPart] = []
        problems: list[ConnectorError] = []
        for row in rows:
            try:
                parts.append(mapping.order_part(row, self._currency))
            except _MALFORMED as error:
                problems.append(
                    _unreadable("An order", error, _name(row, "orderNumber"), json.dumps(row, ensure_ascii=False))
                )
        return parts, problems

    def _clock_findings(self, answer: Response) -> list[Finding]:
        theirs = http_date(answer.headers.get("date"))
        apart = 0 if theirs is None else self._clock.now() - theirs
        if abs(apart) <= _SKEW:
            return []
        # In minutes, so that it is not told anew for every second.
        minutes = max(1, round(abs(apart) / 60_000))
        direction = "ahead of" if apart > 0 else "behind"
        return [
            Finding(
                Grade.PROBLEM,
                f"This computer's clock is about {minutes} min {direction} Trendyol's; orders may be missed.",
                "Let the computer set its clock from the internet.",
                "clock",
            )
        ]


def _shaped(read: Callable[[], T]) -> T:
    """The result of reading an answer. Raises Unavailable when it has another shape than it should."""
    try:
        return read()
    except _MALFORMED as error:
        raise Unavailable(f"Trendyol's answer has an unexpected form: {type(error).__name__}: {error}") from error


def _unreadable(what: str, error: Exception, name: str, payload: str = "") -> Rejected:
    return Rejected(f"{what} from Trendyol can't be read: {type(error).__name__}: {error}", item=name, payload=payload)


def _name(row: mapping.Json, field: str) -> str:
    """What a row that can't be read is called, as far as that can be told."""
    return mapping.text(row.get(field)) if isinstance(row, dict) else ""


def _object(answer: Response) -> mapping.Json:
    body = answer.json()
    if not isinstance(body, dict):
        raise Unavailable(f"Trendyol answered {answer.status}, but with a {type(body).__name__} instead of an object.")
    return body


def _rows(answer: mapping.Json) -> Sequence[mapping.Json]:
    rows = answer.get("content")
    if not isinstance(rows, list):
        raise Unavailable("Trendyol's answer holds no list of rows.")
    return rows


def _receipt(answer: Response) -> str:
    """The handle of a push. Without one nobody can tell what became of it."""
    try:
        receipt = mapping.text(_object(answer).get("batchRequestId"))
    except Unavailable as error:
        raise UnknownOutcome(str(error)) from error
    if not receipt:
        raise UnknownOutcome("Trendyol answered the update without a batchRequestId.")
    return receipt


def _catalogue_finding(answer: mapping.Json) -> Finding:
    count = _shaped(lambda: int(answer.get("totalElements") or len(_rows(answer))))
    if count == 0:
        return Finding(
            Grade.WARNING,
            "Trendyol accepts the key, but this account has no approved products.",
            "Stock and prices can be sent only for products that Trendyol has approved.",
        )
    return Finding(Grade.OK, f"Trendyol accepts the key. Approved products: {count}.")

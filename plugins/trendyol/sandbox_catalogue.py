"""The sandbox's approved products: what they are, what they show, and how they are listed.

Written from facts/marketplaces.md 1.2. A variant has its true figures, which sales and updates change at
once, and the figures that the read side shows, which may lag behind.
"""

from __future__ import annotations

import base64
import json
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from omnisync.connect.sandbox import SandboxProduct

_LARGEST_PAGE = 100
_NUMBERED = 10_000
_MOST_BARCODES = 50

KNOWN_PARAMETERS = frozenset(
    {"barcode", "barcodes", "stockCode", "productMainId", "contentId", "status", "page", "size", "nextPageToken"}
    | {"orderByDirection"}
)

FLAGS = ("archived", "blacklisted", "locked")


class RuleBroken(Exception):
    """A question that Trendyol refuses; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one variant shows. ``quantity`` None: it was never set."""

    quantity: int | None
    sale: Decimal
    full: Decimal
    changed_at: int


@dataclass(slots=True)
class Variant:
    """One barcode of the seller's."""

    variant_id: int
    barcode: str
    stock_code: str
    name: str
    true: Figures
    created_at: int
    archived: bool = False
    blacklisted: bool = False
    locked: bool = False
    coming: deque[tuple[int, Figures]] = field(default_factory=deque)
    shown: Figures = field(init=False)

    def __post_init__(self) -> None:
        self.shown = self.true

    @property
    def on_sale(self) -> bool:
        """Whether a buyer can order it."""
        return bool(self.true.quantity) and not (self.archived or self.blacklisted or self.locked)

    def change(self, figures: Figures, visible_at: int) -> None:
        """These are the true figures now; the read side shows them from ``visible_at``, never out of order."""
        self.true = figures
        self.coming.append((max(visible_at, self.coming[-1][0] if self.coming else 0), figures))

    def seen(self, now: int) -> Figures:
        """What the read side shows now."""
        while self.coming and self.coming[0][0] <= now:
            self.shown = self.coming.popleft()[1]
        return self.shown


@dataclass(slots=True)
class Content:
    """A product page with its variants."""

    content_id: int
    main_id: str
    title: str
    variants: list[Variant]
    created_at: int


class Catalogue:
    """Every approved product of the seller."""

    def __init__(self, now: Callable[[], int], lag: Callable[[], int]) -> None:
        self._now = now
        self._lag = lag
        self._contents: list[Content] = []
        self._variants: dict[str, Variant] = {}
        self._content_of: dict[str, Content] = {}

    def add(self, product: SandboxProduct) -> None:
        """Put a product on sale; one with variants becomes one page with several barcodes.

        Without any stock its stock counts as never set, which the read side writes in its own way.
        """
        number = len(self._contents)
        variants = [self._variant(each) for each in product.variants or (product,)]
        content = Content(12_715_815 + number, product.code, product.name, variants, self._now())
        self._contents.append(content)
        self._content_of |= {variant.barcode: content for variant in variants}

    def _variant(self, product: SandboxProduct) -> Variant:
        barcode = re.sub(r"\s", "", product.barcode or product.code)  # it takes out inner spaces at import
        price = Decimal(product.price)
        figures = Figures(product.stock or None, price, price, self._now())
        variant = Variant(70_228_905 + len(self._variants), barcode, product.code, product.name, figures, self._now())
        self._variants[barcode] = variant
        return variant

    def variant(self, barcode: str) -> Variant | None:
        """The approved variant with this barcode."""
        return self._variants.get(barcode)

    def variants(self) -> Sequence[Variant]:
        """All of them, oldest first."""
        return list(self._variants.values())

    def change(
        self, variant: Variant, quantity: int | None = None, sale: Decimal | None = None, full: Decimal | None = None
    ) -> None:
        """Set some figures of a variant; the read side follows after the lag."""
        now, old = self._now(), variant.true
        figures = Figures(
            old.quantity if quantity is None else quantity,
            old.sale if sale is None else sale,
            old.full if full is None else full,
            now,
        )
        variant.change(figures, now + self._lag())

    def page(self, query: Mapping[str, str], row: Callable[[Content, int], dict[str, Any]]) -> dict[str, Any]:
        """One page of the list, each content as ``row`` writes it. Raises RuleBroken."""
        found = [content for content in self._asked(query) if _matches(content, query)]
        if query.get("orderByDirection", "DESC").upper() == "DESC":
            found.reverse()
        number, size = _whole(query, "page", 0), _whole(query, "size", 20)
        if not 1 <= size <= _LARGEST_PAGE:
            raise RuleBroken(f"size must be between 1 and {_LARGEST_PAGE}")
        filters = {name: query[name] for name in sorted(KNOWN_PARAMETERS & set(query) - {"page", "nextPageToken"})}
        start = _start(query, number, size, filters)
        answer: dict[str, Any] = {"totalElements": len(found), "totalPages": -(-len(found) // size)}
        answer |= {"page": number, "size": size, "nextPageToken": _token(start + size, filters)}
        return answer | {"content": [row(content, self._now()) for content in found[start : start + size]]}

    def _asked(self, query: Mapping[str, str]) -> list[Content]:
        """The contents of the barcodes that are asked for, oldest first; all without such a question."""
        barcodes = set(query["barcodes"].split(",")) if "barcodes" in query else set()
        if len(barcodes) > _MOST_BARCODES:
            raise RuleBroken(f"at most {_MOST_BARCODES} barcodes can be asked for at once")
        if "barcode" in query:
            barcodes.add(query["barcode"])
        if not barcodes:
            return list(self._contents)
        found = {
            self._content_of[each].content_id: self._content_of[each] for each in barcodes & self._content_of.keys()
        }
        return [found[content_id] for content_id in sorted(found)]


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(query.get(name, default))
    except ValueError:
        raise RuleBroken(f"{name} is not a number") from None


def _start(query: Mapping[str, str], number: int, size: int, filters: Mapping[str, str]) -> int:
    if "nextPageToken" in query:
        try:
            token = json.loads(base64.urlsafe_b64decode(query["nextPageToken"]))
        except ValueError:
            raise RuleBroken("nextPageToken is not valid") from None
        if token["filters"] != filters:
            raise RuleBroken("nextPageToken belongs to other filters")
        return int(token["start"])
    if number < 0 or number * size > _NUMBERED:
        raise RuleBroken(f"page * size must not be above {_NUMBERED}, use nextPageToken")
    return number * size


def _token(start: int, filters: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps({"start": start, "filters": filters}).encode()).decode()


def _matches(content: Content, query: Mapping[str, str]) -> bool:
    """Whether the content has what else is asked for; its other variants come along."""
    if "stockCode" in query and not any(variant.stock_code == query["stockCode"] for variant in content.variants):
        return False
    if query.get("productMainId", content.main_id) != content.main_id:
        return False
    if query.get("contentId", str(content.content_id)) != str(content.content_id):
        return False
    return "status" not in query or any(_has_status(variant, query["status"]) for variant in content.variants)


def _has_status(variant: Variant, status: str) -> bool:
    if status in FLAGS:
        return bool(getattr(variant, status))
    if status not in ("onSale", "notOnSale"):
        raise RuleBroken("status is not valid")
    return variant.on_sale is (status == "onSale")


def full_row(content: Content, now: int) -> dict[str, Any]:
    """A content as the big product filter writes it."""
    return {
        "contentId": content.content_id,
        "productMainId": content.main_id,
        "brand": {"id": 315675, "name": "ACME"},
        "category": {"id": 91266, "name": "Hırdavat"},
        "creationDate": content.created_at,
        "lastModifiedDate": now,
        "lastModifiedBy": "satici@example.com",
        "title": content.title,
        "description": f"<p>{content.title}</p>",
        "images": [{"url": f"https://cdn.example.com/{content.content_id}/1.jpg"}],
        "attributes": [{"attributeId": 47, "attributeName": "Renk", "attributeValue": "Gri"}],
        "variants": [_full_variant(content, variant, now) for variant in content.variants],
    }


def _full_variant(content: Content, variant: Variant, now: int) -> dict[str, Any]:
    figures = variant.seen(now)
    # Stock that was never set comes as an object without a quantity.
    stock = {"lastModifiedDate": None} if figures.quantity is None else _stock(figures)
    sizes = [] if len(content.variants) == 1 else [{"attributeId": 293, "attributeName": "Beden"}]
    return {
        "variantId": variant.variant_id,
        "supplierId": 123456,
        "barcode": variant.barcode,
        "stockCode": variant.stock_code,
        "commission": 17.0,
        "attributes": [size | {"attributeValueId": 4602, "attributeValue": variant.name} for size in sizes],
        "productUrl": f"https://www.trendyol.com/acme/urun-p-{content.content_id}?merchantId=123456",
        "onSale": variant.on_sale,
        "channels": ["CORE"],
        "deliveryOption": {"deliveryDuration": 1},
        "stock": stock,
        "price": {
            "salePrice": float(figures.sale),
            "listPrice": float(figures.full),
            "priceSeenByCustomer": float(figures.sale),
        },
        "origin": "TR",
        "vatRate": 20,
        "sellerCreatedDate": variant.created_at,
        "sellerModifiedDate": figures.changed_at,
        "locked": variant.locked,
        "lockReason": "Fiyat" if variant.locked else None,
        "archived": variant.archived,
        "docNeeded": False,
        "hasViolation": False,
        "blacklisted": variant.blacklisted,
        "cargoProviders": ["YKMP"],
    }


def _stock(figures: Figures) -> dict[str, Any]:
    return {"quantity": figures.quantity, "lastModifiedDate": figures.changed_at}


def light_row(content: Content, now: int) -> dict[str, Any]:
    """A content as the light read writes it: figures only, one level flatter."""
    return {
        "contentId": content.content_id,
        "productMainId": content.main_id,
        "variants": [_light_variant(variant, now) for variant in content.variants],
    }


def _light_variant(variant: Variant, now: int) -> dict[str, Any]:
    figures = variant.seen(now)
    return {
        "variantId": variant.variant_id,
        "barcode": variant.barcode,
        "stockCode": variant.stock_code,
        "salePrice": float(figures.sale),
        "listPrice": float(figures.full),
        "quantity": figures.quantity,
        "stockLastModifiedDate": figures.changed_at,
    }

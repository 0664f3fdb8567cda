"""Trendyol's JSON and OmniSync's words: on the vendor's sample of facts/marketplaces.md section 1."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omnisync_plugins.trendyol import mapping

from omnisync.connect.store import ItemResult, ListingRef, PushItem, RemoteListing
from omnisync.model.money import Money
from omnisync.model.order import OrderState

CONTENT = json.loads("""
{ "contentId": 12715815, "productMainId": "TSHIRT-01", "title": "Gri T-Shirt",
  "variants": [ {
      "variantId": 70228905, "supplierId": 123456, "barcode": "8680000000017", "stockCode": "TS-GRI-M",
      "attributes": [{"attributeId": 293, "attributeName": "Beden", "attributeValueId": 4602, "attributeValue": "M"}],
      "onSale": true, "stock": {"quantity": 12, "lastModifiedDate": 1774948958844},
      "price": {"salePrice": 222.0, "listPrice": 250.0, "priceSeenByCustomer": 199.0},
      "locked": false, "archived": false, "blacklisted": false } ] }
""")

PACKAGE = json.loads("""
{ "orderNumber": "10654411111", "shipmentPackageId": 3330111111, "supplierId": 123456, "channelId": 1,
  "status": "Created", "shipmentPackageStatus": "Created",
  "orderDate": 1762253333685, "lastModifiedDate": 1762242537700, "originShipmentDate": 1762242537619,
  "paymentMethod": "Kredi Kartı", "currencyCode": "TRY",
  "packageGrossAmount": 200.00, "packageSellerDiscount": 20.00, "packageTyDiscount": 0.00,
  "packageTotalDiscount": 20.00, "packageTotalPrice": 180.00,
  "customerId": 888888888, "customerFirstName": "Ada", "customerLastName": "Deneme",
  "customerEmail": "pf+xxxx@trendyolmail.com", "identityNumber": "11111111111", "taxNumber": null, "commercial": false,
  "shipmentAddress": { "id": 11111111, "firstName": "Ada", "lastName": "Deneme", "fullName": "Ada Deneme", "company": "",
     "address1": "Örnek Sk. 1", "address2": "", "city": "İstanbul", "cityCode": 34, "district": "Sarıyer",
     "neighborhood": "Maslak Mahallesi", "postalCode": "34200", "countryCode": "TR", "phone": "5000000000" },
  "invoiceAddress": { "id": 11111112, "firstName": "Ada", "lastName": "Deneme", "company": "Deneme A.Ş.",
     "address1": "Fatura Sk. 2", "city": "İstanbul", "district": "Sarıyer", "postalCode": "", "countryCode": "TR",
     "phone": "5000000001", "fullName": "Ada Deneme", "taxOffice": "Maslak", "taxNumber": "1234567890" },
  "cargoTrackingNumber": "7280027504111111", "originPackageIds": null,
  "packageHistories": [{"createdDate": 1762242537624, "status": "Created"}],
  "lines": [ { "lineId": 4765111111, "quantity": 2, "barcode": "8680000000017", "stockCode": "TS-GRI-M",
     "contentId": 12715815, "productName": "Gri T-Shirt, M", "currencyCode": "TRY", "vatRate": 10.00,
     "lineGrossAmount": 100.00, "lineSellerDiscount": 10.00, "lineTyDiscount": 0.00, "lineTotalDiscount": 10.00,
     "lineUnitPrice": 90.00, "orderLineItemStatusName": "Created" } ] }
""")


def package(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(PACKAGE), **changes}


def line(**changes: Any) -> dict[str, Any]:
    return {**PACKAGE["lines"][0], **changes}


def lira(kurus: int) -> Money:
    return Money(kurus, "TRY")


def listing(content: mapping.Json) -> RemoteListing:
    return mapping.catalogue_listing(content, mapping.variants(content)[0], "TRY")


class TestListings:
    def test_the_vendors_sample(self) -> None:
        row = listing(CONTENT)
        assert row.ref.remote_id == row.ref.key == "8680000000017"
        assert row.ref.extra == {"sale_price": "222.00", "list_price": "250.00"}
        assert (row.code, row.barcodes, row.name) == ("TS-GRI-M", ("8680000000017",), "Gri T-Shirt, M")
        assert (row.stock, row.price, row.active) == (12_000, lira(22200), True)

    def test_stock_that_was_never_set_is_nothing_to_sell(self) -> None:
        content = copy.deepcopy(CONTENT)
        content["variants"][0]["stock"] = {"lastModifiedDate": None}
        assert listing(content).stock == 0

    @pytest.mark.parametrize("flag", ["archived", "locked", "blacklisted"])
    def test_stopped_listings_are_not_active(self, flag: str) -> None:
        content = copy.deepcopy(CONTENT)
        content["variants"][0][flag] = True
        assert listing(content).active is False

    def test_sold_out_is_still_active(self) -> None:
        content = copy.deepcopy(CONTENT)
        content["variants"][0]["onSale"] = False
        assert listing(content).active is True

    def test_a_variant_without_a_barcode_is_left_out(self) -> None:
        content = copy.deepcopy(CONTENT)
        content["variants"].append({"variantId": 1, "barcode": None})
        assert mapping.variants(content) == CONTENT["variants"]

    def test_the_light_read_is_flat(self) -> None:
        row = {"barcode": "868", "stockCode": "A", "salePrice": 89.9, "listPrice": 99.9, "quantity": 3}
        found = mapping.figure_listing(row, "TRY")
        assert (found.stock, found.price) == (3000, lira(8990))
        assert found.ref.extra == {"sale_price": "89.90", "list_price": "99.90"}


class TestPush:
    @given(st.integers(min_value=0, max_value=10**13))
    def test_every_price_is_written_exactly(self, kurus: int) -> None:
        written = json.dumps(mapping.number(lira(kurus)))
        assert json.loads(written, parse_float=Decimal) == Decimal(kurus) / 100

    @given(st.integers(min_value=0, max_value=10**13))
    def test_every_price_is_read_exactly(self, kurus: int) -> None:
        read = mapping.decimal(json.loads(str(Decimal(kurus) / 100)))
        assert Money.of(read, "TRY") == lira(kurus)

    def test_only_what_is_given_is_written(self) -> None:
        ref = ListingRef("868", "868")
        assert mapping.push_row(PushItem(ref, stock=5_000)) == {"barcode": "868", "quantity": 5}
        assert mapping.push_row(PushItem(ref, price=lira(10490))) == {
            "barcode": "868", "salePrice": 104.9, "listPrice": 104.9,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("known_sale", "known_list", "new", "expected"),
        [
            ("222.00", "250.00", 20000, 25000),  # a real strike-through price stays
            ("222.00", "250.00", 25000, 25000),  # it may be reached
            ("222.00", "250.00", 26000, 26000),  # but never be below the new price
            ("250.00", "250.00", 20000, 20000),  # there was none: a lower price must not invent one
            (None, None, 20000, 20000),
        ],
    )
    def test_the_price_struck_through(
        self, known_sale: str | None, known_list: str | None, new: int, expected: int
    ) -> None:
        extra = {"sale_price": known_sale, "list_price": known_list} if known_sale and known_list else {}
        assert mapping.list_price(ListingRef("868", extra=extra), lira(new)) == lira(expected)


class TestResults:
    items = (PushItem(ListingRef("A", "A"), stock=1000), PushItem(ListingRef("B", "B"), stock=1000))

    def results(self, *rows: dict[str, Any]) -> list[ItemResult]:
        found = mapping.push_results({"items": list(rows), "itemCount": len(rows)}, self.items)
        assert found is not None
        return list(found)

    @staticmethod
    def row(barcode: str, status: str, *reasons: str) -> dict[str, Any]:
        return {"requestItem": {"barcode": barcode}, "status": status, "failureReasons": list(reasons)}

    def test_open_while_an_item_is_missing(self) -> None:
        answer = {"items": [self.row("A", "SUCCESS")], "itemCount": 2}
        assert mapping.push_results(answer, self.items) is None

    @pytest.mark.parametrize("status", ["IN_PROGRESS", ""])
    def test_open_while_an_item_has_no_final_status(self, status: str) -> None:
        answer = {"items": [self.row("A", "SUCCESS"), self.row("B", status)], "itemCount": 2}
        assert mapping.push_results(answer, self.items) is None

    @pytest.mark.parametrize("word", ["FAILED", "FAILURE"])
    def test_each_item_has_its_own_outcome(self, word: str) -> None:
        taken, refused = self.results(self.row("A", "SUCCESS"), self.row("B", word, "Kilitli ürün"))
        assert (taken.remote_id, taken.refused) == ("A", "")
        assert (refused.remote_id, refused.refused, refused.temporary) == ("B", "Kilitli ürün", False)

    def test_a_refusal_without_a_reason_is_still_one(self) -> None:
        assert self.results(self.row("A", "FAILED"), self.row("B", "SUCCESS"))[0].refused

    def test_an_item_that_is_not_mentioned_was_not_taken(self) -> None:
        result = self.results(self.row("A", "SUCCESS"), self.row("X", "SUCCESS"))[1]
        assert result.refused
        assert result.temporary

    def test_of_rows_with_one_barcode_the_refusal_counts(self) -> None:
        rows = [self.row("A", "FAILED", "iki kez"), self.row("A", "SUCCESS"), self.row("B", "SUCCESS")]
        assert self.results(*rows)[0].refused == "iki kez"

    @pytest.mark.parametrize(
        ("words", "temporary"),
        [
            ("Bir barkod için 1 dakikada en fazla 30 fiyat güncellemesi yapılabilir.", True),
            ("You can update the price of a barcode 30 times per minute", True),
            ("Beklenmeyen bir hata oluştu, lütfen tekrar deneyiniz.", True),
            ("Barkodu 8680000030 olan onaylı ürün bulunamadı.", False),
        ],
    )
    def test_what_passes_by_itself_is_temporary(self, words: str, temporary: bool) -> None:
        assert self.results(self.row("A", "FAILED", words), self.row("B", "SUCCESS"))[0].temporary is temporary


class TestOrders:
    def test_the_vendors_sample(self) -> None:
        part = mapping.order_part(PACKAGE, "TRY")
        assert (part.number, part.part, part.replaces, part.dead) == ("10654411111", "3330111111", (), False)
        assert (part.state, part.remote_state, part.payment) == (OrderState.NEW, "Created", "Kredi Kartı")
        assert part.total == lira(18000)
        (only,) = part.lines
        assert (only.line_id, only.remote_id) == ("4765111111", "8680000000017")
        assert only.codes == ("8680000000017", "TS-GRI-M")
        assert (only.quantity, only.taken, only.price, only.state) == (2000, 2000, lira(9000), None)

    def test_only_the_order_date_is_shifted(self) -> None:
        """In the vendor's own sample the package is created 4 s after the order, not 3 h before it."""
        part = mapping.order_part(PACKAGE, "TRY")
        assert part.placed_at == 1762253333685 - 3 * 3600 * 1000
        assert part.modified_at == 1762242537700
        assert 0 < PACKAGE["packageHistories"][0]["createdDate"] - part.placed_at < 5000

    def test_the_buyer(self) -> None:
        buyer = mapping.order_part(PACKAGE, "TRY").customer
        assert (buyer.ref, buyer.name, buyer.email) == ("888888888", "Ada Deneme", "pf+xxxx@trendyolmail.com")
        assert (buyer.company, buyer.tax_office, buyer.tax_number) == ("Deneme A.Ş.", "Maslak", "1234567890")
        assert buyer.shipping.street == "Örnek Sk. 1 Maslak Mahallesi"
        assert (buyer.shipping.district, buyer.shipping.city, buyer.shipping.postcode) == (
            "Sarıyer", "İstanbul", "34200",
        )  # fmt: skip
        assert buyer.billing.street == "Fatura Sk. 2"

    def test_a_buyer_without_addresses(self) -> None:
        bare = package(shipmentAddress=None, invoiceAddress=None, customerEmail=None)
        assert mapping.order_part(bare, "TRY").customer.name == "Ada Deneme"

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("Awaiting", OrderState.WAITING),
            ("Created", OrderState.NEW),
            ("Picking", OrderState.PREPARING),
            ("Invoiced", OrderState.PREPARING),
            ("Shipped", OrderState.SHIPPED),
            ("AtCollectionPoint", OrderState.SHIPPED),
            ("UnDelivered", OrderState.SHIPPED),
            ("Delivered", OrderState.DELIVERED),
            ("Returned", OrderState.RETURNED),
            ("Cancelled", OrderState.CANCELLED),
            ("UnSupplied", OrderState.CANCELLED),
            ("Verified", OrderState.NEW),
            ("SomethingNew", OrderState.NEW),
        ],
    )
    def test_states(self, status: str, state: OrderState) -> None:
        part = mapping.order_part(package(status=status), "TRY")
        assert (part.state, part.remote_state, part.dead) == (state, status, False)

    def test_a_split_parent_is_dead(self) -> None:
        assert mapping.order_part(package(status="UnPacked"), "TRY").dead is True

    def test_a_reborn_package_names_what_it_replaces(self) -> None:
        reborn = package(originPackageIds=[9007199254740993, 2])
        assert mapping.order_part(reborn, "TRY").replaces == ("9007199254740993", "2")

    def test_what_was_cancelled_counts_as_taken(self) -> None:
        (only,) = mapping.order_part(package(status="Cancelled"), "TRY").lines
        assert only.taken == only.quantity == 2000

    def test_a_line_may_have_a_state_of_its_own(self) -> None:
        mixed = package(lines=[line(), line(lineId=2, orderLineItemStatusName="Cancelled")])
        assert [each.state for each in mapping.order_part(mixed, "TRY").lines] == [None, OrderState.CANCELLED]

    def test_a_status_of_a_line_that_nobody_knows_is_the_packages(self) -> None:
        odd = package(status="Shipped", lines=[line(orderLineItemStatusName="Mystery")])
        assert mapping.order_part(odd, "TRY").lines[0].state is None

    def test_a_missing_unit_price_is_gross_less_discount(self) -> None:
        odd = package(lines=[line(lineUnitPrice=None)])
        assert mapping.order_part(odd, "TRY").lines[0].price == lira(9000)

    @pytest.mark.parametrize("missing", ["orderNumber", "shipmentPackageId", "lines", "lastModifiedDate"])
    def test_what_an_order_cannot_do_without(self, missing: str) -> None:
        broken = package()
        del broken[missing]
        with pytest.raises(KeyError):
            mapping.order_part(broken, "TRY")

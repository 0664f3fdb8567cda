"""Products, variations, batches and orders as real shops answered them (captures) become the protocol's data."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from omnisync_plugins.woocommerce import order_mapping
from omnisync_plugins.woocommerce.mapping import Reader, decimal, parent, plain, update, words
from omnisync_plugins.woocommerce.provinces import province

from omnisync.connect.store import ListingRef, PushItem
from omnisync.errors import Rejected
from omnisync.model.money import Money
from omnisync.model.order import OrderState

from .woocommerce_shop import captured, lei

READER = Reader("RON")


def ref(number: int, **extra: str) -> ListingRef:
    return ListingRef(str(number), str(number), extra=extra)


def answers_of(name: str) -> dict[int, Any]:
    return {row["id"]: row for row in captured(name)["response"]["update"] if row["id"]}


# Listings.


def test_simple_product() -> None:
    listing = READER.product(captured("product_simple")["response"])
    assert listing is not None
    assert listing.ref == ListingRef("10", "10", "", {"kind": "simple"})
    assert (listing.code, listing.barcodes) == ("CANA-330", ("5941234567899",))
    assert listing.name == "Cană ceramică 330 ml"
    assert (listing.stock, listing.price) == (12_000, lei(2990))
    assert listing.takes_stock and listing.takes_price and listing.active


def test_variable_product_without_stock_of_its_own_is_no_listing() -> None:
    row = captured("product_variable")["response"]
    assert READER.product(row) is None
    top = parent(row)
    assert top is not None
    assert (top.remote_id, top.name, top.code) == ("91", "Tricou 5", "TRICOU-5")
    assert top.children == frozenset(range(92, 100))


def test_variable_product_that_keeps_the_stock_is_a_listing_without_price() -> None:
    row = {**captured("product_variable")["response"], "manage_stock": True, "stock_quantity": 40, "regular_price": "9"}
    listing = READER.product(row)
    assert listing is not None
    assert (listing.stock, listing.price) == (40_000, None)
    assert listing.takes_stock and not listing.takes_price


@pytest.mark.parametrize("kind", ["grouped", "external"])
def test_types_without_stock_are_no_listings(kind: str) -> None:
    assert READER.product({**captured("product_simple")["response"], "type": kind}) is None


def test_variation() -> None:
    top = parent(captured("product_variable")["response"])
    assert top is not None
    listing = READER.variation(captured("variation")["response"], top)
    assert (listing.ref.remote_id, listing.ref.group, listing.ref.key) == ("99", "91", "99")
    assert (listing.code, listing.name) == ("TRICOU-5-XL-N", "Tricou 5 - XL, Negru")
    assert (listing.stock, listing.price) == (5000, lei(5490))
    assert listing.takes_stock and listing.active


def test_variation_of_a_draft_is_inactive() -> None:
    row = captured("product_variable")["response"]
    hidden, shown = parent({**row, "status": "draft"}), parent(row)
    assert hidden is not None and shown is not None
    variation = captured("variation")["response"]
    assert not READER.variation(variation, hidden).active
    assert READER.variation(variation, shown).active
    assert not READER.variation({**variation, "status": "private"}, shown).active


def test_variation_whose_parent_keeps_stock_and_sku() -> None:
    top = parent({"id": 82, "type": "variable", "sku": "TRICOU-4", "name": "Tricou 4", "status": "publish"})
    assert top is not None
    listing = READER.variation(captured("variation_parent_managed_stock_no_sku")["response"], top)
    assert listing.code == "", "an inherited SKU would give the parent's code to every variation"
    assert listing.stock == 40_000
    assert not listing.takes_stock and listing.takes_price


def test_variation_of_an_older_version_is_named_by_its_options() -> None:
    row = {**captured("variation")["response"]}
    del row["name"], row["parent_id"], row["type"], row["global_unique_id"]
    top = parent(captured("product_variable")["response"])
    assert top is not None
    assert READER.variation(row, top).name == "Tricou 5 - XL, Negru"


def test_draft_is_inactive_and_untracked_stock_is_none() -> None:
    row = {**captured("product_simple")["response"], "status": "draft", "manage_stock": False, "stock_quantity": None}
    listing = READER.product(row)
    assert listing is not None
    assert not listing.active
    assert listing.stock is None and listing.takes_stock


def test_barcode_from_the_custom_field_that_was_named() -> None:
    row = {**captured("product_simple")["response"], "meta_data": [{"id": 1, "key": "_ean", "value": "8690000000012"}]}
    listing = Reader("RON", "_ean").product(row)
    assert listing is not None
    assert listing.barcodes == ("5941234567899", "8690000000012")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Cană \"Tom &amp; Jerry\" <b>mare</b> 5''", "Cană \"Tom & Jerry\" mare 5''"),
        ("Cablu &lt;3 m", "Cablu <3 m"),
        ("5 < 6", "5 < 6"),
    ],
)
def test_text_as_a_person_reads_it(raw: str, shown: str) -> None:
    assert plain(raw) == shown


@pytest.mark.parametrize(
    ("raw", "amount"),
    [("29.90", "29.90"), ("2990", "2990"), ("25.5", "25.5"), ("1.234", "1.234"), (9.5, "9.5"), ("0", "0")],
)
def test_prices_as_typed_in(raw: Any, amount: str) -> None:
    assert decimal(raw) == Decimal(amount)


@pytest.mark.parametrize("raw", ["", None, "abc", True, "NaN", "1,299", "1,299.00", "12,50", "1 299"])
def test_no_price(raw: Any) -> None:
    assert decimal(raw) is None


# Writing.


def test_batch_entry_has_real_integers_and_prices_with_a_point() -> None:
    body = update(PushItem(ref(11), stock=21_000, price=lei(1250)))
    assert body == {"id": 11, "manage_stock": True, "stock_quantity": 21, "regular_price": "12.50"}
    assert type(body["stock_quantity"]) is int
    assert update(PushItem(ref(11), price=Money(2990, "HUF"))) == {"id": 11, "regular_price": "2990"}
    assert update(PushItem(ref(11), stock=0)) == {"id": 11, "manage_stock": True, "stock_quantity": 0}


@pytest.mark.parametrize(
    "item",
    [
        PushItem(ref(11), stock=1500),
        PushItem(ref(11), stock=-1000),
        PushItem(ref(11), price=lei(-1)),
        PushItem(ref(83, kind="variation", stock="parent"), stock=1000),
        PushItem(ref(82, kind="variable"), price=lei(100)),
    ],
)
def test_what_the_shop_would_mangle_or_ignore_is_never_sent(item: PushItem) -> None:
    with pytest.raises(Rejected):
        update(item)


def test_result_tells_what_was_stored() -> None:
    answers = answers_of("batch_item_errors")
    result = READER.result(PushItem(ref(14), price=lei(1250)), answers[14])
    assert (result.refused, result.price) == ("", lei(125_000)), "1250 for 12,50: the engine must see it"
    taken = READER.result(PushItem(ref(16), stock=16_000), answers[16])
    assert (taken.refused, taken.stock) == ("", 16_000)


def test_result_of_a_refusal_is_in_the_shops_words() -> None:
    answers = answers_of("batch_item_errors")
    assert READER.result(PushItem(ref(999999), stock=1000), answers[999999]).refused == "Invalid ID."
    variation = READER.result(PushItem(ref(99), stock=4000), answers[99])
    assert "/products/<product_id>/variations/<id> endpoint" in variation.refused
    foreign = answers_of("variations_batch_item_errors")[90]
    assert READER.result(PushItem(ref(90), stock=3000), foreign).refused == "Invalid ID."


def test_result_of_an_ignored_figure_is_a_refusal() -> None:
    unmanaged = answers_of("variations_batch_item_errors")[97]
    result = READER.result(PushItem(ref(97), stock=5000), unmanaged)
    assert "keeps no stock" in result.refused
    no_price = {"id": 10, "regular_price": "", "manage_stock": True, "stock_quantity": 12}
    assert "shows none" in READER.result(PushItem(ref(10), price=lei(100)), no_price).refused


def test_result_of_a_moved_variation_is_a_refusal() -> None:
    item = PushItem(ListingRef("90", "90", "82"), stock=3000)
    answer = {"id": 90, "manage_stock": True, "stock_quantity": 3, "parent_id": 91}
    assert "another product" in READER.result(item, answer).refused
    assert READER.result(item, {**answer, "parent_id": 82}).refused == ""


def test_a_fault_of_the_server_in_one_item_is_temporary() -> None:
    error = {"id": 1, "error": {"code": "internal_server_error", "message": "<p>Oops</p>", "data": {"status": 500}}}
    result = READER.result(PushItem(ref(1), stock=0), error)
    assert (result.refused, result.temporary) == ("Oops", True)


def test_words_name_the_wrong_parameter() -> None:
    error = captured("errors_and_edge_cases")["per_page_101"]["response"]
    assert words(error) == "Invalid parameter(s): per_page per_page must be between 1 (inclusive) and 100 (inclusive)"


# Orders.


def test_order_of_the_storefront() -> None:
    part = order_mapping.part(captured("hpos_order_storefront_checkout")["response"], {})
    assert (part.number, part.part, part.state, part.remote_state) == ("1173", "", OrderState.NEW, "processing")
    assert (part.total, part.shipping, part.payment) == (lei(5852), lei(1452), "Cash on delivery")
    (line,) = part.lines
    assert (line.line_id, line.remote_id, line.codes) == ("140", "22", ("SKU-012",))
    assert (line.quantity, line.taken, line.price) == (2000, 2000, lei(2200))
    assert part.customer.note == "La ușă"
    assert (part.customer.name, part.customer.ref) == ("Ioana Pop", "")
    assert part.customer.shipping.city == "Cluj-Napoca"


@pytest.mark.parametrize(("where", "name"), [("order", "total"), ("line", "total"), ("line", "quantity")])
def test_an_amount_that_a_plugin_has_spoilt_is_not_taken_for_nothing(where: str, name: str) -> None:
    order = json.loads(json.dumps(captured("hpos_order_storefront_checkout")["response"]))
    (order if where == "order" else order["line_items"][0])[name] = "n/a"
    with pytest.raises(ValueError, match="'n/a' is no amount"):
        order_mapping.part(order, {})


def test_times_are_utc_wherever_this_computer_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Istanbul")
    time.tzset()
    part = order_mapping.part(captured("hpos_order_storefront_checkout")["response"], {})
    assert part.placed_at == 1_795_292_922_000, "20:28:42 UTC, not the shop's 22:28:42"
    assert part.modified_at == part.placed_at + 1000
    assert order_mapping.gmt(part.modified_at + 999) == "2026-11-21T20:28:43"
    monkeypatch.undo()
    time.tzset()


def test_a_fee_is_paid_beside_the_goods() -> None:
    """Cash on delivery costs extra in many shops; left out, an invoice of lines and shipping would lack it."""
    order = json.loads(json.dumps(captured("hpos_order_storefront_checkout")["response"]))
    order |= {"total": "70.62", "fee_lines": [{"id": 1, "name": "Ramburs", "total": "10.00", "total_tax": "2.10"}]}
    part = order_mapping.part(order, {})
    (line,) = part.lines
    assert part.shipping == lei(1452 + 1210)
    assert part.total == lei(line.price.minor * 2 + 1452 + 1210)


def test_order_with_a_variation() -> None:
    part = order_mapping.part(captured("hpos_order_processing")["response"], {})
    assert [(line.remote_id, line.quantity, line.taken) for line in part.lines] == [
        ("11", 2000, 2000),
        ("98", 1000, 1000),
    ]
    assert part.lines[1].price == lei(5490)
    assert part.customer.billing.street == "Str. Mihai Eminescu 5, ap. 3"
    assert part.customer.company == "SC Țest SRL"


def test_unpaid_order_has_taken_nothing() -> None:
    part = order_mapping.part(captured("hpos_order_pending")["response"], {})
    assert part.state is OrderState.WAITING
    assert [line.taken for line in part.lines] == [0, 0]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("on-hold", OrderState.WAITING),
        ("completed", OrderState.SHIPPED),
        ("cancelled", OrderState.CANCELLED),
        ("failed", OrderState.CANCELLED),
        ("trash", OrderState.CANCELLED),
        ("refunded", OrderState.RETURNED),
        ("packed-by-plugin", OrderState.NEW),
    ],
)
def test_states(status: str, state: OrderState) -> None:
    assert order_mapping.state(status) is state


def test_a_refunded_piece_is_no_longer_owed() -> None:
    returned = order_mapping.refunded([captured("hpos_refund_line")["response"]])
    assert returned["102"] == 1000
    order = {**captured("hpos_order_processing")["response"], "refunds": [{"id": 1155, "reason": "", "total": "-9.09"}]}
    part = order_mapping.part(order, returned)
    assert [line.quantity for line in part.lines] == [1000, 1000]
    assert part.lines[0].price == lei(1100), "the unit price is that of the pieces ordered"
    assert part.total == lei(9505 - 909)


def test_a_wholly_refunded_order_keeps_its_figures() -> None:
    order = {**captured("hpos_order_processing")["response"], "status": "refunded", "refunds": [{"total": "-95.05"}]}
    assert not order_mapping.wants_refunds(order)
    part = order_mapping.part(order, {})
    assert (part.state, part.total, part.lines[0].quantity) == (OrderState.RETURNED, lei(9505), 2000)


def test_a_deleted_product_leaves_a_line_without_ids() -> None:
    order = captured("hpos_order_pending")["response"]
    order["line_items"][0] |= {"product_id": 0, "variation_id": 0, "sku": None}
    (line, _) = order_mapping.part(order, {}).lines
    assert (line.remote_id, line.codes, line.name, line.quantity) == ("", (), "Produs 001 țest", 2000)


@pytest.mark.parametrize("key", ["_billing_vat", "billing_vat_number", "vat_number", "_billing_cui", "billing_adoszam"])
def test_tax_number_from_usual_fields(key: str) -> None:
    order = {**captured("hpos_order_pending")["response"], "meta_data": [{"key": key, "value": "RO123"}]}
    assert order_mapping.part(order, {}).customer.tax_number == "RO123"


def test_turkish_address() -> None:
    shipping = {"city": "Kadıköy", "state": "TR34", "country": "TR"}
    order = {**captured("hpos_order_pending")["response"], "shipping": shipping}
    address = order_mapping.part(order, {}).customer.shipping
    assert (address.district, address.city) == ("Kadıköy", "İstanbul")
    assert (province("TR01"), province("TR81"), province("CJ"), province("TR99")) == ("Adana", "Düzce", "CJ", "TR99")

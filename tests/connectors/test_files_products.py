"""What the files connector makes of product, customer and order state files."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.connectors.files_shop import Broken, FilesShop, plugin, xlsx

from omnisync.connect.erp import ErpState
from omnisync.errors import SourceProblem
from omnisync.model.money import Money


@pytest.fixture
def shop(tmp_path: Path) -> FilesShop:
    return FilesShop(tmp_path)


async def test_a_turkish_export_is_read_whole(shop: FilesShop) -> None:
    shop.put(
        "products.csv",
        "Stok Kodu;Stok Adı;Barkod;Diğer Kod;Kategori;Birim;Maliyet;Para Birimi;Aktif\n"
        'VANA-12;"Küresel vana ½"" galvaniz";8690000000012|8690000000029;ESK-7;Tesisat;adet;1.041,25;TL;evet\n'
        "NOHUT;Nohut;;;Bakliyat;kg;48,5;;hayır\n",
    )
    read = await shop.connector().products("")
    vana, nohut = read.rows
    assert (vana.code, vana.name) == ("VANA-12", 'Küresel vana ½" galvaniz')
    assert vana.barcodes == ("8690000000012", "8690000000029")
    assert vana.aliases == ("ESK-7",)
    assert (vana.category, vana.unit, vana.cost, vana.active) == ("Tesisat", "adet", Money(104125, "TRY"), True)
    assert (nohut.barcodes, nohut.cost, nohut.active) == ((), Money(4850, "TRY"), False)
    assert read.complete
    assert not read.problems
    assert read.source == "products.csv"


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("code,name,barcode,unit,cost", ","),
        ("Stok Kodu\tÜrün Adı\tBarkod No\tBirim\tAlış Fiyatı", "\t"),
        ("Cikkszám;Megnevezés;Vonalkód;Mértékegység;Beszerzési ár", ";"),
        ("Cod produs;Denumire;Cod de bare;Unitate de măsură;Preț de achiziție", ";"),
        ("ŠIFRA;NAZIV;ČRTNA KODA;ENOTA;NABAVNA CENA", ";"),
    ],
)
async def test_headings_of_five_languages(shop: FilesShop, header: str, delimiter: str) -> None:
    row = delimiter.join(("A1", "Vana", "8690000000012", "kg", "12.50" if delimiter == "," else "12,50"))
    shop.put("products.txt", f"{header}\n{row}\n")
    (product,) = (await shop.connector("EUR").products("")).rows
    assert (product.code, product.name, product.barcodes) == ("A1", "Vana", ("8690000000012",))
    assert (product.unit, product.cost) == ("kg", Money(1250, "EUR"))


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8-sig", "Işıklı şişe ÇÖĞÜŞ"),
        ("utf-16", "Işıklı şişe ÇÖĞÜŞ"),
        ("cp1254", "Işıklı İĞNE şişe ÇÖĞÜŞ"),
        ("cp1250", "Árvíztűrő tükörfúrógép"),
        ("cp1250", "Ţeavă şi ştuţ găurit în mâner"),
        ("cp1250", "Žaga za ščetko, čebulasta"),
    ],
)
async def test_the_encoding_is_found_out(shop: FilesShop, encoding: str, name: str) -> None:
    shop.put("products.csv", f"kod;ad\nA;{name}\n", encoding=encoding)
    assert (await shop.connector().products("")).rows[0].name == name


async def test_the_encoding_option_overrides(shop: FilesShop) -> None:
    shop.put("products.csv", "kod;ad\nA;ő\n", encoding="cp1250")
    assert (await shop.connector(encoding="cp1254").products("")).rows[0].name == "õ"
    read = await shop.connector(encoding="utf-8").products("")
    assert read.rows[0].name == "\ufffd"
    assert read.problems[0].line == 2


async def test_a_product_listed_twice_counts_as_it_stands_last(shop: FilesShop) -> None:
    shop.put("products.csv", "kod;ad\nA;first\nB;b\nA;second\n")
    read = await shop.connector().products("")
    assert [(each.code, each.name) for each in read.rows] == [("B", "b"), ("A", "second")]
    assert [(each.line, each.text) for each in read.problems] == [
        (2, "The product A stands again in line 4; line 4 counts.")
    ]
    assert read.complete, "nothing is missing: its last row was read"


async def test_barcodes_that_excel_ruined_are_left_out_and_reported(shop: FilesShop) -> None:
    shop.put("products.csv", "kod;ad;barkod;barkod 2\nA;a;8,68E+12;8690000000012\n")
    read = await shop.connector().products("")
    assert read.rows[0].barcodes == ("8690000000012",)
    assert read.problems[0].line == 2
    assert "8,68E+12" in read.problems[0].text


async def test_a_code_that_excel_ruined_is_refused(shop: FilesShop) -> None:
    shop.put("products.csv", "kod;ad\n8,68E+12;a\nB;b\n")
    read = await shop.connector().products("")
    assert [each.code for each in read.rows] == ["B"]
    assert not read.complete, "which product is missing can't be known"


async def test_codes_protected_from_excel_are_read_plain(shop: FilesShop) -> None:
    shop.put("products.csv", 'kod;ad;barkod\n="0012";a;="0869"\n')
    (product,) = (await shop.connector().products("")).rows
    assert (product.code, product.barcodes) == ("0012", ("0869",))


async def test_a_bad_row_is_reported_with_its_line_and_the_others_go_in(shop: FilesShop) -> None:
    shop.put("products.csv", 'kod;ad\n"A";"two\nlines"\n\nB;b;too;many\n;no code\nC\nD;d\n;\nToplam;4\n')
    read = await shop.connector().products("")
    assert [each.code for each in read.rows] == ["A", "D"]
    assert [each.line for each in read.problems] == [5, 6, 7]
    assert not read.complete


async def test_a_row_without_code_leaves_the_read_complete(shop: FilesShop) -> None:
    shop.put("products.csv", "kod;ad\nA;a\n;no code\n")
    read = await shop.connector().products("")
    assert read.complete
    assert [each.line for each in read.problems] == [3]


async def test_an_unclosed_quotation_mark_is_told_and_nothing_is_taken_for_deleted(shop: FilesShop) -> None:
    shop.put("products.csv", 'kod;ad;birim\nA;a;adet\nB;"Boru 2;adet\nC;c;adet\nD;d;adet\n')
    read = await shop.connector().products("")
    assert [each.code for each in read.rows] == ["A"]
    assert not read.complete
    assert "quotation mark" in read.problems[0].text
    assert read.problems[0].line == 3


async def test_titles_above_the_headings_are_passed_over(shop: FilesShop) -> None:
    shop.put("products.csv", "STOK LİSTESİ;\nTarih: 21.11.2026;\n\nkod;ad\nA;a\n;x\n")
    read = await shop.connector().products("")
    assert [each.code for each in read.rows] == ["A"]
    assert [each.line for each in read.problems] == [6]


async def test_excels_hint_line_names_the_delimiter(shop: FilesShop) -> None:
    shop.put("products.csv", "sep=|\nkod|ad\nA|a;b,c\n|x\n")
    read = await shop.connector().products("")
    assert read.rows[0].name == "a;b,c"
    assert read.problems[0].line == 4


async def test_headings_that_say_nothing_are_refused_in_words(shop: FilesShop) -> None:
    shop.put("products.csv", "foo;bar\n1;2\n")
    with pytest.raises(SourceProblem, match=r"no column for the code.*foo, bar"):
        await shop.connector().products("")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"kod;ad\n", "\ufeff".encode()])
async def test_an_empty_file_is_a_complete_read_without_rows(shop: FilesShop, content: bytes) -> None:
    shop.put("products.csv", content)
    read = await shop.connector().products("")
    assert (list(read.rows), read.complete, list(read.problems)) == ([], True, [])


async def test_a_spreadsheets_numbers_become_codes_again(shop: FilesShop) -> None:
    shop.put(
        "products.xlsx",
        xlsx([["Kod", "Ad", "Barkod", "Maliyet", "Aktif"], [1001.0, "Vana", 8680000000017.0, 12.125, 1.0],
              [None, None, None, None, None], ["B", "b", "8680000000024", "1.234,50", "hayır"]]),
    )  # fmt: skip
    read = await shop.connector().products("")
    first, second = read.rows
    assert (first.code, first.barcodes, first.cost) == ("1001", ("8680000000017",), Money(1213, "TRY"))
    assert (second.code, second.cost, second.active) == ("B", Money(123450, "TRY"), False)
    assert not read.problems


async def test_a_spreadsheets_errors_are_no_codes(shop: FilesShop) -> None:
    rows = [["Kod", "Ad", "Barkod"], ["A", "a", Broken("#N/A")], [Broken("#REF!"), "b", "8680000000024"]]
    shop.put("products.xlsx", xlsx(rows))
    read = await shop.connector().products("")
    assert [(each.code, each.barcodes) for each in read.rows] == [("A", ())]
    assert [(each.line, each.text) for each in read.problems] == [
        (2, "The barcode is the error #N/A of a spreadsheet and was left out."),
        (3, "The code is the error #REF! of a spreadsheet; the row was not read."),
    ]


async def test_a_spreadsheet_that_is_none_or_cut_is_refused(shop: FilesShop) -> None:
    whole = xlsx([["kod", "ad"], ["A", "a"]])
    for content in (b"not a spreadsheet", whole[: len(whole) // 2]):
        shop.put("products.xlsx", content)
        with pytest.raises(SourceProblem, match="spreadsheet"):
            await shop.connector().products("")


async def test_a_spreadsheet_that_is_too_large_is_refused(shop: FilesShop, monkeypatch: pytest.MonkeyPatch) -> None:
    content = xlsx([["kod", "ad"], *([f"A{number}", "a"] for number in range(30))])
    shop.put("products.xlsx", content)
    connector = shop.connector()
    for module, limit, value in (
        ("source", "LARGEST_SHEET", len(content) - 1),
        ("spreadsheet", "MOST_ROWS", 30),
        ("spreadsheet", "LARGEST_UNPACKED", 500),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(plugin(module), limit, value)
            with pytest.raises(SourceProblem, match="CSV"):
                await connector.products("")
    assert len((await connector.products("")).rows) == 30


async def test_customers(shop: FilesShop) -> None:
    shop.put(
        "customers.csv",
        "Cari Kod;Ad Soyad;Ünvan;E-posta;Telefon;Vergi No;Vergi Dairesi;Adres;İlçe;İl;Posta Kodu;Ülke\n"
        "C1;Ayşe Öztürk;Öztürk Ltd.;a@customers.example;0555;100;Kırkpınar;Atatürk Cad. 1;Merkez;Edirne;22100;TR\n",
    )
    (account,) = (await shop.connector().customers("")).rows
    customer = account.customer
    assert (account.code, customer.name, customer.company) == ("C1", "Ayşe Öztürk", "Öztürk Ltd.")
    assert (customer.tax_number, customer.tax_office) == ("100", "Kırkpınar")
    assert (customer.billing.city, customer.billing.district, customer.billing.postcode) == (
        "Edirne",
        "Merkez",
        "22100",
    )


async def test_order_states_in_four_languages(shop: FilesShop) -> None:
    shop.put(
        "order_states.csv",
        "Sipariş Anahtarı;Sipariş No;Durum\na;1;Bekliyor\nb;2;İŞLENDİ\nc;3;sztornó\nd;4;Expediată\ne;5;preklicano\n"
        "b;2;Sevk edildi\nf;6;???\n",
    )
    read = await shop.connector().order_states("")
    assert {each.key: each.state for each in read.rows} == {
        "b": ErpState.SHIPPED, "c": ErpState.CANCELLED, "d": ErpState.SHIPPED, "e": ErpState.CANCELLED,
    }  # fmt: skip
    assert [each.line for each in read.problems] == [8]
    assert not read.complete, "old orders leave such a file; that says nothing about them"


async def test_a_word_on_an_order_is_as_young_as_its_file_where_this_clock_is_behind(shop: FilesShop) -> None:
    """Dated by a clock that is behind, it would let an older balance release the order's goods (P8)."""
    shop.put("stock.csv", "code,quantity\nA,1\n", age=-120)
    shop.put("order_states.csv", "key,status\nk,posted\n", age=-180)
    connector = shop.connector()
    assert (await connector.order_states("")).began_at > (await connector.balances("")).began_at + 60_000


async def test_order_states_may_be_named_by_number(shop: FilesShop) -> None:
    shop.put("order_states.csv", "order number,status\n1001,posted\n")
    (state,) = (await shop.connector().order_states("")).rows
    assert (state.key, state.state) == ("1001", ErpState.POSTED)

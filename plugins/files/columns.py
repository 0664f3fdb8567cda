"""Headings as stock programs write them, in English, Turkish, Hungarian, Romanian and Slovenian.

A heading is compared folded: lower case, no diacritics, everything but letters and digits a space.
The words stand here as people write them; ``|`` parts them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from omnisync.model.fold import fold

_SEPARATORS = re.compile(r"[^0-9a-z]+")
_NUMBERED = re.compile(r" ?\d+$")


class Field(StrEnum):
    """What a column holds. OTHER is known not to be a warehouse or a price list, though it may hold numbers."""

    CODE = "code"
    NAME = "name"
    BARCODE = "barcode"
    ALIAS = "alias"
    CATEGORY = "category"
    UNIT = "unit"
    COST = "cost"
    CURRENCY = "currency"
    ACTIVE = "active"
    PASSIVE = "passive"
    WAREHOUSE = "warehouse"
    QUANTITY = "quantity"
    TOTAL = "total"
    PRICE_LIST = "price list"
    PRICE = "price"
    TAX_RATE = "tax rate"
    OTHER = "other"
    KEY = "key"
    NUMBER = "number"
    STATE = "state"
    COMPANY = "company"
    EMAIL = "email"
    PHONE = "phone"
    TAX_NUMBER = "tax number"
    TAX_OFFICE = "tax office"
    IDENTITY_NUMBER = "identity number"
    STREET = "street"
    DISTRICT = "district"
    CITY = "city"
    POSTCODE = "postcode"
    COUNTRY = "country"
    NOTE = "note"


def plain(heading: str) -> str:
    """The heading as it is compared: "Stok  Kodu*" gives "stok kodu"."""
    return _SEPARATORS.sub(" ", fold(heading)).strip()


def folded(words: str) -> frozenset[str]:
    """Words parted by ``|``, as they are compared."""
    return frozenset(map(plain, words.split("|")))


_PRODUCT_WORDS: Mapping[Field, str] = {
    Field.CODE: "code|product code|item code|item|sku|stock code|article|article number|article no|item number|item no|"
    "kod|kodu|stok kodu|stok kod|stokkodu|ürün kodu|malzeme kodu|stok no|"
    "kód|cikkszám|cikk szám|cikkkód|cikk kód|termékkód|termék kód|cikk|"
    "cod|cod produs|cod articol|cod intern|articol|šifra|šifra artikla|koda|koda artikla|šifra izdelka|koda izdelka",
    Field.NAME: "name|product name|description|title|item name|"
    "ad|adı|stok adı|ürün adı|isim|stok ismi|malzeme adı|açıklama|ürün|"
    "név|megnevezés|terméknév|termék neve|cikknév|cikk neve|leírás|"
    "nume|denumire|denumire produs|nume produs|descriere|naziv|ime|naziv artikla|ime izdelka|naziv izdelka|opis",
    Field.BARCODE: "barcode|barcodes|bar code|ean|ean13|ean 13|ean code|gtin|upc|barkod|barkodu|barkodlar|barkod no|"
    "vonalkód|vonalkódok|vonal kód|cod de bare|cod bare|coduri de bare|črtna koda|črtne kode|koda ean",
    Field.ALIAS: "alias|aliases|other code|other codes|old code|supplier code|manufacturer code|"
    "diğer kod|diğer kodlar|eski kod|üretici kodu|tedarikçi kodu|özel kod|takma ad|"
    "egyéb kód|régi kód|gyártói cikkszám|beszállítói cikkszám|további kódok|"
    "alte coduri|cod vechi|cod furnizor|cod producător|druge šifre|stara šifra|šifra dobavitelja",
    Field.CATEGORY: "category|group|product group|kategori|grup|grubu|ürün grubu|ana grup|stok grubu|reyon|"
    "kategória|csoport|termékcsoport|cikkcsoport|categorie|grupa|grupă|kategorija|skupina|skupina izdelkov",
    Field.UNIT: "unit|unit of measure|uom|birim|birimi|ölçü birimi|egység|mértékegység|me|um|u m|unitate|"
    "unitate de măsură|enota|merska enota|em",
    Field.COST: "cost|unit cost|cost price|purchase price|maliyet|maliyeti|birim maliyet|alış fiyatı|alış|"
    "bekerülési ár|beszerzési ár|önköltség|költség|preț achiziție|preț de achiziție|cost unitar|"
    "nabavna cena|strošek|lastna cena",
    Field.CURRENCY: "currency|cost currency|döviz|döviz cinsi|para birimi|maliyet dövizi|pénznem|deviza|valuta|"
    "monedă|moneda|moneda cost|devizanem",
    Field.ACTIVE: "active|is active|enabled|aktif|durum|durumu|aktív|állapot|activ|stare|aktiven|aktivno|aktivni",
    Field.PASSIVE: "passive|inactive|disabled|pasif|inaktív|passzív|inactiv|neaktiven|neaktivno",
}

_FIGURE_WORDS: Mapping[Field, str] = {
    Field.WAREHOUSE: "warehouse|location|store|branch|depo|depo adı|depo kodu|depo no|ambar|şube|raktár|raktár neve|"
    "raktárkód|telephely|depozit|gestiune|gestiunea|magazie|skladišče|lokacija|poslovalnica",
    Field.QUANTITY: "quantity|qty|on hand|stock|balance|in stock|miktar|miktarı|stok|stok miktarı|bakiye|mevcut|adet|"
    "eldeki miktar|mennyiség|készlet|készleten|raktárkészlet|cantitate|stoc|stoc curent|sold|količina|zaloga|stanje",
    Field.TOTAL: "total|sum|all warehouses|toplam|genel toplam|toplam stok|összesen|összes|összkészlet|"
    "total stoc|total general|skupaj|skupna zaloga|vsota",
    Field.PRICE_LIST: "price list|pricelist|list|price type|fiyat listesi|liste|liste adı|fiyat tipi|fiyat türü|"
    "árlista|ár lista|ártípus|listă|listă de prețuri|listă preț|tip preț|cenik|vrsta cene",
    Field.PRICE: "price|unit price|sale price|sales price|selling price|fiyat|fiyatı|birim fiyat|satış fiyatı|"
    "ár|egységár|eladási ár|bruttó ár|preț|pret|preț unitar|preț vânzare|preț de vânzare|"
    "cena|prodajna cena|cena z ddv",
    Field.TAX_RATE: "vat|vat rate|tax|tax rate|kdv|kdv oranı|kdv %|áfa|áfa kulcs|áfakulcs|tva|cotă tva|ddv|stopnja ddv",
    Field.OTHER: "brand|model|marka|márka|marcă|znamka|raf|shelf|polc|raft|polica|row|sıra|sıra no|no|nr|sorszám|"
    "reserved|incoming|rezerve|beklenen|foglalt|rezervat|rezervirano|weight|ağırlık|desi|súly|greutate|teža|"
    "min stock|max stock|reorder level|min stok|minimum stok|max stok|kritik stok|kritik seviye|"
    "minimum készlet|min készlet|stoc minim|minimalna zaloga|last change|date|tarih|dátum|data|datum",
}

_STATE_WORDS: Mapping[Field, str] = {
    Field.KEY: "key|order key|reference|external reference|anahtar|sipariş anahtarı|referans|belge no|"
    "kulcs|rendelés kulcs|hivatkozás|cheie|cheie comandă|referință|ključ|ključ naročila|sklic",
    Field.NUMBER: "number|order number|order no|order|sipariş no|sipariş numarası|sipariş|rendelésszám|rendelés száma|"
    "rendelés|număr comandă|nr comandă|comandă|številka naročila|naročilo|št naročila",
    Field.STATE: "state|status|order state|order status|durum|durumu|sipariş durumu|állapot|státusz|rendelés állapota|"
    "stare|stare comandă|status comandă|stanje|stanje naročila",
}

_CUSTOMER_WORDS: Mapping[Field, str] = {
    Field.CODE: "code|customer code|customer no|account|account code|kod|kodu|cari kod|cari kodu|müşteri kodu|"
    "kód|vevőkód|ügyfélkód|ügyfél kód|partnerkód|cod|cod client|cod partener|šifra|šifra kupca|šifra partnerja|koda",
    Field.NAME: "name|customer|customer name|contact|ad|adı|ad soyad|adı soyadı|isim|müşteri|müşteri adı|cari adı|yetkili|"
    "név|vevő|vevő neve|ügyfél|ügyfél neve|nume|client|nume client|ime|ime in priimek|kupec|ime kupca",
    Field.COMPANY: "company|company name|firma|unvan|ünvan|cari unvan|cari ünvanı|cégnév|cég|companie|societate|"
    "denumire|podjetje|naziv|naziv podjetja",
    Field.EMAIL: "email|e mail|mail|e posta|eposta|e posta adresi|e mail cím|email cím|elektronska pošta|e pošta",
    Field.PHONE: "phone|telephone|mobile|telefon|tel|cep|cep telefonu|gsm|telefonszám|mobil|mobilni telefon",
    Field.TAX_NUMBER: "tax number|tax no|vat number|vat id|vergi no|vergi numarası|vkn|adószám|cui|cif|cod fiscal|"
    "davčna številka|id za ddv",
    Field.TAX_OFFICE: "tax office|vergi dairesi|adóhivatal|administrația fiscală|davčni urad",
    Field.IDENTITY_NUMBER: "identity number|id number|national id|tc kimlik no|tckn|kimlik no|tc no|"
    "személyi szám|cnp|emšo",
    Field.STREET: "street|address|adres|sokak|cím|utca|adresă|stradă|naslov|ulica",
    Field.DISTRICT: "district|county|ilçe|semt|kerület|megye|județ|sector|okraj|občina",
    Field.CITY: "city|town|il|şehir|város|település|oraș|localitate|mesto|kraj",
    Field.POSTCODE: "postcode|postal code|zip|posta kodu|irányítószám|irsz|cod poștal|poštna številka",
    Field.COUNTRY: "country|ülke|ország|țară|država",
    Field.NOTE: "note|notes|not|açıklama|megjegyzés|notă|observații|opomba",
}


@dataclass(frozen=True, slots=True)
class Headings:
    """The headings of one kind of file."""

    words: Mapping[str, Field]

    def field(self, heading: str) -> Field | None:
        """What a column of that heading holds; "Barkod 2" is a further barcode, "Fiyat 2" is nothing known."""
        text = plain(heading)
        found = self.words.get(text)
        if found is None and (unnumbered := _NUMBERED.sub("", text)) != text:
            found = self.words.get(unnumbered)
            if found not in (Field.BARCODE, Field.ALIAS):
                return None
        return found

    def score(self, row: Sequence[object]) -> int:
        """How many cells of a row are headings of this kind of file."""
        return sum(1 for cell in row if isinstance(cell, str) and self.field(cell) is not None)


def _headings(*groups: Mapping[Field, str]) -> Headings:
    return Headings({word: field for group in groups for field, words in group.items() for word in folded(words)})


PRODUCTS = _headings(_FIGURE_WORDS, _PRODUCT_WORDS)
FIGURES = _headings(_PRODUCT_WORDS, _FIGURE_WORDS)
"""Stock and price files: the product's own columns may stand in them, and are left alone."""
STATES = _headings(_STATE_WORDS)
CUSTOMERS = _headings(_CUSTOMER_WORDS)

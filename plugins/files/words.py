"""Words that stand in cells: yes and no, totals, and what became of an order, in the languages of the headings.

Compared folded, as headings are.
"""

from __future__ import annotations

from omnisync.connect.erp import ErpState

from .columns import folded

YES = folded("1|yes|y|true|active|x|evet|e|doğru|aktif|var|igen|i|igaz|aktív|da|d|activ|adevărat|ja|aktiven")
NO = folded(
    "0|no|n|false|inactive|passive|hayır|h|yanlış|pasif|yok|nem|hamis|inaktív|passzív|nu|inactiv|fals|ne|neaktiven"
)

TOTALS = folded("toplam|genel toplam|total|grand total|sum|összesen|mindösszesen|total general|skupaj|vsota")
"""What stands in the code's column of a row of totals."""

_STATES = {
    ErpState.POSTED: folded(
        "posted|booked|invoiced|işlendi|muhasebeleşti|muhasebeleştirildi|irsaliye kesildi|faturalandı|"
        "fatura kesildi|stoktan düşüldü|könyvelve|könyvelt|lekönyvelve|számlázva|kiszámlázva|postat|postată|contat|"
        "contată|contabilizat|contabilizată|operat|operată|facturat|facturată|knjiženo|poknjiženo|fakturirano|zaračunano"
    ),
    ErpState.SHIPPED: folded(
        "shipped|sent|delivered|completed|sevk edildi|kargoda|kargolandı|kargoya verildi|gönderildi|"
        "teslim edildi|tamamlandı|elküldve|kiszállítva|szállítva|leszállítva|feladva|kézbesítve|teljesítve|"
        "expediat|expediată|trimis|trimisă|livrat|livrată|finalizat|finalizată|poslano|odpremljeno|dostavljeno|zaključeno"
    ),
    ErpState.CANCELLED: folded(
        "cancelled|canceled|void|deleted|iptal|iptal edildi|silindi|törölve|törölt|lemondva|sztornó|"
        "sztornózva|visszavonva|anulat|anulată|stornat|stornată|revocat|revocată|preklicano|stornirano|razveljavljeno"
    ),
}
STILL_OPEN = folded(
    "new|open|waiting|pending|imported|confirmed|approved|preparing|yeni|açık|bekliyor|beklemede|alındı|onaylandı|"
    "hazırlanıyor|új|nyitott|függőben|várakozik|feldolgozás alatt|jóváhagyva|nou|nouă|deschis|deschisă|în așteptare|"
    "în lucru|confirmat|confirmată|novo|odprto|v čakanju|v obdelavi|potrjeno"
)
"""Words for an order that the ERP has, but hasn't put into the books: nothing to tell yet."""


def state_of(word: str) -> ErpState | None:
    """The state that a folded word stands for, None when it isn't known."""
    return next((state for state, words in _STATES.items() if word in words), None)

"""The last pieces in words: which store offers them, why another keeps some back, and the risk of selling twice."""

from __future__ import annotations

from omnisync.log.selling import LEAST_RISK, Selling
from omnisync.model.last_piece import LastPieceRules, Share
from omnisync.text import _, percent, quantity, span, tenths


def last_piece_words(store: str, rules: LastPieceRules, selling: Selling) -> str:
    """One sentence on what the store has of the last pieces, and the risk where there is one; "" for neither."""
    share = selling.shares.get(store)
    said = [] if share is None else [_share_words(store, rules, share)]
    if selling.risk >= LEAST_RISK:
        said.append(risk_words(selling))
    return "; ".join(each for each in said if each)


def risk_words(selling: Selling) -> str:
    """How likely it is sold twice just now, and why."""
    return _("the risk of selling more than there is: {risk} ({speed} an hour sell, and {available} are left)").format(
        risk=percent(selling.risk), speed=tenths(selling.per_hour), available=quantity(selling.available)
    )


def _share_words(store: str, rules: LastPieceRules, share: Share) -> str:
    if not rules.on or len(share.rivals) < 2:
        return ""
    if share.chosen == store:
        return _("the last pieces are offered here alone")
    if not share.kept:
        return ""
    if share.available < rules.under:
        text = _("fewer than {under} are left, so {store} alone offers them")
        return text.format(under=quantity(rules.under), store=share.chosen)
    text = _(
        "{kept} are left to {store}, because {speed} an hour sell and a sale is known everywhere only after {time}"
    )
    return text.format(
        kept=quantity(share.kept), store=share.chosen, speed=tenths(share.per_hour), time=span(share.blind)
    )

"""`omnisync orders`: the newest orders of all stores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from omnisync.cli import names, table
from omnisync.cli.options import UNITS, json_option, limit_option, store_option
from omnisync.cli.output import Piece, say, say_json, say_pieces, tell, width
from omnisync.cli.place import Place
from omnisync.explain.orders import buyer, erp_words, oversold_words, stock_words
from omnisync.explain.words import order_state_words
from omnisync.log import overview
from omnisync.log.oversold import Oversold, oversold_in
from omnisync.log.overview import OrderView
from omnisync.model.money import Money
from omnisync.model.order import OrderState
from omnisync.text import _, money, number, plural, when


@click.command(
    short_help=_("Orders of all stores, the newest first."),
    help=_(
        "Orders of all stores, the newest first: what was sold, whether the stock is there, "
        "and whether the ERP has the order.\n\n"
        "Example: omnisync orders --store trendyol --state new"
    ),
)
@store_option(_("Orders of this store only."))
@click.option(
    "--state", type=click.Choice([state.value for state in OrderState]), default=None, help=_("Orders that stand so.")
)
@click.option("--oversold", "lacking", is_flag=True, help=_("Orders that want what no warehouse has, and what to do."))
@limit_option(30, _("How many orders."))
@json_option(UNITS)
@click.pass_obj
def orders(place: Place, store: str, state: str | None, lacking: bool, limit: int, as_json: bool) -> None:
    """List the orders."""
    with place.reader() as reader:
        if store:
            names.rules(reader, store)
        found = overview.orders(reader, store=store, state=state or "", oversold_only=lacking, limit=limit)
        oversold = overview.oversold(reader)
        missing = {order.id: oversold_in(reader, order.id) for order in found if order.oversold}
    if as_json:
        say_json([_as_json(order, missing.get(order.id, ())) for order in found])
        return
    if not found:
        tell(_("No order wants what no warehouse has.") if lacking else _("There is no such order."))
    now = place.now()
    columns = [
        table.Column(_("No"), least=6), table.Column(_("Store"), least=6), table.Column(_("When")),
        table.Column(_("Customer"), least=4), table.Column(_("Total"), right=True),
        table.Column(_("Lines"), right=True), table.Column(_("State"), least=5), table.Column(_("Stock"), least=6),
        table.Column(_("ERP"), least=6),
    ]  # fmt: skip
    for line in table.lines(columns, [_row(order, now) for order in found], width()) if found else ():
        say_pieces(line)
    if lacking:
        for order in found:
            for each in missing[order.id]:
                say(f"{order.number}  {oversold_words(order, each, now)}")
    elif oversold:
        text = plural("{n} order wants what no warehouse has", "{n} orders want what no warehouse has", oversold)
        tell(text + ": omnisync orders --oversold", colour="red")


def _row(order: OrderView, now: int) -> list[str | Piece]:
    total = money(Money(order.total, order.currency), with_currency=True)
    return [
        order.number, order.store, when(order.placed_at, now), buyer(order), total, number(order.lines),
        order_state_words(order.state), _stock(order), erp_words(order),
    ]  # fmt: skip


def _stock(order: OrderView) -> Piece:
    text, look = stock_words(order)
    return Piece(text, {"refused": "red", "confirmed": "green"}.get(look, ""))


def _as_json(order: OrderView, missing: Sequence[Oversold]) -> dict[str, Any]:
    return {
        "store": order.store, "number": order.number, "state": order.state, "placed_at": order.placed_at,
        "customer": order.customer.name if order.customer else None, "total": order.total,
        "currency": order.currency, "lines": order.lines, "unknown_products": order.unknown, "short": order.short,
        "warehouse": order.warehouse, "export": order.export, "export_ref": order.export_ref,
        "erp_state": order.erp_state,
        "oversold": [
            {
                "code": each.code, "lacking": each.lacking,
                "others": [{"store": other.store, "number": other.number} for other in each.rivals],
            }
            for each in missing
        ],
    }  # fmt: skip

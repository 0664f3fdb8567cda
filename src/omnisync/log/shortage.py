"""Which reservations the shelves do not cover: the goods that have left go first, then the oldest order."""

from __future__ import annotations

SHORT = """
scarce AS (
    -- From the reservations, of which there are thousands, and never from the balances, of which there are millions.
    SELECT r.shop_order, r.line_id, r.product, r.quantity,
        sum(r.quantity) OVER (
            PARTITION BY r.product, r.warehouse
            ORDER BY o.state IN ('shipped', 'delivered') DESC, r.at, r.shop_order, r.line_id
        ) - b.on_hand AS beyond
    FROM reservation r
    CROSS JOIN balance b ON b.product = r.product AND b.warehouse = r.warehouse
    CROSS JOIN shop_order o ON o.id = r.shop_order
    WHERE b.on_hand < b.reserved
), short AS (
    SELECT shop_order, line_id, product, min(quantity, beyond) AS lacking FROM scarce WHERE beyond > 0
)
"""
"""The parts of a WITH that end in ``short``: order, line, product and how much (thousandths) is lacking."""

OVERSOLD = """
promised AS (
    SELECT r.shop_order, r.product, r.quantity,
        sum(r.quantity) OVER (
            PARTITION BY r.product
            ORDER BY o.state IN ('shipped', 'delivered') DESC, r.at, r.shop_order, r.line_id
        ) - p.on_hand AS beyond
    FROM reservation r
    CROSS JOIN product p ON p.id = r.product
    CROSS JOIN shop_order o ON o.id = r.shop_order
    WHERE p.available < 0
), oversold AS (
    SELECT shop_order, product, sum(min(quantity, beyond)) AS lacking FROM promised WHERE beyond > 0
    GROUP BY shop_order, product
)
"""
"""The same over all warehouses together, in ``oversold``: what was sold and is nowhere; moving goods does not help."""

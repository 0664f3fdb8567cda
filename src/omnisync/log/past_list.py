"""The product list with the figures of a past moment; which products, and in which order, is today's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from omnisync.log.past import Past
from omnisync.log.product_list import ProductView
from omnisync.log.product_list import views as views_of_now
from omnisync.log.product_view import FrozenList, ListRow
from omnisync.log.reader import Reader


class PastList:
    """Rows by position, as the frozen order has them; what was not known then has no figures."""

    def __init__(self, order: FrozenList, database: Path, until: int) -> None:
        self._order, self._database, self._until = order, database, until

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self._order.count

    def page(self, start: int, stop: int) -> Sequence[ListRow]:
        """The rows at these positions, as they were."""
        ids = self._order.ids(start, stop)
        with Reader(self._database) as reader:
            then = {view.id: view for view in Past(reader, self._until).views(ids)}
            missing = [(each, None) for each in ids if each not in then]
            for view in views_of_now(reader, missing):
                then[view.id] = ProductView(view.id, view.code, view.name, view.category, view.unit, 0, 0, 0, 0)
        return [ListRow(then[each], changed=False) for each in ids]

"""What a general update would send to each store, and what it would leave out."""

from __future__ import annotations

from dataclasses import dataclass

from omnisync.log.overview import store_names
from omnisync.log.reader import Reader


@dataclass(frozen=True, slots=True)
class StorePreview:
    """Figures of one store: those that are sent (``refused`` of them were refused before), those left out."""

    store: str
    sends: int
    refused: int
    excluded: int
    held: int


def preview(reader: Reader) -> list[StorePreview]:
    """Every open store; reads all figures, so it is asked on a thread."""
    found = dict.fromkeys(store_names(reader), None)
    counts: dict[tuple[str, str], int] = {
        (store, mode): count
        for store, mode, count in reader.rows("SELECT store, mode, count(*) FROM figure GROUP BY store, mode")
    }
    return [
        StorePreview(
            store,
            counts.get((store, "push"), 0) + counts.get((store, "refused"), 0),
            *(counts.get((store, mode), 0) for mode in ("refused", "excluded", "held")),
        )
        for store in found
    ]

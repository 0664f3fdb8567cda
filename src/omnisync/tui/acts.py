"""What a person has ordered and how it ends: each figure is followed until the store has proven or refused it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from omnisync.explain.words import kind_words, reason_words, state_words
from omnisync.log import progress
from omnisync.log.progress import Item, Key
from omnisync.log.reader import Reader
from omnisync.model.clean import clean
from omnisync.ports import in_thread
from omnisync.text import _, plural

_NAMED = 3
"""So many endings are told one by one; of more only the counts are."""


class Acts:
    """``tell`` gets the sentence of a good end, ``warn`` that of one which a person should know of."""

    def __init__(self, database: Path, tell: Callable[[str], None], warn: Callable[[str], None]) -> None:
        self._database, self._tell, self._warn = database, tell, warn
        self._open: set[Key] = set()
        self._looking = False

    def follow(self, keys: Iterable[Key]) -> None:
        """Tell how these end."""
        self._open |= set(keys)

    async def look(self) -> None:
        """After a change of the data: tell what has ended."""
        if not self._open or self._looking:
            return
        self._looking = True
        try:
            ended = await in_thread(self._ended)
        finally:
            self._looking = False
        self._open -= {item.key for item in ended}
        self._say(ended)

    def _ended(self) -> list[Item]:
        with Reader(self._database) as reader:
            left = self._open & progress.on_their_way(reader)
            gone = self._open - left
            found = (
                progress.items(reader, products=sorted({product for product, _store, _kind in gone})) if gone else []
            )
            return [item for item in found if item.key in gone]

    def _say(self, ended: list[Item]) -> None:
        bad = [item for item in ended if item.state not in ("confirmed", "excluded", "off")]
        for item in bad[:_NAMED]:
            self._warn(_bad_end(item))
        if len(bad) > _NAMED:
            self._warn(plural("{n} more were not taken", "{n} more were not taken", len(bad) - _NAMED))
        good = [item for item in ended if item.state == "confirmed"]
        if good and not self._open and not bad:
            self._tell(_good_end(good))


def _bad_end(item: Item) -> str:
    text = _("{store}: the {kind} of {code} is {state}").format(
        store=item.store, kind=kind_words(item.kind), code=clean(item.code), state=state_words(item.state)
    )
    return f"{text}: {reason_words(item.reason)}" if item.reason else text


def _good_end(items: list[Item]) -> str:
    codes = {item.code for item in items}
    stores = ", ".join(sorted({item.store for item in items}))
    if len(codes) == 1:
        return _("{code}: confirmed by {stores}").format(code=clean(items[0].code), stores=stores)
    return plural("{n} product confirmed by {stores}", "{n} products confirmed by {stores}", len(codes), stores=stores)

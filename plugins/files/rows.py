"""The rows of one file on their way to becoming products or figures: columns by meaning, and what is refused.

Work goes column by column, because that is several times faster in Python than row by row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import compress, starmap
from typing import Generic, TypeVar, cast

from omnisync.connect.erp import RowProblem
from omnisync.errors import SourceProblem
from omnisync.model.money import Money

from .columns import Field, Headings, plain
from .numbers import Decimals, currency_of, known_currency
from .table import Cell, Table, row_text
from .words import TOTALS

T = TypeVar("T")
Key = TypeVar("Key", bound=Hashable)

SCIENTIFIC = re.compile(r"\d+([.,]\d+)?[eE]\+\d+")
"""What Excel makes of a long number when it saves CSV: the digits behind are lost."""

ERROR = re.compile(r"#[^\W\d_][\w/]*[!?]|#N/[AD]|#YOK|#HIÁNYZIK|Err:\d+")
"""What a spreadsheet shows where a formula came to nothing, in the languages of the headings."""

_MOST_PROBLEMS = 500


@dataclass(frozen=True, slots=True)
class Mapped(Generic[T]):
    """What a file gave. ``whole`` is False when a row that names something was refused.

    Then nothing may be concluded from what is absent.
    """

    rows: Sequence[T]
    problems: Sequence[RowProblem]
    whole: bool = True


class Rows:
    """One table with its columns known by meaning; collects what can't be read."""

    def __init__(self, table: Table, headings: Headings, key: Field = Field.CODE) -> None:
        self.source = table.source
        self.lines = table.lines
        self.header = table.header
        self.delimiter = table.delimiter
        self.problems = list(table.problems)
        self.whole = not table.torn
        self._columns = table.columns
        self._places: dict[Field, list[int]] = {}
        self._refused: set[int] = set()
        self._mendable: dict[int, int] = {}
        for place, heading in enumerate(table.header):
            field = headings.field(heading)
            if field is not None:
                self._places.setdefault(field, []).append(place)
        self.unknown = [
            place for place, heading in enumerate(table.header) if heading and headings.field(heading) is None
        ]
        self.require(key, "what the row is about")

    def __len__(self) -> int:
        return len(self.lines)

    def require(self, field: Field, meaning: str) -> None:
        """Raise SourceProblem when there is no such column."""
        if self.header and field not in self._places:
            seen = ", ".join(heading for heading in self.header[:8] if heading)
            raise SourceProblem(
                f"{self.source} has no column for the {field} ({meaning}). Its headings are: {seen}. "
                f"Rename one of them to '{field}'."
            )

    def has(self, field: Field) -> bool:
        """Whether there is a column of that meaning."""
        return field in self._places

    def places(self, field: Field) -> list[int]:
        """The columns of that meaning."""
        return self._places.get(field, [])

    def cells(self, place: int) -> Sequence[Cell]:
        """One column as it was read."""
        return self._columns[place]

    def texts(self, field: Field, default: str = "") -> list[str]:
        """The first column of that meaning as texts without spaces around; ``default`` where there is none."""
        places = self.places(field)
        return self.texts_at(places[0]) if places else [default] * len(self)

    def texts_at(self, place: int) -> list[str]:
        """One column as texts without spaces around; what stands there many times is one text in memory."""
        column = self._columns[place]
        only_texts = set(map(type, column)) <= {str}
        texts = list(map(str.strip, column)) if only_texts else [as_text(cell) for cell in column]  # type: ignore[arg-type]
        same: dict[str, str] = {}
        return list(map(same.setdefault, texts, texts))

    def codes(self, field: Field = Field.CODE) -> list[str]:
        """The column that says what each row is about; rows without it, or with a lost number, are refused."""
        codes = self.texts(field)
        distinct = set(codes)
        if "" in distinct:
            self._refuse_nameless(codes, field)
        together = "\n".join(distinct)
        if any(sign in together for sign in ("+", "#", "Err:")):
            self._refuse_damaged(codes, field)
        if '="' in together:
            codes = [unquoted(code) for code in codes]
        self._drop_totals(codes)
        return codes

    def read_each(
        self,
        cells: Sequence[Key],
        parse: Callable[[Key], T],
        meaning: str,
        *,
        known: Mapping[Key, T] | None = None,
        refuse: bool = True,
    ) -> list[T | None]:
        """Each cell parsed, every distinct one once; None where ``parse`` raises ValueError.

        Such a row is refused with the error's words, or only reported when ``refuse`` is False.
        ``known`` holds cells that are parsed already.
        """
        parsed: dict[Key, T] = dict(known or ())
        wrong: dict[Key, str] = {}
        for cell in set(cells).difference(parsed):
            try:
                parsed[cell] = parse(cell)
            except ValueError as error:
                wrong[cell] = str(error)
        if not wrong:
            return [parsed[cell] for cell in cells]
        tell, ending = (self.refuse, "; the row was not read.") if refuse else (self.note, "; it was left out.")
        for index, cell in enumerate(cells):
            if cell in wrong:
                tell(index, f"{meaning}: {wrong[cell]}{ending}")
        return [parsed.get(cell) for cell in cells]

    def read_money(
        self,
        place: int,
        sign: Decimals,
        parse: Callable[[Cell, str], Money | None],
        usual: str,
        meaning: str,
        *,
        refuse: bool = True,
    ) -> list[Money | None]:
        """A column of amounts parsed with the currency that stands in each row, ``usual`` where none does."""
        pairs = list(zip(self._columns[place], self.texts(Field.CURRENCY), strict=True))
        distinct = set(pairs)
        known: dict[tuple[Cell, str], Money | None] = {}
        for written in {pair[1] for pair in distinct}:
            if currency := known_currency(written) if written else usual:
                plain = sign.plain_money((cell for cell, each in distinct if each == written), currency)
                known.update(((cell, written), money) for cell, money in plain.items())
        return self.read_each(
            pairs, lambda pair: parse(pair[0], currency_of(pair[1], usual)), meaning, known=known, refuse=refuse
        )

    def last_wins(self, keys: Sequence[Hashable], describe: Callable[[int], str]) -> None:
        """Of rows with the same key keep the last; each earlier one is reported."""
        if len(set(keys)) == len(keys):
            return
        last = {key: index for index, key in enumerate(keys) if index not in self._refused}
        for index, key in enumerate(keys):
            if index not in self._refused and last[key] != index:
                line = self.lines[last[key]]
                self.drop(index, f"{describe(index)} stands again in line {line}; line {line} counts.")

    def refuse(self, index: int, text: str) -> None:
        """This row is not taken, and with it something may be missing."""
        self.whole = False
        self._mendable[self.lines[index]] = index
        self.drop(index, text)

    def drop(self, index: int, text: str) -> None:
        """This row is not taken, and nothing is missing for it."""
        if index not in self._refused:
            self._refused.add(index)
            self.note(index, text)

    def note(self, index: int, text: str) -> None:
        """Report something about a row that is taken nevertheless."""
        self.problems.append(RowProblem(self.source, self.lines[index], text))

    def remark(self, text: str) -> None:
        """Report something about the whole file, at the line of its headings."""
        self.problems.append(RowProblem(self.source, self.lines[0] - 1 if len(self) else 0, text))

    def kept(self, column: Iterable[T | None]) -> Iterable[T]:
        """That column without the refused rows, which are the only ones that may lack a value."""
        if self._refused:
            column = compress(column, [index not in self._refused for index in range(len(self))])
        return cast("Iterable[T]", column)

    def each(self, make: Callable[..., T], *columns: Iterable[object]) -> list[T]:
        """What is made of each row that wasn't refused, out of its cells in these columns."""
        return list(starmap(make, zip(*map(self.kept, columns), strict=True)))

    def result(self, rows: Sequence[T]) -> Mapped[T]:
        """The outcome, with at most some hundred problems spelled out."""
        problems = sorted(self.problems, key=lambda problem: problem.line)
        if len(problems) > _MOST_PROBLEMS:
            rest = len(problems) - _MOST_PROBLEMS
            problems = [*problems[:_MOST_PROBLEMS], RowProblem(self.source, 0, f"{rest} more rows have problems.")]
        problems = [
            replace(each, row=self._row(self._mendable[each.line])) if each.line in self._mendable else each
            for each in problems
        ]
        return Mapped(rows, problems, self.whole)

    def _row(self, index: int) -> str:
        return row_text(self.header, [as_text(column[index]) for column in self._columns])

    def _refuse_nameless(self, codes: list[str], field: Field) -> None:
        for index in _places_of("", codes):
            self._refused.add(index)
            if any(as_text(column[index]) for column in self._columns):
                self.note(index, f"The {field} is empty; the row was not read.")

    def _refuse_damaged(self, codes: list[str], field: Field) -> None:
        for index, code in enumerate(codes):
            if SCIENTIFIC.fullmatch(code):
                self.refuse(index, f"The {field} {code} has lost its last digits in Excel; the row was not read.")
            elif ERROR.fullmatch(code):
                self.refuse(index, f"The {field} is the error {code} of a spreadsheet; the row was not read.")

    def _drop_totals(self, codes: list[str]) -> None:
        """Reports end with rows of totals; they name no product."""
        for index in range(max(0, len(codes) - 3), len(codes)):
            if plain(codes[index]) in TOTALS:
                self._refused.add(index)


def as_text(cell: Cell) -> str:
    """A spreadsheet's cell as a person sees it: 8680000000017.0 is 8680000000017."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat()
    return str(cell)


def unquoted(text: str) -> str:
    """``="0123"`` is how programs keep Excel from eating a zero: the code is 0123."""
    return text[2:-1] if text.startswith('="') and text.endswith('"') else text


def _places_of(wanted: str, texts: Sequence[str]) -> list[int]:
    return [index for index, text in enumerate(texts) if text == wanted]

"""Lists: which rows a query asks for, in which order, which page, which fields (facts/real-woocommerce.md 4 and 5)."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response

from .answers import answer, bad_param

_ORDERBY = ("date", "id", "include", "title", "slug", "modified")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?")


class Dated(Protocol):
    """What every row of a list has. Times are whole seconds UTC."""

    id: int
    created: int
    modified: int


RowType = TypeVar("RowType", bound=Dated)


@dataclass(frozen=True, slots=True)
class Question:
    """A list's query, with what its answer depends on: the address, the shop's time zone, chance for ties."""

    params: Mapping[str, str]
    url: str
    zone: ZoneInfo
    rng: random.Random

    def chosen(self, rows: Sequence[RowType]) -> list[RowType]:
        """The rows that the query asks for, in its order. Raises WpError for what the schema refuses."""
        include = {int(each) for each in self.params.get("include", "").split(",") if each.strip().isdigit()}
        kept = [row for row in rows if not include or row.id in include]
        for name, field, later in (
            ("modified_after", "modified", True),
            ("modified_before", "modified", False),
            ("after", "created", True),
            ("before", "created", False),
        ):
            limit = self._time(name)
            if limit is not None:
                # Strict, and in whole seconds: a row of the same second is not given.
                kept = [row for row in kept if (getattr(row, field) > limit) is later and getattr(row, field) != limit]
        return self._ordered(kept)

    def answered(self, rows: Sequence[RowType], face: Callable[[RowType], dict[str, Any]]) -> Response:
        """One page of the chosen rows, with the headers that tell how many there are."""
        chosen = self.chosen(rows)
        size, page = self._number("per_page", 10, 100), self._number("page", 1, None)
        start = (page - 1) * size
        pages = -(-len(chosen) // size)
        headers = {"X-WP-Total": str(len(chosen)), "X-WP-TotalPages": str(pages)}
        links = [f'<{self._at(page - 1)}>; rel="prev"'] if page > 1 else []
        links += [f'<{self._at(page + 1)}>; rel="next"'] if page < pages else []
        if links:
            headers["Link"] = ", ".join(links)
        return answer([cut(face(row), self.params) for row in chosen[start : start + size]], headers=headers)

    def _ordered(self, rows: list[RowType]) -> list[RowType]:
        """In the wanted order; rows of the same second come in any order, and in another one each time."""
        orderby = self.params.get("orderby", "date")
        if orderby not in _ORDERBY:
            names = ", ".join(_ORDERBY)
            raise bad_param("orderby", f"orderby is not one of {names}.", "rest_not_in_enum")
        field = {"date": "created", "modified": "modified"}.get(orderby, "id")
        mixed = rows[:]
        self.rng.shuffle(mixed)
        return sorted(mixed, key=lambda row: getattr(row, field), reverse=self.params.get("order", "desc") == "desc")

    def _number(self, name: str, default: int, most: int | None) -> int:
        text = self.params.get(name, str(default))
        if not text.isdigit():
            raise bad_param(name, f"{name} is not of type integer.", "rest_invalid_type")
        number = int(text)
        if number < 1 or (most is not None and number > most):
            bounds = f"between 1 (inclusive) and {most} (inclusive)" if most else "greater than or equal to 1"
            raise bad_param(name, f"{name} must be {bounds}", "rest_out_of_bounds")
        return number

    def _time(self, name: str) -> int | None:
        """A limit in seconds UTC: shop time, unless it names its offset or ``dates_are_gmt`` says otherwise."""
        text = self.params.get(name)
        if text is None:
            return None
        if not _TIME.fullmatch(text):
            raise bad_param(name, "Invalid date.", "rest_invalid_date")
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            gmt = self.params.get("dates_are_gmt", "false") in ("true", "1")
            moment = moment.replace(tzinfo=UTC if gmt else self.zone)
        return int(moment.timestamp())

    def _at(self, page: int) -> str:
        """The address of another page, which repeats the whole query, secrets too."""
        return f"{self.url}?{urlencode({**self.params, 'page': page})}"


def cut(row: dict[str, Any], params: Mapping[str, str]) -> dict[str, Any]:
    """Only the fields that ``_fields`` names; ``environment.version`` names one inside another."""
    names = [name.strip() for name in params.get("_fields", "").split(",") if name.strip()]
    if not names:
        return row
    found: dict[str, Any] = {}
    for name in names:
        top, _, inner = name.partition(".")
        value = row.get(top)
        if inner and isinstance(value, dict):
            found.setdefault(top, {}).update(cut(value, {"_fields": inner}))
        elif top in row:
            found[top] = value
    return found

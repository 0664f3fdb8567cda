"""What a platform answered: its body unpacked within bounds, its JSON, its dates."""

from __future__ import annotations

import email.utils
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from omnisync.errors import Unavailable

_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Response:
    """An answer below 500 that is neither a redirect nor a 429. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises Unavailable, saying what stands there instead."""
        try:
            found = decoded(self.content)
            return _whole(found) if b"\\ud" in self.content or b"\\uD" in self.content else found
        except ValueError:
            start = " ".join(self.text[:120].split())
            if start[:1] in ("{", "["):
                # A piece of an order may stand there, and what is told here goes into the log for ever.
                raise Unavailable(
                    f"It answered {self.status}, but its JSON is broken after {len(self.content)} bytes. "
                    "The connection may have been cut, or a plugin of the shop prints something into its answers."
                ) from None
            raise Unavailable(
                f"It answered {self.status}, but not in JSON. The answer starts with: {start!r}. "
                "A plugin, a firewall or a maintenance page of the shop may be printing this."
            ) from None


def decoded(content: bytes | str) -> Any:
    """The JSON decoded; what no platform writes on purpose (NaN, Infinity) counts as null. Raises ValueError."""
    try:
        return json.loads(content, parse_constant=lambda _name: None)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _whole(found: Any) -> Any:
    """The same with half characters (an emoji that was cut in two, as stores do with long names) replaced.

    Half of one can be written nowhere: not to the log, not to another store.
    """
    if isinstance(found, str):
        return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(found, list):
        return [_whole(each) for each in found]
    if isinstance(found, dict):
        return {_whole(key): _whole(value) for key, value in found.items()}
    return found


class Unpacker:
    """Unpacks gzip, also several members in a row, and never more than it is allowed to at a time."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)

    @property
    def done(self) -> bool:
        """Whether what was packed has come to its end."""
        return self._member.eof

    def unpack(self, chunk: bytes, most: int) -> bytes:
        """At most so many bytes of what the chunk holds. Raises zlib.error."""
        found: list[bytes] = []
        while chunk and most > 0:
            if self._member.eof:
                # Some servers fill up with zeros.
                chunk = chunk.lstrip(b"\0")
                self._member = zlib.decompressobj(_GZIP) if chunk else self._member
                continue
            found.append(self._member.decompress(chunk, most))
            most -= len(found[-1])
            chunk = self._member.unused_data or self._member.unconsumed_tail
        return b"".join(found)


def retry_after(value: str | None, now: int) -> int | None:
    """When a Retry-After header (seconds, or an HTTP date) allows the next call, in milliseconds UTC."""
    if not value:
        return None
    if value.strip().isdigit():
        return now + int(value) * 1000
    return http_date(value)


def http_date(value: str | None) -> int | None:
    """An HTTP date in milliseconds UTC, None when there is none or it can't be read."""
    if not value:
        return None
    try:
        return int(email.utils.parsedate_to_datetime(value).timestamp() * 1000)
    except ValueError:
        return None

"""What httpx does anew for each request and need not do: a third of a simulation's time."""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import omnisync.connect.http  # noqa: F401  # it brings httpx in


@contextmanager
def requests() -> Iterator[None]:
    """Remember addresses that were taken apart before, and look for cookies only where there are any."""
    library: Any = sys.modules["httpx"]
    urls, cookies = library._urls, library.Cookies
    parse, extract = urls.urlparse, cookies.extract_cookies
    remembered = functools.lru_cache(4096)(parse)

    def extracted(self: Any, response: Any) -> None:
        if "set-cookie" in response.headers:
            extract(self, response)

    urls.urlparse = lambda url="", **parts: remembered(url, **parts)
    cookies.extract_cookies = extracted
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        urls.urlparse, cookies.extract_cookies = parse, extract
        gc.set_threshold(*before)
        gc.unfreeze()

"""A barcode scanner is a keyboard that types a number and Enter within a few hundredths of a second.

Digits are kept back for a moment: more of them at once are a scan, a single one is what was pressed.
"""

from __future__ import annotations

from collections.abc import Callable

PAUSE = 0.06
"""Seconds after a digit in which a scanner has sent the next one."""

_LEAST = 6
"""Digits that make a scan."""


class Scanner:
    """``scanned`` gets the digits of a burst; ``typed`` gets, one by one, the keys that were none after all."""

    def __init__(self, scanned: Callable[[str], None], typed: Callable[[str], None]) -> None:
        self._scanned, self._typed = scanned, typed
        self._digits = ""
        self.serial = 0
        """Grows with every key, so that a timer can tell whether another one came."""

    def take(self, key: str) -> bool:
        """Whether the key is kept back or used up. A digit asks for ``settle`` after PAUSE."""
        self.serial += 1
        if len(key) == 1 and key in "0123456789":
            self._digits += key
            return True
        if key == "enter" and len(self._digits) >= _LEAST:
            digits, self._digits = self._digits, ""
            self._scanned(digits)
            return True
        self.settle()
        return False

    def settle(self) -> None:
        """The pause is over: a long number without Enter is a scan too, anything else was typed."""
        digits, self._digits = self._digits, ""
        if len(digits) >= _LEAST:
            self._scanned(digits)
        else:
            for digit in digits:
                self._typed(digit)

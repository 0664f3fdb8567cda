"""Bytes of a text file into text: Unicode where it is, else the Turkish or the Central European code page.

The rule of ``auto``, in this order: a byte order mark decides; bytes that are valid UTF-8 are UTF-8;
else the letters that only one of the two languages' code pages writes with that byte are counted.
Turkish (cp1254) needs the bytes of ğ Ğ ı İ ş Ş all the time. In Central Europe (cp1250) the same bytes
are đ ý ţ, which Hungarian and Slovenian never use and Romanian uses only together with ă; and cp1250
has its own bytes for ő ű (Hungarian), ă ş (Romanian), č ž (Slovenian), which Turkish never uses.
The larger count wins; without any of them both code pages give the same text, and cp1254 is taken.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from omnisync.errors import SourceProblem

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TURKISH = "ğĞıİşŞ".encode("cp1254")
_CENTRAL = "őŐűŰăĂşŞčČžŽćĆ".encode("cp1250")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text, what it was stored in, and the line of the first byte that could not be read (0: none)."""

    text: str
    encoding: str
    bad_line: int = 0


def decode(data: bytes, wanted: str, source: str) -> Decoded:
    """The file's text; ``wanted`` is "auto" or the encoding to use where no byte order mark says otherwise.

    Raises SourceProblem when a UTF-8 file ends in the middle of a letter.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], encoding)
    if wanted != "auto":
        return _lenient(data, wanted)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        if _cut_off(data, error):
            raise SourceProblem(
                f"{source} ends in the middle of a letter: it is still being written. It is read again shortly."
            ) from error
    return _lenient(data, code_page(data))


def code_page(data: bytes) -> str:
    """The code page whose own letters occur more often: "cp1254" or "cp1250"."""
    turkish = sum(data.count(byte) for byte in _TURKISH)
    central = sum(data.count(byte) for byte in _CENTRAL)
    return "cp1250" if central > turkish else "cp1254"


def _cut_off(data: bytes, error: UnicodeDecodeError) -> bool:
    """Whether everything before the last letter was UTF-8, and it had letters beyond ASCII."""
    return error.reason == "unexpected end of data" and not data[: error.start].isascii()


def _lenient(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Decoded(data.decode(encoding, "replace"), encoding, line)

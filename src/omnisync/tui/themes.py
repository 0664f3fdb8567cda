"""Dark, light and the terminal's own sixteen colours; which one suits the terminal unless a person chose.

Colours are plain enough to survive 256 colours, which is what most lines over SSH get. Red is kept for
what needs a person. NO_COLOR is heeded by Textual itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="dark", primary="#5f87af", secondary="#5f8787", warning="#d7af5f", error="#ff5f5f", success="#87af5f",
    accent="#5fafd7", foreground="#d0d0d0", background="#121212", surface="#1c1c1c", panel="#262626", dark=True,
    variables={"block-cursor-background": "#005f87", "block-cursor-foreground": "#ffffff", "chosen": "#3a3a3a"},
)  # fmt: skip

LIGHT = Theme(
    name="light", primary="#005f87", secondary="#005f5f", warning="#875f00", error="#af0000", success="#005f00",
    accent="#005faf", foreground="#1c1c1c", background="#ffffff", surface="#f2f2f2", panel="#e4e4e4", dark=False,
    variables={"block-cursor-background": "#afd7ff", "block-cursor-foreground": "#000000", "chosen": "#d7d7af"},
)  # fmt: skip

_TERMINALS_OWN = BUILTIN_THEMES["ansi-dark"]

SIXTEEN = replace(
    _TERMINALS_OWN,
    name="sixteen",
    variables={
        **_TERMINALS_OWN.variables,
        "block-cursor-background": "ansi_white", "block-cursor-foreground": "ansi_black", "chosen": "ansi_blue",
    },
)  # fmt: skip

THEMES = (DARK, LIGHT, SIXTEEN)


def fitting(wanted: str, environment: Mapping[str, str]) -> str:
    """The theme's name: the one asked for, else what the terminal says of itself."""
    if wanted in {theme.name for theme in THEMES}:
        return wanted
    term = environment.get("TERM", "")
    if "COLORTERM" not in environment and "256" not in term and term in ("linux", "ansi", "xterm", "vt100", "screen"):
        return SIXTEEN.name
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT.name if background in ("7", "15") else DARK.name

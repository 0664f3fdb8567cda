"""docs/keyboard.md as the keys themselves tell it. To write it anew: python -m tests.tui.keyboard_doc"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from omnisync.tui.keys import KEYS, spoken

DOCUMENT = Path(__file__).parents[2] / "docs" / "keyboard.md"

_HEADINGS = {
    "app": "Everywhere", "table": "In every list", "products": "Products", "find": "The line to find with",
    "price": "A price being edited", "sheet": "One product", "why": "Why a store shows what it shows", "help": "Help",
    "log": "Log", "history": "The history of a product or an order", "record": "One record of the log",
    "line": "A question: a line of text", "welcome": "Where there is no shop yet", "step": "Setting up a shop",
    "field": "A line of a form", "choices": "A list to choose from", "marks": "What a new store sells",
    "order": "One order", "matters": "What waits for you", "pick": "Choosing a product",
    "ask": "A question: yes or no", "choose": "A question: one of several",
}  # fmt: skip

_INTRODUCTION = """# The keyboard

F1 or `?` shows the keys of wherever you are; Ctrl+P lists everything by name. F-keys, arrows, Enter, Space and Esc carry
every main action; a letter is a shortcut, and works at the same place on a Cyrillic, Greek or Hebrew keyboard.

Every key can be changed in the configuration, by the name in the second column:

```toml
[keys]
"products.update" = "f5,ctrl+u"
```
"""

_END = """
A barcode scanner works from everywhere but a line that is being typed into: it opens the product. Shift and the mouse
select text in most terminals; Ctrl+O gives the mouse to the terminal altogether. Over a slow line, `ssh -C` sends a tenth
of the bytes.
"""


def text() -> str:
    """The whole document."""
    return _INTRODUCTION + "\n".join(_tables()) + "\n" + _END


def _tables() -> Iterator[str]:
    scopes = dict.fromkeys(id_.partition(".")[0] for id_ in KEYS)
    for scope in scopes:
        yield f"\n## {_HEADINGS.get(scope, scope.replace('_', ' ').capitalize())}\n"
        yield "| keys | name | what they do |"
        yield "| --- | --- | --- |"
        for id_, key in KEYS.items():
            if id_.partition(".")[0] == scope:
                # Terminals name one and the same key in two ways.
                keys = ", ".join(dict.fromkeys(f"`{spoken(each)}`" for each in key.keys.split(",")))
                yield f"| {keys} | `{id_}` | {key.help} |"


if __name__ == "__main__":
    DOCUMENT.write_text(text(), "utf-8")

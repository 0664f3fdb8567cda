"""One sentence for every type of event, as the list of events shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from omnisync.explain import decided, exchanged
from omnisync.model.events import Event

SENTENCES: Mapping[type[Any], Callable[[Any], str]] = {**exchanged.SENTENCES, **decided.SENTENCES}
"""By type of event; a test holds it complete."""


def sentence(event: Event) -> str:
    """What happened, for a person."""
    return SENTENCES[type(event)](event)

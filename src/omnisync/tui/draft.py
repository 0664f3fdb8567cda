"""What a person has answered so far while setting a shop up; kept while they go to and fro."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from omnisync.tui.guide import ErpLook

if TYPE_CHECKING:
    from omnisync.connect.loader import Manifest


@dataclass(slots=True)
class Draft:
    """``answers`` by setting, as `omnisync init` asks for them; ``stores`` has the platform of each store by name."""

    answers: dict[str, str] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)
    programs: Sequence[Manifest] = ()
    platforms: Sequence[Manifest] = ()
    look: ErpLook | None = None

    def given(self) -> dict[str, str]:
        """The answers of what was chosen; those of a store that was given up again are left out."""
        chosen = {
            key: value for key, value in self.answers.items()
            if value and (not key.startswith("stores.") or key.split(".")[1] in self.stores)
        }  # fmt: skip
        return chosen | {"stores": ",".join(f"{name}={platform}" for name, platform in self.stores.items())}

    def free_name(self, platform: str) -> str:
        """A name for a store of that platform that none has yet."""
        number, name = 1, platform
        while name in self.stores:
            number += 1
            name = f"{platform}-{number}"
        return name

    def program(self) -> Manifest:
        """The ERP's connector that was chosen, the first one unless a person chose."""
        chosen = self.answers.get("erp.connector")
        return next((each for each in self.programs if each.name == chosen), self.programs[0])

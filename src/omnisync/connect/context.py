"""What a connector is given when it is made: the outside world, and the shop's side of its account."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from omnisync.connect.budget import Budget, Limit
from omnisync.connect.http import Http, Transport
from omnisync.model.secrecy import Secrets
from omnisync.ports import Blocking, Clock, SystemClock, in_thread


@dataclass(slots=True)
class Context:
    """Handed to a plugin's ``connect(options, context)``.

    ``name`` is the store's (or ERP's) name in the configuration; ``currency`` what its prices are in.
    ``blocking`` runs a function that blocks away from the loop. ``secrets`` are blotted out of every answer.
    """

    name: str
    currency: str
    clock: Clock = field(default_factory=SystemClock)
    rng: random.Random = field(default_factory=random.SystemRandom)
    blocking: Blocking = in_thread
    transport: Transport | None = None
    secrets: Secrets = field(default_factory=Secrets)

    def http(
        self,
        base_url: str,
        *,
        limits: Mapping[str, Sequence[Limit]],
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float = 30.0,
        verify_tls: bool = True,
    ) -> Http:
        """The line to one address; ``limits`` names every budget group and what the platform allows it."""
        import ssl

        tls = None
        if not verify_tls:
            tls = ssl.create_default_context()
            tls.check_hostname = False
            tls.verify_mode = ssl.CERT_NONE
        return Http(
            base_url,
            clock=self.clock,
            budget=Budget(limits, self.clock),
            transport=self.transport,
            headers=headers,
            auth=auth,
            timeout=timeout,
            tls=tls,
            secrets=self.secrets,
        )

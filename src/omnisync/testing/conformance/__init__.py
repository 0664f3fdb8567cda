"""The conformance kit: what every connector must do, each promise a small check with one sentence of reason.

A store's connector is run against its plugin's own sandbox in this process, on a virtual clock; an ERP's against
the source that its plugin prepares (``conformance.py``, see ``omnisync.connect.source``). The command
``omnisync connector check`` prints what ``run_checks`` finds; a plugin's own tests may ask for it check by check.
"""

from __future__ import annotations

from omnisync.testing.conformance.result import Check, CheckResult, Outcome
from omnisync.testing.conformance.run import checks_of, run_check, run_checks

__all__ = ["Check", "CheckResult", "Outcome", "checks_of", "run_check", "run_checks"]

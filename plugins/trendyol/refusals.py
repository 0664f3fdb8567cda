"""What Trendyol's refusals mean: for the engine as an error, for the shop owner as a sentence."""

from __future__ import annotations

from urllib.parse import urlsplit

from omnisync.connect.answer import Response, decoded
from omnisync.connect.check import Finding, Grade
from omnisync.errors import AuthFailed, ConnectorError, Moved, NotSent, RateLimited, Rejected, Repeated, Unavailable

REPEAT_WINDOW = 15 * 60.0
"""Seconds in which Trendyol refuses a body that it already has (facts/marketplaces.md 1.3)."""

PRODUCTION = "https://apigw.trendyol.com/integration"

_SAME_BODY = "15 dakika"
_TOO_LARGE = 413
_NO_SUCH_PLACE = frozenset({404, 405, 410})
_PASSING = frozenset({408, 426})
"""A time-out of Trendyol's, and the announced interruptions of an address that is to be closed (1.9)."""

_WRONG_KEY = (
    "Trendyol refused the key (401): the seller number, the API key and the API secret do not belong together, "
    "or they were renewed in the panel."
)
_FIREWALL = (
    "Trendyol's firewall turned the request away (403): this computer's internet address, "
    "or something between it and Trendyol, is blocked."
)
_UNANNOUNCED = (
    "Trendyol refused the request without a reason (403): it does this when the seller number or integrator name "
    "that OmniSync announces itself with is missing or wrong, and for an address that it does not know."
)
_ADVICE = {
    _WRONG_KEY: "Copy all three anew from the panel: Hesap Bilgilerim > Entegrasyon Bilgileri.",
    _FIREWALL: "Try from another connection, without a VPN; if that works, ask Trendyol to unblock this one.",
    _UNANNOUNCED: f"Check the three; the address should be {PRODUCTION}.",
}


def repeats(words: str) -> bool:
    """Whether an answer says that the same body came within the last 15 minutes (1.3)."""
    return _SAME_BODY in words.lower()


def repeated(now: int) -> Repeated:
    """The error for that, at ``now`` (milliseconds UTC). The window is counted from now, to be safe."""
    return Repeated("Trendyol already has this very update (15 minute rule).", now + int(REPEAT_WINDOW * 1000))


def refusal(answer: Response, now: int, *, writes: bool) -> ConnectorError:
    """The error for an answer of 400 to 499 (1.9).

    To an update, a page or a "not found" without words comes from something before Trendyol, and says nothing of any
    item; only where the body was too large, fewer items help.
    """
    if repeats(answer.text):
        return repeated(now)
    if answer.status == 401:
        return _no_access(_WRONG_KEY)
    if answer.status == 403:
        return _no_access(_FIREWALL if _is_page(answer) else _UNANNOUNCED)
    if answer.status in _PASSING:
        return Unavailable(f"Trendyol is interrupted for the moment ({answer.status}): {_words(answer)}")
    silent = answer.status in _NO_SUCH_PLACE and not answer.text.strip()
    if writes and answer.status != _TOO_LARGE and (silent or _is_page(answer)):
        return Unavailable(f"Trendyol did not take the update and named no reason in its own form ({answer.status}).")
    return Rejected(f"{_words(answer)} ({answer.status})")


def _no_access(words: str) -> AuthFailed:
    """Its own sentences say what to do, wherever it is shown."""
    return AuthFailed(f"{words} {_ADVICE[words]}")


def _is_page(answer: Response) -> bool:
    return answer.text.lstrip().startswith("<")


def _words(answer: Response) -> str:
    """What Trendyol says in its own words: the messages of its error list, or the start of the body."""
    try:
        body = decoded(answer.content)
        told = [str(error.get("message") or error.get("key")) for error in body.get("errors") or ()]
        said = "; ".join(told) or str(body.get("message") or body.get("exception") or "")
    except (ValueError, TypeError, AttributeError):
        # Not its usual JSON: the body itself is then the only thing that was said.
        said = " ".join(answer.text[:200].split())
    return said or "Trendyol gave no reason"


def finding(error: ConnectorError, address: str) -> Finding:
    """What a failed connection test means, and what to do about it."""
    if isinstance(error, RateLimited):
        return Finding(Grade.WARNING, "Trendyol asks to wait; the key was not tested.", "Test again in a minute.")
    told = str(error)
    words = next((words for words, advice in _ADVICE.items() if told == f"{words} {advice}"), told)
    return Finding(Grade.PROBLEM, words, _advice(error, words, address))


def _advice(error: ConnectorError, words: str, address: str) -> str:
    host = urlsplit(address).hostname or ""
    if host == "api.trendyol.com":
        return f"This address was closed in 2025. Use {PRODUCTION}."
    if host.startswith("stage") and isinstance(error, Unavailable):
        return "The test environment answers only computers whose internet address Trendyol has put on its list."
    if words in _ADVICE:
        return _ADVICE[words]
    if isinstance(error, Moved):
        # Its own sentence says it.
        return ""
    if isinstance(error, NotSent):
        return f"Check the internet connection and the address; it should be {PRODUCTION}."
    if isinstance(error, Rejected):
        return f"Check the address; it should be {PRODUCTION}."
    return "Try again in a few minutes; if it stays, check the address."

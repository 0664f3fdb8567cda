"""Every error that OmniSync raises on purpose; each carries the sentence that a person sees.

OmniSyncError
├── ConfigurationError          a key or value in the configuration, with the file and where
├── DatabaseError               the local database can't be used
│   ├── AlreadyRunning          another daemon holds the lock
│   ├── DatabaseReadOnly        the file or its folder can't be written
│   ├── DatabaseTooNew          written by a newer OmniSync
│   └── DiskFull                no room left
├── DaemonNotRunning            the command needs the daemon, and none answers
├── CommandRefused              what was asked for can't be done, and why
├── PluginBroken                a connector that can't be loaded
├── SourceProblem               the ERP's data can't be read as a whole (half written, missing)
└── ConnectorError              what a connector may raise: the protocol between it and the engine
    ├── NotSent                 nothing reached the other side: safe to repeat
    ├── UnknownOutcome          it may have arrived: look it up before repeating
    ├── RateLimited             wait until a given time; not a failure
    ├── AuthFailed              the key was refused: only a person can mend it
    ├── Rejected                one item or request was refused, in the platform's words
    ├── Repeated                refused because the platform already has this very request
    └── Unavailable             the other side is down or answers nonsense; try later
        └── Moved               it sends us to another address
"""

from __future__ import annotations


class OmniSyncError(Exception):
    """Root of the tree. ``str(error)`` is one sentence for a person, which says what to do."""


class ConfigurationError(OmniSyncError):
    """A wrong key or value; the text names file, line where known, key and what was expected."""


class DatabaseError(OmniSyncError):
    """The local database can't be used."""


class AlreadyRunning(DatabaseError):
    """Another daemon holds the lock of this data folder."""


class DatabaseReadOnly(DatabaseError):
    """The database or its folder can't be written."""


class DatabaseTooNew(DatabaseError):
    """The database was written by a newer OmniSync."""


class DiskFull(DatabaseError):
    """There is no room left on the disk; nothing was lost, and nothing more is taken in."""


class DaemonNotRunning(OmniSyncError):
    """The command needs the daemon, and none answers on its socket."""


class CommandRefused(OmniSyncError):
    """What a person asked for can't be done; the text says why."""


class PluginBroken(OmniSyncError):
    """A connector can't be loaded; it stops nothing else."""


class SourceProblem(OmniSyncError):
    """The ERP's data can't be read as a whole just now, e.g. a file that is half written."""


class ConnectorError(OmniSyncError):
    """What a connector may raise; the engine treats each subclass differently, see DESIGN section 7.

    The text is safe to show: a connector never puts a secret into it.
    """


class NotSent(ConnectorError):
    """Nothing reached the other side (no connection): safe to repeat."""


class UnknownOutcome(ConnectorError):
    """The request may have been carried out (time-out, cut connection): look it up, then repeat."""


class RateLimited(ConnectorError):
    """The other side, or our own budget, asks to wait; this is not a failure.

    ``until`` is the UTC time in milliseconds from which the call may be repeated.
    """

    def __init__(self, message: str, until: int) -> None:
        super().__init__(message)
        self.until = until


class AuthFailed(ConnectorError):
    """The key or its rights were refused; nothing is sent until a person has mended it."""


class Rejected(ConnectorError):
    """The request was understood and refused for good, in the platform's own words.

    ``item`` is the remote id (or key) of what was refused, empty when the whole request was. ``payload`` is the JSON
    of an order that can't be read, for a person to mend.
    """

    def __init__(self, words: str, item: str = "", payload: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.item = item
        self.payload = payload


class Repeated(ConnectorError):
    """Refused because the platform already has this very request: it did arrive the first time.

    ``until`` is the UTC time in milliseconds from which the same body is accepted again.
    """

    def __init__(self, message: str, until: int) -> None:
        super().__init__(message)
        self.until = until


class Unavailable(ConnectorError):
    """The other side is down, moved, or answers something that is not its interface.

    ``until`` is the UTC time in milliseconds which it gave for coming back, or None.
    """

    def __init__(self, message: str, until: int | None = None) -> None:
        super().__init__(message)
        self.until = until


class Moved(Unavailable):
    """The other side sends us to another address, which nobody follows by themselves: it would get our keys.

    ``for_good``: it says that this is so from now on; only a person can put the new address in.
    """

    def __init__(self, message: str, *, for_good: bool) -> None:
        super().__init__(message)
        self.for_good = for_good

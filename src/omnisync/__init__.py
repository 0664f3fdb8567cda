"""OmniSync: one shop's stock and prices kept in step with every store, from a local event log."""

__version__ = "26.11.0"

"""Shipped with OmniSync for those who test connectors and shops: clocks, faults, a conformance kit."""

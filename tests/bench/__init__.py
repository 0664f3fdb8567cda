"""How fast and how small: one JSON line per figure, each beside a floor that was taken in the same run.

``python -m tests.bench [NAME...]`` runs them all, or those whose names begin so.
"""

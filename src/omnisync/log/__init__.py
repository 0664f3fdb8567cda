"""The event log and its tables in one SQLite file: the only place with SQL."""

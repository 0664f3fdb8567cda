"""The files connector; see README.md in this folder."""

"""The screens: Textual over read-only pages of SQLite; what a person orders goes to the daemon as a command.

Texts of keys and titles are fixed when these modules are imported: choose the language before (text.speak).
"""

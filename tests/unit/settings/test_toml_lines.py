"""Finding the line of a key in a TOML text."""

from __future__ import annotations

from omnisync.settings.toml_lines import key_lines

TEXT = '''\
# [comment]
name = "x"  # a = 1

[stores."woo-hu"]   # the second
warehouses = [
  "A",
  ["B"],
]
long = """
[not.a.table]
not_a_key = 1
"""
"quoted key" = 1
a.b = 2
[stores.inline]
inner = { one = 1 }
'''


def test_tables_keys_and_what_is_neither() -> None:
    assert key_lines(TEXT) == {
        ("name",): 2,
        ("stores", "woo-hu"): 4,
        ("stores", "woo-hu", "warehouses"): 5,
        ("stores", "woo-hu", "long"): 9,
        ("stores", "woo-hu", "quoted key"): 13,
        ("stores", "woo-hu", "a", "b"): 14,
        ("stores", "inline"): 15,
        ("stores", "inline", "inner"): 16,
    }

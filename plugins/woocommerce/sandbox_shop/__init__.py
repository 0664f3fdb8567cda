"""The shop behind the sandbox: its goods, its orders, and how WooCommerce answers for them."""

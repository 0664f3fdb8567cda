"""The woocommerce connector; see README.md in this folder."""

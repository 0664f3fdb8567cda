"""The vocabulary and the arithmetic of the shop: pure, no input or output, no clock."""

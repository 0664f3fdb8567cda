"""Sets up a shop step by step: what stands behind the first screens."""

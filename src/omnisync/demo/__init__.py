"""A believable shop to try OmniSync with: its catalogue, and listings of it for sandboxes."""

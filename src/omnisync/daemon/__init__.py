"""The headless process: what runs when nobody looks, and how the system keeps it running."""

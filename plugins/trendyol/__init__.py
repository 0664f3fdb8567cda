"""The trendyol connector; see README.md in this folder."""

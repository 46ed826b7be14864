"""Web pages and articles."""

"""Benchmarks: how fast Footnote is, and how well it finds."""

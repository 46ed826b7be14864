"""Footnote's engine: reads reports, keeps them, finds statements in them, answers with citations."""

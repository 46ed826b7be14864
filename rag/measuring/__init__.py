"""How the figures of a measure are told from all others, and brought together."""

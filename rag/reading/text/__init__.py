"""Text, Markdown and JSON: what a person could read in an editor."""

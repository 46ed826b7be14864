"""PDF files: words with their places become lines, columns, tables and blocks."""

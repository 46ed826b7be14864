"""Workbooks and delimited files: tables found in a grid of cells."""

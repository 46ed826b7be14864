"""A statement as it can be read alone: a table row with the headers of its cells, a sentence on one line."""

from __future__ import annotations

import re

from rag.types import Cell, Statement

_UNIT = re.compile(r"^(?:US)?[£$€¥]\s?['’‘]?000s?$")
_NOTHING = frozenset("–—-")  # a cell without a value, which names no row
_SPACE = re.compile(r"\s{2,}|[^\S ]")  # what is not one plain space


def told(statement: Statement) -> str:
    """The statement as it can be read alone: a row with the header of each cell, a sentence on one line."""
    if statement.kind != "row":
        return _SPACE.sub(" ", statement.text)
    label, *pairs = row_cells(statement)
    return " | ".join([label[1], *(f"{header}: {text}" if header else text for header, text in pairs)])


def row_cells(statement: Statement) -> list[tuple[str, str]]:
    """(header, text) of each cell of a row; a header of several rows is told outermost first."""
    return [(" ".join(cell.headers), cell_text(statement, cell)) for cell in statement.cells] or [("", statement.text)]


def cell_text(statement: Statement, cell: Cell) -> str:
    """The cell's own text, on one line."""
    return _SPACE.sub(" ", statement.text[cell.start - statement.start : cell.end - statement.start]).strip()


def label_cells(statement: Statement) -> tuple[Cell, ...]:
    """The cells that name a row: the first, and those behind it up to the first that holds a digit. A unit in a column
    of its own ("£000") is of the name."""
    named = statement.cells[:1]
    for cell in statement.cells[1:]:
        text = cell_text(statement, cell)
        if not text or text in _NOTHING or (any(char.isdigit() for char in text) and not _UNIT.match(text)):
            break
        named += (cell,)
    return named if len(named) < len(statement.cells) else statement.cells[:1]


def row_label(statement: Statement) -> str:
    """The words of the cells that name a row: "March South West"."""
    return " ".join(cell_text(statement, cell) for cell in label_cells(statement))

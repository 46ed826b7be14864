"""The cells of lines on a PDF page, and the rows and tables made of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.reading import tables
from rag.reading.pdf.lines import Line, join_words

_LEADERS = re.compile(r"(?:\s*\.){4,}|…{2,}|(?:\s*_){5,}")
_BEFORE = re.compile(r"^(?:[$£€¥(]|[$£€¥]\s?\(|\(\s?[$£€¥]|US\$)$")  # belongs to the figure after it
_TRAILING = re.compile(r"^(.*[\d)%–—-])\s*([$£€¥])$")  # the sign of the next column's figure, close behind this one's
_MARK = re.compile(r"^[*†‡⁰¹²³⁴⁵⁶⁷⁸⁹]+$")  # clings to its figure; far from it, it stands for a figure
_AFTER = re.compile(r"^(?:\)|%|\)\s?%|pp|pts?|[*†‡]|[⁰¹²³⁴⁵⁶⁷⁸⁹]+)$")  # belongs to the figure before it


@dataclass(slots=True)
class Cell:
    """One cell's text and where it stands."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(slots=True)
class Row:
    """One row of a table: a cell or None for each column."""

    cells: list[Cell | None]

    def texts(self) -> list[str]:
        return [cell.text if cell else "" for cell in self.cells]


@dataclass(slots=True)
class Table:
    """Lines ``[first, last)`` of a column of text, as rows. `headers` has the texts above each column."""

    first: int
    last: int
    header_rows: list[Row]
    rows: list[Row]
    columns: list[tuple[float, float]]
    headers: list[tuple[str, ...]]
    beside: bool = False  # it stands to the right of the one before, on the same lines, under one caption


def is_contents(line: Line) -> bool:
    """Whether a line is one of a table of contents: words, dots, a page number."""
    return bool(_LEADERS.search(line.text)) and line.text.rstrip()[-1:].isdigit()


def segments(line: Line) -> list[Cell]:
    """The line's cells, a currency sign or bracket that stands apart joined to its figure."""
    if is_contents(line):
        return [_cell(line)]
    cells: list[Cell] = []
    pending: Cell | None = None
    for segment in line.segments:
        cell = _cell(segment)
        if pending is not None:
            cell.text = pending.text + cell.text  # the sign often stands far off: the figure's place is the cell's
            pending = None
        if (trailing := _TRAILING.match(cell.text)) and segment is not line.segments[-1]:
            cell, pending = _cut(segment, trailing)
        if _BEFORE.match(cell.text):
            pending = cell
        elif cells and _belongs_before(cell, cells[-1], line.size):
            last = cells[-1]
            glue = " " if cell.text[0] in "%p" and last.text[-1:].isdigit() else ""
            cells[-1] = Cell(
                last.text + glue + cell.text, last.x0, min(last.y0, cell.y0), cell.x1, max(last.y1, cell.y1)
            )
        else:
            cells.append(cell)
    return [*cells, pending] if pending is not None else cells


def _belongs_before(cell: Cell, figure: Cell, size: float) -> bool:
    """Whether a bracket, percent sign or mark in a place of its own is the end of the figure before it."""
    near = cell.x0 - figure.x1 < 1.5 * size or not _MARK.match(cell.text)
    return near and bool(_AFTER.match(cell.text)) and tables.is_figure(figure.text)


def _cut(segment: Line, trailing: re.Match[str]) -> tuple[Cell, Cell]:
    """A figure and the sign behind it, as cells of their own."""
    alone = len(segment.words[-1].text) == 1 and len(segment.words) > 1
    sign = _cell(Line(segment.words[-1:]))
    figure = _cell(Line(segment.words[:-1])) if alone else _cell(segment)
    return replace(figure, text=trailing[1].rstrip()), replace(sign, text=trailing[2])


def _cell(line: Line) -> Cell:
    text = re.sub(r"(?<=[$£€(])\s+(?=[\d(])|(?<=\d)\s+(?=\))", "", join_words(line.words))
    return Cell(text, line.x0, line.y0, line.x1, line.y1)


def is_row(cells: Sequence[Cell]) -> bool:
    """Whether a line is a row of figures: a figure in a cell that is not the first, or nothing but figures."""
    return len(cells) > 1 and any(tables.is_figure(cell.text) for cell in cells[1:])


def column_of(cell: Cell, columns: Sequence[tuple[float, float]]) -> int:
    """The column that the cell overlaps most, or the nearest."""
    return max(range(len(columns)), key=lambda i: min(cell.x1, columns[i][1]) - max(cell.x0, columns[i][0]))


def put(row: Row, column: int, cell: Cell) -> None:
    there = row.cells[column]
    row.cells[column] = cell if there is None else _under(there, cell)


def _under(cell: Cell, below: Cell) -> Cell:
    """Two cells of one column as one."""
    return Cell(
        f"{cell.text} {below.text}",
        min(cell.x0, below.x0),
        min(cell.y0, below.y0),
        max(cell.x1, below.x1),
        max(cell.y1, below.y1),
    )


def merge(row: Row, below: Row) -> Row:
    merged = Row(list(row.cells))
    for column, cell in enumerate(below.cells):
        if cell is not None:
            put(merged, column, cell)
    return merged

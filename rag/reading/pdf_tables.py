"""Tables on a PDF page, ruled or not, from lines whose words stand in columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rag.reading import tables
from rag.reading.pdf_lines import Line, join_words

_LEADERS = re.compile(r"(?:\s*\.){4,}|…{2,}|(?:\s*_){5,}")
_BEFORE = re.compile(r"^(?:[$£€¥(]|[$£€¥]\s?\(|\(\s?[$£€¥]|US\$)$")  # belongs to the figure after it
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


def is_contents(line: Line) -> bool:
    """Whether a line is one of a table of contents: words, dots, a page number."""
    return bool(_LEADERS.search(line.text)) and line.text.rstrip()[-1:].isdigit()


def find_tables(lines: Sequence[Line], before: Table | None = None) -> list[Table]:
    """The tables among the lines of one column, in order. `before` is the table that ended the previous page, whose
    headers a table without its own takes over if its columns are the same."""
    split = [_segments(line) for line in lines]
    found: list[Table] = []
    at = 0
    while at < len(lines):
        if not _is_row(split[at]):
            at += 1
            continue
        last = _end_of_rows(lines, split, at)
        table = _table(lines, split, at, last, found[-1].last if found else 0, before if not found else None)
        if table is not None:
            found.append(table)
            at = max(table.last, at + 1)
        else:
            at += 1
    return found


def _segments(line: Line) -> list[Cell]:
    """The line's cells, a currency sign or bracket that stands apart joined to its figure."""
    if is_contents(line):
        return [_cell(line)]
    cells: list[Cell] = []
    pending: Cell | None = None
    for segment in line.segments:
        cell = _cell(segment)
        if pending is not None:
            cell = Cell(
                pending.text + cell.text, pending.x0, min(pending.y0, cell.y0), cell.x1, max(pending.y1, cell.y1)
            )
            pending = None
        if _BEFORE.match(cell.text):
            pending = cell
        elif cells and _AFTER.match(cell.text) and tables.is_figure(cells[-1].text):
            last = cells[-1]
            glue = " " if cell.text[0] in "%p" and last.text[-1:].isdigit() else ""
            cells[-1] = Cell(
                last.text + glue + cell.text, last.x0, min(last.y0, cell.y0), cell.x1, max(last.y1, cell.y1)
            )
        else:
            cells.append(cell)
    return [*cells, pending] if pending is not None else cells


def _cell(line: Line) -> Cell:
    text = re.sub(r"(?<=[$£€(])\s+(?=[\d(])|(?<=\d)\s+(?=\))", "", join_words(line.words))
    return Cell(text, line.x0, line.y0, line.x1, line.y1)


def _is_row(cells: Sequence[Cell]) -> bool:
    """Whether a line is a row of figures: a figure in a cell that is not the first, or nothing but figures."""
    return len(cells) > 1 and any(tables.is_figure(cell.text) for cell in cells[1:])


def _end_of_rows(lines: Sequence[Line], split: Sequence[list[Cell]], first: int) -> int:
    """Past the last line of the rows that start at `first`: labels without figures belong if figures follow soon."""
    last = first + 1
    at = first + 1
    while at < len(lines) and at - last < 4:
        gap = lines[at].y0 - lines[at - 1].y1
        if gap > 2.2 * lines[first].size or lines[at].size > 1.25 * lines[first].size:
            break
        if len(split[at]) == 1 and lines[at].x1 - lines[at].x0 > 0.9 * (
            max(line.x1 for line in lines[first:last]) - lines[first].x0
        ):
            break  # as wide as the table: a sentence
        at += 1
        if _is_row(split[at - 1]):
            last = at
    return last


def _table(
    lines: Sequence[Line], split: Sequence[list[Cell]], first: int, last: int, floor: int, before: Table | None
) -> Table | None:
    rows_of_figures = [cells for cells in split[first:last] if _is_row(cells)]
    start = _first_header(lines, split, first, floor)
    if len(rows_of_figures) < 2 and start == first:
        return None
    columns = _columns(rows_of_figures)
    if len(columns) < 2:
        return None
    rows = _rows(lines, split, first, last, columns)
    header_rows = _headers(lines, split, start, first, columns)
    headers = tables.column_headers([row.texts() for row in header_rows], len(columns))
    if not any(headers) and before is not None and _same_columns(before.columns, columns):
        headers = before.headers
    if header_rows and before is not None and not any(headers[1:]) and _same_columns(before.columns, columns):
        headers = before.headers
    return Table(start, last, header_rows, rows, columns, headers)


def _same_columns(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> bool:
    return len(one) == len(other) and all(a[0] < b[1] + 3 and b[0] < a[1] + 3 for a, b in zip(one, other, strict=True))


def _columns(rows: Sequence[list[Cell]]) -> list[tuple[float, float]]:
    """The columns' extents: cells of rows that overlap from left to right are in one column, the labels in the first."""
    spans = sorted((cell.x0, cell.x1) for cells in rows for cell in cells)
    columns: list[tuple[float, float]] = []
    for x0, x1 in spans:
        if columns and x0 < columns[-1][1] - 0.5:
            columns[-1] = (columns[-1][0], max(columns[-1][1], x1))
        else:
            columns.append((x0, x1))
    return columns


def _column_of(cell: Cell, columns: Sequence[tuple[float, float]]) -> int:
    """The column that the cell overlaps most, or the nearest."""
    return max(range(len(columns)), key=lambda i: min(cell.x1, columns[i][1]) - max(cell.x0, columns[i][0]))


def _rows(
    lines: Sequence[Line], split: Sequence[list[Cell]], first: int, last: int, columns: Sequence[tuple[float, float]]
) -> list[Row]:
    """The rows, a label's or cell's wrapped lines put together."""
    tops = [lines[i].y0 for i in range(first, last) if _is_row(split[i])]
    pitch = median(b - a for a, b in itertools.pairwise(tops)) if len(tops) > 1 else 0.0
    rows: list[Row] = []
    wrapped: Row | None = None
    for i in range(first, last):
        row = Row([None] * len(columns))
        for cell in split[i]:
            _put(row, _column_of(cell, columns), cell)
        if wrapped is not None:
            row = _merge(wrapped, row)
            wrapped = None
        figures = _is_row(split[i])
        close = i > first and lines[i].y0 - lines[i - 1].y0 < 0.8 * pitch
        if not figures and rows and (close or _goes_on(rows[-1], row)) and not (row.texts()[0].endswith(":")):
            rows[-1] = _merge(rows[-1], row)
        elif not figures and i + 1 < last and _wraps_into(lines, split, i, pitch):
            wrapped = row
        else:
            rows.append(row)
    return rows


def _goes_on(row: Row, following: Row) -> bool:
    """Whether a line without figures is the rest of the row above: it starts with a small letter, and has only a label."""
    label = following.texts()[0]
    return label[:1].islower() and sum(cell is not None for cell in following.cells) == 1 and len(row.texts()[0]) > 20


def _wraps_into(lines: Sequence[Line], split: Sequence[list[Cell]], i: int, pitch: float) -> bool:
    """Whether a line without figures is the first line of the row below."""
    text = lines[i].text
    if text.endswith((":", ".")):
        return False
    close = lines[i + 1].y0 - lines[i].y0 < 0.8 * pitch
    return (
        close
        or text.endswith((",", "-", " and", " of", " the", " in", " to", " for", " or"))
        or (_is_row(split[i + 1]) and split[i + 1][0].text[:1].islower())
    )


def _put(row: Row, column: int, cell: Cell) -> None:
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


def _merge(row: Row, below: Row) -> Row:
    merged = Row(list(row.cells))
    for column, cell in enumerate(below.cells):
        if cell is not None:
            _put(merged, column, cell)
    return merged


# --- headers ----------------------------------------------------------------------------------------------------------


def _first_header(lines: Sequence[Line], split: Sequence[list[Cell]], first: int, floor: int) -> int:
    """The first of the lines above the figures that are headers: cells in columns, or a cell over several columns."""
    left = min(cells[0].x0 for cells in split[first : first + 8] if cells)
    width = max(cells[-1].x1 for cells in split[first : first + 8] if cells) - left
    start = at = first
    while at > floor and first - at < 6:
        at -= 1
        line, cells = lines[at], split[at]
        if lines[at + 1].y0 - line.y1 > 1.6 * line.size or tables.is_caption(line.text) or is_contents(line):
            break
        over_columns = len(cells) > 1 or cells[0].x0 > left + 0.25 * width
        if over_columns and line.x1 - line.x0 < 1.1 * width and not line.text.endswith((".", ";")):
            start = at
        elif len(cells) > 1 or line.x1 - line.x0 > 0.6 * width or line.text.endswith((".", ";")):
            break
    return start


def _headers(
    lines: Sequence[Line], split: Sequence[list[Cell]], start: int, first: int, columns: Sequence[tuple[float, float]]
) -> list[Row]:
    """The header rows, each header in every column it stands over; the lines of one header put together."""
    rows: list[Row] = []
    spans: list[list[tuple[int, int]]] = []
    for i in range(start, first):
        row = Row([None] * len(columns))
        over = [_columns_under(cell, split[i], columns, innermost=i == first - 1) for cell in split[i]]
        for cell, (low, high) in zip(split[i], over, strict=True):
            for column in range(low, high):
                _put(row, column, cell)
        label_only = all(high == 1 for _, high in over)
        if (
            rows
            and not label_only
            and all(span in spans[-1] for span in over)
            and not tables.is_year(rows[-1].texts()[-1])
        ):
            rows[-1] = _merge(rows[-1], row)
        else:
            rows.append(row)
            spans.append(over)
    return [row for row in rows if any(row.cells)]


def _columns_under(
    cell: Cell, beside: Sequence[Cell], columns: Sequence[tuple[float, float]], innermost: bool
) -> tuple[int, int]:
    """The columns ``[low, high)`` that a header stands over: those around whose middle it is centred, else those it
    overlaps, else the nearest."""
    if cell.x0 < columns[1][0] - 1 and cell.x1 < columns[1][0] + 1 and cell.x0 < columns[0][1]:
        return 0, 1
    overlapped = [i for i in range(len(columns)) if cell.x0 < columns[i][1] and columns[i][0] < cell.x1]
    if innermost and len(overlapped) == 1:
        return overlapped[0], overlapped[0] + 1
    others = [other for other in beside if other is not cell]
    left_wall = max((other.x1 for other in others if other.x1 <= cell.x0), default=float("-inf"))
    right_wall = min((other.x0 for other in others if other.x0 >= cell.x1), default=float("inf"))
    middle = (cell.x0 + cell.x1) / 2
    best: tuple[int, int] | None = None
    for low in range(1, len(columns)):
        for high in range(low + 1, len(columns) + 1):
            extent = (columns[low][0], columns[high - 1][1])
            clear = extent[1] > left_wall and columns[low][1] > left_wall and columns[high - 1][0] < right_wall
            centred = abs((extent[0] + extent[1]) / 2 - middle) < max(8.0, 0.12 * (extent[1] - extent[0]))
            if clear and centred and (best is None or high - low > best[1] - best[0]):
                best = (low, high)
    if best is not None and (not overlapped or best[1] - best[0] >= len(overlapped)):
        return best
    if overlapped:
        return overlapped[0], overlapped[-1] + 1
    nearest = _column_of(cell, columns)
    return nearest, nearest + 1

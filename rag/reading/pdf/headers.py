"""The headers above a table's columns on a PDF page: which lines they are, and over which columns each stands."""

from __future__ import annotations

from collections.abc import Sequence

from rag.reading import tables
from rag.reading.pdf.cells import Cell, Row, column_of, is_contents, merge, put
from rag.reading.pdf.lines import Line


def header_lines(
    lines: Sequence[Line],
    split: Sequence[list[Cell]],
    first: int,
    floor: int,
    columns: Sequence[tuple[float, float]],
) -> tuple[int, int]:
    """The lines ``[start, body)`` above the first figures that are headers: cells over columns. Labels between them and
    the figures are sections of the body."""
    start = body = first
    at = first
    while at > floor and first - at < 8:
        at -= 1
        line, cells = lines[at], split[at]
        if lines[at + 1].y0 - line.y1 > 1.6 * line.size or line.size > 1.15 * lines[first].size:
            break
        if tables.is_caption(line.text) or is_contents(line) or line.text.endswith((".", ";")):
            break
        over = [
            cell for cell in cells if (cell.x0 + cell.x1) / 2 > columns[1][0] - 0.5 * (columns[1][1] - columns[1][0])
        ]
        if over and (len(cells) > 1 or cells[0].x0 > columns[0][0] + 10):
            if start == first:
                body = at + 1
            start = at
        elif start < first or len(cells) > 1 or line.x1 > columns[1][0]:
            break
    return (start, body) if start < first else (first, first)


def header_rows(
    split: Sequence[list[Cell]], start: int, body: int, columns: Sequence[tuple[float, float]]
) -> list[Row]:
    """The header rows, each header in every column it stands over; the lines of one header put together."""
    rows: list[Row] = []
    spans: list[list[tuple[int, int]]] = []
    wide = list(columns)  # the columns with what is known of their headers, from the innermost outward
    for i in reversed(range(start, body)):
        over = _columns_under(split[i], wide, bool(rows) and all(rows[0].cells[1:]))
        row = Row([None] * len(columns))
        for cell, (low, high) in zip(split[i], over, strict=True):
            for column in range(low, high):
                put(row, column, cell)
            if high - low == 1:
                wide[low] = (min(wide[low][0], cell.x0), max(wide[low][1], cell.x1))
        goes_on = [span in spans[0] or _is_free(rows[0], span) for span in over] if rows else [False]
        if all(goes_on) and any(low > 0 for low, _ in over):  # a line of the same headers
            rows[0] = merge(row, rows[0])
            spans[0] += [span for span in over if span not in spans[0]]
        else:
            rows.insert(0, row)
            spans.insert(0, over)
    return [row for row in rows if any(row.cells)]


def _is_free(row: Row, span: tuple[int, int]) -> bool:
    """Whether the span is one column that has no header in this row yet."""
    return span[1] - span[0] == 1 and row.cells[span[0]] is None


def _columns_under(
    cells: Sequence[Cell], columns: Sequence[tuple[float, float]], full: bool = False
) -> list[tuple[int, int]]:
    """The columns ``[low, high)`` under each header of one line. As many headers as columns are theirs in order; of
    fewer, each is over the column it overlaps, or, if it is wider, over those around whose middle it is centred. Over
    a line that has a header for every column (`full`), they are of groups of columns if they stand so."""
    labels = [cell for cell in cells if cell.x0 < columns[0][1] and (cell.x0 + cell.x1) / 2 < columns[1][0] - 1]
    labels = labels[:1]
    others = cells[len(labels) :]
    found = [(0, 1)] * len(labels)
    if len(others) == len(columns) - 1:
        return found + [(i, i + 1) for i in range(1, len(columns))]
    if full and (groups := _equal_groups(others, columns)):
        return found + groups
    for i, cell in enumerate(others):
        left = others[i - 1].x1 if i else float("-inf")
        right = others[i + 1].x0 if i + 1 < len(others) else float("inf")
        found.append(_under_one(cell, columns, left, right))
    return found


def _equal_groups(cells: Sequence[Cell], columns: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """The groups of as many columns each that these headers stand over, whether centred or at a group's edge; none if
    some header is not inside its group, or none reaches over more than its group's last column."""
    each, rest = divmod(len(columns) - 1, len(cells)) if cells else (0, 0)
    if rest or each < 2:
        return []
    groups = [(low, low + each) for low in range(1, len(columns), each)]
    for cell, (low, high) in zip(cells, groups, strict=True):
        left = columns[low - 1][1] if low > 1 else float("-inf")
        right = columns[high][0] if high < len(columns) else float("inf")
        inside = columns[low][0] - 30 < cell.x0 and cell.x1 < columns[high - 1][1] + 30
        if not (inside and left < cell.x1 and cell.x0 < right):
            return []
    if len(cells) == 1 and not (tables.is_period(cells[0].text) and abs(cells[0].x1 - columns[-1][1]) < 2):
        return []
    return groups


def _under_one(cell: Cell, columns: Sequence[tuple[float, float]], left: float, right: float) -> tuple[int, int]:
    """The columns under one header that has these walls to its left and right."""
    overlapped = [i for i in range(1, len(columns)) if cell.x0 < columns[i][1] and columns[i][0] < cell.x1]
    if len(overlapped) == 1:
        x0, x1 = columns[overlapped[0]]
        if cell.x1 - cell.x0 < 1.15 * (x1 - x0) or min(abs(cell.x0 - x0), abs(cell.x1 - x1)) < 1.5:
            return overlapped[0], overlapped[0] + 1
    middle = (cell.x0 + cell.x1) / 2
    best: tuple[int, int] | None = None
    for low in range(1, len(columns)):
        for high in range(low + 1, len(columns) + 1):
            x0, x1 = columns[low][0], columns[high - 1][1]
            clear = columns[low][1] > left and columns[high - 1][0] < right
            centred = abs((x0 + x1) / 2 - middle) < max(8.0, 0.08 * (x1 - x0))
            if clear and centred and (best is None or high - low > best[1] - best[0]):
                best = (low, high)
    if best is not None and best[1] - best[0] >= len(overlapped):
        return best
    if overlapped:
        return overlapped[0], overlapped[-1] + 1
    nearest = max(1, column_of(cell, columns))
    return nearest, nearest + 1

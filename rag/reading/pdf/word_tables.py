"""Tables of words on a PDF page: names and places in columns, with no figure to tell them by."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from rag.reading import tables
from rag.reading.pdf.cells import Cell, Row, Table, is_contents, is_row, merge, put
from rag.reading.pdf.lines import Line

# A bullet, whatever a scan takes it for, a number, "Item 1.": what hangs before the items of a list.
_ITEM = re.compile(
    r"^(?:[^\w\s]{1,2}|\(?(?:\d{1,3}(?:\.\d+)*|[a-z]|[ivx]{1,4})[.)]?)$|^[A-Z][a-z]*\s\d{1,2}[A-Z]?[.:]?$"
)
_CELL_LENGTH = 60  # a longer text is one of a column of prose


def end_of_words(lines: Sequence[Line], split: Sequence[list[Cell]], first: int) -> int:
    """Past the last line of a table without figures that starts here: three rows or more whose cells, two or more in
    each, start at the same places; 0 if there is none."""
    edges = [cell.x0 for cell in split[first]]
    if len(edges) < 2 or is_contents(lines[first]):
        return 0
    at, rows, narrow = first, 0, 0
    while at < len(lines) and _is_row_of_words(lines, split, at, first, edges):
        rows += len(split[at]) > 1
        narrow += sum(len(cell.text) <= _CELL_LENGTH for cell in split[at]) == len(split[at])
        at += 1
    marks = sum(bool(_ITEM.match(split[i][0].text)) for i in range(first, at) if len(split[i]) > 1)
    if rows < 3 or 2 * marks >= rows or narrow < 0.7 * (at - first):
        return 0
    return at if at == len(lines) or not is_row(split[at]) else 0  # these are the headers of a table of figures


def _is_row_of_words(
    lines: Sequence[Line], split: Sequence[list[Cell]], at: int, first: int, edges: Sequence[float]
) -> bool:
    """Whether a line goes on with a table of words: its cells start at the columns' edges; one alone, behind the first
    column, is the rest of a cell above."""
    if is_row(split[at]) or is_contents(lines[at]) or tables.is_caption(lines[at].text):
        return False
    if at > first and lines[at].y0 - lines[at - 1].y1 > 1.6 * lines[at].size:
        return False
    placed = [any(abs(cell.x0 - edge) < 3 for edge in edges) for cell in split[at]]
    if not all(placed):
        return False
    rest = at > first and lines[at].y0 - lines[at - 1].y1 < 0.5 * lines[at].size
    return len(split[at]) > 1 or (rest and split[at][0].x0 > edges[0] + 3)


def table_of_words(lines: Sequence[Line], split: Sequence[list[Cell]], first: int, last: int, floor: int) -> Table:
    """The line above names its columns, if it has as many cells; else its first row does, if there are three or more or
    it looks unlike the others."""
    rows: list[Row] = []
    edges = [cell.x0 for cell in split[first]]
    above = first > floor and len(split[first - 1]) == len(edges)
    above = above and lines[first].y0 - lines[first - 1].y1 < 1.6 * lines[first].size
    columns = [
        (x0, after - 4) for x0, after in itertools.pairwise([*edges, max(line.x1 for line in lines[first:last]) + 8])
    ]
    for i in range(first, last):
        row = Row([None] * len(edges))
        for cell in split[i]:
            put(row, min(range(len(edges)), key=lambda column: abs(edges[column] - cell.x0)), cell)
        if rows and len(split[i]) == 1:
            rows[-1] = merge(rows[-1], row)
        else:
            rows.append(row)
    unlike = lines[first].bold and not lines[first + 1].bold
    depth = 1 if not above and (unlike or len(edges) > 2) else 0
    heads = [Row(list(split[first - 1]))] if above else rows[:depth]
    headers = tables.column_headers([row.texts() for row in heads], len(edges), spread=False)
    return Table(first - above, last, heads, rows[depth:], columns, headers)

"""Tables on a PDF page, ruled or not, from lines whose words stand in columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from statistics import median

from rag.reading import tables
from rag.reading.pdf.cells import Cell, Row, Table, column_of, is_row, merge, put, segments
from rag.reading.pdf.headers import header_lines, header_rows
from rag.reading.pdf.lines import Line
from rag.reading.pdf.word_tables import end_of_words, table_of_words

_MEASURED = re.compile(r"^[\d.,]+\s?(?:years?|months?|weeks?|days?|hours?|minutes?)$")
_UNIT_LINE = re.compile(
    r"^\(?(?:(?:all |the )?(?:amounts|figures|dollars|values)\s+(?:are\s+)?)?in (?:thousands|millions)", re.I
)
_LEADS_IN = re.compile(r"\b(?:follows|following|table|below)\b.*:$", re.IGNORECASE)
_BROKEN_OFF = (",", "-", " and", " of", " the", " in", " to", " for", " or", " with", " on", " by", " from")


def find_tables(lines: Sequence[Line], before: Table | None = None) -> list[Table]:
    """The tables among the lines of one column, in order. `before` is the table that ended the previous page, whose
    headers a table without its own takes over if its columns are the same."""
    split = [segments(line) for line in lines]
    found: list[Table] = []
    at = 0
    while at < len(lines):
        table = None
        if is_row(split[at]):
            last = _end_of_rows(lines, split, at)
            table = _table(lines, split, at, last, found[-1].last if found else 0, before if not found else None)
        elif last := end_of_words(lines, split, at):
            table = table_of_words(lines, split, at, last, found[-1].last if found else 0)
        if table is not None:
            found += _taken_apart(table)
            at = max(table.last, at + 1)
        else:
            at += 1
    return found


def _taken_apart(table: Table) -> list[Table]:
    """The tables that stand side by side in one: where labels come again and the columns behind them have the headers
    of those before."""
    width = len(table.columns)
    half = width // 2
    labels = [text for row in table.rows if half and (text := row.texts()[half])]
    if width % 2 or half < 2 or len(labels) < 2 or any(tables.is_figure(text) for text in labels):
        return [table]
    if table.headers[1:half] != table.headers[half + 1 :] or not any(table.headers[1:half]):
        return [table]
    last, columns, headers = table.last, table.columns, table.headers
    sides = (slice(None, half), slice(half, None))
    heads = [[Row(row.cells[side]) for row in table.header_rows if any(row.cells[side])] for side in sides]
    rows = [[Row(row.cells[side]) for row in table.rows if any(row.cells[side])] for side in sides]
    return [
        Table(table.first, last, heads[0], rows[0], columns[:half], headers[:half]),
        Table(last, last, heads[1], rows[1], columns[half:], headers[half:], beside=True),
    ]


def _end_of_rows(lines: Sequence[Line], split: Sequence[list[Cell]], first: int) -> int:
    """Past the last line of the rows that start at `first`: labels without figures belong if figures follow soon."""
    last = first + 1
    at = first + 1
    while at < len(lines) and at - last < 4:
        gap = lines[at].y0 - lines[at - 1].y1
        if tables.is_caption(lines[at].text) or (len(split[at]) == 1 and _ends_table(lines[at].text)):
            break
        if gap > 2.2 * lines[first].size or lines[at].size > 1.25 * lines[first].size:
            break
        if len(split[at]) == 1 and lines[at].x1 - lines[at].x0 > 0.9 * (
            max(line.x1 for line in lines[first:last]) - lines[first].x0
        ):
            break  # as wide as the table: a sentence
        at += 1
        if is_row(split[at - 1]) or _is_measured(split[at - 1]):
            last = at
    while last < len(lines) and _is_rest_of(lines, split, last):
        last += 1
    return last


def _is_rest_of(lines: Sequence[Line], split: Sequence[list[Cell]], at: int) -> bool:
    """Whether a line below the last row is the rest of that row's cells: close to it, and under cells that it has."""
    line, above = lines[at], lines[at - 1]
    if (
        line.y0 - above.y1 > 0.35 * line.size
        or abs(line.size - above.size) > 0.06 * line.size
        or line.bold != above.bold
    ):
        return False
    starts = [cell.x0 for cell in split[at - 1]]
    under_words = all(any(abs(cell.x0 - x0) < 2 for x0 in starts[1:]) for cell in split[at])
    label = len(split[at]) == 1 and abs(line.x0 - starts[0]) < 2 and line.text[:1].islower()
    return (under_words or label) and not is_row(split[at])


def _ends_table(text: str) -> bool:
    """Whether a line alone is a sentence, leads in another table, or is that one's unit line."""
    return text.endswith(".") or bool(_LEADS_IN.search(text) or _UNIT_LINE.match(text))


def _is_measured(cells: Sequence[Cell]) -> bool:
    """Whether a line among rows of figures is one of "8 years"; above them it would be a header."""
    return len(cells) > 1 and all(_MEASURED.match(cell.text) or tables.is_figure(cell.text) for cell in cells[1:])


def _table(
    lines: Sequence[Line], split: Sequence[list[Cell]], first: int, last: int, floor: int, before: Table | None
) -> Table | None:
    rows_of_figures = [cells for cells in split[first:last] if is_row(cells)]
    columns = _columns(rows_of_figures)
    if len(columns) < 2:
        return None
    start, body = header_lines(lines, split, first, floor, columns)
    if len(rows_of_figures) < 2 and start == body:
        return None
    rows = _rows(lines, split, body, last, columns)
    heads = header_rows(split, start, body, columns)
    headers = tables.column_headers([row.texts() for row in heads], len(columns), spread=False)
    if not any(headers[1:]) and before is not None and _same_columns(before.columns, columns):
        headers = before.headers
    return Table(start, last, heads, rows, columns, headers)


def _same_columns(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> bool:
    return len(one) == len(other) and all(a[0] < b[1] + 3 and b[0] < a[1] + 3 for a, b in zip(one, other, strict=True))


def _columns(rows: Sequence[list[Cell]]) -> list[tuple[float, float]]:
    """The columns' extents: cells that overlap from left to right are in one, the labels in the first."""
    spans = sorted((cell.x0, cell.x1) for cells in rows for cell in cells)
    columns: list[tuple[float, float]] = []
    for x0, x1 in spans:
        if columns and x0 < columns[-1][1] - 0.5:
            columns[-1] = (columns[-1][0], max(columns[-1][1], x1))
        else:
            columns.append((x0, x1))
    return columns


def _rows(
    lines: Sequence[Line], split: Sequence[list[Cell]], first: int, last: int, columns: Sequence[tuple[float, float]]
) -> list[Row]:
    """The rows, a label's or cell's wrapped lines put together."""
    tops = [lines[i].y0 for i in range(first, last) if is_row(split[i])]
    pitch = median(b - a for a, b in itertools.pairwise(tops)) if len(tops) > 1 else 0.0
    rows: list[Row] = []
    wrapped: Row | None = None
    for i in range(first, last):
        row = Row([None] * len(columns))
        for cell in split[i]:
            put(row, column_of(cell, columns), cell)
        if wrapped is not None:
            row = merge(wrapped, row)
            wrapped = None
        figures = is_row(split[i]) or _is_measured(split[i])
        up = rows and ((i > first and _wraps(lines[i - 1], lines[i], pitch)) or _goes_on(rows[-1], row))
        down = not figures and i + 1 < last and _wraps_into(lines, split, i, pitch)
        broken_off = down and (lines[i].text.endswith(_BROKEN_OFF) or split[i + 1][0].text[:1].islower())
        if not figures and up and not broken_off and not row.texts()[0].endswith(":"):
            rows[-1] = merge(rows[-1], row)
        elif down:
            wrapped = row
        else:
            rows.append(row)
    return rows


def _wraps(line: Line, below: Line, pitch: float) -> bool:
    """Whether two lines stand as close as those of one row, and look alike."""
    return (
        below.y0 - line.y0 < 0.8 * pitch and line.bold == below.bold and abs(line.size - below.size) < 0.06 * line.size
    )


def _goes_on(row: Row, following: Row) -> bool:
    """Whether a line without figures is the rest of the row above: only a label, starting with a small letter."""
    label = following.texts()[0]
    return label[:1].islower() and sum(cell is not None for cell in following.cells) == 1 and len(row.texts()[0]) > 20


def _wraps_into(lines: Sequence[Line], split: Sequence[list[Cell]], i: int, pitch: float) -> bool:
    """Whether a line without figures is the first line of the row below."""
    text = lines[i].text
    if text.endswith((":", ".")):
        return False
    return (
        _wraps(lines[i], lines[i + 1], pitch)
        or text.endswith(_BROKEN_OFF)
        or (is_row(split[i + 1]) and split[i + 1][0].text[:1].islower())
    )

"""Tables on a PDF page, ruled or not, from lines whose words stand in columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from rag.reading import tables
from rag.reading.pdf_lines import Line, join_words

_LEADERS = re.compile(r"(?:\s*\.){4,}|…{2,}|(?:\s*_){5,}")
_BEFORE = re.compile(r"^(?:[$£€¥(]|[$£€¥]\s?\(|\(\s?[$£€¥]|US\$)$")  # belongs to the figure after it
_TRAILING = re.compile(r"^(.*[\d)%–—-])\s*([$£€¥])$")  # the sign of the next column's figure, close behind this one's
_MARK = re.compile(r"^[*†‡⁰¹²³⁴⁵⁶⁷⁸⁹]+$")  # clings to its figure; far from it, it stands for a figure
_MEASURED = re.compile(r"^[\d.,]+\s?(?:years?|months?|weeks?|days?|hours?|minutes?)$")
_UNIT_LINE = re.compile(
    r"^\(?(?:(?:all |the )?(?:amounts|figures|dollars|values)\s+(?:are\s+)?)?in (?:thousands|millions)", re.I
)
_LEADS_IN = re.compile(r"\b(?:follows|following|table|below)\b.*:$", re.IGNORECASE)
_BROKEN_OFF = (",", "-", " and", " of", " the", " in", " to", " for", " or", " with", " on", " by", " from")
_ITEM = re.compile(
    r"^(?:[•‣▪◦●○■□*·–—-]|\(?(?:\d{1,3}(?:\.\d+)*|[a-z]|[ivx]{1,4})[.)]?)$|^[A-Z][a-z]*\s\d{1,2}[A-Z]?[.:]?$"
)
_CELL_LENGTH = 60  # a longer text is one of a column of prose
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


def find_tables(lines: Sequence[Line], before: Table | None = None) -> list[Table]:
    """The tables among the lines of one column, in order. `before` is the table that ended the previous page, whose
    headers a table without its own takes over if its columns are the same."""
    split = [_segments(line) for line in lines]
    found: list[Table] = []
    at = 0
    while at < len(lines):
        table = None
        if _is_row(split[at]):
            last = _end_of_rows(lines, split, at)
            table = _table(lines, split, at, last, found[-1].last if found else 0, before if not found else None)
        elif last := end_of_words(lines, split, at):
            table = _table_of_words(lines, split, at, last, found[-1].last if found else 0)
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


def _segments(line: Line) -> list[Cell]:
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


def _is_row(cells: Sequence[Cell]) -> bool:
    """Whether a line is a row of figures: a figure in a cell that is not the first, or nothing but figures."""
    return len(cells) > 1 and any(tables.is_figure(cell.text) for cell in cells[1:])


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
        if _is_row(split[at - 1]) or _is_measured(split[at - 1]):
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
    return (under_words or label) and not _is_row(split[at])


def _ends_table(text: str) -> bool:
    """Whether a line alone is a sentence, leads in another table, or is that one's unit line."""
    return text.endswith(".") or bool(_LEADS_IN.search(text) or _UNIT_LINE.match(text))


def _is_measured(cells: Sequence[Cell]) -> bool:
    """Whether a line among rows of figures is one of "8 years"; above them it would be a header."""
    return len(cells) > 1 and all(_MEASURED.match(cell.text) or tables.is_figure(cell.text) for cell in cells[1:])


def _table(
    lines: Sequence[Line], split: Sequence[list[Cell]], first: int, last: int, floor: int, before: Table | None
) -> Table | None:
    rows_of_figures = [cells for cells in split[first:last] if _is_row(cells)]
    columns = _columns(rows_of_figures)
    if len(columns) < 2:
        return None
    start, body = _header_lines(lines, split, first, floor, columns)
    if len(rows_of_figures) < 2 and start == body:
        return None
    rows = _rows(lines, split, body, last, columns)
    header_rows = _headers(split, start, body, columns)
    headers = tables.column_headers([row.texts() for row in header_rows], len(columns), spread=False)
    if not any(headers[1:]) and before is not None and _same_columns(before.columns, columns):
        headers = before.headers
    return Table(start, last, header_rows, rows, columns, headers)


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
        figures = _is_row(split[i]) or _is_measured(split[i])
        up = rows and ((i > first and _wraps(lines[i - 1], lines[i], pitch)) or _goes_on(rows[-1], row))
        down = not figures and i + 1 < last and _wraps_into(lines, split, i, pitch)
        broken_off = down and (lines[i].text.endswith(_BROKEN_OFF) or split[i + 1][0].text[:1].islower())
        if not figures and up and not broken_off and not row.texts()[0].endswith(":"):
            rows[-1] = _merge(rows[-1], row)
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


# --- tables of words --------------------------------------------------------------------------------------------------


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
    return at if at == len(lines) or not _is_row(split[at]) else 0  # these are the headers of a table of figures


def _is_row_of_words(
    lines: Sequence[Line], split: Sequence[list[Cell]], at: int, first: int, edges: Sequence[float]
) -> bool:
    """Whether a line goes on with a table of words: its cells start at the columns' edges; one alone, behind the first
    column, is the rest of a cell above."""
    if _is_row(split[at]) or is_contents(lines[at]) or tables.is_caption(lines[at].text):
        return False
    if at > first and lines[at].y0 - lines[at - 1].y1 > 1.6 * lines[at].size:
        return False
    placed = [any(abs(cell.x0 - edge) < 3 for edge in edges) for cell in split[at]]
    if not all(placed):
        return False
    rest = at > first and lines[at].y0 - lines[at - 1].y1 < 0.5 * lines[at].size
    return len(split[at]) > 1 or (rest and split[at][0].x0 > edges[0] + 3)


def _table_of_words(lines: Sequence[Line], split: Sequence[list[Cell]], first: int, last: int, floor: int) -> Table:
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
            _put(row, min(range(len(edges)), key=lambda column: abs(edges[column] - cell.x0)), cell)
        if rows and len(split[i]) == 1:
            rows[-1] = _merge(rows[-1], row)
        else:
            rows.append(row)
    unlike = lines[first].bold and not lines[first + 1].bold
    depth = 1 if not above and (unlike or len(edges) > 2) else 0
    heads = [Row(list(split[first - 1]))] if above else rows[:depth]
    headers = tables.column_headers([row.texts() for row in heads], len(edges), spread=False)
    return Table(first - above, last, heads, rows[depth:], columns, headers)


# --- headers ----------------------------------------------------------------------------------------------------------


def _header_lines(
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


def _headers(split: Sequence[list[Cell]], start: int, body: int, columns: Sequence[tuple[float, float]]) -> list[Row]:
    """The header rows, each header in every column it stands over; the lines of one header put together."""
    rows: list[Row] = []
    spans: list[list[tuple[int, int]]] = []
    wide = list(columns)  # the columns with what is known of their headers, from the innermost outward
    for i in reversed(range(start, body)):
        over = _columns_under(split[i], wide, bool(rows) and all(rows[0].cells[1:]))
        row = Row([None] * len(columns))
        for cell, (low, high) in zip(split[i], over, strict=True):
            for column in range(low, high):
                _put(row, column, cell)
            if high - low == 1:
                wide[low] = (min(wide[low][0], cell.x0), max(wide[low][1], cell.x1))
        goes_on = [span in spans[0] or _is_free(rows[0], span) for span in over] if rows else [False]
        if all(goes_on) and any(low > 0 for low, _ in over):  # a line of the same headers
            rows[0] = _merge(row, rows[0])
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
    nearest = max(1, _column_of(cell, columns))
    return nearest, nearest + 1

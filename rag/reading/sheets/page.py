"""A sheet written as a page: titles, tables and notes in order, every row with its headers and its caption."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rag.reading import tables
from rag.reading.compose import PageText, fold
from rag.reading.sheets import headers
from rag.reading.sheets.grid import Item, Sheet, Table, Text, items
from rag.types import BlockKind, Page

_MOST_CELLS = 40  # in one statement; a wider row is written as several, each with its label
_MOST_TITLES = 4  # lines above a table that name it
_MOST_PASSED = 2  # other lines between it and its title
_MOST_LABELS = 3
_SUMMED_ROWS = 2000  # longer tables are lists, whose last row sums up nothing

RowCells = tuple[tuple[str, tuple[str, ...]], ...]


def sheet_page(sheet: Sheet, number: int, *, named: bool) -> Page:
    """The sheet as a page. `named`: it opens with the sheet's name as a heading."""
    page = PageText()
    found = items(sheet)
    if named and found:
        page.add("heading", fold(sheet.name), level=1)
    outline = _outline(found, fold(sheet.name) if named else "")
    for item in found:
        if isinstance(item, Text):
            if item.words:
                page.add(*outline.roles.get(id(item), _role(item)))
        else:
            _write(page, sheet, item, outline.captions[id(item)])
    return page.page(number, label=sheet.name if named else "")


# --- captions ---------------------------------------------------------------------------------------------------------


_Role = tuple[BlockKind, str, int]


@dataclass
class _Outline:
    """What each line is written as, and each table's caption; by the item's id."""

    roles: dict[int, _Role] = field(default_factory=dict)
    captions: dict[int, str] = field(default_factory=dict)


def _role(line: Text) -> _Role:
    note = headers.is_note(line.words) and (line.below or not line.words.endswith("."))
    return ("footnote" if note else "paragraph", fold(line.words), 0)


def _outline(found: Sequence[Item], name: str) -> _Outline:
    """Titles go to the tables below them, and so does a unit, wherever it is told: above all tables, above one, or in
    its notes."""
    outline = _Outline()
    if not any(isinstance(item, Table) for item in found):
        for line, below in pairwise(item for item in found if isinstance(item, Text)):
            if headers.is_title(line.words) and len(line.words) < 80 and below.words.endswith("."):
                outline.roles[id(line)] = ("heading", fold(line.words), 2)
    above_all = _above_all(found, outline)
    shared = [line.words for line in above_all if headers.is_unit(line.words) or headers.says_unit(line.words)]
    for at, item in enumerate(found):
        if not isinstance(item, Table):
            continue
        titles = _titles(found, at, above_all)
        for line in titles:
            outline.roles.setdefault(id(line), ("caption", fold(line.words), 0))
        parts = [line.words for line in titles]
        if item.goes_on is not None:
            parts = [outline.captions[id(item.goes_on)], *parts]
        elif not any(not headers.is_unit(part) for part in parts):
            parts = [*([above_all[0].words] if above_all else [name] if name else []), *parts]
        if not any(headers.is_unit(part.rpartition(", ")[2]) or headers.says_unit(part) for part in parts):
            parts += [unit for unit in _units_below(found, at) or shared if unit not in parts]
        outline.captions[id(item)] = ", ".join(dict.fromkeys(fold(part).rstrip(",:. ") for part in parts if part))
    return outline


def _above_all(found: Sequence[Item], outline: _Outline) -> list[Text]:
    """The lines at the top that speak of all tables: those above the first one that has a title of its own as well."""
    count = sum(isinstance(item, Table) and item.goes_on is None for item in found)
    first = next((at for at, item in enumerate(found) if isinstance(item, Table)), len(found))
    if count < 2:
        return []
    lines = [item for item in found[:first] if isinstance(item, Text)]
    table = found[first]
    assert isinstance(table, Table)
    near = [line for line in lines if table.rows[0] - line.row <= 1 + sum(o.row > line.row for o in lines)]
    far = [line for line in lines if line not in near]
    titled = any(headers.is_title(line.words) and not headers.is_unit(line.words) for line in near)
    if not near or (not titled and len(far) < 2):
        far = lines[:1] if not near or far else []
    if far and headers.is_title(far[0].words) and not headers.is_unit(far[0].words):
        outline.roles[id(far[0])] = ("heading", fold(far[0].words), 2)
    return far


def _titles(found: Sequence[Item], at: int, above_all: Sequence[Text]) -> list[Text]:
    """The lines right above a table that name it or tell its unit, from the top."""
    table = found[at]
    assert isinstance(table, Table)
    titles: list[Text] = []
    passed = 0
    for before in range(at - 1, -1, -1):
        item = found[before]
        if isinstance(item, Table):
            if item.band == table.band and not titles:
                continue  # its neighbour on the left: the lines above both are for both
            break
        if item.row >= table.rows[0] or item.left > table.columns[-1]:
            if item.below or titles:
                break
            continue
        if item in above_all or item.below or len(titles) == _MOST_TITLES:
            break
        if not headers.is_title(item.words):  # "Published 12 June 2026", or a sentence, between title and table
            passed += 1
            if passed > _MOST_PASSED:
                break
            continue
        if item.right < table.columns[0] and _stands_over_another(found, at, item):
            continue
        titles.insert(0, item)
    return titles


def _stands_over_another(found: Sequence[Item], at: int, line: Text) -> bool:
    """Whether a line on the left is the title of a table there, and not of all that is beside it."""
    table = found[at]
    return any(
        isinstance(item, Table)
        and item is not table
        and isinstance(table, Table)
        and item.band == table.band
        and item.columns[0] <= line.left <= item.columns[-1]
        and item.rows[0] == line.row + 1
        for item in found
    )


def _units_below(found: Sequence[Item], at: int) -> list[str]:
    """The unit that a table's header corner or its notes tell."""
    units: list[str] = []
    for after in range(at + 1, len(found)):
        item = found[after]
        if not isinstance(item, Text) or not (item.below or headers.is_note(item.words)):
            break
        if headers.says_unit(item.words) or headers.is_unit(item.words):
            units.append(item.words)
    return units[:1]


# --- rows -------------------------------------------------------------------------------------------------------------


def _write(page: PageText, sheet: Sheet, table: Table, caption: str) -> None:
    head = table.head
    names = _column_headers(sheet, head)
    if names and names[0] and any(headers.is_unit(part) for part in names[0]) and len(table.columns) > 1:
        unit = next(part for part in names[0] if headers.is_unit(part))
        caption = caption if unit in caption else ", ".join(part for part in (caption, unit) if part)
    for row in table.rows[: table.depth]:
        seen = [fold(sheet.rows[row][column]) for column in table.columns if column in sheet.rows.get(row, {})]
        page.add_row([(text, ()) for text in seen], kind="furniture")
    body = table.rows[table.depth :]
    totals = _summing_rows(sheet, table, body)
    for row, cells, total in _body(sheet, table, body, names):
        is_total = total or row in totals
        for part in _parts(cells):
            page.add_row(part, caption, total=is_total)


def _column_headers(sheet: Sheet, table: Table) -> list[tuple[str, ...]]:
    """For each column its headers, outermost first; merged ones stand over each of their columns."""
    rows = table.rows[: table.depth]
    grid = [[fold(sheet.text(row, column)) for column in table.columns] for row in rows]
    merged = any(cell.right > cell.left for row in rows for cell in sheet.over.get(row, {}).values())
    return tables.column_headers(grid, len(table.columns), spread=not merged)


def _body(
    sheet: Sheet, table: Table, rows: Sequence[int], names: list[tuple[str, ...]]
) -> Iterator[tuple[int, RowCells, bool]]:
    """Each row of the body with its cells and whether its label says that it is a total."""
    if len(table.columns) == 1:
        for row in rows:
            yield row, ((fold(sheet.text(row, table.columns[0])), names[0] if names else ()),), False
        return
    texts = list(_repeated(sheet, table, _texts(sheet, table, rows)))
    sectioned = any(kind == "figure" for kind in table.kinds)
    if sectioned and any(row[0] and not any(row[1:]) for row in texts):
        indents = [sheet.indents.get((row, table.columns[0]), 0.0) for row in rows]
        found = tables.body_rows(texts, names, indents)
    else:  # a list: a label that stands alone is a row whose cells are empty
        found = [row for each in texts for row in tables.body_rows([each], names)]
    for row, each, body in zip(rows, texts, found, strict=True):
        cells = body.cells
        if len(cells) == 1 and not sectioned and names:
            cells = ((cells[0][0], names[0]),)
        labels = _labels(each)
        total = any(headers.names_total(text, first=not i) for i, text in enumerate(each[:labels]))
        yield row, cells, total


def _texts(sheet: Sheet, table: Table, rows: Sequence[int]) -> Iterator[list[str]]:
    """The rows' texts. A merged cell stands once in a row, and in each row that it reaches down, if it is no figure."""
    first = rows[0] if rows else 0
    for row in rows:
        own, over = sheet.rows.get(row, {}), sheet.over.get(row)
        if not over:
            yield [fold(own.get(column, "")) for column in table.columns]
            continue
        texts = []
        for column in table.columns:
            text = own.get(column, "")
            cell = over.get(column)
            if not text and cell and column == max(cell.left, table.columns[0]) and first <= cell.top < row:
                text = sheet.rows[cell.top][cell.left]
                text = "" if headers.kind_of(text) == "figure" else text
            texts.append(fold(text))
        yield texts


def _repeated(sheet: Sheet, table: Table, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Rows whose label is left out where it is that of the row above ("North | Phone", "| Email") with it written in,
    as pivot tables leave it out. Not where the next column holds no labels, nor for totals."""
    texts = list(rows)
    outlined = (
        len(table.columns) > 2
        and "figure" not in table.kinds[:2]
        and "figure" in table.kinds[2:]
        and bool(texts)
        and bool(texts[0][0])
        and _many_gaps(table, [row[0] for row in texts])
        and all(row[1] for row in texts if not row[0])
        and all(headers.kind_of(row[1]) != "figure" for row in texts)
    )
    label = ""
    for row in texts:
        label = row[0] or label
        if outlined and not row[0] and not headers.names_total(row[1], first=True):
            row = [label, *row[1:]]
        yield row


def _many_gaps(table: Table, labels: Sequence[str]) -> bool:
    """Whether labels are left out by habit: of a list of names, one that is missing is only unknown."""
    gaps = sum(not label for label in labels)
    return gaps * 4 >= len(labels) or (gaps > 0 and table.kinds[0] in {"year", "date"})


def _labels(texts: Sequence[str]) -> int:
    """How many cells name the row: the first, and those behind it up to the first that is empty or holds a digit."""
    count = 1
    while count < min(len(texts) - 1, _MOST_LABELS) and texts[count] and not any(c.isdigit() for c in texts[count]):
        count += 1
    return count


def _parts(cells: RowCells) -> Iterator[RowCells]:
    """The row, or, if it is too wide to be read and embedded as one statement, parts of it with its labels on each."""
    if len(cells) <= _MOST_CELLS:
        yield cells
        return
    count = _labels([text for text, _ in cells])
    labels, values = cells[:count], cells[count:]
    size = _MOST_CELLS - count
    for start in range(0, len(values), size):
        yield labels + values[start : start + size]


def _summing_rows(sheet: Sheet, table: Table, rows: Sequence[int]) -> set[int]:
    """The last row, if it sums up those above it though its label may not say so ("Year 2025" below the months)."""
    if not 4 <= len(rows) <= _SUMMED_ROWS:
        return set()
    sums = dict.fromkeys(table.columns[1:], 0.0)
    for row in rows[:-1]:
        cells = sheet.rows.get(row, {})
        if headers.names_total(cells.get(table.columns[0], ""), first=True):
            return set()
        for column in sums:
            sums[column] += _number(cells.get(column, "")) or 0.0
    last = {column: _number(text) for column, text in sheet.rows.get(rows[-1], {}).items() if column in sums}
    values = {column: value for column, value in last.items() if value is not None}
    hits = [value for column, value in values.items() if abs(value - sums[column]) < 1e-6 * max(1.0, abs(value))]
    large = [value for value in hits if abs(value) >= 2 * len(rows)]
    return {rows[-1]} if len(hits) * 3 >= len(values) * 2 and (len(large) > 1 or max(large, default=0) >= 50) else set()


def _number(text: str) -> float | None:
    """A plain figure's value; None for a share, a year or words."""
    text = text.strip()
    if headers.kind_of(text) != "figure" or text.endswith("%"):
        return None
    negative = text.startswith(("(", "-", "−"))
    try:
        value = float(text.strip("()-−£$€ ").replace(",", ""))
    except ValueError:
        return None
    return -value if negative else value

"""The tables of web pages as grids: spans filled out, titles and repeated headers told from the rows between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.reading import tables
from rag.reading.compose import PageText, fold

_MOST_COLUMNS, _MOST_ROWS = 1000, 65_000  # a span beyond these is a mistake or an attack


@dataclass(slots=True)
class _Row:
    """One row: each text in the first column it spans, and in all of them; whether it is marked as header or foot."""

    texts: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    head: bool = False
    foot: bool = False

    @property
    def lone(self) -> str:
        """The only text of the row, if it has just one."""
        filled = [text for text in self.texts if text]
        return filled[0] if len(filled) == 1 else ""


def cells(row: Any) -> list[Any]:
    return [cell for cell in row if cell.tag in {"td", "th"}]


def own_rows(table: Any) -> list[Any]:
    """The table's rows, not those of tables inside it, in the order in which a reader sees them: its foot last."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    return sorted(rows, key=lambda row: row.getparent().tag == "tfoot")


def write_table(page: PageText, elements: Sequence[Any], caption: str, text_of: Callable[[Any], str]) -> None:
    """Write a table's rows. Its title rows are its caption; headers that come again hold from there on."""
    rows = [row for row in _grid(elements, text_of) if any(row.texts)]
    titles, rows = _titles(rows)
    for title in titles:
        page.add("caption", title)
    caption = ", ".join(dict.fromkeys(text.rstrip(",:") for text in (caption, *titles) if text))
    for part in _parts(rows):
        marked = next((i for i, row in enumerate(part) if not row.head), len(part))
        grid = [row.texts for row in part]
        depth = tables.header_depth(grid, marked if marked < len(part) else 0)
        heads = [row.over for row in part[:depth]]
        feet = [i - depth for i, row in enumerate(part) if row.foot and i >= depth]
        tables.write_table(page, grid, depth, caption, heads, feet)


def _titles(rows: list[_Row]) -> tuple[list[str], list[_Row]]:
    """The texts of the rows at the top that hold but a title or unit line over the whole table, and the rest."""
    at = 0
    while at < len(rows) - 2 and rows[at].lone and _spans_all(rows[at], rows) and not tables.is_period(rows[at].lone):
        at += 1
    if not any(len([text for text in row.texts if text]) > 1 for row in rows[at:]):
        return [], rows
    return [row.lone for row in rows[:at]], rows[at:]


def _spans_all(row: _Row, rows: Sequence[_Row]) -> bool:
    return len(row.over) >= max(len(each.over) for each in rows) and all(text == row.lone for text in row.over)


def _parts(rows: Sequence[_Row]) -> list[list[_Row]]:
    """The rows cut where header rows stand below others."""
    parts: list[list[_Row]] = []
    for row in rows:
        if not parts or (row.head and not parts[-1][-1].head):
            parts.append([])
        parts[-1].append(row)
    if len(parts) > 1 and all(row.head for row in parts[-1]):  # a total in bold cells
        parts[-2:] = [[*parts[-2], *parts[-1]]]
    return parts


def _grid(elements: Sequence[Any], text_of: Callable[[Any], str]) -> list[_Row]:
    """The rows with spans filled out. A cell that spans rows stands in each of them, to the end of their group."""
    grid: list[_Row] = []
    open_spans: dict[int, tuple[int, str]] = {}  # column -> (rows still to fill, text)
    group: Any = None
    for element in elements[:_MOST_ROWS]:
        if element.getparent() is not group:
            group = element.getparent()
            open_spans.clear()
        row = _Row(foot=group.tag == "tfoot")
        own = cells(element)
        for cell in own:
            _fill_from_above(row, open_spans)
            text = fold(text_of(cell))
            high = min(_span(cell, "rowspan", _MOST_ROWS), len(elements) - len(grid))
            for i in range(_span(cell, "colspan", _MOST_COLUMNS)):
                if high > 1:
                    open_spans[len(row.texts)] = (high - 1, text)
                row.texts.append(text if i == 0 else "")
                row.over.append(text)
        _fill_from_above(row, open_spans)
        row.head = _is_head(row, own, group.tag == "thead", grid)
        grid.append(row)
    return grid


def _is_head(row: _Row, own: Sequence[Any], in_head: bool, above: Sequence[_Row]) -> bool:
    """Whether a row holds headers: it is in the head, or of header cells alone. Below rows that do not, it has no
    figure, and names more than a section."""
    if not in_head and not (own and all(cell.tag == "th" for cell in own)):
        return False
    if not above or above[-1].head:
        return in_head or not (above and row.lone)
    return not row.lone and not any(tables.is_figure(text) for text in row.texts[1:])


def _fill_from_above(row: _Row, open_spans: dict[int, tuple[int, str]]) -> None:
    """Put in the cells of earlier rows that reach down into this one, at the columns where the row now stands."""
    while (column := len(row.texts)) in open_spans:
        left, text = open_spans.pop(column)
        if left > 1:
            open_spans[column] = (left - 1, text)
        row.texts.append(text)
        row.over.append(text)


def _span(cell: Any, name: str, most: int) -> int:
    said = cell.get(name)
    if said is None:
        return 1
    words = re.sub(r"\D.*", "", said.strip())
    return max(1, min(int(words), most)) if words and len(words) < 7 else 1

"""JSON that is no article: records as tables, all else as an outline of keys and values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rag.errors import UnreadableReport
from rag.reading import tables
from rag.reading.compose import PageText, fold
from rag.reading.text.json_fields import clean, is_scalar, known_by_name, write_markup

_PATH = " > "
_ROWS = ("rows", "data", "values", "records", "body")
_COLUMNS = ("columns", "headers", "header", "fields")
_TITLES = ("title", "name", "caption", "label", "heading")
_UNITS = ("unit", "units")
_PROSE = 300  # characters: a longer value is a text under a heading
_LISTED = 40  # values of a list on one line

Table = tuple[list[str], list[list[str]]]  # the headers, and the rows' texts


def key_words(key: str) -> str:
    """A key as words: ``median_waitDays`` is "median wait Days"."""
    return fold(re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", clean(key)))


def text_of(value: object) -> str:
    """A value on one line, as the file writes it; nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return fold(clean(str(value)))


class Outline:
    """Writes values to a page, at most so many rows and lines of them."""

    def __init__(self, page: PageText, name: str, rows: int) -> None:
        self._page = page
        self._name = name
        self._most = rows
        self._rows = 0

    def write(self, value: Any, path: tuple[str, ...] = (), caption: str = "") -> None:
        """Write a value below its path of keys. `caption` stands for the path where there is none."""
        table = table_of(value)
        if table is not None:
            self._table(*table, _PATH.join(path) or caption)
        elif isinstance(value, Mapping):
            self._object(value, path, caption)
        elif isinstance(value, list) and all(map(is_scalar, value)):
            self._line(
                path, ", ".join(filter(None, map(text_of, value[:_LISTED]))) + (" …" if len(value) > _LISTED else "")
            )
        elif isinstance(value, list):
            for i, inner in enumerate(value, start=1):
                self.write(inner, (*path, _named(inner) or str(i)))
        elif isinstance(value, str) and len(value) > _PROSE and any(map(str.isalpha, value)):
            self._count(1)
            self._page.add("heading", _PATH.join(path), level=2)
            write_markup(self._page, clean(value))
        else:
            self._line(path, text_of(value))

    def _object(self, value: Mapping[str, Any], path: tuple[str, ...], caption: str) -> None:
        known = {name: inner for name, inner in known_by_name(value).items() if is_scalar(inner)}
        title = next((text_of(known[name]) for name in _TITLES if known.get(name)), "")
        unit = next((text_of(known[name]) for name in _UNITS if known.get(name)), "")
        if title and not path:
            self._page.add("heading", title, level=1)
        for key, inner in value.items():
            table = table_of(inner)
            if not path and is_scalar(inner) and text_of(inner) == title:
                continue
            if table is not None:
                named = " ".join(filter(None, [title or _PATH.join((*path, key_words(key))), unit and f"({unit})"]))
                self._table(*table, named)
            else:
                self.write(inner, (*path, key_words(key)), caption)

    def _table(self, headers: list[str], rows: list[list[str]], caption: str) -> None:
        self._count(len(rows))
        grid = [headers, *rows] if headers else rows
        tables.write_table(self._page, grid, 1 if headers else tables.header_depth(rows), caption)

    def _line(self, path: tuple[str, ...], text: str) -> None:
        if text:
            self._count(1)
            self._page.add("list_item", f"{_PATH.join(path)}: {text}" if path else text)

    def _count(self, rows: int) -> None:
        self._rows += rows
        if self._rows > self._most:
            raise UnreadableReport(f"{self._name}: more than {self._most:,} rows (setting reader_rows)")


def _named(value: object) -> str:
    """What an element of a list calls itself."""
    if not isinstance(value, Mapping):
        return ""
    known = {name: inner for name, inner in known_by_name(value).items() if isinstance(inner, str)}
    return next((text_of(known[name]) for name in (*_TITLES, "id", "key") if known.get(name)), "")


# --- what is a table --------------------------------------------------------------------------------------------------


def table_of(value: Any) -> Table | None:
    """The table that a value is: records, lists of cells, columns, or objects of the same fields by their key."""
    if isinstance(value, list):
        return _records(value) or _cells(value)
    if isinstance(value, Mapping):
        return _split(value) or _by_column(value) or _by_key(value)
    return None


def _records(value: Sequence[Any]) -> Table | None:
    flat = [dict(_flat(item)) if isinstance(item, Mapping) else None for item in value]
    records = [item for item in flat if item]
    if (
        not records
        or len(records) < len(flat)
        or any(not is_scalar(inner) for item in records for inner in item.values())
    ):
        return None
    keys = list(dict.fromkeys(key for item in records for key in item))
    return [key_words(key) for key in keys], [[text_of(item.get(key)) for key in keys] for item in records]


def _flat(item: Mapping[str, Any], path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The fields of a record, those of an object inside it by their path, a list of values as one."""
    for key, value in item.items():
        name = f"{path}{_PATH}{key}" if path else key
        if isinstance(value, Mapping) and value and depth < 3:
            yield from _flat(value, name, depth + 1)
        elif isinstance(value, list) and all(map(is_scalar, value)):
            yield name, ", ".join(map(text_of, value))
        else:
            yield name, value


def _cells(value: Sequence[Any]) -> Table | None:
    if len(value) < 2 or not all(isinstance(row, list) and len(row) > 1 and all(map(is_scalar, row)) for row in value):
        return None
    return [], [list(map(text_of, row)) for row in value]


def _split(value: Mapping[str, Any]) -> Table | None:
    """``{"columns": [...], "rows": [[...]]}``, with the rows' names in "index" as pandas writes them."""
    known = known_by_name(value)
    columns = next((known[name] for name in _COLUMNS if isinstance(known.get(name), list)), None)
    rows = next((known[name] for name in _ROWS if isinstance(known.get(name), list)), None)
    if not columns or not rows:
        return None
    names = [_named(column) if isinstance(column, Mapping) else text_of(column) for column in columns]
    if all(isinstance(row, Mapping) for row in rows):
        return _records(rows)
    if not all(isinstance(row, list) and all(map(is_scalar, row)) for row in rows):
        return None
    cells = [list(map(text_of, row)) for row in rows]
    index = known.get("index")
    if (
        isinstance(index, list)
        and len(index) == len(cells)
        and any(not name.isdecimal() for name in map(text_of, index))
    ):
        return ["", *names], [[text_of(name), *row] for name, row in zip(index, cells, strict=True)]
    return names, cells


def _by_column(value: Mapping[str, Any]) -> Table | None:
    columns = list(value.values())
    if len(columns) < 2 or not all(isinstance(column, list) and all(map(is_scalar, column)) for column in columns):
        return None
    if len({len(column) for column in columns}) != 1 or len(columns[0]) < 2:
        return None
    return list(map(key_words, value)), [list(map(text_of, row)) for row in zip(*columns, strict=True)]


def _by_key(value: Mapping[str, Any]) -> Table | None:
    items = list(value.values())
    if len(items) < 2 or not all(isinstance(item, Mapping) and item for item in items):
        return None
    if not all(is_scalar(inner) for item in items for inner in item.values()):
        return None
    keys = list(dict.fromkeys(key for item in items for key in item))
    if sum(map(len, items)) * 2 < len(keys) * len(items):
        return None  # they have little in common
    rows = [[key_words(name), *(text_of(item.get(key)) for key in keys)] for name, item in value.items()]
    return ["", *map(key_words, keys)], rows
